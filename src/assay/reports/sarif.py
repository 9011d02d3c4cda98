"""SARIF 2.1.0, for code scanning services and editors."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from assay import __version__
from assay.reports.sentences import (
    alteration,
    announcement_words,
    because,
    call_words,
    claim_alone,
    condition_counts,
    excuse,
    neighbourhood_words,
    particulars,
    parting_words,
    plain,
    sides,
    walls,
    when_words,
)
from assay.values.finding import Difference, FailingTest, Finding, Gap, Level, Verdict
from assay.values.reality import Denial

SCHEMA_URI = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "assayFinding/v1"
GAP_RULE = "gap"

_LEVELS = {Level.NOTICE: "note", Level.HOLD: "warning", Level.BLOCK: "error"}
_SAFE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")


def to_sarif(verdict: Verdict, *, rules: Mapping[str, str]) -> dict[str, object]:
    """The SARIF log of one run. `rules` are the investigators' docstrings by name.

    A gap is a notification of the run, not a result: there is no place in the code where it is wrong.
    """
    used = sorted({*rules, *(finding.investigator for finding, _ in verdict.levels)})
    index = {name: number for number, name in enumerate(used)}
    examination = verdict.examination
    run: dict[str, object] = {
        "tool": {
            "driver": {
                "name": "Assay",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": [_rule(name, rules.get(name, "")) for name in used],
                "notifications": [{"id": GAP_RULE, "shortDescription": {"text": "What could not be looked at"}}],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "The root of the examined tree"}}},
        "invocations": [
            {
                "executionSuccessful": verdict.exit_status != 3,
                "exitCode": verdict.exit_status,
                "toolExecutionNotifications": [_notification(gap, level) for gap, level in verdict.gap_levels],
                "properties": {"isolation": walls(examination.isolation), "seed": examination.seed},
            }
        ],
        "results": [_result(finding, level, index) for finding, level in verdict.levels],
        "properties": {
            "verdict": verdict.level.word,
            "wantOfEvidence": verdict.want_of_evidence,
            "because": because(verdict),
            "base": examination.change.base.commit or examination.change.base.label,
            "head": examination.change.head.commit or examination.change.head.label,
            "experiments": examination.effort.experiments,
            "matched": examination.effort.matched,
        },
    }
    return {"$schema": SCHEMA_URI, "version": "2.1.0", "runs": [run]}


def _rule(name: str, docstring: str) -> dict[str, object]:
    question, _, rest = docstring.strip().partition("\n")
    return {
        "id": name,
        "name": name,
        "shortDescription": {"text": question or name},
        "fullDescription": {"text": rest.strip() or question or name},
        "help": {"text": docstring.strip() or name},
        "defaultConfiguration": {"level": "warning"},
    }


def _result(finding: Finding, level: Level, index: Mapping[str, int]) -> dict[str, object]:
    location = {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(finding.where.path), "uriBaseId": "SRCROOT"},
            "region": {"startLine": max(1, finding.where.line)},
        },
        "logicalLocations": [{"fullyQualifiedName": finding.unit, "kind": "function"}],
    }
    return {
        "ruleId": finding.investigator,
        "ruleIndex": index[finding.investigator],
        "level": _LEVELS[level],
        "kind": "fail",
        "message": {"text": _message(finding, level)},
        "locations": [location],
        "partialFingerprints": {FINGERPRINT: fingerprint(finding)},
        "properties": {
            "id": finding.id,
            "level": level.word,
            "announced": finding.announced,
            "observedAt": finding.observed_at,
            "replay": f"assay replay {finding.id}",
            "parting": list(parting_words(finding)),
            "reproducer": _reproducer(finding),
        },
    }


def _reproducer(finding: Finding) -> dict[str, object]:
    """The test that shows it, or why there is none."""
    found = finding.reproducer
    if found is None:
        return {"absent": plain(finding.no_reproducer) or "none was tried for"}
    return {"path": found.path, "text": found.text, "runs": found.runs, "failure": plain(found.failure)}


def fingerprint(finding: Finding) -> str:
    """The same for the same claim about the same unit in later versions: no line, no example, no run."""
    first = finding.evidence[0]
    match first:
        case Difference():
            raised = first.head.outcome.raised
            shape: tuple[str, str] = (first.kind, raised.type if raised else "")
        case FailingTest():
            shape = ("failing-test", first.test)
        case Denial():
            shape = (first.kind, first.name)
    return hashlib.sha256(
        "\0".join((finding.investigator, finding.unit, *shape)).encode("utf-8", "replace")
    ).hexdigest()


def _message(finding: Finding, level: Level) -> str:
    parts = [f"{plain(finding.unit)} {claim_alone(finding)}."]
    condition = finding.condition
    if condition is not None:
        parts.append(f"When {when_words(finding, condition)} ({condition_counts(condition)}).")
    first = finding.evidence[0]
    match first:
        case Difference():
            base, head = sides(first)
            altered = alteration(first.base)
            parts.append(f"Call: {call_words(finding.observed_at, first.base)}. Base: {base}. Head: {head}.")
            parts.append(f"Test: {plain(first.base.id.scenario)}{f', with {altered}' if altered else ''}.")
        case Denial():
            parts.extend(f"{label}: {text}." for label, text in particulars(first))
        case FailingTest():
            parts.append(f"Test: {plain(first.test)}. Base: passes. Head: {plain(first.detail) or 'fails'}.")
    parting = parting_words(finding)
    parts.extend([f"The ways part: {' | '.join(parting)}."] if parting else [])
    said = [announcement_words(finding), neighbourhood_words(finding)]
    parts.extend(f"{words[0].upper()}{words[1:]}." for words in said if words)
    reason = excuse(finding, level)
    parts.extend([f"A notice only: {reason}."] if reason else [])
    parts.append(f"See it again: assay replay {finding.id[:12]}")
    return " ".join(parts)


def _notification(gap: Gap, level: Level) -> dict[str, object]:
    about = f" ({gap.unit})" if gap.unit else ""
    return {
        "descriptor": {"id": GAP_RULE, "index": 0},
        "level": "warning" if level >= Level.HOLD else "note",
        "message": {"text": plain(f"{gap.slug}{about}: {gap.reason} {gap.remedy}".strip())},
        "properties": {"slug": gap.slug, "unit": gap.unit},
    }


def _uri(path: str) -> str:
    """The path as a relative reference: bytes that a URI may not hold are escaped."""
    octets = path.encode("utf-8", "surrogateescape")
    escaped = "".join(chr(octet) if chr(octet) in _SAFE else f"%{octet:02X}" for octet in octets)
    return escaped if "//" not in escaped[:2] else f".{escaped}"
