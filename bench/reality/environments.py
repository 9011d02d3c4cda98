"""The pinned environments, made with venv and pip where they are missing."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PINS = HERE / "environments"
INTERPRETERS = {
    "now": "3.12",
    "then": "3.9",
    "more": "3.12",
    "fresh": "3.12",
    "wide": "3.12",
    "far": "3.12",
    "deep": "3.12",
    "tools": "3.12",
}


def environment(name: str, state: Path) -> Path:
    """The folder of the environment, made anew when its pins have changed."""
    pins = PINS / f"{name}.txt"
    digest = hashlib.sha256(pins.read_bytes()).hexdigest()[:12]
    home = state / "environments" / f"{name}-{digest}"
    if not (home / "complete").exists():
        shutil.rmtree(home, ignore_errors=True)
        home.parent.mkdir(parents=True, exist_ok=True)
        print(f"making {home}", file=sys.stderr, flush=True)
        subprocess.run([interpreter(INTERPRETERS[name]), "-m", "venv", str(home)], check=True)
        install = [str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*install, "--only-binary", ":all:", "--no-deps", "--requirement", str(pins)], check=True)
        (home / "complete").touch()
    return home


def interpreter(version: str) -> str:
    """A Python of this version: `$ASSAY_BENCH_PYTHON_3_12`, on the path, or from pyenv."""
    given = os.environ.get("ASSAY_BENCH_PYTHON_" + version.replace(".", "_"))
    candidates = [given, shutil.which(f"python{version}")]
    candidates += [str(path) for path in sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))]
    for candidate in candidates:
        if candidate and runs(candidate, version):
            return candidate
    sys.exit(f"No Python {version} here; say where one is in ASSAY_BENCH_PYTHON_{version.replace('.', '_')}.")


def runs(command: str, version: str) -> bool:
    """Does this command start a Python of this version? A shim of pyenv may exist and not."""
    asked = [command, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    return done.returncode == 0 and done.stdout.strip() == version


def site_packages(home: Path) -> Path:
    """Where the packages of an environment stand."""
    return next(home.glob("lib/python*/site-packages"))
