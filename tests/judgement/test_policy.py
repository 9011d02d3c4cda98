from __future__ import annotations

import pytest

from assay.errors import UsageError
from assay.judgement.policy import read_policy, rung
from assay.values.finding import Policy


def refusal(table: dict[str, object]) -> UsageError:
    """What a person reads when the table is refused."""
    with pytest.raises(UsageError) as caught:
        read_policy(table)
    return caught.value


def test_an_empty_table_is_the_default_policy() -> None:
    """L2, no counted gaps."""
    assert read_policy({}) == Policy(min_isolation=2, counted_gaps=frozenset(), expect_same=False)


def test_every_key_is_read_with_hyphens_or_underscores() -> None:
    """Both spellings are common in pyproject.toml."""
    table = {"min-isolation": "L3", "counted_gaps": ["not-reached", "data"], "expect-same": True, "python": "./venv"}
    assert read_policy(table) == Policy(
        min_isolation=3, counted_gaps=frozenset({"not-reached", "data"}), expect_same=True
    )


def test_a_misspelt_key_is_refused_and_the_nearest_one_is_named() -> None:
    """A rule that is silently off is worse than none."""
    error = refusal({"min_isolaton": "L3"})
    assert error.what == "[tool.assay] has no key `min_isolaton`."
    assert "nearest known key is `min_isolation`" in error.why


def test_one_key_in_two_spellings_is_refused() -> None:
    """Nobody could say which one counts."""
    assert "twice" in refusal({"min_isolation": 3, "min-isolation": 0}).what


@pytest.mark.parametrize("value", ["L4", "high", True, 2.0, None, -1, "LL2"])
def test_what_is_no_rung_of_isolation_is_refused(value: object) -> None:
    """It must not become a lower rung by accident."""
    assert "no rung" in refusal({"min_isolation": value}).what


def test_a_rung_is_a_number_or_its_name() -> None:
    """In any case of letters."""
    assert [rung(text) for text in ("L0", "l1", "2", 3)] == [0, 1, 2, 3]


@pytest.mark.parametrize("value", ["not-reached", [1], {"a": 1}])
def test_counted_gaps_are_a_list_of_texts(value: object) -> None:
    """A single text would be read letter by letter."""
    assert "counted_gaps" in refusal({"counted_gaps": value}).what


def test_expect_same_is_true_or_false_and_nothing_like_it() -> None:
    """The text "no" is true in Python."""
    assert "expect_same" in refusal({"expect_same": "no"}).what
