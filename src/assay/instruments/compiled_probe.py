"""The probe, compiled once for each interpreter that runs it.

Installing Assay compiles the probe for Assay's own Python. Another one compiles its modules anew in every process, a
quarter of a CPU second each time, because nothing may be written from behind the walls. So they are compiled once, by
that interpreter and behind the walls, with nothing installed in sight, and laid beside a copy of the sources in the
cache folder. Copies are known by the stamps of the sources and of the interpreter; writing is atomic, so checks that
run at the same time do each other no harm, and whatever fails costs time alone.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import json
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from assay.errors import AssayError
from assay.instruments.prints import stamp
from assay.instruments.target import Interpreter
from assay.values.lab import Command, Frame, Sandbox

TIME_LIMIT_S = 60.0
UNUSED_S = 30 * 24 * 3600.0
"""A copy that nobody used for so long is dropped."""
_FOLDER_MODE, _FILE_MODE = 0o755, 0o644
"""Whoever runs behind the walls reads them too."""
_COMPILE = """
import base64, json, os, py_compile, struct, sys
job = json.loads(sys.stdin.buffer.read())
made = os.path.join(os.environ["TMPDIR"], "made.pyc")
unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
with os.fdopen(3, "wb") as frames:
    for name in job["names"]:
        source, shown = os.path.join(job["sources"], name), os.path.join(job["place"], name)
        py_compile.compile(source, made, shown, doraise=True, invalidation_mode=unchecked)
        with open(made, "rb") as file:
            data = base64.b64encode(file.read()).decode()
        frame = json.dumps({"t": "compiled", "name": name, "data": data}).encode()
        frames.write(struct.pack(">I", len(frame)) + frame)
"""


class CompiledProbe:
    """Says where the probe stands for an interpreter. Thread-safe. Without a `folder` to keep things in nothing is."""

    def __init__(self, sources: Path, folder: Path | None) -> None:
        self._sources, self._folder = sources, folder
        self._lock = threading.Lock()
        self._places: dict[tuple[str, str], Path] = {}

    def place_for(self, interpreter: Interpreter, mode: str, sandbox: Sandbox) -> Path:
        """The folder that holds the probe, with what a job of this mode loads compiled for this interpreter."""
        tag = f"cpython-{''.join(interpreter.target.version.split('.')[:2])}"
        if self._folder is None or (self._sources / "__pycache__" / f"wire.{tag}.pyc").is_file():
            return self._sources
        part = "reality" if mode == "reality" else "experiments"
        with self._lock:
            key = interpreter.target.python, part
            if key not in self._places:
                self._places[key] = self._sources
                with contextlib.suppress(OSError, AssayError):
                    self._places[key] = self._compiled(self._folder / "probe", interpreter, part, tag, sandbox)
            return self._places[key]

    def _compiled(self, folder: Path, interpreter: Interpreter, part: str, tag: str, sandbox: Sandbox) -> Path:
        # The interpreter itself, without the environment around it: one environment has no say in what others run.
        binary = Path(interpreter.target.python).resolve()
        stamps = [stamp(binary), *(stamp(self._sources / name) for name in self._names())]
        home = folder / hashlib.sha256("\n".join(stamps).encode()).hexdigest()[:32]
        place = home / self._sources.name
        if not place.is_dir():
            self._copy(home)
        if not (home / part).exists():
            names = [name for name in self._names() if _belongs(name, part)]
            job = {"names": names, "sources": str(self._sources), "place": str(place)}
            frames: list[Frame] = []
            with tempfile.TemporaryDirectory(prefix="assay-compile-") as empty:
                command = Command(
                    argv=(str(binary), "-I", "-S", "-B", "-c", _COMPILE),
                    tree=Path(empty),
                    environment=(("PATH", "/usr/bin:/bin"), ("LANG", "C.UTF-8")),
                    readable=(*interpreter.readable, self._sources),
                    job=json.dumps(job).encode(),
                    time_limit_s=TIME_LIMIT_S,
                )
                completed = sandbox.run(command, frames.append)
            if completed.status != 0 or not _write(frames, frozenset(names), place, tag):
                return self._sources
            (home / part).touch()
        os.utime(home)
        return place

    def _names(self) -> list[str]:
        return sorted(path.relative_to(self._sources).as_posix() for path in self._sources.rglob("*.py"))

    def _copy(self, home: Path) -> None:
        """Lay a copy of the sources there, all at once; another process may be quicker."""
        home.parent.mkdir(parents=True, exist_ok=True)
        for old in home.parent.iterdir():
            if old.stat().st_mtime < time.time() - UNUSED_S:
                shutil.rmtree(old, ignore_errors=True)
        part = Path(tempfile.mkdtemp(dir=home.parent, prefix="new-"))
        try:
            shutil.copytree(self._sources, part / self._sources.name, ignore=shutil.ignore_patterns("__pycache__"))
            part.chmod(_FOLDER_MODE)
            part.rename(home)
        except OSError:
            shutil.rmtree(part, ignore_errors=True)
            if not home.is_dir():
                raise


def _belongs(name: str, part: str) -> bool:
    is_of_reality = name.startswith("reality/")
    return name in ("__init__.py", "wire.py") or is_of_reality == (part == "reality")


def _write(frames: list[Frame], asked: frozenset[str], place: Path, tag: str) -> bool:
    """Write what was compiled; is it all that was asked for?"""
    compiled = dict(_read(frames))
    if frozenset(compiled) != asked:
        return False
    for name, content in compiled.items():
        folder = (place / name).parent / "__pycache__"
        folder.mkdir(exist_ok=True)
        descriptor, part = tempfile.mkstemp(dir=folder, prefix="new-")
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            os.fchmod(descriptor, _FILE_MODE)
        os.replace(part, folder / f"{PurePosixPath(name).stem}.{tag}.pyc")
    return True


def _read(frames: list[Frame]) -> Iterator[tuple[str, bytes]]:
    for frame in frames:
        name, data = frame.get("name"), frame.get("data")
        if frame.get("t") == "compiled" and isinstance(name, str) and isinstance(data, str):
            with contextlib.suppress(binascii.Error, ValueError):
                yield name, base64.b64decode(data, validate=True)
