"""Keys of tool sections in `pyproject.toml`, put to the tools that are installed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.probe.asking import ask_all
from tests.probe.test_reality_loading import home_with

from assay.values.reality import Denial


def told(folder: Path, text: str, python: str = sys.executable) -> Sequence[Denial]:
    """What is denied in such a file."""
    (answer,) = ask_all(folder, [text], python=python, name="pyproject.toml")
    return answer.found


@pytest.mark.parametrize(
    ("section", "wrong", "right"),
    [
        ("tool.pytest.ini_options", 'testpath = ["tests"]', 'testpaths = ["tests"]'),
        ("tool.mypy", "disallow_untyped_def = true", "disallow_untyped_defs = true"),
        ("tool.setuptools", "packages-dir = {}", 'package-dir = {"" = "src"}'),
        ("tool.ruff", "line-lenght = 100", "line-length = 100"),
    ],
)
def test_a_key_that_the_installed_tool_does_not_know_is_told(
    section: str, wrong: str, right: str, tmp_path: Path
) -> None:
    """On its line, with the version that denies it."""
    (found,) = told(tmp_path / "wrong", f"[{section}]\n{wrong}\n")
    assert (found.kind, found.certainty, found.line) == ("unknown-key", "ignored", 2)
    assert wrong.split(maxsplit=1)[0] in found.text
    assert any(letter.isdigit() for letter in found.installed)
    assert told(tmp_path / "right", f"[{section}]\n{right}\n") == ()


def test_the_names_that_may_have_been_meant_are_the_tools_own(tmp_path: Path) -> None:
    """Each tool has a table of its options."""
    (found,) = told(tmp_path, "[tool.mypy]\nstrict = true\nignore_missing_import = true\n")
    assert found.nearest[0] == "ignore_missing_imports"
    assert found.line == 3


def test_tools_that_are_not_installed_and_files_that_are_no_toml_say_nothing(tmp_path: Path) -> None:
    """Nobody is there to ask, or the tool itself gives up."""
    judge = home_with(tmp_path, sys.executable, {})
    assert told(tmp_path / "bare", "[tool.mypy]\nfoo = 1\n[tool.pytest.ini_options]\nbar = 1\n", judge) == ()
    assert told(tmp_path / "broken", "[tool.mypy]\nfoo = = 1\n") == ()
    assert told(tmp_path / "other", "[tool.unheard-of]\nfoo = 1\n") == ()


def test_another_distribution_answers_for_its_section(tmp_path: Path) -> None:
    """By the entry point that brings its adapter."""
    files = {
        "mill/__init__.py": "OPTIONS = ['grain']\n",
        "mill_rules.py": (
            "import mill\n\ndef unknown_keys(path):\n"
            "    for line in path.read_text().splitlines()[1:]:\n"
            "        name = line.partition(' ')[0]\n"
            "        if name not in mill.OPTIONS:\n            yield name, mill.OPTIONS\n"
        ),
        "mill-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: mill\nVersion: 1.0\n",
        "mill-1.0.dist-info/entry_points.txt": "[assay.reality]\nmill = mill_rules\n",
        "mill-1.0.dist-info/top_level.txt": "mill\n",
    }
    judge = home_with(tmp_path, sys.executable, files)
    (found,) = told(tmp_path, "[tool.mill]\ngrains = 1\n", judge)
    assert (found.name, found.installed, found.nearest) == ("tool.mill.grains", "mill 1.0", ("grain",))


def test_the_file_is_asked_about_by_the_command_line(tmp_path: Path) -> None:
    """A folder brings the one inside it, and what its conftest adds to pytest is known."""
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\ngrain = 1\nflour = 2\n", encoding="utf-8")
    (tmp_path / "conftest.py").write_text(
        'def pytest_addoption(parser):\n    parser.addini("flour", "")\n', encoding="utf-8"
    )
    asked = [sys.executable, "-m", "assay", "reality", str(tmp_path), "--python", sys.executable, "--no-cache"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert "'grain'" in done.stdout, done.stderr
    assert "'flour'" not in done.stdout
