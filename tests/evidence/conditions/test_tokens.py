"""What differing texts have in common is asked about: words, signs, and two of them in a row."""

from __future__ import annotations

from collections.abc import Mapping

from assay.evidence.conditions.learner import Observed, Pool, learn
from assay.evidence.conditions.tokens import token_tests

SCRIPTS = (
    "BEGIN TRANSACTION; SELECT 1; END",
    "select 2; BEGIN WORK; SELECT 1",
    "x; BEGIN IMMEDIATE",
    "BEGIN; SELECT 1; END",
    "select begins; from a",
    "SELECT 1; COMMIT TRANSACTION",
    "",
)


def learned(differing: list[Mapping[str, object]], others: list[Mapping[str, object]]) -> str:
    """The best formula that tokens alone can say."""
    calls = [
        *(Observed(values=v, differs=True) for v in differing),
        *(Observed(values=v, differs=False) for v in others),
    ]
    found = learn(calls, Pool(tests=token_tests(differing, others)))
    return found[0].text if found and found[0].fits else ""


def test_a_word_before_any_word_is_said() -> None:
    """Neither the word alone nor any of the words that follow it would do."""
    calls = [{"sql": text} for text in SCRIPTS]
    assert learned([*calls[:3]], [*calls[3:]]) == r"re.search(r'\bBEGIN\b\s+\w+', sql)"


def test_a_sign_that_all_have_is_said() -> None:
    """As plainly as it can be."""
    assert learned([{"s": "a=1"}, {"s": "="}], [{"s": "a"}, {"s": "1"}]) == "'=' in s"


def test_texts_that_share_nothing_are_not_asked_about() -> None:
    """Nor is a parameter that is a text only now and then."""
    assert not token_tests([{"s": "a"}, {"s": "b"}], [{"s": "c"}])
    assert not token_tests([{"s": "a"}, {"s": None}], [{"s": "c"}])
    assert not token_tests([], [{"s": "c"}])


def test_case_does_not_matter_where_words_are_written_both_ways() -> None:
    """And one sign somewhere after a word is enough to tell."""
    differing: list[Mapping[str, object]] = [
        {"sql": text} for text in ("begin x; y", "BEGIN a b;", "select 1; Begin x;")
    ]
    others: list[Mapping[str, object]] = [{"sql": text} for text in ("begin;", "x; begin", "BEGIN", "select x; y")]
    assert learned(differing, others) == r"re.search(r'\bBEGIN\b[^;]+;', sql, re.I)"
