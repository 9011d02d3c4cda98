"""Where head brings other arguments, those of base are given on both sides."""

from __future__ import annotations

from tests.evidence.making import call

from assay.evidence.kept import with_arguments_of_base


def test_each_diverging_call_is_made_with_what_base_gave() -> None:
    """What is no literal says nothing, and the same arguments are given once."""
    base = [call(), call(n=1), call(n=2, arguments=(("amount", None),)), call(point="bill.py::other")]
    head = [
        call(arguments=(("amount", "11"),)),
        call(n=1, arguments=(("amount", "12"),)),
        call(n=2),
        call(point="bill.py::other"),
    ]
    (made,) = with_arguments_of_base(base, head)
    assert (made.id.point, made.id.call) == ("bill.py::total", 0)
    assert [(edit.path, edit.literal) for edit in made.intervention.edits] == [((("arg", "amount"),), "10")]
    assert with_arguments_of_base(base[2:], head[2:]) == ()
