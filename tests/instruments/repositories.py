"""Small repositories that tests fill, and what is told of a change in them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from assay.instruments.trees import Opened
from assay.values.change import Side

ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "HOME": "/nonexistent",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    **{f"GIT_{who}_{what}": "a@b" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
}


class Repository:
    """A repository that a test fills."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return done.stdout.strip()

    def write(self, **files: str) -> None:
        """Write files; `_` in a name is a folder's end, and each ends in `.py`."""
        for name, text in files.items():
            path = self.folder / (name.replace("_", "/") + ".py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def commit(self, **files: str) -> str:
        self.write(**files)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "a change")
        return self.git("rev-parse", "HEAD")


def told(opened: Opened) -> dict[str, tuple[str | None, str | None]]:
    """Changed paths with their text on both sides."""
    sides: tuple[tuple[Side, Callable[[object], str | None]], ...] = (
        ("base", lambda pair: getattr(pair, "base_path", None)),
        ("head", lambda pair: getattr(pair, "head_path", None)),
    )
    found = {}
    for pair in opened.files:
        one, other = (opened.source.text(side, path) if (path := of(pair)) else None for side, of in sides)
        found[pair.path] = (one, other)
    return found
