"""Nights, weekends, holidays and seasons."""

from __future__ import annotations

import enum
from datetime import date, timedelta
from functools import lru_cache

from roomly.errors import ValidationError


class Season(enum.Enum):
    LOW = "low"
    MIDDLE = "middle"
    HIGH = "high"


_SEASONS = (
    ((12, 20), Season.HIGH),
    ((9, 15), Season.MIDDLE),
    ((6, 15), Season.HIGH),
    ((4, 1), Season.MIDDLE),
    ((1, 7), Season.LOW),
)


def season_of(day):
    for start, season in _SEASONS:
        if (day.month, day.day) >= start:
            return season
    return Season.HIGH


@lru_cache(maxsize=64)
def easter(year):
    """Gauss's rule in the form of Butcher."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    f = (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    el = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * el) // 451
    month, day = divmod(h + el - 7 * m + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=64)
def holidays(year):
    sunday = easter(year)
    return frozenset(
        [date(year, 1, 1), date(year, 5, 1), date(year, 12, 25), date(year, 12, 26)]
        + [sunday + timedelta(days=n) for n in (-2, 1, 39, 50)]
    )


def is_weekend_night(day):
    """The nights from Friday and from Saturday."""
    return day.weekday() in (4, 5)


def is_business_day(day):
    return day.weekday() < 5 and day not in holidays(day.year)


def add_business_days(day, count):
    if count < 0:
        raise ValidationError("count", "must not be negative")
    while count:
        day += timedelta(days=1)
        if is_business_day(day):
            count -= 1
    return day


def nights_between(arrival, departure):
    """Every night of a stay, named by the day on which it begins."""
    if departure <= arrival:
        raise ValidationError("departure", "must be after arrival")
    return [arrival + timedelta(days=n) for n in range((departure - arrival).days)]


def month_bounds(year, month):
    first = date(year, month, 1)
    return first, date(year + month // 12, month % 12 + 1, 1)
