# mypy: ignore-errors
# ruff: noqa: ANN001, ANN201, ANN202, ANN204, UP017, T201
# A script that every interpreter from Python 3.9 on runs; its values keep to no type on purpose.
"""What is true of encoded values on every interpreter. Run as a script it checks all facts and says how many."""

import array
import collections
import datetime
import decimal
import fractions
import functools
import io
import ipaddress
import json
import operator
import re
import sys
import tempfile
import uuid
from pathlib import Path, PurePosixPath, PureWindowsPath
from xml.etree import ElementTree

from tests.probe import survival_facts
from tests.probe.sample_values import Colour, Flavour, Money, Point, Slotted

from assay_probe.encoding import alias, digest, encode, encode_call, shown, visible


def every(values):
    """Are all these values told apart?"""
    return len({json.dumps(encode(value)) for value in values}) == len(values)


def fact_values_of_different_types_never_share_a_tree():
    ones = [1, 1.0, True, "1", b"1", bytearray(b"1"), 1 + 0j, decimal.Decimal(1), fractions.Fraction(1), [1], (1,)]
    assert every(
        [*ones, {1}, frozenset({1}), {1: 1}, collections.deque([1]), range(1), "True", "1.0", None, "None", ...]
    )
    assert every([[], (), {}, set(), frozenset(), "", b"", 0, 0.0, -0.0, False, collections.OrderedDict()])
    assert every(["nan", float("nan"), float("inf"), -float("inf"), ["is", "float", "nan"], ["ref", "result"]])
    assert every([decimal.Decimal("1.0"), decimal.Decimal("1.00"), PurePosixPath("1.0"), "1.0"])
    assert every([Colour.RED, Colour.BLUE, Colour, 1, Flavour.SWEET, "sweet", type("Text", (str,), {})("sweet")])
    assert encode(float("nan")) == encode(-float("nan"))


def fact_numbers_without_a_repr_are_known_by_length_and_checksum():
    big = 10**5000
    assert encode(big) == encode(10**5000)
    assert every([big, big + 1, -big, 1 << 63, 1 << 64, (1 << 63) - 1])


def fact_long_text_is_known_by_beginning_length_and_checksum():
    tree = encode(["x" * 1000 + "a", "x" * 1000 + "b"])
    assert [item[:2] + item[3:4] for item in tree[3]] == [["long", "str", 1001]] * 2
    assert tree[3][0] != tree[3][1]
    assert encode("x" * 3000) == "x" * 3000
    assert every([[b"x" * 1000 + b"a"], [b"x" * 1000 + b"b"], ["x" * 1000 + "a"]])


def fact_addresses_are_stripped_in_both_cases_and_other_hexadecimals_kept():
    plain = object()
    assert encode(f"{plain!r}") == "<object object at 0x>"
    assert encode("Token 0X7FD8C0FFEE00 and 0x7fd8c0ffee00") == "Token 0x and 0x"
    assert encode("colour 0xFFEEDD at 10") == "colour 0xFFEEDD at 10"
    assert encode(repr(plain).encode()) == ["is", "bytes", "b'<object object at 0x>'"]
    assert visible([Money(1), plain]) == "[<Money>, <object>]"
    assert "0x>" in shown(every)


def fact_a_value_met_before_is_referred_to_by_its_path():
    inner = [1]
    assert encode([inner, {"k": inner}]) == [
        "seq", "list", 2,
        [["seq", "list", 1, [1]], ["map", "dict", 1, [["k", ["ref", "result[0]"]]]]],
    ]  # fmt: skip
    cycle = Money(1)
    cycle.me = {"it's": [cycle]}
    assert encode(cycle)[2]["me"] == ["map", "dict", 1, [["it's", ["seq", "list", 1, [["ref", "result"]]]]]]
    shared = (1, 2)
    assert encode([shared, shared]) == encode([(1, 2), (1, 2)]), "the identity of a tuple means nothing"


def fact_a_tuple_with_attributes_is_written_once():
    class Token(tuple):  # noqa: SLOT001 - its objects have attributes
        pass

    root = Token(["root"])
    root.child = Token(["root", "child"])
    root.child.parent = root
    first, second = encode([root.child, root.child])[3]
    assert second == ["ref", "result[0]"], "a tree of such tuples would else be written down at each of its places"
    assert first[4]["parent"][4] == {"child": ["ref", "result[0]"]}


