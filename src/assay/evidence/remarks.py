"""What the type checker's remarks claim, in the terms in which the target's interpreter can be asked about them.

Why it matters: `ty` knows the types of receivers that nobody wrote down, and is wrong about many an object that gets
its members while it runs. So it claims, and the real objects judge (`assay_probe/reality/arbitration.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from assay.errors import CheckerFailed
from assay.values.reality import Remark

Claim = Mapping[str, object]
Check = Callable[[Sequence[tuple[str, str]]], Sequence[Remark]]

_LAZY = (
    r"(?:CoroutineType|Generator|GeneratorType|AsyncGenerator|AsyncGeneratorType|_(?:Async)?GeneratorContextManager"
    r"|map|filter|zip|Future|Task)\[.*"
)
_CALLED = rf"(?:{_LAZY}|bound method .*|def .*)"
_CALLED_OR_NOTHING = rf"(?:{_CALLED}|None)"
_WHOSE = r"(?: (?:of|to) (?:[a-z ]+ )?`(?P<callee>[^`]+)`)?"


@dataclass(frozen=True, slots=True)
class Row:
    """A rule of the checker, the form of its message, and the class of mistake that this is."""

    rule: str
    message: str
    kind: str
    in_canary: bool = True


TABLE: tuple[Row, ...] = (
    Row("missing-attribute", r"Module `(?P<module>[^`]+)` has no member `(?P<member>[^`]+)`", "missing-attribute"),
    Row("missing-attribute", rf"Object of type `(?P<type>{_CALLED})` has no attribute `(?P<member>[^`]+)`", "misuse"),
    Row("missing-attribute", r"Object of type `(?P<type>None)` has no attribute `(?P<member>[^`]+)`", "misuse"),
    Row(
        "missing-attribute", r"Object of type `(?P<type>.+)` has no attribute `(?P<member>[^`]+)`", "missing-attribute"
    ),
    Row("missing-attribute", r"Class `(?P<class>.+)` has no attribute `(?P<member>[^`]+)`", "missing-attribute"),
    Row("import-not-found", r"Module `(?P<module>[^`]+)` has no member `(?P<member>[^`]+)`", "missing-name"),
    Row("import-not-found", r"Cannot resolve imported module `(?P<module>[^`]+)`", "missing-module"),
    Row(
        "unknown-argument",
        rf"Argument `(?P<parameter>[^`]+)` does not match any known parameter{_WHOSE}.*",
        "unknown-parameter",
    ),
    Row("too-many-positional-arguments", rf"Too many positional arguments{_WHOSE}:.*", "wrong-arity"),
    Row("missing-argument", rf"No arguments? provided for required parameters? .+?{_WHOSE}", "missing-argument"),
    Row("no-matching-overload", r"No overload of (?:[a-z ]+ )?`(?P<callee>[^`]+)` matches arguments", "no-overload"),
    Row(
        "invalid-argument-type",
        r"Argument to (?:[a-z ]+ )?`(?P<callee>[^`]+)` is incorrect: "
        r"Expected `(?P<expected>.*\bLiteral\[.*)`, found `(?P<found>Literal\[.*)`",
        "wrong-literal",
    ),
    Row(
        "invalid-argument-type",
        r"Invalid argument to key \"(?P<parameter>[^\"]+)\" with declared type `(?P<expected>.*\bLiteral\[.*)` "
        r"on TypedDict `(?P<callee>[^`]+)`: value of type `(?P<found>Literal\[.*)`",
        "wrong-literal",
        in_canary=False,
    ),
    Row("invalid-argument-type", rf".*: Expected `.*`, found `(?P<type>{_LAZY})`", "misuse"),
    Row(
        "unknown-typed-dict-constructor-key",
        r"Unknown key \"(?P<parameter>[^\"]+)\" for TypedDict `(?P<callee>[^`]+)`.*",
        "unknown-key",
    ),
    Row(
        "deprecated",
        r"The (?:function|class|method|bound method) `(?P<callee>[^`]+)` is deprecated(?:: (?P<why>.*))?",
        "deprecated",
    ),
    Row("unused-awaitable", r"Object of type `(?P<type>.*)` is not awaited", "misuse"),
    Row("redundant-condition", r".*\(has type `(?P<type>CoroutineType\[.*|bound method .*)`\)", "misuse"),
    Row("invalid-context-manager", r"Object of type `(?P<type>.*)` cannot be used with `.*", "misuse"),
    Row("invalid-await", r"`(?P<type>.*)` is not awaitable", "misuse"),
    Row("not-subscriptable", rf"Cannot subscript object of type `(?P<type>{_CALLED_OR_NOTHING})` .*", "misuse"),
    Row("not-iterable", rf"Object of type `(?P<type>{_CALLED_OR_NOTHING})` is not iterable.*", "misuse"),
    Row("unsupported-operator", rf"Operator .* of type `(?P<type>{_LAZY}|bound method .*)` and .*", "misuse"),
    Row("not-callable", r"Object of type `(?P<type>.+)` is not callable", "not-callable"),
)
"""Read from the top; a remark that fits no row is about the types of values, and no business of ours."""

CANARY_PATH = "_assay_canary.py"
CANARY = """\
import re
from re import nowhere
from typing import Generator, Literal, TypedDict, overload
from typing_extensions import deprecated
import nowhere.at
class Plain:
    def method(self, a: int) -> str: return str(a)
