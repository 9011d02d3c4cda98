"""The settings come from the file that pytest would take, and of `addopts` stays what says what a test does."""

from __future__ import annotations

import pytest
from tests.change.telling import MemorySource, files

from assay.codebase.pytest_settings import PytestSettings, read_pytest_settings


def settings_of(text: str, project: str = "") -> PytestSettings:
    return read_pytest_settings(MemorySource(files(text), files(text)), project)


def kept(options: str, tree: str = "") -> list[str]:
    return list(settings_of(f"=== pytest.ini\n[pytest]\naddopts = {options}\n{tree}").options)


@pytest.mark.parametrize(
    "text",
    [
        "=== pytest.toml\n[pytest]\ntestpaths = ['t/unit/']\n",
        "=== pytest.ini\n[pytest]\ntestpaths = t/unit\n",
        "=== pyproject.toml\n[tool.pytest.ini_options]\ntestpaths = './t/unit'\n",
        "=== pyproject.toml\n[tool.pytest]\ntestpaths = ['t/unit']\n",
        "=== tox.ini\n[pytest]\ntestpaths =\n  t/unit\n",
        "=== pyproject.toml\n[project]\n=== setup.cfg\n[tool:pytest]\ntestpaths = t/unit\n",
        "=== pyproject.toml\nno toml\n=== setup.cfg\n[tool:pytest]\ntestpaths = t/unit\n",
    ],
)
def test_every_file_that_pytest_reads_is_read(text: str) -> None:
    assert settings_of(text).testpaths == ("t/unit",)


def test_an_empty_pytest_ini_is_the_one() -> None:
    """Pytest looks no further."""
    assert settings_of("=== pytest.ini\n=== setup.cfg\n[tool:pytest]\ntestpaths = t\n") == PytestSettings()


def test_a_project_inside_a_tree_has_its_own_settings_or_those_above_it() -> None:
    text = (
        "=== pytest.ini\n[pytest]\naddopts = --shape=a\n=== one/pytest.ini\n[pytest]\ntestpaths = tests\n=== two/m.py\n"
    )
    assert settings_of(text, "one") == PytestSettings(testpaths=("one/tests",))
    assert settings_of(text, "two").options == ("--shape=a",)


@pytest.mark.parametrize(
    ("options", "left"),
    [
        ("-n auto --dist=loadscope -x --maxfail 2", []),
        ("--cov p --cov-report=term --cov-fail-under 90 --no-cov-on-fail", []),
        ("-ra -q -vv -s --tb=short --color yes -rxXs -Werror -W ignore", []),
        ("--reruns 2 --timeout 20 --durations=5 --junitxml=x.xml --randomly-seed=1", []),
        ("-p anyio -p no:asyncio -pno:trio -p xdist", ["-panyio", "-pno:asyncio", "-pno:trio"]),
        ("-m 'not slow and not far' -k 'not x'", ["-m", "not slow and not far", "-k", "not x"]),
        (
            "--import-mode=importlib --ds=p.settings --ds p.other",
            ["--import-mode=importlib", "--ds=p.settings", "--ds", "p.other"],
        ),
        (
            "--doctest-modules --ignore docs --ignore=setup.py",
            ["--doctest-modules", "--ignore", "docs", "--ignore=setup.py"],
        ),
        ("--no-migrations tests", ["--no-migrations"]),
        ("--no-migrations tests/a.py", ["--no-migrations"]),
        ("--backend sqlite --runslow", ["--backend", "sqlite", "--runslow"]),
        ("'unclosed", []),
    ],
)
def test_what_is_left_of_the_options(options: str, left: list[str]) -> None:
    assert kept(options, "=== tests/a.py\n") == left


def test_examples_in_docstrings_are_tests_where_the_project_says_so() -> None:
    assert settings_of("=== pytest.ini\n[pytest]\naddopts = --doctest-modules\n").doctests
    assert not settings_of("=== pytest.ini\n[pytest]\n").doctests
