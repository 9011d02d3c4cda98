"""Is an altered argument one that a caller of this code base would give?

An input is plausible when every altered place keeps a kind that base's tests gave there, that the parameter's hint
or default allows, that base's code asks the parameter about (`isinstance`, `is None`) or asks about somewhere where
head asks nothing any more, or a neighbour in a documented family. It is foreseen, and so plausible, when it runs a
branch that the change touched and that no test runs, with slots of objects holding the kind that stands there; else
these may only see booleans flipped, `None` where `None` was seen, and values that base's own code compares such a slot
with. What anybody may set by a property may hold any value of a kind that was seen there or stands there. Objects from
elsewhere are never given, so they need no rule; one that its own class makes anew may hold in a field what base's tests
put there, or values of several kinds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from assay.evidence.classify import is_defined
from assay.values.experiment import Edit, Experiment, ObservationPoint

FAMILIES = (
    frozenset({"text", "path"}),
    frozenset({"list", "tuple", "iterator"}),
    frozenset({"dict", "ordered mapping", "mapping"}),
    frozenset({"naive datetime", "aware datetime"}),
)
"""Kinds that callers exchange for one another without a thought."""

KINDS_OF_ANYTHING = 3
_READERS = re.compile(r"(setstate|setinitargs|loads?|restore|unpickle|decode|deserializ\w*|parse|from_\w+?)_*(#\d+)?$")
"""Names of functions that read what another version wrote: a state that was kept, a file, a message."""

_NEVER = {
    "number.special": "not a number, infinite, or minus zero",
    "callback.none": "a callback that does nothing",
    "text.subclass": "a text of a class of its own",
    "mapping.add": "a key that nobody uses",
}
_HINTS = (
    (r"\bstr\b|\bAnyStr\b|\bText\b", frozenset({"text"})),
    (r"\bint\b", frozenset({"int", "bool"})),
    (r"\bfloat\b|\bReal\b|\bNumber\b", frozenset({"float", "int"})),
    (r"\bbool\b", frozenset({"bool"})),
    (r"\bbytes\b", frozenset({"bytes"})),
    (r"\bbytearray\b", frozenset({"bytearray"})),
    (r"\bNone\b|\bOptional\b", frozenset({"none"})),
    (
        r"\b(l|L)ist\b|\bSequence\b|\bIterable\b|\bCollection\b|\b(t|T)uple\b|\bIterator\b",
        frozenset({"list", "tuple", "iterator"}),
    ),
    (r"\b(s|S)et\b|\bfrozenset\b|\bIterable\b|\bCollection\b", frozenset({"set"})),
    (r"\b(d|D)ict\b|\bMapping\b|\bMutableMapping\b", frozenset({"dict", "ordered mapping", "mapping"})),
    (r"\bPath\b|\bPathLike\b|\bStrPath\b", frozenset({"path", "text"})),
    (r"\bdatetime\b", frozenset({"naive datetime", "aware datetime"})),
    (r"\bdate\b", frozenset({"date"})),
    (r"\btimedelta\b", frozenset({"duration"})),
    (r"\bDecimal\b", frozenset({"decimal"})),
    (r"\bFraction\b", frozenset({"fraction"})),
)

_BEFORE_NAME = {"arg": "", "attr": ".", "flag": ".", "set": "._"}
"""How places are written whose kinds were seen: a property is kept in the private attribute of its name."""

Kinds = Mapping[str, frozenset[str]]
"""Kinds seen at each general path of a point (`rows['*']`) in base's tests."""