def fact_arguments_are_written_down_together():
    amount = Money(1)
    tree = encode_call({"self": [amount], "amount": amount, "n": 1})
    assert tree[0] == "call"
    assert list(tree[1]) == ["self", "amount", "n"]
    assert tree[1]["amount"] == ["ref", "self[0]"]
    assert encode_call({}) == ["call", {}]
    crowd = {"a": [[n] for n in range(60)] * 1, "b": Money(1)}
    assert encode_call(crowd, nodes=500)[1]["b"] == encode(Money(1)), "one argument does not starve the next"


def fact_a_result_that_is_an_argument_is_named():
    order = Money([[1], [2]])
    table = {"rows": [order]}
    assert alias(order, {"order": order}) == "order"
    assert alias(order.amount, {"order": order}) == "order.amount"
    assert alias(order.amount[1], {"order": order}) == "order.amount[1]"
    assert alias(table["rows"], {"n": 1, "table": table}) == "table['rows']"
    assert alias([], {"order": order}) == ""
    assert alias("EUR", {"order": order}) == ""
    assert alias(Colour.RED, {"colour": Colour.RED}) == ""


def fact_objects_show_their_dict_and_their_slots():
    assert encode(Money(1)) == [
        "obj", encode(Money(1))[1], {"_cache": ["map", "dict", 0, []], "amount": 1, "currency": "EUR"}
    ]  # fmt: skip
    assert encode(Slotted())[2] == {"_Slotted__hidden": 2, "open": ["seq", "list", 1, [1]]}
    assert encode(Point(1, [2]))[2:] == [2, [1, ["seq", "list", 1, [2]]], ["x", "y"]]
    error = ValueError("x", [1])
    error.code = 5
    assert encode(error) == ["exc", "ValueError", ["x", ["seq", "list", 1, [1]]], {"code": 5}]
    assert encode(FileNotFoundError(2, "no", "f"))[3]["filename"] == "f"


def fact_iterators_are_read_only_where_asked_for():
    def numbers():
        yield 1
        yield [2]
        raise KeyError("end")

    iterator = iter([1, 2, 3])
    assert encode(iterator)[2:4] == [None, "3 left"]
    next(iterator)
    assert encode_call({"i": iterator})[1]["i"][3] == "2 left"
    assert list(iterator) == [2, 3]
    assert encode(numbers(), consume=True)[2:4] == [[1, ["seq", "list", 1, [2]]], "!KeyError"]
    assert encode({"k": map(str, [1])}, consume=True)[3][0][1][2] == ["1"]
    endless = encode(iter(int, 1), consume=True)
    assert (len(endless[2]), endless[3]) == (100, "more")
    states = []
    generator = numbers()
    for _ in range(2):
        states.append(encode(generator)[3])
        next(generator)
    generator.close()
    states.append(encode(generator)[3])
    assert states == ["fresh", "begun", "finished"]


def fact_iterators_below_private_attributes_and_closures_are_never_read():
    money = Money(iter([1]))
    money._source = iter([1, 2])
    source = iter([5])
    tree = encode([money, lambda: source], consume=True)
    assert tree[3][0][2]["amount"][2] == [1]
    assert list(money._source) == [1, 2]
    assert list(source) == [5]


def fact_a_signal_of_the_engine_is_no_answer_of_the_target():
    signal = type("Signal", (BaseException,), {"__module__": "assay_probe.outcomes"})

    def numbers():
        raise signal
        yield

    try:
        encode(numbers(), consume=True)
    except signal:
        return
    raise AssertionError("the signal was swallowed")


def fact_streams_in_memory_are_read_back_and_files_are_named():
    text = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    text.write("hellö")
    assert encode(text)[2:4] == ["hellö", 6]
    stream = io.StringIO("abc")
    stream.read(2)
    assert encode(stream)[2:4] == ["abc", 2]
    assert encode(io.BytesIO(b"\xff"))[2] == ["is", "bytes", "b'\\xff'"]
    with tempfile.NamedTemporaryFile("w+") as named, Path(named.name).open("rb") as file:
        found = encode(file)[2]
        assert (found["name"], found["mode"], found["position"]) == (named.name, "rb", 0)


def fact_moments_keep_their_zone_and_their_fold():
    zones = [None, datetime.timezone.utc, datetime.timezone(datetime.timedelta(hours=1)), _Zone()]
    moments = [datetime.datetime(2020, 1, 1, tzinfo=zone, fold=fold) for zone in zones for fold in (0, 1)]
    assert every([*moments, datetime.date(2020, 1, 1), datetime.time(0), datetime.timedelta(1), "2020-01-01"])
    assert "_Zone" in json.dumps(encode(moments[-1]))


