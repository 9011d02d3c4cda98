from __future__ import annotations

from typing import Any

from tests.values_for_tests import CONDITION, difference, failing_test, finding, gap, raised, returned, verdict

from assay.reports.document import dumps
from assay.reports.sarif import fingerprint, to_sarif
from assay.values.finding import Location

RULES = {"behaviour": "Does it answer differently?\n\nWhy it matters: callers rely on it."}


def run(*findings: Any, **members: Any) -> Any:
    """The one run of the log."""
    log: Any = to_sarif(verdict(*findings, **members), rules=RULES)
    assert (log["version"], len(log["runs"])) == ("2.1.0", 1)
    return log["runs"][0]


def test_rules_are_the_investigators_questions() -> None:
    """The first line of the docstring is the question, the rest explains it."""
    rule = run()["tool"]["driver"]["rules"][0]
    assert rule["id"] == "behaviour"
    assert rule["shortDescription"]["text"] == "Does it answer differently?"
    assert rule["fullDescription"]["text"] == "Why it matters: callers rely on it."


def test_a_finding_is_a_result_at_its_line_with_the_rule_it_names() -> None:
    """The message alone lets a reader judge and run it again."""
    result = run(finding(difference(), condition=CONDITION))["results"][0]
    assert (result["ruleId"], result["ruleIndex"], result["level"]) == ("behaviour", 0, "warning")
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "billing/invoice.py", "uriBaseId": "SRCROOT"},
        "region": {"startLine": 90},
    }
    assert result["message"]["text"] == (
        "billing.invoice.round_total answers differently. "
        "When amount has more than 2 decimals and currency == 'JPY' (41 of 41 differing, 0 of 902 others; stood up to 240 fresh experiments). "
        "Call: round_total(amount=Decimal('10.005'), currency='JPY', book=...). "
        "Base: Decimal('10.01'). Head: Decimal('10.00'). "
        "Test: tests/test_invoice.py::test_total, with amount: Decimal('10') -> Decimal('10.005'). "
        "See it again: assay replay 3f2a9c00d1e2"
    )


def test_levels_are_note_warning_and_error() -> None:
    """Heaviest first."""
    results = run(finding(difference(plausible=False)), finding(difference()), finding(failing_test()))["results"]
    assert [result["level"] for result in results] == ["error", "warning", "note"]


def test_an_investigator_without_a_docstring_still_has_a_rule() -> None:
    """A result never points at a rule that is not there."""
    described = run(finding(difference(), investigator="blindspot"))
    assert [rule["id"] for rule in described["tool"]["driver"]["rules"]] == ["behaviour", "blindspot"]
    assert described["results"][0]["ruleIndex"] == 1


def test_gaps_are_notifications_of_the_run() -> None:
    """There is no line of code where they are wrong."""
    described = run(gaps=(gap(), gap("internal")))["invocations"][0]
    assert (described["executionSuccessful"], described["exitCode"]) == (False, 3)
    assert described["toolExecutionNotifications"][0]["message"]["text"] == (
        "not-reached (billing.invoice.void): No test reaches billing.invoice.void. Add a test that calls it."
    )


def test_a_fingerprint_survives_other_lines_examples_and_runs() -> None:
    """So that a service knows an old finding again; another kind of difference is another finding."""
    one = finding(difference(), id="aa0000")
    moved = finding(difference(returned("1"), returned("2")), id="bb0000", where=Location(path="moved.py", line=7))
    other = finding(difference(head=raised("builtins.KeyError"), kind="raises-instead"))
    assert fingerprint(one) == fingerprint(moved) != fingerprint(other)


def test_paths_are_escaped_as_uris_and_results_have_a_line() -> None:
    """A space, a percent sign and a letter beyond ASCII; a failing test may stand on line 0."""
    result = run(finding(difference(), where=Location(path="a b/100%/é.py", line=0)))["results"][0]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "a%20b/100%25/%C3%A9.py"
    assert place["region"]["startLine"] == 1


def test_the_log_is_a_function_of_the_verdict() -> None:
    """Twice the same, and plain ASCII."""
    judged = verdict(finding(difference(returned("'\ud800'"), returned("2"))))
    assert dumps(to_sarif(judged, rules=RULES)) == dumps(to_sarif(judged, rules=RULES))
    assert dumps(to_sarif(judged, rules=RULES)).isascii()
