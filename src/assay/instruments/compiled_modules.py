"""Compiled modules of environments that hold none, kept for the next question about what is installed.

Kept for one environment as it is: by its interpreter and the stamps of what is installed, and each module by the size
and time of its source, which the interpreter compares. What one environment handed over is never shown to another.
Writing is atomic, so checks that run at the same time do each other no harm, and whatever fails costs time alone.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import os
import re
import shutil
import tempfile
import time
from pathlib import Path

from assay.instruments.prints import environment_print
from assay.values.lab import Frame

UNUSED_S, MOST = 30 * 24 * 3600.0, 12
"""What nobody used for so long is dropped, and what was used longest ago where there are more environments."""
_NAME = re.compile(r"[0-9a-f]{40}\.pyc")


class CompiledModules:
    """Says where the compiled modules of an environment are kept. `folder` is the cache, None where nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def place_for(self, python: str) -> Path | None:
        """A folder for this environment as it is now; None where nothing is kept or it cannot be told from others."""
        told = None if self._folder is None else environment_print(python)
        if self._folder is None or told is None:
            return None
        place = self._folder / "modules" / told[:32]
        try:
            if not place.is_dir():
                _drop_old(place.parent)
                place.mkdir(parents=True, exist_ok=True)
            os.utime(place)
        except OSError:
            return None
        return place


def keep(frame: Frame, place: Path) -> None:
    """Write a module that the probe handed over. What is malformed is dropped."""
    name, data = frame.get("name"), frame.get("data")
    if not isinstance(name, str) or not isinstance(data, str) or _NAME.fullmatch(name) is None:
        return
    with contextlib.suppress(OSError, binascii.Error, ValueError):
        content = base64.b64decode(data, validate=True)
        descriptor, part = tempfile.mkstemp(dir=place, prefix="new-")
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            os.fchmod(descriptor, 0o644)
        os.replace(part, place / name)


def _drop_old(folder: Path) -> None:
    kept = sorted(((old.stat().st_mtime, old) for old in folder.glob("*")), reverse=True)
    for number, (used_s, old) in enumerate(kept, start=2):
        if number > MOST or used_s < time.time() - UNUSED_S:
            shutil.rmtree(old, ignore_errors=True)
