"""Folders of our own under the temporary folder, named after the process that owns them."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path

_NAME = re.compile(r"assay-(\d+)-\w+")


def new_scratch() -> Path:
    """A new folder for this process. What killed processes left behind is removed first."""
    root = Path(tempfile.gettempdir())
    for path in root.glob("assay-*-*"):
        found = _NAME.fullmatch(path.name)
        if found and not _is_running(int(found.group(1))) and _is_ours(path):
            shutil.rmtree(path, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"assay-{os.getpid()}-", dir=root))


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _is_ours(path: Path) -> bool:
    try:
        return path.lstat().st_uid == os.getuid() and not path.is_symlink()
    except OSError:
        return False
