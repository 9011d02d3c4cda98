"""Values that are no literals, in the few characters that a reader has for them. Nothing here reads back as Python."""

from __future__ import annotations

import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePath

from assay.evidence.conditions.things import UNKNOWN, Thing, read_arguments
from assay.evidence.tree_nodes import read
from assay.values.experiment import Edit, Experiment, Outcome

MOST_ITEMS, MOST_ATTRIBUTES, LONGEST_ATTRIBUTE, DEEPEST = 4, 2, 24, 2
UNSPELT = "..."
PLAIN = (bool, int, float, str, bytes, type(None), list, tuple, dict, set, frozenset)


ALTERED = {
    "callback.iterator": "{} gives an iterator",
    "callback.none": "{} gives None",
    "sequence.iterator": "{} is an iterator",
    "set.iterator": "{} is an iterator",
    "object.iterator": "{} is an iterator",
    "text.subclass": "{} is of a subclass of str",
    "call.first": "the same call was made before",
    "copy.first": "a copy of {} that was made before is looked at afterwards",
    "ask.first": "{} was asked for its hash before",
    "then.result": "what came back is changed afterwards",
    "then.argument": "{} is changed afterwards",
    "then.use": "methods of {} are called afterwards",
}
"""Alterations of which neither a value nor its class tells: what they make of a place."""


def altered_words(edit: Edit) -> str:
    """What an alteration makes of its place, where the values before and after would not tell; else nothing."""
    words = ALTERED.get(edit.operator, "")
    return words.format(".".join(str(step) for _, step in edit.path))


def spell(value: object, depth: int = DEEPEST) -> str:
    """The value as a reader would name it: `datetime(2020, 2, 2, tzinfo=timezone.utc)`, `<Word name='a'>`."""
    if isinstance(value, Thing):
        return _thing(value, depth)
    if isinstance(value, datetime.datetime | datetime.date | datetime.timedelta):
        return repr(value).replace("datetime.", "")
    if isinstance(value, Decimal | Fraction):
        return repr(value)
    if isinstance(value, PurePath):
        return f"Path({str(value)!r})"
    if isinstance(value, list | tuple | set | frozenset | dict) and depth == 0:
        return UNSPELT
    if isinstance(value, dict):
        return "{" + _joined([f"{spell(k, depth - 1)}: {spell(v, depth - 1)}" for k, v in value.items()]) + "}"
    if isinstance(value, list | tuple | set | frozenset) and value:
        brackets = {list: "[]", tuple: "()"}.get(type(value), "{}")
        return brackets[0] + _joined([spell(item, depth - 1) for item in value]) + brackets[1]
    return repr(value)


def spell_arguments(experiment: Experiment) -> tuple[tuple[str, str], ...]:
    """Parameter names with their values: literals as they stand, anything else spelt from what is known of it."""
    given = experiment.given if experiment.given is not None else experiment.unaltered
    values = read_arguments(experiment.arguments, given)
    return tuple(
        (name, spell(values.get(name.lstrip("*"), UNKNOWN)) if text is None else text)
        for name, text in experiment.arguments
    )


def spell_answer(outcome: Outcome) -> str:
    """What a call returned, where that is an object of which only its class is worth a word; else nothing."""
    node = read(outcome.value)
    return f"<{node.name}>" if outcome.value is not None and node.tag in ("obj", "sub") and node.name else ""


def _joined(parts: list[str]) -> str:
    return ", ".join([*parts[:MOST_ITEMS], *([UNSPELT] if len(parts) > MOST_ITEMS else [])])


def _thing(value: Thing, depth: int) -> str:
    match value.family:
        case "enum":
            return f"{value.kind}.{value.name}"
        case "function" | "class":
            return value.name.rpartition(":")[2].rpartition(".")[2] or UNSPELT
        case "inner" if depth > 0:
            return f"{value.kind}({spell(value.inner, depth - 1)})"
        case "unknown":
            return UNSPELT if value.kind in ("?", "") else f"<{value.kind}>"
        case _:
            shown = [
                f"{name}={text}"
                for name, item in value.attributes.items()
                if not name.startswith("_") and isinstance(item, str | int | float | None)
                for text in [repr(item)]
                if len(text) <= LONGEST_ATTRIBUTE
            ]
            return f"<{' '.join([value.kind, *shown[:MOST_ATTRIBUTES]])}>"
