"""Where tools keep the project's environment, and what a person types to have one.

Tools are asked, never told to do anything, and none of them is asked that would load code of the project.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

ANSWER_S = 20.0
FOLDERS = (".venv", "venv", "env", ".env")
_REQUIREMENTS = re.compile(r"^requirements[\w.-]*\.txt$")


_DISTRIBUTIONS = {
    "attr": "attrs", "bs4": "beautifulsoup4", "cv2": "opencv-python", "Crypto": "pycryptodome",
    "dateutil": "python-dateutil", "docx": "python-docx", "dotenv": "python-dotenv", "git": "GitPython",
    "jose": "python-jose", "jwt": "PyJWT", "magic": "python-magic", "MySQLdb": "mysqlclient", "OpenSSL": "pyOpenSSL",
    "PIL": "pillow", "pkg_resources": "setuptools", "psycopg2": "psycopg2-binary", "serial": "pyserial",
    "sklearn": "scikit-learn", "skimage": "scikit-image", "slugify": "python-slugify", "socks": "PySocks",
    "usb": "pyusb", "yaml": "PyYAML", "zmq": "pyzmq",
}  # fmt: skip
"""Packages whose module has another name than the package, among those that people install most."""


def distribution_of(module: str) -> str:
    """The package that most likely brings a top-level module."""
    return _DISTRIBUTIONS.get(module, module.replace("_", "-"))


def environments(directory: Path, variables: Mapping[str, str]) -> Iterator[tuple[Path, str]]:
    """Interpreters that belong to the project in `directory`, each with how it was found; the surest first."""
    for name in FOLDERS:
        yield directory / name / "bin" / "python", f"local environment {name}/"
    if variables.get("UV_PROJECT_ENVIRONMENT"):
        yield directory / variables["UV_PROJECT_ENVIRONMENT"] / "bin" / "python", "uv (UV_PROJECT_ENVIRONMENT)"
    for tool, marks, question in (
        ("poetry", ("poetry.lock",), ("env", "info", "--executable", "--no-ansi", "--no-plugins")),
        ("pipenv", ("Pipfile",), ("--py",)),
    ):
        if any((directory / mark).is_file() for mark in marks):
            answer = _ask(directory, variables, tool, *question)
            if answer:
                yield Path(answer.splitlines()[-1].strip()), tool
    yield from _written_down(directory)
    yield from _of_conda(directory, variables)
    for folder, tool in ((".tox", "tox"), (".nox", "nox"), (".hatch", "hatch")):
        for python in _likely(sorted((directory / folder).glob("*/bin/python"))):
            yield python, f"{tool} environment {python.parent.parent.name}"


def how_to_make_one(directory: Path) -> str:
    """The exact command that gives this project an environment; empty where nothing says what it needs."""
    names = {path.name for path in directory.iterdir()} if directory.is_dir() else set()
    for mark, command in (
        ("uv.lock", "uv sync --all-groups --all-extras"),
        ("poetry.lock", "poetry install --all-extras"),
        ("pdm.lock", "pdm install --group :all"),
        ("Pipfile", "pipenv install --dev"),
        ("environment.yml", "conda env create --file environment.yml"),
        ("environment.yaml", "conda env create --file environment.yaml"),
        ("tox.ini", "tox run --notest"),
        ("noxfile.py", "nox --install-only"),
    ):
        if mark in names:
            return command
    files = " ".join(f"-r {name}" for name in sorted(names) if _REQUIREMENTS.match(name))
    own = "-e ." if names & {"pyproject.toml", "setup.py", "setup.cfg"} else ""
    wanted = " ".join(filter(None, (own, files)))
    return f"python3 -m venv .venv && .venv/bin/pip install {wanted} pytest" if wanted else ""


def _written_down(directory: Path) -> Iterator[tuple[Path, str]]:
    """The interpreter that pdm wrote down, where it is that of a virtual environment."""
    try:
        path = Path((directory / ".pdm-python").read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError):
        return
    if (path.parent.parent / "pyvenv.cfg").is_file():
        yield path, "pdm"


def _of_conda(directory: Path, variables: Mapping[str, str]) -> Iterator[tuple[Path, str]]:
    for name in ("environment.yml", "environment.yaml"):
        try:
            found = re.search(r"^name:\s*['\"]?([\w.-]+)", (directory / name).read_text(encoding="utf-8"), re.MULTILINE)
        except (OSError, UnicodeDecodeError):
            continue
        tool = next((tool for tool in ("conda", "mamba", "micromamba") if _where(tool, variables)), None)
        if found is None or tool is None:
            continue
        try:
            listed = json.loads(_ask(directory, variables, tool, "env", "list", "--json") or "{}").get("envs", ())
        except (ValueError, AttributeError):
            continue
        for folder in listed:
            if Path(str(folder)).name == found[1]:
                yield Path(str(folder)) / "bin" / "python", f"{tool} environment {found[1]}"


def _likely(pythons: list[Path]) -> list[Path]:
    """Environments of tests before those that lint or build."""
    return sorted(pythons, key=lambda python: not re.search(r"test|^py", python.parent.parent.name))


def _where(tool: str, variables: Mapping[str, str]) -> str | None:
    return shutil.which(tool, path=variables.get("PATH"))


def _ask(directory: Path, variables: Mapping[str, str], tool: str, *question: str) -> str:
    """What a tool answers; nothing where it is not there, fails or takes too long."""
    place = _where(tool, variables)
    if place is None:
        return ""
    quiet = {
        "POETRY_NO_INTERACTION": "1",
        "PIPENV_DONT_LOAD_ENV": "1",
        "PIPENV_IGNORE_VIRTUALENVS": "1",
        "NO_COLOR": "1",
    }
    try:
        done = subprocess.run(
            [place, *question],
            cwd=directory,
            env={**variables, **quiet, "PIPENV_NOSPIN": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=ANSWER_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return os.fsdecode(done.stdout).strip() if done.returncode == 0 else ""
