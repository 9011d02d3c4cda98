from __future__ import annotations

from dataclasses import replace
from textwrap import dedent

from tests.values_for_tests import (
    CONDITION,
    EDIT,
    EFFORT,
    INSIDE,
    added,
    change,
    changed,
    difference,
    disagreement,
    failing_test,
    finding,
    gap,
    raised,
    removed,
    returned,
    verdict,
)

from assay.reports.sentences import clip_apart
from assay.reports.terminal import render, render_replay
from assay.values.finding import Policy, Verdict
from assay.values.options import ReplayAnswer
from assay.values.record import CallReplay, Expected, FailureReplay, RecordedFinding


def assert_reads(judged: Verdict, expected: str, *, width: int = 120, verbose: bool = False) -> None:
    """The whole report, line by line, without the spaces that fill a line."""
    told = render(judged, colour=False, width=width, verbose=verbose)
    assert told.splitlines() == dedent(expected).strip("\n").splitlines()


def mixed() -> Verdict:
    """One of each level, two kinds of gap, and units of every kind."""
    return verdict(
        finding(difference(), condition=CONDITION),
        finding(
            failing_test(),
            id="bb11bb22cc33dd44",
            claim="tests/test_invoice.py::test_total passes on base and fails on head",
        ),
        finding(
            difference(plausible=False, implausible_because="no float was ever seen at amount"), id="cc11bb22cc33dd44"
        ),
        change=change(
            changed(),
            changed("void"),
            added(),
            removed(used_by=("api.py:3", "web/views.py:90")),
            remarks=("main has moved on by 3 commits since.",),
        ),
        gaps=(
            gap(),
            gap(unit="billing.invoice.cancel"),
            gap(
                "dependencies", unit=None, reason="poetry.lock changed", remedy="Run the tests in the new environment."
            ),
        ),
    )


def test_a_verdict_is_read_from_the_top_with_the_heaviest_first() -> None:
    """What was looked at, what was found, what could not be looked at, and what follows."""
    assert_reads(
        mixed(),
        """
        2 units changed · 1 observed (3,412 experiments, 21 s) · 1 not reached · 1 added (no base to compare) · 1 removed
        isolation: L3 namespaces+landlock+seccomp
        main has moved on by 3 commits since.
        removed billing.invoice.old() is still used: api.py:3, web/views.py:90
        12 of 12 planted differences seen · 3,400 of 3,412 experiments matched · 10 dropped and 2 masked as noise
        2 walls proven · open: cpu side channels

        BLOCK   billing/invoice.py:90  round_total  tests/test_invoice.py::test_total passes on base and fails on head
                test   tests/test_invoice.py::test_total
                base   passes
                head   assert Decimal('9.99') == Decimal('10')
                seen   3 times
                again  assay replay bb11bb22cc33

        HOLD    billing/invoice.py:90  round_total()  answers differently
                when   amount has more than 2 decimals and currency == 'JPY'      (41 of 41 differing, 0 of 902 others; stood up to 240 fresh experiments)
                border amount=1 differs, amount=0 does not
                call   round_total(amount=Decimal('10.005'), currency='JPY', book=...)
                base   Decimal('10.01')            head   Decimal('10.00')
                test   tests/test_invoice.py::test_total, with amount: Decimal('10') -> Decimal('10.005')
                again  assay replay 3f2a9c00d1e2

        notice  billing/invoice.py:90  round_total()  answers differently  [cc11bb22cc33]

        gap     dependencies  poetry.lock changed
                next   Run the tests in the new environment.
        gap     not-reached  2 gaps
                No test reaches billing.invoice.void.
                No test reaches billing.invoice.cancel.
                next   Add a test that calls it.

        verdict  block   1 block · 1 hold · 1 notice · 3 gaps                                                      exit status 1
        """,
    )


def test_a_clear_verdict_is_short() -> None:
    """What it stands on, and that is all."""
    assert_reads(
        verdict(),
        """
        1 unit changed · 1 observed (3,412 experiments, 21 s)                          isolation: L3 namespaces+landlock+seccomp
        12 of 12 planted differences seen · 3,400 of 3,412 experiments matched · 10 dropped and 2 masked as noise
        2 walls proven · open: cpu side channels

        verdict  clear   nothing found                                                                             exit status 0
        """,
    )


def test_a_change_that_touches_no_code_says_so() -> None:
    """Nothing ran, so no walls were needed."""
    assert_reads(
        verdict(change=change(), effort=EFFORT.__class__(), established=frozenset(), isolation=None, target=None),
        """
        no code units changed                                                                     isolation: none was needed

        This change touches no code units, so there was nothing to run.
        verdict  clear   nothing found                                                                         exit status 0
        """,
        width=116,
    )


