"""Where modules are imported from, and under which name."""

from __future__ import annotations

import pytest
from tests.change.telling import files

from assay.change.kinds import is_test, kind_of, places_of
from assay.change.layout import module_name, source_roots


def names(text: str) -> dict[str, str]:
    """Paths of code with the names under which they are imported."""
    tree = files(text)
    roots = source_roots(sorted(tree), tree.get)
    places = places_of(tree)
    return {p: module_name(p, roots) for p in tree if p.endswith(".py") and kind_of(p, places) == "code"}


def test_packages_at_the_top_are_imported_from_the_top() -> None:
    assert names("=== p/__init__.py\n=== p/q/__init__.py\n=== p/q/m.py\n=== single.py\n=== tests/test_m.py\n") == {
        "p/__init__.py": "p",
        "p/q/__init__.py": "p.q",
        "p/q/m.py": "p.q.m",
        "single.py": "single",
    }


@pytest.mark.parametrize("root", ["src", "lib", "packages/one/src"])
def test_source_folders_are_no_part_of_a_name(root: str) -> None:
    """Packages without `__init__.py` are named from the same root."""
    assert names(f"=== {root}/p/__init__.py\n=== {root}/space/q/m.py\n") == {
        f"{root}/p/__init__.py": "p",
        f"{root}/space/q/m.py": "space.q.m",
    }


@pytest.mark.parametrize(
    "declared",
    [
        "=== pyproject.toml\n[tool.setuptools.package-dir]\n'' = 'python'\n",
        "=== pyproject.toml\n[tool.setuptools.packages.find]\nwhere = ['python']\n",
        "=== pyproject.toml\n[tool.hatch.build.targets.wheel]\npackages = ['python/p']\n",
        "=== pyproject.toml\n[[tool.poetry.packages]]\ninclude = 'p'\nfrom = 'python'\n",
        "=== setup.cfg\n[options]\npackage_dir =\n    = python\n",
        "=== setup.py\nsetup(package_dir={'': 'python'})\n",
        "=== setup.py\nsetup(packages=find_packages('python'))\n",
    ],
)
def test_build_files_declare_other_source_folders(declared: str) -> None:
    assert names(declared + "=== python/p/m.py\n") == {"python/p/m.py": "p.m"}


def test_imports_tell_how_deep_a_namespace_package_reaches() -> None:
    """`google` has no `__init__.py`; tests import `google.cloud.thing`."""
    tree = "=== google/cloud/thing/__init__.py\n=== google/cloud/thing/m.py\n=== tests/test_a.py\nfrom google.cloud.thing import m\n"
    assert names(tree)["google/cloud/thing/m.py"] == "google.cloud.thing.m"


@pytest.mark.parametrize(
    "path", ["tests/a.py", "p/tests/test_a.py", "test_a.py", "p/a_test.py", "conftest.py", "app/tests.py"]
)
def test_these_are_tests(path: str) -> None:
    assert is_test(path, places_of([path, "p/__init__.py"]))


@pytest.mark.parametrize(
    "path", ["p/testing.py", "p/test.py", "p/test/client.py", "p/testing/tools.py", "p/contest.py"]
)
def test_what_a_library_offers_for_testing_is_code(path: str) -> None:
    known = places_of([path, "p/__init__.py", "p/test/__init__.py", "p/testing/__init__.py"])
    assert kind_of(path, known) == "code"
