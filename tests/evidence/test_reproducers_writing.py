"""What a written test looks like: the call alone, a test cut down to it, and what is asserted. Nothing runs here."""

from __future__ import annotations

from dataclasses import replace
from textwrap import dedent

import pytest

from assay.codebase.definitions import Definition, definitions
from assay.evidence.reproducers.call_alone import Altered, Frame, Harvest, Unwritable, draft_call
from assay.evidence.reproducers.cut_down import draft_cut
from assay.evidence.reproducers.drafts import Draft, Saw, Source, assertions, finished

TESTS = '''
"""Tests of bills."""
import datetime as dt
import os, sys

import pytest

from shop.bill import Bill, total
from shop.money import Money


RATE = Money("0.19")
UNUSED = os.sep


def bill(n):
    """A bill with n items."""
    return Bill([Money(str(i)) for i in range(n)])


@pytest.fixture
def clock():
    return dt.datetime(2024, 1, 1)


@pytest.mark.parametrize("price, n", [(1, 2)])
def test_total(price, n, clock):
    """Adds up."""
    made = bill(n)
    with pytest.raises(ValueError):
        made.add(None)
    with clock_at(clock) as now:
        assert total(made, price, when=now) == 3


class TestBill(Base):
    rate = RATE

    def setup_method(self):
        self.bill = bill(3)

    def test_other(self):
        assert UNUSED

    def test_loop(self):
        for item in [1, 2]:
            if item:
                self.bill.add(item, strict=False)


BILL = bill(1)


def test_asked(self):
    self.assertIn(3, BILL)


def clock_at(moment):
    return moment
'''


def function(source: str, qualname: str = "") -> Definition:
    """The first function of a source, or the one of that name."""
    return next(d for d in definitions(dedent(source)) if qualname in ("", d.qualname))


TOTAL = function("def total(bill, price=0, *more, when=None, **options): pass")
ADD = function("class Bill:\n def add(self, item, strict=True): pass", "Bill.add")
MADE = Harvest(
    scenario="tests/test_bill.py::test_total[1-2]",
    arguments=(("bill", Source(code="Bill([])", imports=("from shop.bill import Bill",))), ("price", Source(code="5"))),
    edits=(),
    owner=None,
    home="shop.bill",
    stack=(),
    names={},
)


def line_of(text: str) -> int:
    """The line of the test file on which this stands."""
    return next(n for n, line in enumerate(TESTS.splitlines(), 1) if text in line)


def at(name: str, text: str) -> Frame:
    """A frame of the test file's function, at the line with this text."""
    return Frame(
        path="tests/test_bill.py", first_line=line_of(f"def {name}"), name=name, line=line_of(text), position=None
    )


def saw(*seen: tuple[str, str], raised: str = "", out: str = "", left: tuple[tuple[str, str], ...] = ()) -> Saw:
    """What one side did."""
    return Saw(
        raised=Source(code=raised) if raised else None,
        bases=(f"builtins.{raised}", "builtins.Exception") if raised else (),
        seen=tuple((template, Source(code=code)) for template, code in seen),
        left={"it": tuple((template, Source(code=code)) for template, code in left)},
        out=out,
    )


def written(draft: Draft, base: Saw, head: Saw) -> str:
    """The first test that could be made of it."""
    return finished(draft, assertions(draft, base, head)[0], "total() answers differently.").strip()


def reads(text: str, expected: str) -> None:
    """The file, without its first line."""
    assert text.partition("\n")[2].strip() == dedent(expected).strip()


def test_a_call_of_written_values_is_all_there_is() -> None:
    """Defaults are left out, what is asserted is base's answer, and strings have double quotes."""
    draft = draft_call(MADE, TOTAL, "total", keeps=False, folder="tests")
    reads(
        written(draft, saw(("{}", "'1.00'")), saw(("{}", "'1.01'"))),
        """
        from shop.bill import Bill, total


        def test_total():
            assert total(Bill([]), price=5) == "1.00"
        """,
    )