def test_a_hold_for_want_of_evidence_says_what_is_wanting() -> None:
    """No finding stands above it that could explain the exit status."""
    judged = verdict(
        established=frozenset(),
        gaps=(gap("isolation", unit=None, reason="no Landlock", remedy="--allow-isolation L1"),),
    )
    told = render(judged, colour=False, width=100, verbose=False).splitlines()
    assert told[-5:] == [
        "gap     isolation  no Landlock",
        "        next   --allow-isolation L1",
        "",
        "Nothing could be established about the 1 changed unit.",
        "verdict  hold for want of evidence   1 gap                                             exit status 4",
    ]


def test_a_hold_for_want_of_evidence_beside_an_announced_finding_does_not_deny_it() -> None:
    """Calls of head's own tests were compared and nothing else: the finding above shows what they announce."""
    judged = verdict(finding(difference(unperturbed=True), announcement=INSIDE), established=frozenset())
    told = render(judged, colour=False, width=100, verbose=False)
    assert "\nBeyond what it announces, nothing could be established about the 1 changed unit.\n" in told


def test_a_refactoring_that_stood_says_what_it_stood_up_to() -> None:
    """The number of experiments of each kind is the strength of the claim."""
    told = render(verdict(policy=Policy(expect_same=True)), colour=False, width=100, verbose=False)
    assert "The claim that nothing changed stood up to 3,412 experiments: 3,000 number.edge, 412 text.token.\n" in told


def test_a_call_exactly_as_a_test_makes_it_names_the_test() -> None:
    """Nobody can say that such an input never comes."""
    told = render(verdict(finding(difference(unperturbed=True))), colour=False, width=100, verbose=False)
    assert "        test   tests/test_invoice.py::test_total makes this call as it is\n" in told


def test_a_long_value_is_cut_in_its_middle_and_the_place_that_differs_is_shown() -> None:
    """With --verbose it is shown whole."""
    long = difference(
        returned(f"Invoice({'x' * 200}, total=1)"),
        returned(f"Invoice({'x' * 200}, total=2)"),
        disagreements=(disagreement(".total"),),
    )
    told = render(verdict(finding(long)), colour=False, width=80, verbose=False)
    assert max(len(line) for line in told.splitlines() if line.startswith("        base")) <= 80
    assert "        at     .total: Decimal('10.01') -> Decimal('10.00')\n" in told
    assert "x" * 200 in render(verdict(finding(long)), colour=False, width=80, verbose=True)


def test_when_results_are_alike_the_place_that_differs_stands_in_their_stead() -> None:
    """An argument left otherwise is no difference in the result."""
    seen = difference(
        returned("None"),
        returned("None"),
        kind="leaves-arguments-differently",
        disagreements=(disagreement("rows[0]"),),
    )
    told = render(verdict(finding(seen)), colour=False, width=120, verbose=False)
    assert "        base   rows[0]: Decimal('10.01')        head   rows[0]: Decimal('10.00')\n" in told


def test_text_of_the_target_is_shown_and_never_obeyed() -> None:
    """An escape sequence, a line end and an override of the reading direction stay visible text."""
    hostile = "\x1b[2J\x1b[31mverdict clear\r\n\u202e\ud800"
    told = render(
        verdict(
            finding(difference(raised("builtins.ValueError", hostile), returned(hostile)), claim=hostile, unit=hostile),
            gaps=(gap(reason=hostile, unit=hostile, detail=hostile),),
            change=change(changed(), removed(used_by=(hostile,)), remarks=(hostile,)),
        ),
        colour=False,
        width=120,
        verbose=True,
    )
    assert not set(told) & set("\x1b\r\u202e\ud800")
    assert "\\x1b[2J\\x1b[31mverdict clear\\r\\n\\u202e\\ud800" in told


def test_colours_mean_the_level_and_appear_only_when_asked_for() -> None:
    """Red blocks, yellow holds."""
    judged = verdict(finding(difference()), finding(failing_test(), id="bb11bb22cc33dd44"))
    coloured = render(judged, colour=True, width=100, verbose=False)
    assert "\x1b[1m\x1b[31mBLOCK\x1b[0m" in coloured
    assert "\x1b[1m\x1b[33mHOLD\x1b[0m" in coloured
    assert "\x1b" not in render(judged, colour=False, width=100, verbose=False)


def test_many_notices_are_counted_rather_than_listed() -> None:
    """--verbose lists them."""
    notices = [finding(difference(plausible=False), id=f"{number:06x}") for number in range(15)]
    assert "notice  4 more notices (--verbose shows them)\n" in render(
        verdict(*notices), colour=False, width=100, verbose=False
    )
    assert "more notices" not in render(verdict(*notices), colour=False, width=100, verbose=True)


def test_verbose_accounts_for_stages_kinds_interpreter_and_walls() -> None:
    """Whoever doubts the verdict finds what it was made with."""
    told = render(verdict(gaps=(gap("internal", detail="Traceback\n  boom"),)), colour=False, width=120, verbose=True)
    assert (
        dedent("""
        stage   reach 4.0 s
        stage   probe 17.3 s
        rate    160 experiments a second · seed 0
        kinds   number.edge 3,000, text.token 412
        python  3.12.1  /venv/bin/python  (--python)
        roots   src
        wall    write outside: proven (landlock) EACCES
        wall    connect: proven (namespaces)
        wall    cpu side channels: open (none)
        base    main  1111111111111111111111111111111111111111
        head    HEAD  2222222222222222222222222222222222222222
        """)
        in told
    )
    assert "        | Traceback\n        |   boom\n" in told


