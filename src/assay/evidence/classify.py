"""Two outcomes of one experiment: do they disagree, and of which kind is it?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from assay.evidence import trees
from assay.evidence.tree_nodes import Node, bare, canonical, read
from assay.values.experiment import Experiment, Outcome, Tree
from assay.values.finding import DifferenceKind, Disagreement

_SETS_GLOBAL = re.compile(r"^sets the global (\w+) to .*\n?", re.MULTILINE)
_MADE_AGAIN = re.compile(r"\n?made again: [^\n]*$")
_STUMBLES_AGAIN = re.compile(r"\n?made again: \w+$")
_HASH = re.compile(r"\.__hash__(#\d+)?$")
_ACCIDENTS = frozenset(
    {
        "AttributeError",
        "IndexError",
        "KeyError",
        "NameError",
        "RecursionError",
        "TypeError",
        "UnboundLocalError",
        "ZeroDivisionError",
    }
)
"""Exceptions that hardly any generator raises on purpose."""
EXCEPTION = "exception"
"""How paths inside an exception begin."""
_SILENT = frozenset({"blocked", "pending"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """How two outcomes disagree."""

    kind: DifferenceKind
    disagreements: tuple[Disagreement, ...]


def is_comparable(experiment: Experiment) -> bool:
    """Did the call come to an end that says something? A blocked effect or a waiting coroutine does not.

    Two blocked calls that reached for different things do say something: see `contrast`.
    """
    return experiment.outcome.kind not in _SILENT


def is_defined(outcome: Outcome) -> bool:
    """Did the call return, refuse by a `raise` of the project, or reach for something outside?

    An iterator that stumbles while it is read is no answer.
    """
    node = read(outcome.value)
    if node.tag == "iter" and bare(node.text.removeprefix("!")) in _ACCIDENTS:
        return False
    return outcome.kind in ("returned", "blocked") or (outcome.raised is not None and outcome.raised.purposeful)


def silent_at(point: str) -> frozenset[str]:
    """Paths at which no difference says anything at a point: which number a hash is promises nothing.

    Whether equal objects have equal ones shows where they are used.
    """
    return frozenset({"result"}) if _HASH.search(point) else frozenset()


def contrast(base: Outcome, head: Outcome, masked: frozenset[str] = frozenset()) -> Contrast | None:
    """Say how the outcomes disagree, or None where they agree. `masked` paths are noise and skipped."""
    if base.kind == head.kind == "blocked" and base.shown != head.shown and "effect" not in masked:
        return _one("writes-differently", "effect", base.shown, head.shown, soft=False)
    if base.kind in _SILENT or head.kind in _SILENT or base.kind in ("hung", "died"):
        return None
    if base.kind == "returned":
        return _returned(base, head, masked)
    return _raised(base, head, masked)


def _returned(base: Outcome, head: Outcome, masked: frozenset[str]) -> Contrast | None:
    if head.kind == "raised":
        return _whole("raises-instead", base, head)
    if head.kind in ("hung", "died"):
        return _whole("hangs-instead", base, head)
    value = trees.compare(base.value, head.value, masked=masked)
    hard = [item for item in value if not item.soft]
    if hard:
        only_iterator = all(item.kind == "iterator" for item in hard)
        return Contrast(kind="iterator-instead" if only_iterator else "answers-differently", disagreements=value)
    after = _after(base, head, masked)
    if any(not item.soft for item in after):
        return Contrast(kind="leaves-arguments-differently", disagreements=after)
    written = _without_own_globals(base.output, head.output), _without_own_globals(head.output, base.output)
    if written[0] != written[1] and "output" not in masked:
        return _one("writes-differently", "output", *written, soft=False)
    texts = (base.text, head.text)
    if _STUMBLES_AGAIN.search(base.text):
        # What base itself cannot do twice is no answer that head could miss.
        texts = (_STUMBLES_AGAIN.sub("", base.text), _MADE_AGAIN.sub("", head.text))
    if texts[0] != texts[1] and "text" not in masked:
        return _one("answers-differently", "str(result)", base.text, head.text, soft=False)
    soft = value + after
    return Contrast(kind="details", disagreements=soft) if soft else None


def _without_own_globals(output: str, other: str) -> str:
    """What was written without globals that only this side sets: they may be a cache that the other side has not."""
    theirs = set(_SETS_GLOBAL.findall(other))
    return _SETS_GLOBAL.sub(lambda found: found.group() if found.group(1) in theirs else "", output).strip("\n")


def _after(base: Outcome, head: Outcome, masked: frozenset[str]) -> tuple[Disagreement, ...]:
    if base.after is None and head.after is None:
        return ()
    before = base.before if base.before is not None else head.before
    base_after = base.after if base.after is not None else before
    head_after = head.after if head.after is not None else before
    found = trees.compare(base_after, head_after, masked=masked)
    empty = _left_empty(before, base_after, head_after)
    return tuple(
        replace(item, kind="missing", soft=False) if item.kind == "schema" and item.path in empty else item
        for item in found
    )


def _left_empty(before: Tree, base: Tree, head: Tree) -> frozenset[str]:
    """Where base's call puts what it was given into an object that had no attributes, and head's call gives it none.

    Elsewhere an attribute that one side has may be kept otherwise on the other. Here there is nothing it is kept in:
    an object that is restored from its state stays unusable.
    """
    found: set[str] = set()
    arrived, theirs = read(before).attributes, read(head).attributes
    for name, tree in read(base).attributes.items():
        argument = read(tree)
        others = [read(side[name]) for side in (arrived, theirs) if name in side]
        if argument.tag == "obj" and len(others) == 2 and all(_is_empty(other, argument.type) for other in others):
            given = {canonical(part) for other, tree in arrived.items() if other != name for part in _parts(tree)}
            found |= {f"{name}.{own}" for own, value in argument.attributes.items() if canonical(value) in given}
    return frozenset(found)


def _is_empty(node: Node, kind: str) -> bool:
    """Is it an object of this class, of which nothing is known but what is None?"""
    return (node.tag, node.type) == ("obj", kind) and all(value is None for value in node.attributes.values())


def _parts(tree: Tree) -> Iterator[Tree]:
    """A value and what stands in it, if that says something."""
    node = read(tree)
    yield from (part for part in (tree, *node.items, *(item for _, item in node.pairs)) if part is not None)


def _raised(base: Outcome, head: Outcome, masked: frozenset[str]) -> Contrast | None:
    if head.kind == "returned":
        return _whole("accepts-instead", base, head)
    if head.kind in ("hung", "died"):
        return _whole("hangs-instead", base, head)
    if base.raised is None or head.raised is None:
        return None
    if base.raised.type != head.raised.type:
        breaks = base.raised.purposeful and head.raised.internal
        return _one(
            "breaks-inside" if breaks else "raises-otherwise",
            "exception",
            base.raised.type,
            head.raised.type,
            soft=not breaks,
        )
    told = _told(base, head, masked)
    if any(not item.soft for item in told):
        return Contrast(kind="tells-otherwise", disagreements=told)
    if base.raised.text != head.raised.text and "exception text" not in masked:
        return _one("details", "exception text", base.raised.text, head.raised.text, soft=True)
    return Contrast(kind="details", disagreements=told) if told else None


def _told(base: Outcome, head: Outcome, masked: frozenset[str]) -> tuple[Disagreement, ...]:
    """What two exceptions of the project tell of themselves otherwise; sentences are for people, and soft."""
    if base.value is None or head.value is None:
        return ()
    found = trees.compare(base.value, head.value, masked=masked, root=EXCEPTION)
    return tuple(replace(item, soft=item.soft or _is_of_words(item)) for item in found)


def _is_of_words(item: Disagreement) -> bool:
    return item.kind == "value" and any(shown[:1] in ("'", '"') and " " in shown for shown in (item.base, item.head))


def _whole(kind: DifferenceKind, base: Outcome, head: Outcome) -> Contrast:
    return _one(kind, "outcome", base.shown or base.kind, head.shown or head.kind, soft=False)


def _one(kind: DifferenceKind, path: str, base: str, head: str, *, soft: bool) -> Contrast:
    return Contrast(kind=kind, disagreements=(Disagreement(path=path, kind="value", base=base, head=head, soft=soft),))


def noise(first: Outcome, second: Outcome) -> frozenset[str] | None:
    """Paths at which base disagrees with itself; None where the outcomes cannot be compared at all."""
    if first.kind != second.kind:
        return None
    if first.kind == "blocked":
        return frozenset({"effect"}) if first.shown != second.shown else frozenset()
    if first.kind == "raised":
        assert first.raised is not None
        if second.raised is None or first.raised.type != second.raised.type:
            return None
        texts = frozenset({"exception text"}) if first.raised.text != second.raised.text else frozenset[str]()
        if first.value is None or second.value is None:
            return texts
        return texts | trees.noisy_paths(first.value, second.value, root=EXCEPTION)
    paths = set(trees.noisy_paths(first.value, second.value))
    if first.after is not None or second.after is not None:
        before = first.before if first.before is not None else second.before
        paths |= trees.noisy_paths(
            first.after if first.after is not None else before, second.after if second.after is not None else before
        )
    if first.output != second.output:
        paths.add("output")
    if first.text != second.text:
        paths.add("text")
    return frozenset(paths)
