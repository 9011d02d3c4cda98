"""Code that moved is one unit, not two."""

from __future__ import annotations

from tests.change.telling import assert_told

BODY = """
    total = 0
    for item in items:
        total += item.price * item.count
    if total > 100:
        total -= 5
    return total
"""


def test_a_function_moved_to_another_module_is_one_unit() -> None:
    """Its reader imports it from the new place, and that is no change."""
    user = "=== p/user.py\nfrom p.{} import price\ndef f(items): return price(items)\n"
    assert_told(
        f"=== p/__init__.py\n=== p/old.py\ndef keep(): return 1\ndef price(items):{BODY}" + user.format("old"),
        f"=== p/__init__.py\n=== p/old.py\ndef keep(): return 1\n=== p/new.py\ndef price(items):{BODY}"
        + user.format("new"),
        "p.old.price -> p.new.price: moved",
    )


def test_a_function_moved_and_slightly_edited_is_one_unit() -> None:
    assert_told(
        f"=== a.py\nx = 1\ndef price(items):{BODY}=== b.py\ny = 1\n",
        f"=== a.py\nx = 1\n=== b.py\ny = 1\ndef price(items):{BODY.replace('5', '6')}",
        "a.price -> b.price: moved, body",
    )


def test_a_renamed_function_is_one_unit() -> None:
    assert_told(f"def price(items):{BODY}", f"def cost(items):{BODY}", "m.price -> m.cost: renamed")


def test_functions_that_only_share_a_short_body_are_two() -> None:
    """Many functions are `return self.value`."""
    assert_told("def one(a): return a.value\n", "def other(a): return a.value\n", "added m.other", "removed m.one")


def test_methods_of_a_renamed_class_are_paired_by_name() -> None:
    """Once one of them is known to be the same."""
    text = "class {0}:\n    def total(self, items):{1}\n    def f(self): return {2}\n"
    indented = BODY.replace("\n    ", "\n        ")
    assert_told(
        text.format("Old", indented, 1),
        text.format("New", indented, 2),
        "m.Old.total -> m.New.total: moved",
        "m.Old.f -> m.New.f: moved, body",
    )


def test_in_a_renamed_file_only_what_differs_is_a_unit() -> None:
    head = f"def price(items):{BODY}\ndef g(a):\n    return {{}}\n"
    assert_told(
        "=== p/__init__.py\n=== p/old.py\n" + head.format(1),
        "=== p/__init__.py\n=== p/new.py\n" + head.format(2),
        "p.old.g -> p.new.g: body",
    )