def test_what_base_refused_is_expected_to_be_refused() -> None:
    """By the very type that base raised."""
    draft = draft_call(MADE, TOTAL, "total", keeps=False, folder="tests")
    assert "with pytest.raises(ValueError):\n        total(Bill([]), price=5)" in written(
        draft, saw(raised="ValueError"), saw(("{}", "1"))
    )
    assert assertions(draft, saw(raised="ValueError"), saw(raised="ValueError")) == ()


def test_where_head_stumbles_and_nothing_can_be_said_of_the_result_the_call_is_enough() -> None:
    """It raises on head, and that fails the test."""
    draft = draft_call(MADE, TOTAL, "total", keeps=False, folder="tests")
    assert assertions(draft, saw(), saw(raised="TypeError"))[-1].lines == ("total(Bill([]), price=5)",)


def test_the_first_thing_that_differs_is_asserted() -> None:
    """Equal values in two spellings are no difference; an attribute is asked of a result that has a name."""
    draft = draft_call(MADE, TOTAL, "total", keeps=False, folder="tests")
    base, head = saw(("{}", "1"), ("{}.name", "'a'")), saw(("{}", "1.0"), ("{}.name", "'b'"))
    assert [a.lines for a in assertions(draft, base, head)] == [
        ("result = total(Bill([]), price=5)", "assert result.name == 'a'")
    ]


def test_what_was_printed_is_asserted_where_nothing_else_differs() -> None:
    """By pytest's own fixture."""
    draft = draft_call(MADE, TOTAL, "total", keeps=False, folder="tests")
    assert "def test_total(capsys):" in written(draft, saw(out="one\n"), saw(out="two\n"))


def test_spread_arguments_are_given_one_by_one() -> None:
    """What collects positional arguments keeps those before it positional."""
    harvest = replace(
        MADE,
        arguments=(
            *MADE.arguments,
            ("*more", Source(code="(7, 8)")),
            ("**options", Source(code="{'a': 1}")),
        ),
    )
    assert draft_call(harvest, TOTAL, "t", keeps=False, folder="").call == "total(Bill([]), 5, 7, 8, a=1)"


@pytest.mark.parametrize(
    ("source", "qualname", "call"),
    [
        ("class Bill:\n def add(self, item): pass", "Bill.add", "Bill(1).add(2)"),
        ("class Bill:\n def __init__(self, item): pass", "Bill.__init__", "Bill(2)"),
        ("class Bill:\n @classmethod\n def of(self, item): pass", "Bill.of", "Bill.of(2)"),
        ("class Bill:\n @staticmethod\n def of(item): pass", "Bill.of", "Bill.of(2)"),
        ("class Bill:\n @property\n def sum(self): pass", "Bill.sum", "Bill(1).sum"),
        ("class Bill:\n @sum.setter\n def sum(self, item): pass", "Bill.sum", "Bill(1).sum = 2"),
        ("class Bill:\n def __eq__(self, item): pass", "Bill.__eq__", "(Bill(1) == 2)"),
        ("class Bill:\n async def add(self, item): pass", "Bill.add", "asyncio.run(Bill(1).add(2))"),
    ],
)
def test_methods_are_called_as_callers_call_them(source: str, qualname: str, call: str) -> None:
    """By the object, by the class, as an attribute, as an operator."""
    bill = Source(code="Bill(1)", imports=("from shop.bill import Bill",))
    owner = Source(code="Bill", imports=("from shop.bill import Bill",))
    first = () if "static" in source else (("self", bill),)
    harvest = replace(MADE, owner=owner, arguments=(*first, ("item", Source(code="2"))))
    assert draft_call(harvest, function(source, qualname), "t", keeps=False, folder="").call == call


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"arguments": (("bill", None),)}, "`bill` cannot be written as code"),
        ({"home": None}, "it cannot be imported by name"),
        ({"edits": (Altered(path=(("arg", "bill"),), old=None, new=None, twice=True),)}, "second of two calls"),
    ],
)
def test_what_cannot_be_written_is_said(change: dict[str, object], why: str) -> None:
    """One sentence, for the report."""
    with pytest.raises(Unwritable, match=why):
        draft_call(replace(MADE, **change), TOTAL, "t", keeps=False, folder="")  # type: ignore[arg-type] # any member


