"""Real checks of tiny repositories in the real sandbox: what a person is told, and that nothing is left behind."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.checking import SHOP, Repository, Told, changed, new_repository
from tests.probe.projects import INTERPRETERS

pytestmark = pytest.mark.slow

WITHOUT_PYTEST = [path for name, path in INTERPRETERS.items() if "pytest" not in name]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository without a commit, on `main`."""
    return new_repository(tmp_path)


def check(repository: Repository, base: str, head: str, *, python: str = sys.executable) -> Told:
    """Commit base on `main` and head on a branch, and check what the branch adds."""
    repository.commit(base)
    repository.git("checkout", "-q", "-b", "head")
    repository.commit(head)
    return repository.check("main..head", python=python)


HELD = {
    "a default": (("places=2", "places=1"), "hold shop.short: short() answers differently"),
    "a default of __init__": (
        ("n=1", "n=2"),
        "hold shop.Box.__init__: __init__() leaves its arguments, or its object, otherwise",
    ),
    "a class attribute": (('kind = "box"', 'kind = "case"'), "hold shop.Box.kind: label() answers differently"),
    "a property": (("return self.n * self.n", "return self.n * 3"), "hold shop.Box.area: area() answers differently"),
    "a generator": (("yield i * i", "yield i * i if i < 5 else 0"), "hold shop.squares: squares() answers differently"),
}


@pytest.mark.parametrize(("replacement", "finding"), HELD.values(), ids=HELD)
def test_what_is_held(repository: Repository, replacement: tuple[str, str], finding: str) -> None:
    """Although every test of the project passes on both sides, or says nothing of it."""
    told = check(repository, SHOP, changed(replacement))
    assert told.status == 1
    heavy = [
        each.replace("shop.Box: label", "shop.Box.kind: label")
        for each in told.findings
        if not each.startswith("notice")
    ]
    assert finding in heavy


def test_a_rewrite_of_everything_that_keeps_behaviour_passes(repository: Repository) -> None:
    """Seven units changed, all observed, none with a difference that holds."""
    told = check(
        repository,
        SHOP,
        changed(
            ("return self.n * self.n", "side = self.n\n        return side * side"),
            ("return self.kind + str(self.n)", "name = str(self.n)\n        return self.kind + name"),
            ("for i in range(n):\n        yield i * i", "i = 0\n    while i < n:\n        yield i * i\n        i += 1"),
            ("return round(amount, places)", "rounded = round(amount, places)\n    return rounded"),
            ("def old(x):\n    return x", "def old(x):\n    y = x\n    return y"),
        ),
    )
    assert told.status == 0, told.findings
    assert not [each for each in told.findings if not each.startswith("notice")]
    assert told.report["effort"]["observed_units"] == 5


def test_a_coroutine_that_waits_answers_differently(repository: Repository) -> None:
    """`return x` becomes `return x + 1`."""
    told = check(
        repository,
        SHOP,
        changed(("    await asyncio.sleep(0)\n    return x", "    await asyncio.sleep(0)\n    return x + 1")),
    )
    assert told.status == 1
    assert any(each.startswith("hold") for each in told.findings)


def test_a_function_that_base_tests_is_removed(repository: Repository) -> None:
    """The test that asserts its answer fails on head, although no function changed in place."""
    told = check(repository, SHOP, changed(("def old(x):\n    return x\n", "")))
    assert told.status == 1
    assert [each for each in told.findings if "passes on base and fails on head" in each]


def test_a_function_that_a_test_imports_is_removed(repository: Repository) -> None:
    """Beside another change, so that the tests run."""
    base = SHOP.replace("import shop\n", "import shop\nfrom shop import old\n", 1)
    told = check(repository, base, changed(("def old(x):\n    return x\n", ""), ("places)", "places + 0)")))
    assert told.status == 1
    assert any("passes on base and fails on head" in each for each in told.findings)


@pytest.mark.parametrize("line", ["import nothing_like_this", "import sys; sys.exit(3)", "raise RuntimeError"])
def test_a_module_that_no_longer_imports(repository: Repository, line: str) -> None:
    """Every test of base fails on head, although no function changed."""
    told = check(repository, SHOP, changed(("import asyncio\n", f"import asyncio\n{line}\n")))
    assert told.status == 1
    assert any("passes on base and fails on head" in finding for finding in told.findings)


def test_a_syntax_error_at_head(repository: Repository) -> None:
    """Nothing can be said of the file; the place is named."""
    told = check(repository, SHOP, changed(("def old(x):", "def old(x:")))
    assert (told.status, told.gaps) == (4, ["syntax-error"])
    assert "shop.py: At head, line " in told.report["gaps"][0]["reason"]


