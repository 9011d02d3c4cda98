"""Promises that head withdraws: tests of base that it edits or deletes, as they were and as they are."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import replace

from assay.values.change import Change, Side
from assay.values.finding import Evidence, FailingTest, Finding
from assay.values.lab import Source

LONGEST = 3_000


def with_texts(findings: Iterable[Finding], change: Change, source: Source) -> tuple[Finding, ...]:
    """The findings, with the text of each test that head edited or deleted, before and after."""
    heads = {pair.base_path: pair.head_path for pair in change.tests if pair.base_path is not None}

    def told(evidence: Evidence) -> Evidence:
        if not isinstance(evidence, FailingTest) or not evidence.edited_by_head:
            return evidence
        path, _, name = evidence.test.partition("::")
        head = heads.get(path)
        return replace(
            evidence,
            before=_text(source, "base", path, name),
            after="" if head is None else _text(source, "head", head, name),
        )

    return tuple(
        replace(finding, evidence=tuple(told(evidence) for evidence in finding.evidence)) for finding in findings
    )


def _text(source: Source, side: Side, path: str, name: str) -> str:
    """The source of `Class::test[parameters]` on one side; empty where it is not there."""
    text = source.text(side, path)
    try:
        body = ast.parse(text or "").body
    except (SyntaxError, ValueError, RecursionError):
        return ""
    found: ast.stmt | None = None
    for part in name.partition("[")[0].split("::"):
        named = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        found = next((node for node in body if isinstance(node, named) and node.name == part), None)
        if found is None:
            return ""
        body = getattr(found, "body", [])
    if found is None or text is None:
        return ""
    first = min([found.lineno, *(d.lineno for d in getattr(found, "decorator_list", ()))])
    return "\n".join(text.splitlines()[first - 1 : found.end_lineno])[:LONGEST]
