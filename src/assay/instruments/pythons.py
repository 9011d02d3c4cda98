"""An interpreter from which an environment can be made, and the version that a build would ask git for."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from assay.errors import AssayError, BuildFailed
from assay.instruments.git_objects import Git

ANSWER_S = 60.0
NO_VERSION = "0.0.1"


def find_python(uv: Path, wanted: str, variables: Mapping[str, str]) -> Path:
    """An interpreter of this machine that satisfies `wanted` (as `>=3.9`), the one on the path where that does.

    Nothing is downloaded, and no settings of a project are read.

    Raises:
        BuildFailed: there is none.
    """
    request = re.sub(r"\s+", "", wanted)
    plain = shutil.which("python3", path=variables.get("PATH"))
    asked = [
        str(uv),
        "python",
        "find",
        "--no-project",
        "--no-config",
        "--no-python-downloads",
        "--offline",
        "--no-cache",
    ]
    try:
        done = subprocess.run(
            [*asked, *([request] if request else [])],
            cwd="/",
            env={name: variables[name] for name in ("PATH", "HOME") if name in variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=ANSWER_S,
            check=False,
        )
        found = os.fsdecode(done.stdout).strip() if done.returncode == 0 else ""
    except (OSError, subprocess.TimeoutExpired):
        found = plain or "" if not request else ""
    if not found:
        newest = re.search(r"3\.\d+", request)
        install = f"uv python install {newest[0] if newest else '3.12'}"
        raise BuildFailed(
            f"No Python on this machine satisfies {wanted or 'the project'}.",
            why="The project says so in requires-python.",
            next_step=f"Install one (`{install}`), or name one with --python.",
        )
    return Path(found)


def nearest_version(directory: Path, commit: str | None) -> str:
    """The version that the nearest tag names; builds that ask git are told this one."""
    if commit is None:
        return NO_VERSION
    git = Git(directory)
    try:
        git.find_repository()
        tag = git.try_text("describe", "--tags", "--abbrev=0", commit) or ""
    except AssayError:
        return NO_VERSION
    found = re.search(r"\d+(?:\.\d+)+", tag)
    return found[0] if found else NO_VERSION
