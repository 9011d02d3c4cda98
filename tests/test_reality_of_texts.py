"""`assay reality` about texts that still name by its path what a change removed."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.test_check import BASE, assay, commit, git, write

STORE = "def load(text):\n    return text\n\n\ndef keep(text):\n    return text\n\n\nclass Box:\n    def open(self):\n        return 1\n"
PROJECT = (
    '[project]\nname = "shop"\nversion = "1"\n\n[project.scripts]\nload = "shop.store:load"\nkeep = "shop.store:keep"\n'
)
FILES = {
    **BASE,
    "shop/store.py": STORE,
    "pyproject.toml": PROJECT,
    "docs/use.md": "Call `shop.store.load`, or `shop.store.Box.open`, or `shop.store.keep`.\n",
    "CHANGELOG.md": "`shop.store.load` was there once.\n",
    "shop/names.py": '# shop.store.load\nPATHS = ["shop.store.load", "shop.store.keep"]\n',
}


def told(folder: Path, **head: str) -> list[tuple[str, int, str, str]]:
    """Path, line, name and level of what is told of a change to the files."""
    shop = folder / "shop"
    write(shop, FILES)
    git(shop, "init", "-q", "-b", "main")
    git(shop, "add", "-A")
    git(shop, "commit", "-q", "-m", "base")
    commit(shop, {"shop/store.py": STORE, **head})
    done = assay(shop, "reality", "main..head", "--python", sys.executable, "--format", "json")
    found = json.loads(done.stdout)["findings"]
    return [(one["path"], one["line"], one["name"], one["level"]) for one in found]


def test_texts_that_name_what_is_gone_are_told(tmp_path: Path) -> None:
    """An entry point holds; strings and documents are noticed; the history may speak of it."""
    head = STORE.replace("def load(", "def load_text(").replace("def open(", "def unlock(")
    assert sorted(told(tmp_path, **{"shop/store.py": head})) == [
        ("docs/use.md", 1, "shop.store.Box.open", "notice"),
        ("docs/use.md", 1, "shop.store.load", "notice"),
        ("pyproject.toml", 6, "shop.store:load", "hold"),
        ("shop/names.py", 2, "shop.store.load", "notice"),
    ]


def test_a_name_that_is_bound_in_another_way_is_still_there(tmp_path: Path) -> None:
    """Moved and imported back, under a condition, or made by the module when it is asked."""
    moved = "from shop.names import PATHS as load\n" + STORE.partition("def keep")[1] + STORE.partition("def keep")[2]
    assert told(tmp_path / "moved", **{"shop/store.py": moved}) == []
    asked = "def __getattr__(name):\n    return name\n"
    assert told(tmp_path / "asked", **{"shop/store.py": asked}) == []


def test_what_the_project_asks_for_and_sets_is_held_against_what_is_installed(tmp_path: Path) -> None:
    """A version that is not there, a name one slip away from another, and a key that no installed plugin knows."""
    asks = PROJECT.replace('version = "1"', 'version = "1"\ndependencies = ["pytest<1", "pytestt"]')
    found = told(tmp_path, **{"pyproject.toml": f'{asks}\n[tool.pytest.ini_options]\ntestpath = ["tests"]\n'})
    assert sorted(found) == [
        ("pyproject.toml", 4, "pytest", "notice"),
        ("pyproject.toml", 4, "pytestt", "notice"),
        ("pyproject.toml", 11, "tool.pytest.testpath", "notice"),
    ]
