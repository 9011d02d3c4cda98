"""The JSON report: one verdict for machines, with everything that is needed to see each finding again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict

from assay import __version__
from assay.judgement.levels import level_of_denial, rule_of
from assay.reports.sentences import because, coverage, excuse, sides, tally
from assay.values.change import Change, ChangedUnit, Revision, Unit
from assay.values.experiment import Arguments, Edit, Effort, Outcome
from assay.values.finding import (
    Announcement,
    Condition,
    Difference,
    Evidence,
    FailingTest,
    Finding,
    Gap,
    Level,
    Neighbourhood,
    Reproducer,
    Target,
    Verdict,
)
from assay.values.isolation import Isolation
from assay.values.reality import Denial

SCHEMA_VERSION = 1
OUTPUT_CHARACTERS = 2_000
"""Longer text that a call wrote is cut in the report; the experiment can be run again to see it whole."""


def to_document(
    verdict: Verdict, *, sources: Mapping[str, Mapping[str, str | None]] | None = None
) -> dict[str, object]:
    """The report as JSON values; `docs/report.md` describes its members, `docs/report.schema.json` their types.

    `sources` are the changed files as {path: {"base": text or None, "head": text or None}}, for changes that no
    repository holds: uncommitted work and plain directories.
    """
    examination = verdict.examination
    digest = digest_of(sources) if sources else None
    return {
        "schema_version": SCHEMA_VERSION,
        "assay": __version__,
        "verdict": verdict.level.word,
        "want_of_evidence": verdict.want_of_evidence,
        "expect_same": verdict.expect_same,
        "exit_status": verdict.exit_status,
        "summary": " ".join(filter(None, [f"{coverage(verdict)}. {tally(verdict)}.", because(verdict)])),
        "findings": [_finding(finding, level, verdict, digest) for finding, level in verdict.levels],
        "gaps": [_gap(gap, level) for gap, level in verdict.gap_levels],
        "effort": _effort(examination.effort),
        "change": _change(examination.change, examination.established),
        "interpreter": _interpreter(examination.target),
        "isolation": _isolation(examination.isolation),
        "seed": examination.seed,
        "sources": {path: dict(texts) for path, texts in sorted((sources or {}).items())},
    }


def dumps(document: Mapping[str, object]) -> str:
    """The document as text: ASCII, so that even half a surrogate pair from the target survives the way."""
    return json.dumps(document, indent=1, allow_nan=False) + "\n"


def digest_of(value: object) -> str:
    """SHA-256 over the canonical JSON of a value."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def seal_of(identifier: str, replay: Mapping[str, object]) -> str:
    """Binds an identifier to its experiment. Shows damage and careless edits; it is no signature."""
    return digest_of({"id": identifier, "replay": {key: replay[key] for key in replay if key != "seal"}})


def _finding(finding: Finding, level: Level, verdict: Verdict, sources_digest: str | None) -> dict[str, object]:
    first = finding.evidence[0]
    replay = _replay(first, verdict)
    replay["sources_digest"] = sources_digest
    replay["seal"] = seal_of(finding.id, replay)
    return {
        "id": finding.id,
        "investigator": finding.investigator,
        "level": level.word,
        "because": excuse(finding, level) or rule_of(first).says,
        "announced": finding.announced,
        "announcement": _announcement(finding.announcement),
        "neighbourhood": _neighbourhood(finding.neighbourhood),
        "unit": finding.unit,
        "observed_at": finding.observed_at,
        "covers": list(finding.covers),
        "path": finding.where.path,
        "line": finding.where.line,
        "claim": finding.claim,
        "condition": _condition(finding.condition),
        "parting": None if finding.parting is None else asdict(finding.parting),
        "example": _example(first, finding.arguments),
        "evidence": [_evidence(evidence) for evidence in finding.evidence],
        "reproducer": _reproducer(finding.reproducer),
        "no_reproducer": finding.no_reproducer or None,
        "remark": None if finding.remark is None else {"reason": finding.remark.reason, "at": finding.remark.at},
        "replay": replay,
    }


def _announcement(said: Announcement | None) -> dict[str, object] | None:
    return None if said is None else {**asdict(said), "case": said.case or None}


def _neighbourhood(around: Neighbourhood | None) -> dict[str, object] | None:
    if around is None:
        return None
    return {
        "kind": around.kind,
        "test": around.test,
        "found": around.found,
        "tried": around.tried,
        "failure": around.failure or None,
        "example": dict(around.example),
        "condition": _condition(around.condition),
    }


