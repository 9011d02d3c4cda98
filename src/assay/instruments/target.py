"""The target's interpreter: which one, how it was found, and what it can do. It is asked inside the sandbox."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from assay.errors import NoTarget
from assay.instruments.environments import environments
from assay.values.finding import Target
from assay.values.lab import Command, Frame, Sandbox

ON_THE_PATH = "python3 on the path"
MINIMUM = (3, 9)
_QUESTION = """
import json, os, struct, sys, importlib.util
def has(name): return importlib.util.find_spec(name) is not None
answer = {
    "t": "target", "version": list(sys.version_info[:3]), "implementation": sys.implementation.name,
    "prefix": sys.prefix, "base_prefix": sys.base_prefix, "path": [p for p in sys.path if p],
    "pytest": has("pytest"),
    "django_alone": has("django") and not has("pytest_django"),
}
data = json.dumps(answer).encode()
os.write(3, struct.pack(">I", len(data)) + data)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreter:
    """An interpreter that answered, with the folders that it needs to see."""

    target: Target
    readable: tuple[Path, ...]
    path: tuple[Path, ...] = ()
    """Its `sys.path`."""
    has_django_alone: bool = False
    """Is there Django without pytest-django?"""


def choose_python(
    asked: str | None,
    configured: str | None,
    here: Path,
    directory: Path,
    environment: Mapping[str, str],
    *,
    project: str = "",
) -> tuple[Path, str]:
    """Pick the interpreter: asked for, configured, active, local or known to a tool, then the one on the path.

    What was asked for is relative to `here`, what is configured to the project's `directory`.

    Raises:
        NoTarget: what was asked for or configured is not there, or nothing is.
    """
    for text, base, how in ((asked, here, "--python"), (configured, directory, "[tool.assay] python")):
        if text:
            return existing(text, base, how), how
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        if environment.get(variable):
            path = Path(environment[variable]) / "bin" / "python"
            if path.exists():
                return path, f"active environment ({variable})"
    for place in dict.fromkeys((directory / project, directory)):
        for path, how in environments(place, environment):
            if path.exists():
                return path, how
    found = shutil.which("python3", path=environment.get("PATH"))
    if found is None:
        raise NoTarget(
            "No Python interpreter was found for the project.",
            why="Neither an active nor a local virtual environment exists, and python3 is not on the path.",
            next_step="Name one: assay check --python PATH/TO/python",
        )
    return Path(found), ON_THE_PATH


def existing(text: str, directory: Path, how: str) -> Path:
    """The interpreter that was named: a path, a name on the path, or the folder of an environment.

    Raises:
        NoTarget: it is not there.
    """
    path = Path(os.path.expanduser(text))
    if path.is_dir():
        path = path / "bin" / "python"
    if not path.is_absolute() and os.sep not in text:
        found = shutil.which(text)
        path = Path(found) if found else path
    if not path.is_absolute():
        path = directory / path
    # Links stay as they are: a virtual environment is known by its own path.
    path = Path(os.path.normpath(path.absolute()))
    if not path.exists():
        raise NoTarget(
            f"There is no interpreter at {path}.",
            why=f"It was named by {how}.",
            next_step="Give the path of a python executable, or of a virtual environment.",
        )
    return path


def ask(python: Path, how: str, sandbox: Sandbox, repository: Path) -> Interpreter:
    """Ask the interpreter, inside the sandbox, who it is.

    Raises:
        NoTarget: it does not start, is no CPython, or is too old.
    """
    readable = folders_of(python)
    with tempfile.TemporaryDirectory(prefix="assay-ask-") as empty:
        answers: list[Frame] = []
        command = Command(
            argv=(str(python), "-s", "-B", "-c", _QUESTION),
            tree=Path(empty),
            environment=(("PATH", "/usr/bin:/bin"), ("LANG", "C.UTF-8")),
            readable=readable,
            job=b"",
            time_limit_s=20.0,
        )
        completed = sandbox.run(command, answers.append)
    answer = next((frame for frame in answers if frame.get("t") == "target"), None)
    if answer is None:
        raise NoTarget(
            f"The interpreter {python} does not start.",
            why=_last_line(completed.output) or f"It ended with status {completed.status} and said nothing.",
            next_step="Run it by hand; then name a working one with --python.",
        )
    numbers = answer.get("version")
    version = tuple(int(str(part)) for part in numbers) if isinstance(numbers, list) else (0, 0, 0)
    if answer.get("implementation") != "cpython" or version < MINIMUM:
        raise NoTarget(
            f"The interpreter {python} is {answer.get('implementation')} {'.'.join(map(str, version))}.",
            why="Experiments need CPython 3.9 or newer.",
            next_step="Name another one with --python.",
        )
    entries = answer.get("path")
    paths = [Path(str(entry)) for entry in entries] if isinstance(entries, list) else []
    target = Target(
        python=str(python),
        version=".".join(map(str, version)),
        found_by=how,
        prefix=str(answer.get("prefix")),
        base_prefix=str(answer.get("base_prefix")),
        has_pytest=answer.get("pytest") is True,
    )
    return Interpreter(
        path=tuple(paths),
        target=target,
        readable=_with_linked(readable, paths, repository),
        has_django_alone=answer.get("django_alone") is True,
    )


def _last_line(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1][:200] if lines else ""


def folders_of(python: Path) -> tuple[Path, ...]:
    """The environment's folder and the folders of the interpreters it is made of, without running anything."""
    folders = [python.parent.parent]
    here = python
    for _ in range(8):
        settings = here.parent.parent / "pyvenv.cfg"
        if settings.is_file():
            for line in settings.read_text(encoding="utf-8", errors="replace").splitlines():
                name, _, value = line.partition("=")
                if name.strip() == "home":
                    folders.append(Path(value.strip()).parent)
        if not here.is_symlink():
            break
        here = here.parent / os.readlink(here)
        folders.append(here.parent.parent)
    folders.append(python.resolve().parent.parent)
    return _distinct(folder.resolve() for folder in folders) + _distinct(folders)


def _with_linked(readable: tuple[Path, ...], paths: list[Path], repository: Path) -> tuple[Path, ...]:
    """Add folders that the environment links to (editable installs); the project itself comes from the tree."""
    extra = [
        path
        for path in paths
        if path.exists()
        and not any(path.is_relative_to(folder) for folder in readable)
        and not path.resolve().is_relative_to(repository.resolve())
    ]
    return _distinct((*readable, *extra))


def linked_folders(path: Iterable[Path], repository: Path) -> tuple[str, ...]:
    """Folders of the repository that stand on the environment's path (editable installs), relative to its root."""
    inside = (entry for entry in path if entry.is_relative_to(repository) and entry != repository)
    return tuple(entry.relative_to(repository).as_posix() for entry in inside if "site-packages" not in entry.parts)


def _distinct(paths: object) -> tuple[Path, ...]:
    assert hasattr(paths, "__iter__")
    unwanted = {Path("/"), Path("/usr"), Path("/bin")}
    return tuple(path for path in dict.fromkeys(paths) if path not in unwanted and path.exists())
