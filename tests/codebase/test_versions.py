"""Requirements as they are written, and versions that fulfil them."""

from __future__ import annotations

import pytest

from assay.codebase.versions import Requirement, fulfils, requirement_of, requirements_in


@pytest.mark.parametrize(
    ("version", "specifier"),
    [
        ("1.2.3", ""),
        ("1.2.3", ">=1.2,<2"),
        ("1.2", "==1.2.0"),
        ("1.2.9", "~=1.2.3"),
        ("1.9", "~=1.2"),
        ("1.2.3", "==1.2.*"),
        ("2.0", "!=1.*"),
        ("10.0", ">9"),
        ("2.0.dev3", ">=5"),
        ("1.0", ">=1.0a1"),
        ("1.0+local", "==1.0"),
    ],
)
def test_versions_that_may_be_there(version: str, specifier: str) -> None:
    """What plain numbers do not tell counts as fulfilled."""
    assert fulfils(version, specifier)


@pytest.mark.parametrize(
    ("version", "specifier"),
    [
        ("0.9", ">=1"),
        ("2.0", ">=1.2,<2"),
        ("1.3.0", "~=1.2.3"),
        ("2.0", "~=1.2"),
        ("1.3", "==1.2.*"),
        ("1.3", "==1.2"),
        ("1.5", "!=1.*"),
        ("9.0", ">9"),
    ],
)
def test_versions_that_may_not(version: str, specifier: str) -> None:
    """Bounds are read as PEP 440 reads them."""
    assert not fulfils(version, specifier)


def test_a_line_is_a_requirement_where_it_holds_everywhere() -> None:
    """Markers, places and options of pip are none of it."""
    assert requirement_of("Zope.Interface[test] >= 5, <6  # why") == Requirement("zope-interface", ">= 5, <6")
    assert requirement_of("requests") == Requirement("requests", "")
    for line in ("tomli; python_version < '3.11'", "shop @ file:///shop", "-r base.txt", "# requests", ""):
        assert requirement_of(line) is None


def test_every_table_of_a_project_is_read() -> None:
    """Dependencies, extras, groups, and those of poetry."""
    text = (
        '[project]\ndependencies = ["a>=1"]\n[project.optional-dependencies]\nx = ["b"]\n'
        '[dependency-groups]\ndev = ["c", {include-group = "x"}]\n'
        '[tool.poetry.dependencies]\npython = "^3.11"\nd = "^1.2"\n[tool.poetry.group.dev.dependencies]\ne = "*"\n'
    )
    found = {(one.name, one.specifier) for one in requirements_in("pyproject.toml", text)}
    assert found == {("a", ">=1"), ("b", ""), ("c", ""), ("d", ">=1.2,<2"), ("e", "")}
    assert requirements_in("pyproject.toml", "no = = toml") == frozenset()
    assert requirements_in("requirements.txt", "a==1\n") == {Requirement("a", "==1")}