def _reproducer(reproducer: Reproducer | None) -> dict[str, object] | None:
    if reproducer is None:
        return None
    return {
        "path": reproducer.path,
        "text": reproducer.text,
        "form": reproducer.form,
        "runs": reproducer.runs,
        "failure": reproducer.failure,
        "written": reproducer.written,
    }


def _condition(condition: Condition | None) -> dict[str, object] | None:
    if condition is None:
        return None
    return {
        "text": condition.text,
        "expression": condition.expression,
        "exact": condition.is_exact,
        "held_differing": condition.held_differing,
        "differing": condition.differing,
        "held_others": condition.held_others,
        "others": condition.others,
        "grade": condition.grade,
        "fresh": condition.fresh,
        "borders": list(condition.borders),
    }


def _example(evidence: Evidence, arguments: Arguments | None) -> dict[str, object]:
    match evidence:
        case Difference():
            base, head = sides(evidence)
            return {"arguments": dict(arguments or ()), "base": base, "head": head}
        case FailingTest():
            return {"arguments": {}, "base": "passes", "head": evidence.detail or "fails"}
        case Denial():
            return {"arguments": {}, "base": "", "head": evidence.output or evidence.text}


def _evidence(evidence: Evidence) -> dict[str, object]:
    match evidence:
        case Difference():
            return {
                "type": "difference",
                "kind": evidence.kind,
                "scenario": evidence.base.id.scenario,
                "defined": evidence.defined,
                "plausible": evidence.plausible,
                "implausible_because": evidence.implausible_because,
                "confirmed": evidence.confirmed,
                "unperturbed": evidence.unperturbed,
                "needs_caller": evidence.needs_caller,
                "differing": evidence.n_differing,
                "agreeing": evidence.n_agreeing,
                "disagreements": [
                    {"path": at.path, "kind": at.kind, "base": at.base, "head": at.head, "soft": at.soft}
                    for at in evidence.disagreements
                ],
                "base": _outcome(evidence.base.outcome),
                "head": _outcome(evidence.head.outcome),
            }
        case Denial():
            return {"type": "denial", **denial_members(evidence)}
        case FailingTest():
            return {
                "type": "failing-test",
                "test": evidence.test,
                "detail": evidence.detail,
                "edited_by_head": evidence.edited_by_head,
                "runs": evidence.runs,
                "removed_name": evidence.removed_name,
                "before": evidence.before or None,
                "after": evidence.after or None,
            }


def denial_members(denial: Denial) -> dict[str, object]:
    """What is denied, as `docs/reality.md` describes it."""
    return {
        "path": denial.path,
        "line": denial.line,
        "class": denial.kind,
        "name": denial.name,
        "level": level_of_denial(denial).word,
        "certainty": denial.certainty,
        "installed": denial.installed,
        "nearest": list(denial.nearest),
        "text": denial.text,
        "chain": list(denial.chain),
        "signature": denial.signature,
        "reproducer": denial.reproducer,
        "output": denial.output,
        "versions": list(denial.versions),
    }


def _outcome(outcome: Outcome) -> dict[str, object]:
    raised = outcome.raised
    return {
        "kind": outcome.kind,
        "shown": outcome.shown,
        "exception": raised.type if raised else None,
        "message": raised.text if raised else None,
        "raised_at": raised.where if raised else None,
        "purposeful": raised.purposeful if raised else None,
        "output": outcome.output[:OUTPUT_CHARACTERS],
    }


def _replay(evidence: Evidence, verdict: Verdict) -> dict[str, object]:
    seed = verdict.examination.seed
    match evidence:
        case Denial():
            return {"type": "line", "line": evidence.reproducer, "output": evidence.output}
        case FailingTest():
            return {"type": "test", "scenario": evidence.test, "removed_name": evidence.removed_name, "seed": seed}
        case Difference():
            identity = evidence.base.id
            path, _, qualname = identity.point.partition("::")
            changed = _unit_at(identity.point, verdict.examination.change)
            return {
                "type": "call",
                "scenario": identity.scenario,
                "point": identity.point,
                "path": path,
                "qualname": qualname.partition("#")[0],
                "base_lines": _lines(changed.base if changed else None),
                "head_path": changed.head.path if changed and changed.head else None,
                "head_qualname": changed.head.qualname if changed and changed.head else None,
                "head_lines": _lines(changed.head if changed else None),
                "call": identity.call,
                "intervention": identity.intervention,
                "edits": [_edit(edit) for edit in evidence.base.intervention.edits],
                "arguments_digest": evidence.base.arguments_digest,
                "arrived_digest": evidence.base.arrived_digest,
                "in_head_tests": evidence.in_head_tests,
                "seed": seed,
                "difference": evidence.kind,
                "base": _expected(evidence.base.outcome),
                "head": _expected(evidence.head.outcome),
            }


