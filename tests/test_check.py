"""`assay check` on real repositories, in the real sandbox, told as a person reads it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

BASE = {
    "shop/__init__.py": "",
    "shop/money.py": "def total(prices, discount=0):\n    return round(sum(prices) - discount, 2)\n",
    "tests/test_money.py": "from shop.money import total\n\n\ndef test_total():\n    assert total([1.0, 2.5]) == 3.5\n",
    "README.md": "A shop.\n",
}
REFACTORED = "def total(prices, discount=0):\n    amount = sum(prices)\n    return round(amount - discount, 2)\n"
ROUNDED = "def total(prices, discount=0):\n    return round(sum(prices) - discount, 1)\n"


def git(folder: Path, *arguments: str) -> str:
    """What git prints."""
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@example.invalid", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def write(folder: Path, files: dict[str, str]) -> None:
    """Write the files below the folder."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A repository with one commit on `main`."""
    folder = tmp_path / "shop"
    write(folder, BASE)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "base")
    return folder


def commit(folder: Path, files: dict[str, str]) -> None:
    """One commit on a branch `head`."""
    git(folder, "checkout", "-q", "-b", "head")
    write(folder, files)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "head")


def assay(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does, with a cache of its own and the interpreter of the tests."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder.parent / "cache"), "NO_COLOR": "1"}
    command = [sys.executable, "-m", "assay", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=300
    )


def check(folder: Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Exit status and JSON report of a check."""
    report = folder.parent / "report.json"
    done = assay(folder, "check", *arguments, "--python", sys.executable, "--output", str(report))
    assert report.exists(), done.stderr
    return done.returncode, json.loads(report.read_text(encoding="utf-8"))


def fingerprint(folder: Path) -> dict[str, str]:
    """Every file of the repository with its content, git's own included."""
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def test_a_rewrite_that_keeps_behaviour_passes(shop: Path) -> None:
    """And the repository is as it was, byte for byte."""
    commit(shop, {"shop/money.py": REFACTORED})
    before = fingerprint(shop)
    status, report = check(shop, "main..head")
    assert (status, report["verdict"]) == (0, "clear")
    assert report["effort"]["plants"] == report["effort"]["plants_seen"] > 0
    assert fingerprint(shop) == before
    assert git(shop, "status", "--porcelain", "--ignored") == ""


def test_a_difference_that_no_test_asserts_is_held_and_replays(shop: Path) -> None:
    """Until the code of base is put in head's place."""
    commit(shop, {"shop/money.py": ROUNDED})
    status, report = check(shop, "main..head")
    assert (status, report["verdict"]) == (1, "hold")
    finding = report["findings"][0]
    assert (finding["unit"], finding["path"], finding["line"]) == ("shop.money.total", "shop/money.py", 1)
    where = ("replay", finding["id"], "--report", str(shop.parent / "report.json"), "--python", sys.executable)
    assert assay(shop, *where).returncode == 0
    assert assay(shop, *where, "--head", "main").returncode == 1
    forged = (shop.parent / "report.json").read_text(encoding="utf-8").replace('"call": 0', '"call": 7')
    (shop.parent / "forged.json").write_text(forged, encoding="utf-8")
    assert assay(shop, "replay", finding["id"], "--report", str(shop.parent / "forged.json")).returncode == 2
    assert assay(shop, "replay", "0123456789ab", "--report", str(shop.parent / "report.json")).returncode == 2


def test_a_finding_of_a_project_in_a_monorepo_replays_with_its_settings(shop: Path) -> None:
    """Whose tests need what the named file says, and do not run elsewhere."""
    test = "import os, unittest\nfrom money import total\n\n\nclass T(unittest.TestCase):\n    def test_total(self):\n"
    test += '        assert os.environ["MODE"] == "test"\n        assert total([1.0, 1.0], 0.5) == 1.5\n'
    write(shop, {"services/bill/money.py": BASE["shop/money.py"], "services/bill/test_money.py": test})
    git(shop, "add", "-A")
    git(shop, "commit", "-q", "-m", "a service")
    commit(shop, {"services/bill/money.py": ROUNDED})
    config = shop.parent / "own.toml"
    config.write_text('[tool.assay]\nenv = { MODE = "test" }\n', encoding="utf-8")
    own = ("--project", "services/bill", "--config", str(config))
    status, report = check(shop, "main..head", *own)
    assert (status, report["findings"][0]["path"]) == (1, "services/bill/money.py")
    where = ("--report", str(shop.parent / "report.json"), "--python", sys.executable)
    assert assay(shop, "replay", report["findings"][0]["id"], *where, *own).returncode == 0
    assert assay(shop, "replay", report["findings"][0]["id"], *where).returncode != 0


def test_uncommitted_work_is_checked(shop: Path) -> None:
    """Against the last commit, without a word about it in the repository."""
    write(shop, {"shop/money.py": ROUNDED})
    status, report = check(shop)
    assert (status, report["verdict"]) == (1, "hold")


def test_two_folders_are_compared(shop: Path) -> None:
    """Without any git."""
    other = shop.parent / "other"
    write(other, {**BASE, "shop/money.py": ROUNDED})
    old = shop.parent / "old"
    write(old, BASE)
    status, report = check(shop, "--trees", str(old), str(other))
    assert (status, report["verdict"]) == (1, "hold")


def test_an_unedited_test_that_fails_on_head_blocks(shop: Path) -> None:
    """It was seen to pass on base and to fail on head three times."""
    commit(shop, {"shop/money.py": "def total(prices, discount=0):\n    return sum(prices) - discount + 1\n"})
    status, report = check(shop, "main..head")
    assert (status, report["verdict"]) == (1, "block")
    blocking = next(finding for finding in report["findings"] if finding["level"] == "block")
    assert blocking["unit"] == "shop.money.total"
    assert "tests/test_money.py::test_total passes on base and fails on head" in blocking["claim"]


def test_a_test_whose_fixture_head_edits_is_no_promise_that_head_breaks(shop: Path) -> None:
    """Its own text stands, but among head's fixtures it passes: who compares a list with itself edits both."""
    tests = "from shop.money import UNITS, total\n\n\ndef test_total():\n    assert total([1.0, 2.5]) == 3.5\n\n\n"
    tests += "def test_units(units):\n    assert units == UNITS\n"
    fixture = "import pytest\n\n\n@pytest.fixture\ndef units():\n    return ('eur', 'usd')\n"
    money = "UNITS = ('eur', 'usd')\n\n\n" + BASE["shop/money.py"]
    write(shop, {"tests/test_money.py": tests, "tests/conftest.py": fixture, "shop/money.py": money})
    git(shop, "add", "-A")
    git(shop, "commit", "-q", "-m", "units")
    edited = {"tests/conftest.py": fixture, "shop/money.py": money}
    commit(shop, {path: text.replace("'usd')", "'usd', 'jpy')") for path, text in edited.items()})
    status, report = check(shop, "main..head")
    assert (status, report["verdict"]) == (0, "notice")
    told = next(
        finding for finding in report["findings"] if "tests/test_money.py::test_units passes" in finding["claim"]
    )
    assert told["evidence"][0]["edited_by_head"]


def test_a_test_that_head_left_alone_in_a_file_that_it_edits_blocks(shop: Path) -> None:
    """Who adds a test beside it has not taken its promise back."""
    tests = BASE["tests/test_money.py"] + "\n\ndef test_nothing():\n    assert total([]) == 1\n"
    money = "def total(prices, discount=0):\n    return sum(prices) - discount + 1\n"
    commit(shop, {"shop/money.py": money, "tests/test_money.py": tests})
    status, report = check(shop, "main..head")
    assert (status, report["verdict"]) == (1, "block")


def test_a_call_that_head_no_longer_accepts_is_held(shop: Path) -> None:
    """Base's form of the call is made on both sides."""
    files = {
        "shop/money.py": "def total(prices, discount):\n    return round(sum(prices) - discount, 2)\n",
        "tests/test_money.py": "from shop.money import total\n\n\ndef test_total():\n    assert total([1.0, 2.5], 0) == 3.5\n",
    }
    commit(shop, files)
    status, report = check(shop, "main..head")
    assert status == 1
    assert any(f["level"] == "hold" and f["unit"] == "shop.money.total" for f in report["findings"])


def test_a_unit_that_nothing_reaches_is_no_acquittal(shop: Path) -> None:
    """Nobody knows how to make a till; nothing was established, and the report says what would help."""
    hidden = "class Till:\n    def __init__(self, drawer):\n        self.drawer = drawer\n\n    def close(self):\n        return 1\n"
    write(shop, {"shop/till.py": hidden})
    git(shop, "add", "-A")
    git(shop, "commit", "-q", "-m", "till")
    commit(shop, {"shop/till.py": hidden.replace("1", "2")})
    status, report = check(shop, "main..head")
    assert status == 4
    assert [gap["slug"] for gap in report["gaps"]] == ["not-reached"]


def test_prose_is_no_gap_and_a_lock_is_one(shop: Path) -> None:
    """A change that touches no code passes and says so."""
    commit(shop, {"README.md": "A better shop.\n", "requirements.txt": "attrs==25.1.0\n"})
    status, report = check(shop, "main..head")
    assert status == 0
    assert [gap["slug"] for gap in report["gaps"]] == ["dependencies"]


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("check", "nowhere..main"), 2, "nowhere"),
        (("check", "main..main"), 2, "empty"),
        (("check", "head", "--python", "/nonexistent/python"), 2, "/nonexistent/python"),
    ],
)
def test_bad_input_is_told_in_words(shop: Path, arguments: tuple[str, ...], status: int, words: str) -> None:
    """What, why, what next; never a traceback."""
    commit(shop, {"shop/money.py": REFACTORED})
    done = assay(shop, *arguments)
    assert done.returncode == status
    assert words in done.stderr
    assert "Traceback" not in done.stderr