class Keys(TypedDict):
    one: int
def choose(mode: Literal["r", "w"]) -> None: ...
@overload
def over(a: int) -> int: ...
@overload
def over(a: str) -> str: ...
def over(a): return a
async def later() -> int: return 1
@deprecated("gone")
def old() -> None: ...
async def run() -> None:
    later()
    if later(): pass
    (later())[0]
    with Plain(): pass
    await 1
    for _ in later(): pass
    later() + 1
    later().real
[].sort().real
re.nothing
Plain().nothing
Plain.nothing
Plain().method(1, b=2)
Plain().method(1, 2)
Plain().method()
Plain().method(1)()
choose("x")
over([])
old()
Keys(one=1, two=2)
len(map(str, []))
"""
"""One known mistake of each row that is `in_canary`."""


def claims_of(remarks: Iterable[Remark]) -> dict[str, list[Claim]]:
    """What the remarks claim, by path."""
    found: dict[str, list[Claim]] = {}
    for remark in remarks:
        row, groups = _read(remark)
        if row is not None:
            place = {"line": remark.line, "column": remark.column, "end_line": remark.last_line}
            place["end_column"] = remark.last_column
            told = {name: text for name, text in groups.items() if text is not None}
            claim = {"class": row.kind, "rule": remark.rule, "message": remark.message, **place, "told": told}
            found.setdefault(remark.path, []).append(claim)
    return found


def _read(remark: Remark) -> tuple[Row | None, Mapping[str, str | None]]:
    for row in TABLE:
        match = re.fullmatch(row.message, remark.message, re.DOTALL) if row.rule == remark.rule else None
        if match is not None:
            return row, match.groupdict()
    return None, {}


def require_canary(check: Check) -> None:
    """Does the checker still say what the table expects? A rule that was renamed is no silence.

    Raises:
        CheckerFailed: it does not.
    """
    seen = {row for row, _ in map(_read, check([(CANARY_PATH, CANARY)])) if row is not None}
    unseen = [row.rule for row in TABLE if row.in_canary and row not in seen]
    if unseen:
        raise CheckerFailed(
            "The type checker does not speak as this Assay expects.",
            why=f"It said nothing of known mistakes of {', '.join(dict.fromkeys(unseen))}.",
            next_step="Install the version of ty that this Assay names: pip install --force-reinstall assay",
        )