def _expected(outcome: Outcome) -> dict[str, object]:
    exception = outcome.raised.type if outcome.raised else None
    return {"kind": outcome.kind, "exception": exception, "shown": outcome.shown}


def _edit(edit: Edit) -> dict[str, object]:
    return {
        "path": [list(step) for step in edit.path],
        "operator": edit.operator,
        "literal": edit.literal,
        "variant": edit.variant,
        "before_kind": edit.before_kind,
        "after_kind": edit.after_kind,
        "shown": edit.shown,
    }


def _unit_at(point: str, change: Change) -> ChangedUnit | None:
    """The changed unit that is this observation point; a caller is none."""
    return next(
        (unit for unit in change.comparable if unit.base and f"{unit.base.path}::{unit.base.qualname}" == point), None
    )


def _lines(unit: Unit | None) -> list[int] | None:
    return [unit.first_line, unit.last_line] if unit else None


def _gap(gap: Gap, level: Level) -> dict[str, object]:
    return {
        "slug": gap.slug,
        "unit": gap.unit,
        "reason": gap.reason,
        "remedy": gap.remedy,
        "level": level.word,
        "detail": gap.detail,
    }


def _effort(effort: Effort) -> dict[str, object]:
    return {
        "experiments": effort.experiments,
        "matched": effort.matched,
        "matched_fraction": round(min(1.0, effort.matched / effort.experiments), 4) if effort.experiments else None,
        "compared": effort.compared,
        "noisy": effort.noisy,
        "masked": effort.masked,
        "searched": effort.searched,
        "plants": effort.plants,
        "plants_seen": effort.plants_seen,
        "observed_units": effort.observed_units,
        "calls_held": effort.calls_held,
        "unknown_receivers": effort.unknown_receivers,
        "kept_runs": effort.kept_runs,
        "seconds": round(effort.seconds, 3),
        "experiments_per_second": round(effort.experiments / effort.seconds, 1) if effort.seconds > 0 else None,
        "stages": [{"name": name, "seconds": round(seconds, 3)} for name, seconds in effort.stages],
        "by_operator": dict(effort.by_operator),
    }


def _change(change: Change, established: frozenset[str]) -> dict[str, object]:
    return {
        "base": _revision(change.base),
        "head": _revision(change.head),
        "patch": change.patch,
        "changed": change.count("changed"),
        "added": change.count("added"),
        "removed": change.count("removed"),
        "files": [{"base": pair.base_path, "head": pair.head_path} for pair in change.files],
        "units": [
            {
                "unit": changed.unit.name,
                "kind": changed.kind,
                "path": changed.unit.path,
                "line": changed.unit.first_line,
                "why": list(changed.why),
                "used_by": list(changed.used_by),
                "established": changed.unit.name in established,
            }
            for changed in change.units
        ],
        "remarks": list(change.remarks),
    }


def _revision(revision: Revision) -> dict[str, object]:
    return {"label": revision.label, "commit": revision.commit}


def _interpreter(target: Target | None) -> dict[str, object] | None:
    if target is None:
        return None
    return {
        "python": target.python,
        "version": target.version,
        "found_by": target.found_by,
        "prefix": target.prefix,
        "base_prefix": target.base_prefix,
        "pytest": target.has_pytest,
        "source_roots": list(target.source_roots),
        "head_python": target.head_python,
    }


def _isolation(isolation: Isolation | None) -> dict[str, object] | None:
    if isolation is None:
        return None
    return {
        "level": isolation.name,
        "mechanisms": list(isolation.mechanisms),
        "same_path": isolation.same_path,
        "properties": [
            {"name": wall.name, "state": wall.state, "mechanism": wall.mechanism, "detail": wall.detail}
            for wall in isolation.properties
        ],
    }
