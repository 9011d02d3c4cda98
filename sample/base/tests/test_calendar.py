from datetime import date

import pytest

from roomly.calendar import (
    Season,
    add_business_days,
    easter,
    holidays,
    is_business_day,
    is_weekend_night,
    month_bounds,
    nights_between,
    season_of,
)
from roomly.errors import ValidationError


@pytest.mark.parametrize(
    ("day", "season"),
    [
        (date(2024, 1, 2), Season.HIGH),
        (date(2024, 2, 2), Season.LOW),
        (date(2024, 4, 1), Season.MIDDLE),
        (date(2024, 7, 1), Season.HIGH),
        (date(2024, 10, 1), Season.MIDDLE),
        (date(2024, 12, 24), Season.HIGH),
    ],
)
def test_seasons(day, season):
    assert season_of(day) is season


def test_easter_moves():
    assert easter(2024) == date(2024, 3, 31)
    assert easter(2025) == date(2025, 4, 20)
    assert date(2024, 5, 9) in holidays(2024)


def test_business_days_skip_weekends_and_holidays():
    assert not is_business_day(date(2024, 5, 1))
    assert is_business_day(date(2024, 5, 2))
    assert add_business_days(date(2024, 4, 30), 1) == date(2024, 5, 2)
    assert add_business_days(date(2024, 5, 3), 2) == date(2024, 5, 7)
    with pytest.raises(ValidationError):
        add_business_days(date(2024, 5, 3), -1)


def test_nights_are_named_by_their_evening():
    assert nights_between(date(2024, 5, 3), date(2024, 5, 5)) == [date(2024, 5, 3), date(2024, 5, 4)]
    assert is_weekend_night(date(2024, 5, 3))
    assert not is_weekend_night(date(2024, 5, 5))
    with pytest.raises(ValidationError):
        nights_between(date(2024, 5, 3), date(2024, 5, 3))


def test_december_ends_in_january():
    assert month_bounds(2024, 12) == (date(2024, 12, 1), date(2025, 1, 1))
    assert month_bounds(2024, 2) == (date(2024, 2, 1), date(2024, 3, 1))
