"""What the tests say of the values that a call may have, beside the code that asks for them."""

from __future__ import annotations

from dataclasses import replace

from tests.evidence.making import FakeSource, placement, point

from assay.evidence.survey import with_values_given

TESTS = """
def test_remove():
    url.remove(port=True)
    url.set(origin="https://a.b")
    Url("https://a.b").remove()
"""


def test_a_parameter_that_head_does_not_take_gets_its_default_before_anything_else() -> None:
    """A value of another kind, which some other function takes by that name, comes after those that are sure."""
    at = point(parameters=("self", "port", "origin"), defaults=(("port", "False"), ("origin", "False")))
    form = (("self", "plain", False), ("port", "plain", True), ("origin", "plain", True))
    own = replace(placement(form=form), point=at)
    (placed,) = with_values_given([own], ["test_url.py"], FakeSource({"test_url.py": TESTS}))
    assert dict(placed.material.given) == {
        "port": ("False", "True"),
        "origin": ("False", "True", "'https://a.b'"),
    }


def test_classes_beside_the_code_come_with_how_tests_make_their_objects() -> None:
    """So that a method meets them."""
    source = FakeSource({"bill.py": "class Url:\n    pass\n", "test_url.py": TESTS})
    (placed,) = with_values_given([placement()], ["test_url.py"], source)
    assert placed.material.made == (("Url", ("('', ('https://a.b',), {})",)),)
