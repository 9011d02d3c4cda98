"""What a change begins to import and the project declares nowhere."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from tests.evidence.making import FakeSource

from assay.evidence.undeclared import undeclared
from assay.values.change import Change, FilePair, Revision

BASE = {
    "pyproject.toml": '[project]\nname = "shop"\ndependencies = ["requests>=2", "google-cloud-storage"]\n',
    "shop/__init__.py": "",
    "shop/cart.py": "import requests\n",
    "shop/old.py": "import attr\n",
    "tests/__init__.py": "",
    "tests/test_cart.py": "import yaml\n",
    "tool.py": "",
}
INSTALLED = {"yaml": "PyYAML 6.0", "attr": "attrs 25.1", "google": "google-api-core 2.0", "bs4": "beautifulsoup4 4.12"}


def found(path: str, text: str, base: Mapping[str, str] = BASE) -> list[str]:
    """`name distribution line` of each finding."""
    side = Revision(label="x", commit=None)
    change = Change(base=side, head=side, files=(FilePair(base_path=path, head_path=path),), units=())
    source = FakeSource(base=base, head={**base, path: text})
    denials = undeclared(change, source, {"shop"}, lambda name: INSTALLED.get(name, ""))
    return [f"{denial.name} {denial.installed} {denial.line}" for denial in denials]


def test_a_package_that_something_else_brought_is_told() -> None:
    """That tests import it makes it no dependency of the shop."""
    assert found("shop/cart.py", "import os, requests\nfrom yaml import safe_load\n") == ["yaml PyYAML 6.0 2"]
    assert found("shop/cart.py", "class A:\n    import bs4.element\n") == ["bs4 beautifulsoup4 4.12 2"]


@pytest.mark.parametrize(
    "text",
    [
        "import attr",  # base imports it already
        "import shop.old",
        "from . import yaml",
        "from google.cloud import storage",  # shares its name space with what is declared
        "try:\n    import yaml\nexcept ImportError:\n    yaml = None",
        "def load():\n    import yaml",
        "import sys\nif sys.argv:\n    import yaml",
        "import nobody_has_it",
        "import (",
    ],
)
def test_what_need_not_be_there_or_is_known_is_not_told(text: str) -> None:
    """Optional imports, the project's own modules, what is not installed at all."""
    assert found("shop/cart.py", text) == []


def test_tests_may_import_what_they_like() -> None:
    """They are not shipped."""
    assert found("tests/test_cart.py", "import bs4") == []


def test_scripts_beside_the_package_and_projects_that_declare_nothing_are_left_alone() -> None:
    """A script runs where somebody put it."""
    assert found("tool.py", "import yaml") == []
    assert found("shop/cart.py", "import yaml", {"shop/__init__.py": "", "shop/cart.py": ""}) == []


def test_a_declaration_by_distribution_counts() -> None:
    """Whatever its module is called, and in whatever file."""
    declared = {**BASE, "requirements.txt": "pyyaml==6.0\nbeautifulsoup4\n"}
    assert found("shop/cart.py", "import yaml, bs4", declared) == []
