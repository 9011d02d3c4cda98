"""A JSON report read back. It may come from anyone: every member is checked before any is believed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from assay.errors import UsageError
from assay.reports.document import SCHEMA_VERSION, digest_of, seal_of
from assay.reports.schema import SCHEMA
from assay.reports.shape import first_violation
from assay.values.change import Revision
from assay.values.experiment import Edit
from assay.values.record import CallReplay, Expected, FailureReplay, LineReplay, Record, RecordedFinding, Sources

SHORTEST_PREFIX = 4
_AGAIN = "Run `assay check` again, or name another file with --report."


def loads(text: str) -> object:
    """The JSON value in a text; strict where Python is lenient.

    Raises:
        UsageError: it is no JSON, or nested deeper than any report.
    """
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise UsageError("The report is not JSON.", why=str(error), next_step=_AGAIN) from error


def from_document(document: object) -> Record:
    """What is needed to see the findings of a report again.

    Raises:
        UsageError: the report has another version or shape, an identifier does not belong to its experiment,
            or a path leads out of the tree.
    """
    version = document.get("schema_version") if isinstance(document, dict) else None
    if isinstance(version, int) and version != SCHEMA_VERSION:
        raise UsageError(
            f"The report has version {version} of the format; this Assay reads version {SCHEMA_VERSION}.",
            next_step=_AGAIN,
        )
    broken = first_violation(document, SCHEMA)
    if broken is not None:
        raise _unusable(broken)
    # The schema has just vouched for every member, so what follows may read them as they are.
    report: dict[str, Any] = dict(document) if isinstance(document, dict) else {}
    _check_identifiers(report["findings"])
    sources_digest = digest_of(report["sources"]) if report["sources"] else None
    for path in report["sources"]:
        _check_path(path)
    interpreter = report["interpreter"] or {}
    return Record(
        base=_revision(report["change"]["base"]),
        head=_revision(report["change"]["head"]),
        python=interpreter.get("python"),
        head_python=interpreter.get("head_python") or None,
        source_roots=tuple(interpreter.get("source_roots", ())),
        patch=report["change"]["patch"],
        findings=tuple(_finding(finding, sources_digest) for finding in report["findings"]),
        sources={path: Sources(base=texts["base"], head=texts["head"]) for path, texts in report["sources"].items()},
    )


def find_finding(record: Record, prefix: str) -> RecordedFinding:
    """The one finding whose identifier begins with `prefix`.

    Raises:
        UsageError: there is none, or more than one, or the prefix is too short to mean anything.
    """
    wanted = prefix.lower()
    if len(wanted) < SHORTEST_PREFIX or not set(wanted) <= set("0123456789abcdef"):
        raise UsageError(
            f"{prefix!r} is no identifier of a finding.",
            why=f"Identifiers are hexadecimal, and at least {SHORTEST_PREFIX} digits of one are needed.",
            next_step="Copy it from the line `again` of the report.",
        )
    found = [finding for finding in record.findings if finding.id.startswith(wanted)]
    exact = [finding for finding in found if finding.id == wanted]
    if len(found) == 1 or exact:
        return (exact or found)[0]
    raise UsageError(
        f"{'More than one' if found else 'No'} finding of the report begins with {prefix}.",
        why=f"It has: {', '.join(finding.id for finding in found or record.findings) or 'no findings'}.",
        next_step="Give more digits." if found else _AGAIN,
    )


def _finding(finding: Mapping[str, Any], sources_digest: str | None) -> RecordedFinding:
    replay = finding["replay"]
    if replay["seal"] != seal_of(finding["id"], replay) or replay["sources_digest"] != sources_digest:
        raise UsageError(
            f"The experiment in the report is not the one that {finding['id']} stands for.",
            why="Its members, or the sources it needs, were altered after the report was made.",
            next_step=_AGAIN,
        )
    return RecordedFinding(
        id=finding["id"],
        level=finding["level"],
        unit=finding["unit"],
        observed_at=finding["observed_at"],
        path=finding["path"],
        line=finding["line"],
        claim=finding["claim"],
        replay=_REPLAYS[replay["type"]](replay),
        reproducer=finding["reproducer"]["text"] if finding["reproducer"] else None,
        no_reproducer=finding["no_reproducer"] or "",
    )


def _test(replay: Mapping[str, Any]) -> FailureReplay:
    return FailureReplay(scenario=replay["scenario"], seed=replay["seed"], removed_name=replay["removed_name"])


def _call(replay: Mapping[str, Any]) -> CallReplay:
    _check_path(replay["path"])
    if replay["head_path"] is not None:
        _check_path(replay["head_path"])
    if replay["point"].partition("#")[0] != f"{replay['path']}::{replay['qualname']}":
        raise _unusable(f"the observation point {replay['point']!r} is not where its path and name say")
    return CallReplay(
        scenario=replay["scenario"],
        point=replay["point"],
        path=replay["path"],
        qualname=replay["qualname"],
        base_lines=_lines(replay["base_lines"]),
        head_path=replay["head_path"],
        head_qualname=replay["head_qualname"],
        head_lines=_lines(replay["head_lines"]),
        call=replay["call"],
        intervention=replay["intervention"],
        edits=tuple(_edit(edit) for edit in replay["edits"]),
        arguments_digest=replay["arguments_digest"],
        arrived_digest=replay["arrived_digest"],
        in_head_tests=replay["in_head_tests"],
        seed=replay["seed"],
        difference=replay["difference"],
        base=Expected(**replay["base"]),
        head=Expected(**replay["head"]),
    )


def _line(replay: Mapping[str, Any]) -> LineReplay:
    return LineReplay(line=replay["line"], output=replay["output"])


def _edit(edit: Mapping[str, Any]) -> Edit:
    if not all(isinstance(kind, str) for kind, _ in edit["path"]):
        raise _unusable(f"an edit has the path {edit['path']!r}")
    return Edit(**{**edit, "path": tuple((kind, step) for kind, step in edit["path"])})


def _lines(lines: list[int] | None) -> tuple[int, int] | None:
    if lines is None:
        return None
    first, last = lines
    if last < first:
        raise _unusable(f"a unit ends before it begins: {first}-{last}")
    return first, last


_REPLAYS: Mapping[str, Callable[[Mapping[str, Any]], CallReplay | FailureReplay | LineReplay]] = {
    "call": _call,
    "test": _test,
    "line": _line,
}


def _revision(revision: Mapping[str, Any]) -> Revision:
    return Revision(label=revision["label"], commit=revision["commit"])


def _check_identifiers(findings: list[dict[str, Any]]) -> None:
    twice = [name for name, times in Counter(finding["id"] for finding in findings).items() if times > 1]
    if twice:
        raise _unusable(f"two findings are called {twice[0]}")


def _check_path(path: str) -> None:
    """Only a plain path inside the tree may ever be written to or read from on behalf of a report."""
    parts = path.split("/")
    forbidden = {"", ".", ".."}
    if any(part in forbidden or part.lower() == ".git" or "\0" in part for part in parts):
        raise _unusable(f"the path {path!r} leads out of the tree")


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")


def _unusable(why: str) -> UsageError:
    return UsageError("The report cannot be used.", why=f"{why[:1].upper()}{why[1:]}.", next_step=_AGAIN)
