from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.values_for_tests import (
    BASE,
    CONDITION,
    EDIT,
    HEAD,
    INSIDE,
    WORKING_TREE,
    added,
    change,
    changed,
    difference,
    failing_test,
    finding,
    gap,
    raised,
    removed,
    returned,
    verdict,
)

from assay.errors import UsageError
from assay.reports.document import dumps, to_document
from assay.reports.reading import find_finding, from_document, loads
from assay.reports.schema import SCHEMA
from assay.reports.shape import first_violation
from assay.values.change import Revision
from assay.values.finding import Verdict
from assay.values.record import CallReplay, FailureReplay, Record, Sources

WRITTEN_SCHEMA = Path(__file__).parents[2] / "docs" / "report.schema.json"
SOURCES: dict[str, dict[str, str | None]] = {
    "billing/invoice.py": {"base": "old = 1\n", "head": "new = 1\n"},
    "billing/new.py": {"base": None, "head": ""},
}


def full() -> Verdict:
    """A verdict with one of everything."""
    return verdict(
        finding(difference(), condition=CONDITION),
        finding(failing_test(removed_name="billing.old"), id="bb11bb22cc33dd44"),
        finding(
            difference(raised("builtins.KeyError"), returned("1"), unperturbed=True),
            id="cc11bb22cc33dd44",
            announcement=INSIDE,
        ),
        gaps=(gap(), gap("internal", unit=None, detail="Traceback")),
        change=change(changed(), added(), removed(used_by=("a.py:1",)), remarks=("moved on",)),
    )


def roundtrip(judged: Verdict, **options: Any) -> Record:
    """Written, parsed and read back."""
    return from_document(loads(dumps(to_document(judged, **options))))


def altered(*path: str | int, value: object) -> dict[str, Any]:
    """A report in which somebody changed one member."""
    document: Any = json.loads(dumps(to_document(full(), sources=SOURCES)))
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    result: dict[str, Any] = document
    return result


def refusal(document: object) -> UsageError:
    """What a person reads when a report is refused."""
    with pytest.raises(UsageError) as caught:
        from_document(document)
    return caught.value


def test_the_members_that_pipelines_read_are_there() -> None:
    """Names and values as issue 3 promises them."""
    document: Any = to_document(
        verdict(finding(difference(), condition=CONDITION, arguments=difference().base.arguments), gaps=(gap(),))
    )
    assert document["verdict"] == "hold"
    found = document["findings"][0]
    assert {
        key: found[key]
        for key in ("id", "investigator", "level", "announced", "unit", "observed_at", "path", "line", "claim")
    } == {
        "id": "3f2a9c00d1e2f3a4",
        "investigator": "behaviour",
        "level": "hold",
        "announced": False,
        "unit": "billing.invoice.round_total",
        "observed_at": "billing.invoice.round_total",
        "path": "billing/invoice.py",
        "line": 90,
        "claim": "round_total() answers differently",
    }
    assert found["condition"] == {
        "text": "amount has more than 2 decimals and currency == 'JPY'",
        "expression": "currency == 'JPY'",
        "exact": True,
        "held_differing": 41,
        "differing": 41,
        "held_others": 0,
        "others": 902,
        "grade": "exact",
        "fresh": 240,
        "borders": ["amount=1 differs", "amount=0 does not"],
    }
    assert found["example"] == {
        "arguments": {"amount": "Decimal('10.005')", "currency": "'JPY'", "book": None},
        "base": "Decimal('10.01')",
        "head": "Decimal('10.00')",
    }
    assert {key: document["gaps"][0][key] for key in ("slug", "unit", "reason", "remedy")} == {
        "slug": "not-reached",
        "unit": "billing.invoice.void",
        "reason": "No test reaches billing.invoice.void.",
        "remedy": "Add a test that calls it.",
    }
    assert {key: document["effort"][key] for key in ("experiments", "matched", "seconds")} == {
        "experiments": 3412,
        "matched": 3400,
        "seconds": 21.3,
    }
    assert document["change"]["base"] == {"label": "main", "commit": "1" * 40}


def test_every_document_keeps_to_the_schema() -> None:
    """Full ones, empty ones, ones with sources."""
    for judged in (full(), verdict(), verdict(change=change(head=WORKING_TREE), target=None, isolation=None)):
        for sources in (None, SOURCES):
            assert first_violation(json.loads(dumps(to_document(judged, sources=sources))), SCHEMA) is None


