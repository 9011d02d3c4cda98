from __future__ import annotations

import re
from textwrap import dedent

from tests.values_for_tests import (
    CONDITION,
    change,
    changed,
    difference,
    failing_test,
    finding,
    gap,
    removed,
    returned,
    verdict,
)

from assay.reports.markdown import LIMIT, to_markdown


def test_the_summary_stands_first_and_the_rest_follows_in_order() -> None:
    """A reader of the first lines knows what to do."""
    judged = verdict(
        finding(difference(), condition=CONDITION),
        finding(
            failing_test(runs=1),
            id="bb11bb22cc33dd44",
            claim="tests/test_invoice.py::test_total passes on base and fails on head",
        ),
        gaps=(gap(), gap(unit="billing.invoice.cancel")),
        change=change(changed(), removed(used_by=("api.py:3",)), remarks=("main has moved on.",)),
    )
    assert to_markdown(judged) == dedent("""\
        ## Assay: hold

        1 unit changed · 1 observed (3,412 experiments, 21 s) · 1 removed  
        **1 hold · 1 notice · 2 gaps**

        main has moved on\\.

        Removed `billing.invoice.old` is still used at `api.py:3`.

        ### HOLD: `billing.invoice.round_total` answers differently

        `billing/invoice.py:90`
        when `amount has more than 2 decimals and currency == 'JPY'` (41 of 41 differing, 0 of 902 others; stood up to 240 fresh experiments)

        ```text
        call  round_total(amount=Decimal('10.005'), currency='JPY', book=...)
        base  Decimal('10.01')
        head  Decimal('10.00')
        test  tests/test_invoice.py::test_total, with amount: Decimal('10') -> Decimal('10.005')
        ```

        See it again: `assay replay 3f2a9c00d1e2`

        ### notice: `billing.invoice.round_total` tests/test\\_invoice\\.py\\:\\:test\\_total passes on base and fails on head

        `billing/invoice.py:90`

        ```text
        test  tests/test_invoice.py::test_total
        base  passes
        head  assert Decimal('9.99') == Decimal('10')
        ```

        A notice only: a test passed on base and failed on head once, and was not run again.  
        See it again: `assay replay bb11bb22cc33`

        - **gap** `not-reached`: No test reaches billing\\.invoice\\.void. No test reaches billing\\.invoice\\.cancel. Next: Add a test that calls it.

        <sub>Isolation: `L3 namespaces+landlock+seccomp`. Exit status 1.</sub>
        """)  # noqa: W291


def test_a_report_that_is_too_long_says_how_much_was_cut() -> None:
    """Whole entries go, never the summary, and never more than the host accepts."""
    findings = [
        finding(difference(returned("1" * 500), returned("2" * 500)), id=f"{number:012x}") for number in range(200)
    ]
    told = to_markdown(verdict(*findings))
    assert len(told) <= LIMIT
    assert told.startswith("## Assay: hold\n")
    shown = told.count("### HOLD")
    assert 0 < shown < 200
    assert f"**{200 - shown:,} entries of 200 are not shown:** a comment has no more room." in told
    assert told.count("```") % 2 == 0


def test_even_a_summary_that_is_too_long_is_cut() -> None:
    """The limit is the host's, not ours."""
    judged = verdict(change=change(changed(), remarks=("x" * 70_000,)))
    assert len(to_markdown(judged)) <= LIMIT


def test_text_of_the_target_cannot_mark_up_mention_or_break_out() -> None:
    """Names and values are shown as they are."""
    hostile = "```\n</details>@team <img src=x> [a](http://evil) #12 | **b**"
    told = to_markdown(
        verdict(
            finding(difference(returned(hostile), returned("1")), claim=hostile, unit=hostile),
            gaps=(gap(reason=hostile, remedy=hostile, unit=hostile),),
        )
    )
    assert "````text\n" in told
    assert "\n```\n" not in told
    outside = without_code(told)
    assert "@team" not in outside
    assert "<img" not in outside.replace("\\<", "")
    assert re.search(r"(?<!\\)\]\(", outside) is None
    assert " #12" not in outside


def without_code(text: str) -> str:
    """What is left outside fenced blocks and code spans, as CommonMark pairs runs of backticks."""
    unfenced = re.sub(r"^(`{3,})text\n.*?\n\1$", "", text, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"(?<![`\\])(`+)(?!`).*?(?<!`)\1(?!`)", "", unfenced, flags=re.DOTALL)