def test_where_there_are_no_tests_simple_calls_are_generated(repository: Repository) -> None:
    """From the hints of the function."""
    base = "=== shop.py\ndef half(n: int) -> int:\n    return n // 2\n"
    told = check(repository, base, base.replace("n // 2", "int(n / 2)"))
    assert told.status == 1
    assert told.findings[0] == "hold shop.half: half() answers differently"


UNCOLLECTED = """
=== shop.py
def half(n: int) -> int:
    return n // 2
=== tests/test_shop.py
import nothing_like_this
import shop
def test_half():
    assert shop.half(4) == 2
"""


def test_tests_that_do_not_collect_are_a_gap(repository: Repository) -> None:
    """Its reason names the package that would help."""
    told = check(repository, UNCOLLECTED, "=== shop.py\ndef half(n: int) -> int:\n    m = n\n    return m // 2\n")
    assert told.status == 0
    assert told.gaps == ["generated-only", "collection"]
    remedy = told.report["gaps"][1]["remedy"]
    assert remedy.startswith("Install it: `uv pip install --python ")
    assert " nothing-like-this`, or `" in remedy
    assert "`assay check --build-env " in remedy


def test_a_conftest_that_head_breaks_hides_every_test(repository: Repository) -> None:
    """It imports a name that head removed."""
    base = (
        "=== shop.py\ndef half(n): return n // 2\ndef gone(): return 1\n=== tests/conftest.py\nfrom shop import gone\n"
    )
    base += "=== tests/test_shop.py\nimport shop\ndef test_half(): assert shop.half(4) == 2\n"
    told = check(repository, base, "=== shop.py\ndef half(n): return int(n / 2)\n")
    broken = "block shop.half: tests/test_shop.py passes on base and fails on head"
    misses = "notice tests/conftest.py: Module shop has no member gone   (this project)"
    assert (told.status, told.findings, told.gaps) == (1, [broken, misses], ["not-comparable"])


UNITTEST = """
=== shop.py
def half(n):
    return n // 2
=== tests/__init__.py
=== tests/test_shop.py
import unittest
import shop
class Half(unittest.TestCase):
    def test_half(self): self.assertEqual(shop.half(4), 2)
    def test_parts(self):
        for n, half in ((2, 1), (4, 2)):
            with self.subTest(n=n):
                self.assertEqual(shop.half(n), half)
"""


@pytest.mark.skipif(not WITHOUT_PYTEST, reason="every interpreter on this machine has pytest")
@pytest.mark.parametrize(
    ("new", "status", "levels"),
    [
        ("m = n\n    return m // 2", 0, set()),
        ("return int(n / 2)", 1, {"hold"}),
        ("return n // 2 + 1", 1, {"block", "hold"}),
    ],
    ids=["harmless", "harmful", "failing"],
)
def test_a_unittest_project_needs_no_pytest(repository: Repository, new: str, status: int, levels: set[str]) -> None:
    """Run by an interpreter that has nothing installed."""
    told = check(repository, UNITTEST, f"=== shop.py\ndef half(n):\n    {new}\n", python=WITHOUT_PYTEST[0])
    assert told.status == status, told.findings
    assert {each.split()[0] for each in told.findings} - {"notice"} == levels


def test_source_folders_are_found_without_installing(repository: Repository) -> None:
    """`src/shop/money.py` is `shop.money`."""
    base = "=== src/shop/__init__.py\n=== src/shop/money.py\ndef total(prices):\n    return sum(prices)\n"
    base += "=== tests/test_money.py\nfrom shop.money import total\ndef test_total(): assert total([1, 2]) == 3\n"
    told = check(
        repository, base, "=== src/shop/money.py\ndef total(prices):\n    return sum(prices) if prices else None\n"
    )
    assert told.findings[0] == "hold shop.money.total: total() answers differently"


def test_one_commit_is_checked_against_the_one_before(repository: Repository) -> None:
    """`assay check HEAD`."""
    repository.commit(SHOP)
    repository.commit(changed(("places=2", "places=1")))
    told = repository.check("HEAD")
    assert told.status == 1
    assert [each for each in told.findings if each.startswith("hold")] == [
        "hold shop.short: short() answers differently"
    ]


def test_uncommitted_work_of_all_kinds_is_checked_and_left_alone(repository: Repository) -> None:
    """Staged, unstaged and untracked; the index, its times apart, is as it was."""
    repository.commit(SHOP)
    repository.write(changed(("places=2", "places=1")))
    repository.git("add", "shop.py")
    repository.write(changed(("places=2", "places=1"), ('kind = "box"', 'kind = "case"')))
    repository.write("=== new.py\ndef fresh(): return 1\n")
    status = repository.git("status", "--porcelain")
    told = repository.check()
    assert {each.split(":")[0] for each in told.findings if each.startswith("hold")} == {
        "hold shop.short",
        "hold shop.Box",
    }
    assert repository.git("status", "--porcelain") == status