def test_a_report_from_before_a_member_was_added_is_still_read() -> None:
    """Within a version members are added and never taken away."""
    document = json.loads(dumps(to_document(full())))
    del document["effort"]["kept_runs"]
    assert from_document(document).findings == roundtrip(full()).findings


def test_the_published_schema_is_the_one_that_reports_are_checked_with() -> None:
    """`docs/report.schema.json` is written by hand of nobody: dumps(SCHEMA)."""
    assert WRITTEN_SCHEMA.read_text(encoding="utf-8") == dumps(SCHEMA)


def test_the_page_about_the_report_names_every_member() -> None:
    """A member that is not described is not promised."""
    page = (WRITTEN_SCHEMA.parent / "report.md").read_text(encoding="utf-8")
    assert [name for name in sorted(member_names(SCHEMA)) if f"`{name}`" not in page] == []


def member_names(schema: Any) -> set[str]:
    """Names of all members that the schema knows, at any depth."""
    members = schema.get("properties", {})
    inner = [*members.values(), *schema.get("$defs", {}).values(), *schema.get("anyOf", [])]
    inner.extend(schema[key] for key in ("items", "additionalProperties") if isinstance(schema.get(key), dict))
    return set(members).union(*map(member_names, inner))


def test_what_a_replay_needs_survives_the_way_through_a_file() -> None:
    """The experiment, both revisions and the files that no repository holds."""
    record = roundtrip(full(), sources=SOURCES)
    assert record.base == BASE
    assert record.head == HEAD
    assert record.python == "/venv/bin/python"
    assert record.source_roots == ("src",)
    assert record.sources == {
        "billing/invoice.py": Sources(base="old = 1\n", head="new = 1\n"),
        "billing/new.py": Sources(base=None, head=""),
    }
    replay = find_finding(record, "3f2a9c").replay
    assert isinstance(replay, CallReplay)
    assert replay.edits == (EDIT,)
    assert (replay.scenario, replay.point, replay.call, replay.intervention) == (
        "tests/test_invoice.py::test_total",
        "billing/invoice.py::round_total",
        3,
        17,
    )
    assert (replay.base_lines, replay.head_lines) == ((88, 92), (90, 94))
    assert (replay.base.kind, replay.base.shown, replay.head.shown) == (
        "returned",
        "Decimal('10.01')",
        "Decimal('10.00')",
    )


def test_a_failing_test_is_replayed_as_a_test() -> None:
    """There is no call to find again."""
    replay = find_finding(roundtrip(full()), "bb11").replay
    assert replay == FailureReplay(scenario="tests/test_invoice.py::test_total", seed=0, removed_name="billing.old")


def test_a_caller_through_which_a_unit_is_seen_has_no_lines_of_its_own() -> None:
    """Only changed units have known lines on both sides; a caller is found by its path and name."""
    record = roundtrip(verdict(finding(difference()), change=change(changed("elsewhere"))))
    replay = record.findings[0].replay
    assert isinstance(replay, CallReplay)
    assert (replay.base_lines, replay.head_lines, replay.head_path) == (None, None, None)
    assert (replay.path, replay.qualname) == ("billing/invoice.py", "round_total")


def test_uncommitted_work_has_a_label_and_no_commit() -> None:
    """Its text is in the sources."""
    assert roundtrip(verdict(change=change(changed(), head=WORKING_TREE))).head == Revision(
        label="working tree", commit=None
    )