def implausible_because(experiment: Experiment, point: ObservationPoint, seen: Kinds) -> str:
    """Say why a caller would hardly give these arguments; empty where they are plausible."""
    if any(edit.operator == "argument.kept" for edit in experiment.intervention.edits):
        return "" if point.public or _READERS.search(point.id) else "head's own callers no longer give such arguments"
    is_foreseen = not point.branches.isdisjoint(experiment.lines) and all(
        edit.before_kind == edit.after_kind or not _is_slot(edit) for edit in experiment.intervention.edits
    )
    for edit in experiment.intervention.edits:
        reason = _slot(edit, seen) if _is_slot(edit) else _NEVER.get(edit.operator, "")
        if reason and not is_foreseen:
            return reason
    if is_foreseen:
        return ""
    allowed = {name: _hinted(text) for name, text in point.hints}
    for name, text in point.defaults:
        allowed[name] = allowed.get(name, frozenset()) | _kinds_of_default(text)
    for name, kinds in point.asked:
        allowed[name] = allowed.get(name, frozenset()) | kinds
    is_made = any(edit.operator in ("object.nested", "object.remade") for edit in experiment.intervention.edits)
    own_text = any(edit.operator in ("object.text", "object.name") for edit in experiment.intervention.edits)
    for words, kinds in experiment.kinds_after:
        if "." in words.replace("'*'", ""):
            if is_made and not (kinds <= seen.get(words, frozenset()) or _takes_anything(seen.get(words, frozenset()))):
                return f"{words} held only values of one or two kinds in base's tests"
            continue
        known = seen.get(words, frozenset()) | allowed.get(words, frozenset())
        for kind in kinds:
            if kind in known or _is_neighbour(kind, known) or kind in allowed.get("", frozenset()):
                continue
            if kind == "text" and own_text and is_defined(experiment.outcome) and experiment.outcome.kind == "returned":
                continue
            if not seen.get(words) and "[" in words and _parent_unknown(words, seen):
                continue
            return f"{words} was never {_a(kind)} in base's tests"
    return ""


def _takes_anything(kinds: frozenset[str]) -> bool:
    """Did values of so many kinds stand there that another is no surprise?"""
    return len(kinds - {"none"}) >= KINDS_OF_ANYTHING


def _parent_unknown(words: str, seen: Kinds) -> bool:
    """Was nothing ever seen inside this container, so that any item is a first?"""
    parent = words.rsplit("[", 1)[0]
    return not any(other.startswith(parent + "[") for other in seen)


def _is_slot(edit: Edit) -> bool:
    return any(kind in ("attr", "flag", "set") for kind, _ in edit.path[1:])


def _slot(edit: Edit, seen: Kinds) -> str:
    if edit.operator in ("boolean.flip", "value.compared"):
        return ""
    is_set = edit.path[-1][0] == "set"
    words = "".join(f"{_BEFORE_NAME[kind]}{name}" for kind, name in edit.path if kind in _BEFORE_NAME)
    if (is_set or edit.after_kind in ("none", "bool")) and edit.after_kind in seen.get(words, frozenset()):
        return ""
    if is_set and edit.after_kind == edit.before_kind:
        return ""
    return "the state of an object was altered"


def _is_neighbour(kind: str, known: frozenset[str]) -> bool:
    return any(kind in family and known & family for family in FAMILIES)


@lru_cache(maxsize=4096)
def _hinted(text: str) -> frozenset[str]:
    kinds: frozenset[str] = frozenset()
    for pattern, names in _HINTS:
        if re.search(pattern, text):
            kinds |= names
    return kinds


@lru_cache(maxsize=4096)
def _kinds_of_default(text: str) -> frozenset[str]:
    text = text.strip()
    if text == "None":
        return frozenset({"none"})
    if text in ("True", "False"):
        return frozenset({"bool"})
    if re.fullmatch(r"-?\d+", text):
        return frozenset({"int"})
    if re.fullmatch(r"-?[\d.]+(e-?\d+)?", text):
        return frozenset({"float", "int"})
    if text[:1] in "'\"" or text[:2] in ("f'", 'f"', "r'", 'r"'):
        return frozenset({"text"})
    if text[:1] == "(":
        return frozenset({"tuple"})
    if text[:1] == "[":
        return frozenset({"list"})
    if text[:1] == "{":
        return frozenset({"dict"})
    return frozenset()


def _a(kind: str) -> str:
    return "None" if kind == "none" else f"{'an' if kind[:1] in 'aeiou' else 'a'} {kind}"
