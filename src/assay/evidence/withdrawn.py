"""Promises that head withdraws: tests of base that it edits or deletes, as they were and as they are.

A test stands on more than its own text: fixtures, helpers, data beside it. Where head leaves a test as it was, and it
passes on head among the files that head has for its tests, then head edited what it stands on; where it fails there
too, head breaks it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import replace

from assay.evidence.confirm import narrow_to
from assay.evidence.frames import Story, read_story
from assay.evidence.jobs import Scenarios, Window, record_run
from assay.evidence.promises import Broken
from assay.values.change import SIDES, Change, FilePair, Side
from assay.values.finding import Evidence, FailingTest, Finding
from assay.values.lab import Lab, Source

LONGEST = 3_000
MOST_RUN = 24


def withdrawn_tests(
    lab: Lab, change: Change, broken: Sequence[Broken], scenarios: Scenarios, limit_s: float
) -> frozenset[str]:
    """Those of the broken tests whose promise head takes back, by what it does to them or to what they stand on.

    Where a test in an edited file cannot be run among head's, it counts as edited.
    """
    if not broken or not change.tests:
        return frozenset()
    pairs = {pair.base_path: pair for pair in change.tests if pair.base_path is not None}
    rewritten = {promise.test for promise in broken if _is_rewritten(promise, pairs.get(promise.path), lab.source)}
    left = [promise for promise in broken if promise.test not in rewritten][:MOST_RUN]
    if not left:
        return frozenset(rewritten)
    lab.say(f"running {len(left)} tests that fail on head among the files that head has for its tests")
    narrow = narrow_to(scenarios, (promise.test for promise in left))
    run = record_run("head", (), narrow, Window(collect_s=limit_s, deadline_s=limit_s))
    (result,) = lab.run([replace(run, files=texts_of_head(lab, change))])
    story = read_story(result.frames)
    edited = {p.test for p in broken if p.path in pairs and p.test not in rewritten and not _is_told(p, story)}
    return frozenset({*rewritten, *edited, *(p.test for p in left if _passes(p, story))})


def texts_of_head(lab: Lab, change: Change) -> tuple[tuple[str, str], ...]:
    """The files that head adds or edits for its tests, with their text."""
    texts = [(pair.head_path, lab.source.text("head", pair.head_path)) for pair in change.tests if pair.head_path]
    return tuple((path, text) for path, text in texts if text is not None)


def with_texts(findings: Iterable[Finding], change: Change, source: Source) -> tuple[Finding, ...]:
    """The findings, with the text of each test that head edited or deleted, before and after."""
    heads = {pair.base_path: pair.head_path for pair in change.tests if pair.base_path is not None}

    def told(evidence: Evidence) -> Evidence:
        if not isinstance(evidence, FailingTest) or not evidence.edited_by_head:
            return evidence
        path, _, name = evidence.test.partition("::")
        head = heads.get(path)
        before = _text(source, "base", path, name)
        after = "" if head is None else _text(source, "head", head, name)
        # What head left as it was is nothing to show: it edited what the test stands on.
        return evidence if path not in heads or before == after else replace(evidence, before=before, after=after)

    return tuple(
        replace(finding, evidence=tuple(told(evidence) for evidence in finding.evidence)) for finding in findings
    )


def _is_rewritten(promise: Broken, pair: FilePair | None, source: Source) -> bool:
    """Does head edit or delete the test's own text, or move it? A file that does not import has no text of its own."""
    if pair is None:
        return False
    path, _, name = promise.test.partition("::")
    if pair.head_path != path or not name:
        return True
    before, after = (_text(source, side, path, name) for side in SIDES)
    return not before or before != after


def _is_told(promise: Broken, story: Story) -> bool:
    return any(result.id == promise.test for result in story.tests)


def _passes(promise: Broken, story: Story) -> bool:
    """Does the test pass, or some test of the file that could not be imported? A skipped one asks nothing any more."""
    return any(
        result.outcome in ("passed", "skipped")
        and (result.id == promise.test or result.id.startswith(f"{promise.test}::"))
        for result in story.tests
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
