"""The one table that says how much a piece of evidence weighs (issue 3, "What may hold")."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from assay.values.finding import Difference, Evidence, FailingTest, Finding, Level, Policy
from assay.values.reality import Certainty, Denial

CONFIRMED_RUNS = 3
"""A test must be seen to pass on base and fail on head this often before it blocks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row: evidence of this kind has this level."""

    says: str
    """What was seen, as a reader of a report is told."""
    fits: Callable[[Evidence], bool]
    level: Level
    of_refactoring: Level
    """The level when the author claims that nothing changed (`--expect-same`); never lower."""

    def __post_init__(self) -> None:
        if self.of_refactoring < self.level:
            raise ValueError(f"policy may raise a level, never lower one: {self.says}")


def level_of(finding: Finding, policy: Policy) -> Level:
    """How much the finding weighs: the heaviest of its evidence.

    What a declared or tested intent covers is a notice, unless the author claims that nothing changed.
    """
    level = max(_level_under(rule_of(evidence), policy) for evidence in finding.evidence)
    return min(level, Level.NOTICE) if counts_as_announced(finding, policy) else level


def counts_as_announced(finding: Finding, policy: Policy) -> bool:
    """Does the change announce it, by something that policy accepts? A partly announced finding is unannounced."""
    announcement = finding.announcement
    if announcement is None or not finding.announced or policy.expect_same:
        return False
    return announcement.by != "claim" or not policy.refuse_claims


def level_of_denial(denial: Denial) -> Level:
    """How much it weighs that the installed packages deny something."""
    return DENIED[denial.certainty]


def rule_of(evidence: Evidence) -> Rule:
    """The first row of the table that fits."""
    return next(rule for rule in TABLE if rule.fits(evidence))


def is_soft(difference: Difference) -> bool:
    """Do the outcomes differ only in text, order of keys, identity or private state?"""
    if difference.kind == "details":
        return True
    return bool(difference.disagreements) and all(place.soft for place in difference.disagreements)


def _level_under(rule: Rule, policy: Policy) -> Level:
    return rule.of_refactoring if policy.expect_same else rule.level


def _test(question: Callable[[FailingTest], bool]) -> Callable[[Evidence], bool]:
    return lambda evidence: isinstance(evidence, FailingTest) and question(evidence)


def _difference(question: Callable[[Difference], bool]) -> Callable[[Evidence], bool]:
    return lambda evidence: isinstance(evidence, Difference) and question(evidence)


def _denial(certainty: Certainty) -> Callable[[Evidence], bool]:
    return lambda evidence: isinstance(evidence, Denial) and evidence.certainty == certainty


DENIED: Mapping[Certainty, Level] = {
    "proven": Level.BLOCK,
    "static": Level.HOLD,
    "deprecated": Level.NOTICE,
    "ignored": Level.NOTICE,
    "suspect": Level.NOTICE,
}
"""By how sure it is: only what was executed and refuted stops a change for good."""

_SAID_OF_DENIALS: Mapping[Certainty, str] = {
    "proven": "what is installed was asked, and denies it",
    "static": "the type of the object is inferred, and the real class denies it",
    "deprecated": "it works here and will go away",
    "ignored": "it is accepted and has no effect",
    "suspect": "it was read so, and nothing was seen to fail",
}

_LENIENT = frozenset({"raises-otherwise", "iterator-instead"})

# Read from the top: the first row that fits decides. Rows that excuse stand above rows that accuse, and what
# excuses a difference even in a refactoring (nobody could rely on it, or it may not be real) stands first.
TABLE: tuple[Rule, ...] = (
    *(
        Rule(says=says, fits=_denial(certainty), level=DENIED[certainty], of_refactoring=DENIED[certainty])
        for certainty, says in _SAID_OF_DENIALS.items()
    ),
    Rule(
        says="head edited or deleted this test or what it stands on, and its old form fails",
        fits=_test(lambda test: test.edited_by_head),
        level=Level.NOTICE,
        of_refactoring=Level.NOTICE,
    ),
    Rule(
        says="a test that head left as it was passes on base and fails on head",
        fits=_test(lambda test: test.runs >= CONFIRMED_RUNS),
        level=Level.BLOCK,
        of_refactoring=Level.BLOCK,
    ),
    Rule(
        says="a test that head left as it was imports a name that head removed",
        fits=_test(lambda test: test.removed_name is not None),
        level=Level.HOLD,
        of_refactoring=Level.HOLD,
    ),
    Rule(
        says=f"a test passed on base and failed on head again, fewer than {CONFIRMED_RUNS} times",
        fits=_test(lambda test: test.runs > 1),
        level=Level.HOLD,
        of_refactoring=Level.HOLD,
    ),
    Rule(
        says="a test passed on base and failed on head once, and was not run again",
        fits=_test(lambda _: True),
        level=Level.NOTICE,
        of_refactoring=Level.NOTICE,
    ),
    Rule(
        says="only text, order of keys, identity or private state differs",
        fits=_difference(is_soft),
        level=Level.NOTICE,
        of_refactoring=Level.NOTICE,
    ),
    Rule(
        says="nothing shows that such an input ever arrives here",
        fits=_difference(lambda seen: not seen.plausible),
        level=Level.NOTICE,
        of_refactoring=Level.NOTICE,
    ),
    Rule(
        says="it was not seen again in a fresh process",
        fits=_difference(lambda seen: not seen.confirmed),
        level=Level.NOTICE,
        of_refactoring=Level.NOTICE,
    ),
    Rule(
        says="base died by accident on this input, so it never had a defined answer",
        fits=_difference(lambda seen: not seen.defined),
        level=Level.NOTICE,
        of_refactoring=Level.HOLD,
    ),
    Rule(
        says="it shows at a private unit only, and a public caller does not show it",
        fits=_difference(lambda seen: seen.needs_caller),
        level=Level.NOTICE,
        of_refactoring=Level.HOLD,
    ),
    Rule(
        says="both refuse, or the elements are the same",
        fits=_difference(lambda seen: seen.kind in _LENIENT),
        level=Level.NOTICE,
        of_refactoring=Level.HOLD,
    ),
    Rule(
        says="base has a defined answer to a plausible input, and head does something else",
        fits=_difference(lambda _: True),
        level=Level.HOLD,
        of_refactoring=Level.HOLD,
    ),
)