class _Zone(datetime.tzinfo):
    def utcoffset(self, moment):
        raise RuntimeError("a zone was asked")


def fact_functions_are_known_by_name_closure_and_defaults():
    def make(rate, start=1):
        def apply(amount, shift=start):
            return amount * rate + shift

        return apply

    assert encode(make(1)) == encode(make(1))
    assert every(
        [make(1), make(2), make(1, 2), len, str.upper, [].append, Money, Money(1).__str__, functools.partial(make)]
    )
    assert encode(make)[1].endswith("fact_functions_are_known_by_name_closure_and_defaults.<locals>.make")


def fact_what_a_function_keeps_on_itself_is_its_private_state():
    def throttle(start):
        def wrapper(now):
            if wrapper.blocked_until and wrapper.blocked_until > now:
                return None
            wrapper.blocked_until = now + 1
            return now

        wrapper.blocked_until = start
        wrapper.methods = ["GET"]
        return wrapper

    def view():
        return 1

    view.blocked_until = 0
    kept = encode(throttle(None))[2]
    assert kept["_own"] == ["obj", "state", {"blocked_until": None}]
    assert "blocked_until" not in kept
    assert "methods" in kept
    # Nothing in its code asks for it, so others do.
    assert encode(view)[2] == {"blocked_until": 0}


def fact_the_order_of_a_set_means_nothing_and_that_of_a_dict_is_kept():
    class Same:
        def __init__(self, n, shared):
            self.n, self.shared = n, shared

        def __hash__(self):
            return 1

    shared = [1]
    members = [Same(n, shared) for n in range(5)]
    backwards = members[::-1]
    assert encode(set(members)) == encode(set(backwards))
    assert encode({"a": 1, "b": 2}) != encode({"b": 2, "a": 1})
    ordered = collections.OrderedDict(a=1, b=2)
    ordered.move_to_end("a")
    assert [key for key, _ in encode(ordered)[3]] == ["b", "a"]


def fact_what_lies_beyond_the_width_is_still_told_apart():
    longer = list(range(1000))
    assert encode(longer) != encode([*longer[:-1], 0])
    assert len(encode(longer)[3]) == 60
    wide = {n: n for n in range(100)}
    assert encode(wide)[5] == encode(dict(reversed(list(wide.items()))))[5]
    assert encode(wide)[5] != encode({**wide, 99: 0})[5]
    assert encode(set(longer)) != encode({*longer[:-1], -1})


def fact_values_of_the_library_are_told_apart_by_content():
    assert every(
        [ipaddress.ip_address("10.0.0.1"), ipaddress.ip_address("10.0.0.2"), ipaddress.ip_network("10.0.0.0/8")]
    )
    assert every(
        [uuid.UUID(int=1), uuid.UUID(int=2), array.array("i", [1]), array.array("i", [2]), array.array("h", [1])]
    )
    assert every(
        [re.compile("a"), re.compile("b"), re.compile("a", re.IGNORECASE), re.match("a", "a"), re.match("a", "ab")]
    )
    assert every([operator.itemgetter(1), operator.itemgetter(2), functools.partial(int, 1), functools.partial(int, 2)])
    assert every([ElementTree.XML("<a>x</a>"), ElementTree.XML("<a>y</a>"), ElementTree.XML("<a><b/></a>")])
    assert every(
        [{"a": 1}.keys(), {"a": 1}.values(), {"a": 1}.items(), {"b": 1}.keys(), range(3), range(4), slice(1), list[int]]
    )
    assert every([PurePosixPath("a"), PurePosixPath("b"), PureWindowsPath("a"), fractions.Fraction(1, 3)])


FACTS = {
    name: fact
    for module in (vars(survival_facts), globals())
    for name, fact in list(module.items())
    if name[:5] == "fact_"
}


def digest_of_sets():
    """A digest that must not depend on the hash seed."""
    words = {f"w{n}" for n in range(500)}
    return digest(encode([words, frozenset(list(words)), {(word, 1) for word in sorted(words)[:100]}]))


def main():
    """Check every fact, and say what was checked where."""
    if sys.argv[1:] == ["digest"]:
        print(digest_of_sets())
        return
    for fact in FACTS.values():
        fact()
    print(f"{len(FACTS)} facts hold on Python {sys.version_info[0]}.{sys.version_info[1]}")


if __name__ == "__main__":
    main()
