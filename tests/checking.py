"""A repository of a test's own, and real checks of it: whatever they say, nothing is left behind."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

GONE = "<gone>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a check said."""

    status: int
    report: dict[str, Any]
    errors: str

    @property
    def findings(self) -> list[str]:
        """Findings as `level unit: claim`."""
        return [f"{each['level']} {each['unit']}: {each['claim']}" for each in self.report["findings"]]

    @property
    def gaps(self) -> list[str]:
        """Slugs of the gaps."""
        return [each["slug"] for each in self.report["gaps"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A repository of its own, with a cache and a folder for temporary files of its own beside it."""

    root: Path

    def git(self, *arguments: str) -> str:
        """What git prints."""
        command = ["git", "-c", "user.name=t", "-c", "user.email=t@example.invalid", *arguments]
        return subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=True).stdout.strip()

    def write(self, text: str) -> None:
        """Write files from text in which `=== path` begins each; `<gone>` removes one."""
        for part in text.split("=== ")[1:]:
            path, _, body = part.partition("\n")
            place = self.root / path.strip()
            if body.strip() == GONE:
                place.unlink()
            else:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(body, encoding="utf-8")

    def commit(self, text: str) -> None:
        """Write files and commit them."""
        self.write(text)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "work")

    def environment(self) -> dict[str, str]:
        """With a cache and temporary files where the test can see them."""
        temporary = self.root.parent / "tmp"
        temporary.mkdir(exist_ok=True)
        own = {"XDG_CACHE_HOME": str(self.root.parent / "cache"), "TMPDIR": str(temporary), "NO_COLOR": "1"}
        return {**os.environ, **own}

    def start(self, *arguments: str, python: str = sys.executable) -> subprocess.Popen[str]:
        """Begin `assay check` in a process group of its own."""
        command = [sys.executable, "-m", "assay", "check", *arguments, "--python", python]
        return subprocess.Popen(
            [*command, "--output", str(self.root.parent / "report.json"), "--budget", "30"],
            cwd=self.root,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def check(self, *arguments: str, python: str = sys.executable) -> Told:
        """Run it to its end; whatever it said, the repository is as it was and nothing is left behind."""
        before = fingerprint(self.root)
        process = self.start(*arguments, python=python)
        _, errors = process.communicate(timeout=300)
        assert fingerprint(self.root) == before
        assert self.left_behind() == []
        assert "Traceback" not in errors
        report = self.root.parent / "report.json"
        assert report.exists(), errors
        return Told(status=process.returncode, report=json.loads(report.read_text(encoding="utf-8")), errors=errors)

    def left_behind(self) -> list[str]:
        """Temporary files, and processes whose command line names this folder."""
        files = [str(path) for path in (self.root.parent / "tmp").rglob("*")]
        return files + [name for name in command_lines() if str(self.root.parent) in name]


def fingerprint(root: Path) -> dict[str, str]:
    """Every file with its content, git's own included."""
    files = (path for path in sorted(root.rglob("*")) if path.is_file())
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def command_lines() -> Iterator[str]:
    """Of all processes but this one."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and int(folder.name) != os.getpid():
            try:
                yield (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            except OSError:
                continue


def session_of(leader: int) -> list[int]:
    """Living processes of the session that this process led."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                fields = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == leader and fields[0] != "Z":
                found.append(int(folder.name))
    return found


def children_of(leader: int) -> list[str]:
    """Command lines of all descendants, wherever they put themselves."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                parents[int(folder.name)] = int(
                    (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1]
                )
            except OSError:
                continue
    below = {leader}
    while more := {child for child, parent in parents.items() if parent in below} - below:
        below |= more
    lines = []
    for pid in below:
        try:
            lines.append(Path(f"/proc/{pid}/cmdline").read_bytes().decode("utf-8", "replace"))
        except OSError:
            continue
    return lines


def new_repository(folder: Path) -> Repository:
    """A repository without a commit, on `main`."""
    root = folder / "shop"
    root.mkdir()
    made = Repository(root=root)
    made.git("init", "-q", "-b", "main")
    return made


SHOP = """
=== shop.py
import asyncio


class Box:
    kind = "box"

    def __init__(self, n=1):
        self.n = n

    @property
    def area(self):
        return self.n * self.n

    def label(self):
        return self.kind + str(self.n)


def squares(n):
    for i in range(n):
        yield i * i


def short(amount, places=2):
    return round(amount, places)


def old(x):
    return x


async def later(x):
    await asyncio.sleep(0)
    return x
=== tests/test_shop.py
import asyncio

import shop


def test_box():
    box = shop.Box(2)
    assert box.area == 4
    box.label()
    shop.Box()


def test_squares():
    assert list(shop.squares(2)) == [0, 1]


def test_short():
    shop.short(1.25)


def test_old():
    assert shop.old(1) == 1


def test_later():
    asyncio.run(shop.later(1))
"""


def changed(*replacements: tuple[str, str]) -> str:
    """The shop's module with some of its text replaced."""
    module = SHOP.partition("=== tests")[0]
    for old, new in replacements:
        assert module.count(old) == 1, old
        module = module.replace(old, new)
    return module