def test_a_report_is_a_function_of_the_verdict() -> None:
    """Twice the same verdict, twice the same bytes; plain ASCII, whatever the target said."""
    strange = verdict(finding(difference(returned("'\ud800 é \u202e'"), returned("2"))))
    assert dumps(to_document(strange)) == dumps(to_document(strange))
    assert dumps(to_document(strange)).isascii()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("findings", 0, "replay", "edits"), []),
        (("findings", 1, "replay", "call"), 4),
        (("findings", 1, "replay", "scenario"), "tests/evil.py::test"),
        (("findings", 1, "id"), "deadbeefdead"),
        (("findings", 1, "replay", "seal"), "0" * 64),
        (("sources", "billing/invoice.py", "head"), "import os\n"),
        (("sources",), {}),
    ],
    ids=str,
)
def test_an_experiment_that_was_altered_is_refused(path: tuple[str | int, ...], value: object) -> None:
    """An identifier stands for one experiment, with its sources, and for no other."""
    error = refusal(altered(*path, value=value))
    assert "not the one that" in error.what or "has no member" in error.why or "nobody knows" in error.why


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        (("schema_version",), 2, "version 2"),
        (("schema_version",), True, "schema_version"),
        (("verdict",), "fine", "verdict"),
        (("exit_status",), True, "exit_status"),
        (("findings",), {}, "findings"),
        (("findings", 0, "line"), "12", "line"),
        (("findings", 0, "line"), True, "line"),
        (("findings", 0, "evidence"), [], "evidence"),
        (("findings", 0, "id"), "../../etc", "id"),
        (("findings", 1, "id"), "bb11bb22cc33dd44", "Two findings"),
        (("findings", 1, "replay", "call"), -1, "call"),
        (("findings", 1, "replay", "edits", 0, "path"), [["arg"]], "path"),
        (("findings", 1, "replay", "extra"), 1, "extra"),
        (("change", "base", "commit"), "--upload-pack=evil", "commit"),
        (("change", "base", "commit"), "1" * 40 + "\n", "commit"),
        (("interpreter", "python"), None, "python"),
        (("effort", "seconds"), -1, "seconds"),
        (("surprise",), 1, "surprise"),
    ],
    ids=str,
)
def test_every_member_is_checked_before_any_is_believed(path: tuple[str | int, ...], value: object, why: str) -> None:
    """The message names the member."""
    error = refusal(altered(*path, value=value))
    assert why in f"{error.what} {error.why}"


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../up.py", "a/../../b", "", "a//b", ".git/hooks/pre-commit", "a/.GIT/x", "a\0b", "./a"]
)
def test_a_source_that_leads_out_of_the_tree_is_refused(path: str) -> None:
    """Whoever replays writes these files."""
    document = json.loads(dumps(to_document(full(), sources={path: {"base": "", "head": None}})))
    assert "leads out of the tree" in refusal(document).why


@pytest.mark.parametrize("text", ["", "{", "NaN", '{"a": Infinity}', "[" * 100_000, "1" * 5_000])
def test_what_is_no_json_is_refused(text: str) -> None:
    """NaN is JSON to Python only."""
    with pytest.raises(UsageError):
        loads(text)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_whatever_is_no_report_is_refused_in_words(value: object) -> None:
    """Any JSON value, and never another kind of error."""
    refusal(value)


@given(st.data())
def test_a_report_with_any_one_member_replaced_is_read_or_refused(data: st.DataObject) -> None:
    """It never crashes the reader."""
    document: Any = json.loads(dumps(to_document(full(), sources=SOURCES)))
    place = document
    while True:
        key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = data.draw(st.none() | st.booleans() | st.integers() | st.text() | st.just([]) | st.just({}))
    with contextlib.suppress(UsageError):
        assert isinstance(from_document(document), Record)


def test_an_identifier_may_be_shortened_while_it_is_unique() -> None:
    """In either case of letters."""
    record = roundtrip(full())
    assert find_finding(record, "3F2A").id == "3f2a9c00d1e2f3a4"
    assert find_finding(record, "3f2a9c00d1e2f3a4").id == "3f2a9c00d1e2f3a4"


@pytest.mark.parametrize("wanted", ["3f2", "xyz123", "", "--help", "deadbeef", "3f2a9c00d1e2f3a4ff"])
def test_an_identifier_that_is_unknown_forged_or_too_short_is_refused(wanted: str) -> None:
    """Exit status 2 for whoever asked."""
    with pytest.raises(UsageError):
        find_finding(roundtrip(full()), wanted)


def test_a_prefix_of_two_findings_is_refused_with_both_names() -> None:
    """Which one was meant is not for us to say."""
    record = roundtrip(verdict(finding(difference(), id="abcd01"), finding(difference(), id="abcd02")))
    with pytest.raises(UsageError) as caught:
        find_finding(record, "abcd")
    assert "abcd01, abcd02" in caught.value.why
