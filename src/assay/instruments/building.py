"""Builds environments with `uv`, inside the sandbox, and keeps them in the cache folder by what they hold.

A cached environment is complete or not there: its marker is written last, under a lock that whoever builds or uses it
holds. The packages that are downloaded stay in a cache of our own beside them. The user's is never shown: code that
builds a package runs in there, and could leave something for the next program that looks.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from assay.errors import BuildFailed
from assay.instruments.distributions import distributions_in
from assay.instruments.installer import Installer, Recipe
from assay.instruments.sandbox.places import remove_folder
from assay.values.environment import Distribution, Wanted
from assay.values.lab import Sandbox

FORMAT = "1"
"""Changes where the same wishes are met by other means."""
KEPT = 24
_MARKER = "environment.json"
_WAIT_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """An environment that is complete, for as long as it is held."""

    python: Path
    key: str
    remarks: tuple[str, ...]
    """What was left out of it, as sentences."""
    distributions: Mapping[str, Distribution]
    was_kept: bool
    """Was it there already?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Builder:
    """Builds below `folder`."""

    folder: Path
    uv: Path
    sandbox: Sandbox
    variables: Mapping[str, str]
    """Of the person who runs Assay; what concerns the network is passed on, credentials are not."""
    say: Callable[[str], None]
    tell: Callable[[str], None]

    @contextlib.contextmanager
    def held(
        self, wanted: Wanted, python: Path, write_source: Callable[[Path], object], *, version: str, side: str
    ) -> Iterator[Built]:
        """The environment that is wanted, made now or before. `write_source` writes the tree of the side.

        Raises:
            BuildFailed: it could not be made.
        """
        key = _key(wanted, python)
        place = self.folder / key
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._locked(key) as lock:
            was_kept = (place / _MARKER).is_file()
            if not was_kept:
                self._build(place, Recipe(wanted=wanted, python=python, version=version, side=side), write_source)
                self._prune(key)
            # Others may use it at the same time from here on.
            fcntl.flock(lock, fcntl.LOCK_SH)
            told = json.loads((place / _MARKER).read_text(encoding="utf-8"))
            os.utime(place / _MARKER)
            yield Built(
                python=place / "venv" / "bin" / "python",
                key=key,
                remarks=tuple(map(str, told["remarks"])),
                distributions=distributions_in(place / "venv"),
                was_kept=was_kept,
            )

    @contextlib.contextmanager
    def _locked(self, key: str) -> Iterator[int]:
        """The lock of one environment, for us alone; waits for whoever builds it, or takes what they built."""
        lock = os.open(self.folder / f"{key}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            told = False
            while True:
                shared = (self.folder / key / _MARKER).is_file()
                with contextlib.suppress(BlockingIOError):
                    fcntl.flock(lock, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
                    if shared == (self.folder / key / _MARKER).is_file():
                        break
                    fcntl.flock(lock, fcntl.LOCK_UN)
                if not told:
                    self.tell("another check is building this environment; waiting for it")
                told = True
                time.sleep(_WAIT_S)
            yield lock
        finally:
            os.close(lock)

    def _build(self, place: Path, recipe: Recipe, write_source: Callable[[Path], object]) -> None:
        began_s = time.monotonic()
        files = ", ".join(recipe.wanted.sources[:3]) + (", ..." if len(recipe.wanted.sources) > 3 else "")
        self.tell(f"building the environment of {recipe.side} from {files} with {recipe.python}")
        downloads = self.folder / "packages"
        remove_folder(place)  # half of one, where a check was killed
        try:
            for folder in (downloads, place, place / "source", place / "empty"):
                folder.mkdir(exist_ok=True)
            write_source(place / "source")
            installer = Installer(
                uv=self.uv,
                sandbox=self.sandbox,
                place=place,
                downloads=downloads,
                variables=self.variables,
                say=self.say,
            )
            remarks = installer.install(recipe)
            for leftover in ("source", "empty"):
                remove_folder(place / leftover)
            taken_s = time.monotonic() - began_s
            new = place / f"{_MARKER}.new"
            new.write_text(json.dumps({"remarks": remarks, "seconds": round(taken_s, 1)}), encoding="utf-8")
            new.replace(place / _MARKER)
        except OSError as error:
            remove_folder(place)
            raise BuildFailed(
                f"The environment of {recipe.side} could not be written below {self.folder}.",
                why=str(error),
                next_step="Free some space there, or name another cache folder with XDG_CACHE_HOME.",
            ) from error
        except BaseException:
            remove_folder(place)
            raise
        self.tell(f"built in {taken_s:.0f} s; kept in {place}")

    def _prune(self, new: str) -> None:
        """Remove what was left half-built, and the longest unused of too many; never what somebody holds."""
        found = [path for path in self.folder.iterdir() if path.is_dir() and path.name not in {"packages", new}]
        complete = sorted((p for p in found if (p / _MARKER).is_file()), key=lambda p: (p / _MARKER).stat().st_mtime)
        for path in [*(p for p in found if p not in complete), *complete[: max(0, len(complete) + 1 - KEPT)]]:
            with contextlib.suppress(OSError):
                lock = os.open(self.folder / f"{path.name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    remove_folder(path)
                finally:
                    os.close(lock)


def find_uv(variables: Mapping[str, str], command: str) -> Path:
    """Where `uv` is: on the path, or installed beside Assay.

    Raises:
        BuildFailed: it is in neither place.
    """
    found = shutil.which("uv", path=variables.get("PATH")) or _beside_assay()
    if found is None:
        raise BuildFailed(
            "--build-env needs uv, which is not on the path.",
            why="Assay has no resolver of its own.",
            next_step=f"Install it: pip install 'assay[build]' (or: pip install uv)\nThen again: {command}",
        )
    return Path(found)


def no_wishes(side: str) -> BuildFailed:
    """What to tell where no file says what the project needs."""
    return BuildFailed(
        f"Nothing in {side} says what the project needs, so no environment can be built.",
        why="There is no lock (uv, poetry, pdm, pipenv, pylock.toml), no pyproject.toml, setup.cfg or setup.py with a "
        "project in it, and no requirements file.",
        next_step="Name an environment with --python, or the project's folder with --project.",
    )


def _beside_assay() -> str | None:
    import sysconfig  # noqa: PLC0415 - needed by few

    path = os.path.join(sysconfig.get_path("scripts"), "uv")
    return path if os.access(path, os.X_OK) else None


def _key(wanted: Wanted, python: Path) -> str:
    real = python.resolve()
    state = real.stat()
    facts = (FORMAT, wanted.digest, wanted.folder, str(real), state.st_size, state.st_mtime_ns)
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:20]