def recorded(replay: CallReplay | FailureReplay) -> RecordedFinding:
    """A finding of a stored report."""
    return RecordedFinding(
        id="3f2a9c00d1e2f3a4",
        level="hold",
        unit="billing.invoice.round_total",
        observed_at="billing.invoice.round_total",
        path="billing/invoice.py",
        line=90,
        claim="round_total() answers differently",
        replay=replay,
    )


CALL = CallReplay(
    scenario="tests/test_invoice.py::test_total",
    point="billing/invoice.py::round_total",
    path="billing/invoice.py",
    qualname="round_total",
    base_lines=(88, 92),
    head_path=None,
    head_qualname=None,
    head_lines=None,
    call=3,
    intervention=17,
    edits=(EDIT,),
    arguments_digest="d1",
    arrived_digest="d0",
    seed=0,
    difference="answers-differently",
    base=Expected(kind="returned", exception=None, shown="1"),
    head=Expected(kind="returned", exception=None, shown="2"),
)


def test_a_replay_shows_both_outcomes_and_whether_the_difference_is_there() -> None:
    """One under the other, so that the eye can compare."""
    answer = ReplayAnswer(differs=True, base=returned("Decimal('10.01')"), head=returned("Decimal('10.00')"))
    assert render_replay(recorded(CALL), answer, colour=False, width=100) == dedent("""\
        billing/invoice.py:90  round_total() answers differently
                from   tests/test_invoice.py::test_total, with amount: Decimal('10') -> Decimal('10.005')
                base   Decimal('10.01')
                head   Decimal('10.00')

        the difference is there
        """)


def test_a_replay_that_shows_nothing_says_why() -> None:
    """A test that no longer reaches the call is not a difference that is fixed."""
    answer = ReplayAnswer(differs=False, base=returned("passes"), head=None, note="head no longer makes this call")
    replay = FailureReplay(scenario="tests/test_invoice.py::test_total", seed=0, removed_name=None)
    assert render_replay(recorded(replay), answer, colour=False, width=100) == dedent("""\
        billing/invoice.py:90  round_total() answers differently
                from   tests/test_invoice.py::test_total
                base   passes
                head   nothing to see
                note   head no longer makes this call

        the difference is gone
        """)


def test_a_claim_that_does_not_name_its_unit_or_caller_gets_them_from_the_report() -> None:
    """Nobody reads a unit's name twice in a line, or not at all."""
    seen = finding(difference(), claim="answers differently", observed_at="billing.api.invoice")
    named = finding(difference(), claim="round_total() answers differently, seen through billing.api.invoice()")
    for found, tail in ((seen, "seen at billing.api.invoice()"), (named, "seen through billing.api.invoice()")):
        told = render(verdict(found), colour=False, width=120, verbose=False)
        assert f"billing/invoice.py:90  round_total()  answers differently, {tail}\n" in told


def test_reasons_that_are_alike_are_told_once_with_their_units() -> None:
    """And many different ones are counted."""
    alike = tuple(
        gap("budget", unit=f"m.f{number}", reason="not enough time", remedy="--budget 120") for number in range(3)
    )
    other = tuple(gap(unit=f"m.g{number}") for number in range(9))
    told = render(verdict(gaps=(*alike, *other)), colour=False, width=120, verbose=False)
    assert "gap     budget  m.f0, m.f1, m.f2: not enough time\n        next   --budget 120\n" in told
    assert "gap     not-reached  9 gaps\n        No test reaches m.g0.\n" in told
    assert "        No test reaches m.g5.\n        and 3 more (--verbose shows them)\n" in told


def test_a_promise_that_head_withdraws_is_shown_before_and_after() -> None:
    """Only the lines that differ; one that is gone says so."""
    edited = replace(
        failing_test(edited_by_head=True),
        before="def t():\n    assert f(1) == 2",
        after="def t():\n    assert f(1) == 3",
    )
    told = render(verdict(finding(edited)), colour=False, width=120, verbose=False)
    assert "        -      assert f(1) == 2\n        +      assert f(1) == 3\n" in told
    gone = replace(edited, after="")
    assert "        -      head deleted it\n" in render(verdict(finding(gone)), colour=False, width=120, verbose=False)


def test_long_answers_are_shown_from_where_they_part() -> None:
    """What both have in common would fill the line."""
    base, head = clip_apart("same " * 30 + "Canada Day", "same " * 30 + "Dominion Day", 40)
    assert base.endswith("same Canada Day")
    assert head.endswith("same Dominion Day")
    assert max(len(base), len(head)) <= 40
    assert clip_apart("a", "b", 40) == ("a", "b")
