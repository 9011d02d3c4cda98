"""`assay reality` about names of the standard library that another Python has."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.probe.projects import interpreters


def told(folder: Path, text: str, python: str) -> dict[str, list[str]]:
    """What is said of versions, by name."""
    file = folder / "file.py"
    file.write_text(text, encoding="utf-8")
    asked = [sys.executable, "-m", "assay", "reality", str(file), "--python", python, "--format", "json", "--no-cache"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False, cwd=folder)
    return {one["name"]: one["versions"] for one in json.loads(done.stdout)["findings"]}


def by_age() -> list[tuple[int, str]]:
    """`(minor version, interpreter)`, the oldest first: what is not found here is not asked."""
    return sorted((int(name.split(".")[1]), python) for name, python in interpreters().items())


def test_what_is_gone_is_told_with_the_last_python_that_had_it(tmp_path: Path) -> None:
    """A function, a module of today, and a module that is gone as a whole."""
    text = "import asyncio\nimport distutils\nfrom inspect import getargspec\nasyncio.coroutine(print)\nasyncio.koroutine\n"
    last = {"distutils": 11, "inspect.getargspec": 10, "asyncio.coroutine": 10}
    version, python = by_age()[-1]
    expected = {
        name: [f"until Python 3.{minor}, as the type checker's stubs tell"]
        for name, minor in last.items()
        if minor < version
    }
    assert told(tmp_path, text, python) == {**expected, "asyncio.koroutine": []}


def test_what_is_yet_to_come_is_told_with_the_first_python_that_has_it(tmp_path: Path) -> None:
    """The interpreter of the target is an older one."""
    text = "import itertools\nimport datetime\nitertools.batched([1], 1)\nprint(datetime.UTC)\n"
    first = {"itertools.batched": 12, "datetime.UTC": 11}
    version, python = by_age()[0]
    assert told(tmp_path, text, python) == {
        name: [f"since Python 3.{minor}, as the type checker's stubs tell"]
        for name, minor in first.items()
        if minor > version
    }
