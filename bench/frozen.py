"""Assay as one commit has it, so that a measurement can name what it measured."""

from __future__ import annotations

import compileall
import importlib.util
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import venv
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
LAUNCHER = """#!{python}
import sys

from assay.cli import main

sys.exit(main())
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is measured: a command, and the words that say which state of Assay it is."""

    command: str
    name: str
    described: str


def git(*arguments: str, at: Path = PROJECT) -> bytes:
    """What git answers in `at`; its own sentence is the error."""
    done = subprocess.run(["git", "-C", str(at), *arguments], capture_output=True, check=False)
    if done.returncode:
        sys.exit(f"git {' '.join(arguments)}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def frozen(revision: str, state: Path) -> Subject:
    """Unpack Assay's sources at `revision` under `state` and give a command that runs them.

    The work tree may change while the measurement runs; the unpacked copy does not. Nothing is installed: an
    environment without packages sees the copy, and after it the packages of the interpreter that runs this script.
    """
    if importlib.util.find_spec("ty") is None:
        sys.exit(f"{sys.executable} has no `ty`, which Assay needs: run this with the project's .venv/bin/python")
    commit = git("rev-parse", "--verify", f"{revision}^{{commit}}").decode().strip()
    described = git("log", "-1", "--format=%h of %cs (%s)", commit).decode().strip()
    home = state / "assay" / commit
    launcher = home / "venv" / "bin" / "assay"
    if not launcher.exists():
        home.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(dir=home.parent, prefix=".part-"))
        with tarfile.open(fileobj=BytesIO(git("archive", "--format=tar", commit, "src"))) as sources:
            sources.extractall(part, filter="data")
        # As pip does when it installs: else every run compiles Assay anew where nothing may write bytecode.
        compileall.compile_dir(part / "src", quiet=2, stripdir=part, prependdir=home)
        part.rename(home)
        venv.create(home / "venv", with_pip=False, symlinks=True)
        packages = next((home / "venv").glob("lib/python*/site-packages"))
        (packages / "assay.pth").write_text(f"{home / 'src'}\n{sysconfig.get_path('purelib')}\n", encoding="utf-8")
        launcher.write_text(LAUNCHER.format(python=home / "venv" / "bin" / "python"), encoding="utf-8")
        launcher.chmod(0o755)
    return Subject(command=str(launcher), name=commit, described=f"commit {described}")