def test_a_test_is_cut_down_to_the_call_with_the_altered_argument_in_it() -> None:
    """Statements before the call, fixtures and imports stay; expectations around it and other tests go."""
    harvest = replace(
        MADE,
        edits=(Altered(path=(("arg", "price"),), old=Source(code="1"), new=Source(code="-1"), twice=False),),
        stack=(at("test_total", "assert total("),),
        names={"price": Source(code="1"), "n": Source(code="2")},
    )
    draft = draft_cut(harvest, TOTAL, "total", "tests/test_bill.py", TESTS, keeps=False)
    reads(
        written(draft, saw(("{}", "3")), saw(("{}", "4"))),
        '''
        import datetime as dt
        import pytest
        from shop.bill import Bill, total
        from shop.money import Money


        def bill(n):
            """A bill with n items."""
            return Bill([Money(str(i)) for i in range(n)])


        @pytest.fixture
        def clock():
            return dt.datetime(2024, 1, 1)


        def clock_at(moment):
            return moment


        def test_total(clock):
            n = 2
            made = bill(n)
            with pytest.raises(ValueError):
                made.add(None)
            with clock_at(clock) as now:
                assert total(made, -1, when=now) == 3
        ''',
    )


def test_a_loop_is_unrolled_to_the_call_in_question_and_its_class_keeps_what_sets_it_up() -> None:
    """The loop's variable has the value of that call; the object is altered before it."""
    harvest = replace(
        MADE,
        scenario="tests/test_bill.py::TestBill::test_loop",
        edits=(Altered(path=(("arg", "self"), ("attr", "paid")), old=None, new=Source(code="True"), twice=False),),
        stack=(at("test_loop", "self.bill.add(item"),),
        names={"item": Source(code="2")},
    )
    text = written(
        draft_cut(harvest, ADD, "add", "tests/test_bill.py", TESTS, keeps=True),
        saw(left=(("{}.n", "1"),)),
        saw(left=(("{}.n", "2"),)),
    )
    assert text.endswith(
        dedent("""
        class TestBill(Base):

            def setup_method(self):
                self.bill = bill(3)

            def test_add(self):
                item = 2
                it = self.bill
                it.paid = True
                it.add(item, strict=False)
                assert it.n == 1
        """).rstrip()
    )
    assert "UNUSED" not in text


def test_a_value_that_goes_through_other_functions_is_altered_where_the_test_writes_it() -> None:
    """The call further inside is reached by way of the test's own call."""
    inner = Frame(path="shop/bill.py", first_line=1, name="wrap", line=2, position=None)
    harvest = replace(
        MADE,
        edits=(Altered(path=(("arg", "x"),), old=Source(code="3"), new=Source(code="0"), twice=False),),
        stack=(inner, at("setup_method", "self.bill = bill(3)")),
    )
    assert draft_cut(harvest, TOTAL, "t", "tests/test_bill.py", TESTS, keeps=False).call == "bill(0)"
    unknown = Altered(path=(("arg", "x"),), old=Source(code="99"), new=Source(code="0"), twice=False)
    with pytest.raises(Unwritable, match="is not written in the test"):
        draft_cut(replace(harvest, edits=(unknown,)), TOTAL, "t", "tests/test_bill.py", TESTS, keeps=False)


def test_what_an_assertion_asks_of_an_object_is_a_call_too() -> None:
    """The call is made inside, by way of an operator; where it stands in the statement is not known before 3.11."""
    inner = Frame(path="shop/bill.py", first_line=1, name="__contains__", line=2, position=None)
    harvest = replace(MADE, stack=(inner, at("test_asked", "self.assertIn(3, BILL)")))
    draft = draft_cut(harvest, TOTAL, "t", "tests/test_bill.py", TESTS, keeps=False)
    assert draft.call == "3 in BILL"
    assert "BILL = bill(1)" in draft.prelude


def test_a_call_that_no_function_of_the_test_makes_cannot_be_cut() -> None:
    """It was made by a plugin, at import, or in another file."""
    with pytest.raises(Unwritable, match="no function of the test's own file"):
        draft_cut(MADE, TOTAL, "t", "tests/test_bill.py", TESTS, keeps=False)
