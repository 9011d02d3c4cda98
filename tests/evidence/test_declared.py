"""What a change declares and locks, held against what is installed."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from tests.evidence.making import FakeSource

from assay.evidence.declared import concerns, disagreements
from assay.values.change import Change, FilePair, Revision
from assay.values.reality import Denial

INSTALLED = {"requests": "2.31.0", "attrs": "25.1.0", "zope-interface": "6.0"}
LOCK = '[[package]]\nname = "{}"\nversion = "{}"\n'
BASE = {
    "pyproject.toml": '[project]\nname = "shop"\ndependencies = ["requests>=2"]\n',
    "poetry.lock": LOCK.format("requests", "2.30.0"),
    "shop.py": "",
}


def told(path: str, text: str, base: Mapping[str, str] = BASE) -> list[Denial]:
    """What is told of a change to one file."""
    side = Revision(label="x", commit=None)
    change = Change(base=side, head=side, files=(FilePair(base_path=path, head_path=path),), units=())
    return list(disagreements(change, FakeSource(base=base, head={**base, path: text}), lambda: INSTALLED))


def project(*dependencies: str) -> str:
    """A description of the shop that asks for these."""
    return f'[project]\nname = "shop"\ndependencies = [{", ".join(map(repr, dependencies))}]\n'


def test_a_version_that_is_not_the_installed_one_is_told() -> None:
    """What the change calls is judged by that one."""
    (found,) = told("pyproject.toml", project("requests>=2.32"))
    assert (found.kind, found.line, found.installed) == ("not-as-declared", 3, "requests 2.31.0")
    assert found.text == "pyproject.toml asks for requests >=2.32, and 2.31.0 is installed here"
    (found,) = told("requirements.txt", "Zope_Interface<6\n", {"shop.py": ""})
    assert (found.kind, found.line) == ("not-as-declared", 1)


def test_a_name_that_neither_lock_nor_environment_has_is_told() -> None:
    """With the one that may have been meant."""
    (found,) = told("pyproject.toml", project("requests>=2", "reqeusts"))
    assert (found.kind, found.name, found.nearest, found.certainty) == (
        "not-locked",
        "reqeusts",
        ("requests",),
        "suspect",
    )
    (found,) = told("pyproject.toml", project("requests>=2", "attrs"))
    assert (found.text, found.nearest) == ("pyproject.toml asks for attrs, and poetry.lock does not have it", ())
    (found,) = told("requirements.txt", "reqeusts\n", {"shop.py": ""})
    assert (found.kind, found.nearest) == ("missing-package", ("requests",))


def test_a_pin_that_the_change_made_and_nobody_installed_is_told() -> None:
    """Once a package."""
    (found,) = told("poetry.lock", LOCK.format("requests", "2.32.0") + LOCK.format("attrs", "25.1.0"))
    assert found.text == "poetry.lock has requests 2.32.0, and 2.31.0 is installed here"
    uv = LOCK.format("requests", "2.32.0") + 'source = { registry = "https://x" }\n'
    own = LOCK.format("attrs", "1.0") + 'source = { editable = "." }\n'
    assert [one.name for one in told("uv.lock", uv + own, {"shop.py": ""})] == ["requests"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("pyproject.toml", BASE["pyproject.toml"].replace("shop", "store")),  # nothing new is asked for
        ("pyproject.toml", project("requests>=2,<3")),
        ("pyproject.toml", project("requests>=2", "tomli>=9; python_version<'3.11'")),
        ("poetry.lock", BASE["poetry.lock"] + LOCK.format("nobody", "1.0")),  # a lock holds what other places need
        ("poetry.lock", "no = = toml"),
    ],
)
def test_what_agrees_and_what_is_no_news_is_not_told(path: str, text: str) -> None:
    """Base had it so, the installed version is meant, or it holds elsewhere."""
    assert told(path, text) == []


def test_a_new_name_without_a_lock_is_told_only_where_another_is_like_it() -> None:
    """What is not installed yet is no mistake by itself."""
    assert told("requirements.txt", "sqlalchemy\n", {"shop.py": ""}) == []


def test_code_alone_concerns_no_declarations() -> None:
    """Nobody is asked then."""
    side = Revision(label="x", commit=None)
    pair = FilePair(base_path="shop.py", head_path="shop.py")
    change = Change(base=side, head=side, files=(pair,), units=())
    assert not concerns(change)
    assert list(disagreements(change, FakeSource(base={}, head={}), dict)) == []
