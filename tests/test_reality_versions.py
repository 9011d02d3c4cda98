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


def by_age() -> list[str]:
    """Interpreters, the oldest version first."""
    return [python for _, python in sorted(interpreters().items(), key=lambda one: int(one[0].split(".")[1]))]


def test_what_is_gone_is_told_with_the_last_python_that_had_it(tmp_path: Path) -> None:
    """A function, a module of today, and a module that is gone as a whole."""
    text = "import asyncio\nimport distutils\nfrom inspect import getargspec\nasyncio.coroutine(print)\nasyncio.koroutine\n"
    assert told(tmp_path, text, by_age()[-1]) == {
        "distutils": ["until Python 3.11, as the type checker's stubs tell"],
        "inspect.getargspec": ["until Python 3.10, as the type checker's stubs tell"],
        "asyncio.coroutine": ["until Python 3.10, as the type checker's stubs tell"],
        "asyncio.koroutine": [],
    }


def test_what_is_yet_to_come_is_told_with_the_first_python_that_has_it(tmp_path: Path) -> None:
    """The interpreter of the target is an older one."""
    text = "import itertools\nimport datetime\nitertools.batched([1], 1)\nprint(datetime.UTC)\n"
    assert told(tmp_path, text, by_age()[0]) == {
        "itertools.batched": ["since Python 3.12, as the type checker's stubs tell"],
        "datetime.UTC": ["since Python 3.11, as the type checker's stubs tell"],
    }
