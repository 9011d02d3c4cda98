"""Examination in, verdict out. A pure function of what was seen and of policy."""

from __future__ import annotations

from assay.judgement.levels import level_of
from assay.values.finding import Difference, Examination, FailingTest, Finding, Gap, Level, Policy, Verdict

INTERNAL = "internal"
UNSEEN_CODE = frozenset({"syntax-error", "native"})
"""Slugs of gaps that stand for code in which no unit could even be named."""

EXIT_PASS, EXIT_FINDINGS, EXIT_FAILED, EXIT_UNKNOWN = 0, 1, 3, 4

# What a reader should see first among findings of one level.
_KINDS = (
    "answers-differently",
    "raises-instead",
    "breaks-inside",
    "hangs-instead",
    "accepts-instead",
    "tells-otherwise",
    "leaves-arguments-differently",
    "writes-differently",
    "raises-otherwise",
    "iterator-instead",
    "details",
)


def judge(examination: Examination, policy: Policy) -> Verdict:
    """Judge what was seen.

    Findings win over gaps: a change that is held for what it does is not also held for what nobody looked at.
    Without such findings a failure of Assay itself counts first (exit status 3), then the want of evidence (4).
    """
    levels = _ranked(examination.findings, policy)
    gap_levels = tuple((gap, _gap_level(gap, policy)) for gap in examination.gaps)
    heaviest = max((level for _, level in levels), default=Level.CLEAR)
    if heaviest >= Level.HOLD:
        level, status, want = heaviest, EXIT_FINDINGS, False
    elif any(gap.slug == INTERNAL for gap in examination.gaps):
        level, status, want = Level.HOLD, EXIT_FAILED, True
    elif nothing_established(examination) or any(level >= Level.HOLD for _, level in gap_levels):
        level, status, want = Level.HOLD, EXIT_UNKNOWN, True
    else:
        quiet = Level.NOTICE if gap_levels or _nothing_to_compare(examination) else Level.CLEAR
        level, status, want = max(heaviest, quiet), EXIT_PASS, False
    return Verdict(
        level=level,
        levels=levels,
        gap_levels=gap_levels,
        want_of_evidence=want,
        exit_status=status,
        examination=examination,
        expect_same=policy.expect_same,
    )


def nothing_established(examination: Examination) -> bool:
    """Is there changed code, and not one unit of it about which anything is known?"""
    comparable = {changed.unit.name for changed in examination.change.comparable}
    if comparable:
        return not comparable & examination.established
    return any(gap.slug in UNSEEN_CODE for gap in examination.gaps)


def _nothing_to_compare(examination: Examination) -> bool:
    """Were units only added or removed? About those alone nobody can say `clear`."""
    return bool(examination.change.units) and not examination.change.comparable


def _gap_level(gap: Gap, policy: Policy) -> Level:
    return Level.HOLD if gap.slug in policy.counted_gaps else Level.NOTICE


def _ranked(findings: tuple[Finding, ...], policy: Policy) -> tuple[tuple[Finding, Level], ...]:
    """Findings with their levels: heaviest first, then failing tests, then by kind, then as the tree is read."""
    judged = ((finding, level_of(finding, policy)) for finding in findings)
    return tuple(sorted(judged, key=lambda pair: (-pair[1], *_rank(pair[0]))))


def _rank(finding: Finding) -> tuple[bool, int, bool, str, int, str]:
    first = finding.evidence[0]
    is_difference = not isinstance(first, FailingTest)
    kind = _KINDS.index(first.kind) if isinstance(first, Difference) else 0
    perturbed = isinstance(first, Difference) and not first.unperturbed
    return (is_difference, kind, perturbed, finding.where.path, finding.where.line, finding.id)
