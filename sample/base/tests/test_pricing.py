from datetime import date
from decimal import Decimal

import pytest

from roomly.errors import ValidationError
from roomly.hotel import RoomKind
from roomly.money import Money
from roomly.pricing import PriceList, standard_prices


@pytest.mark.parametrize(
    ("kind", "day", "guests", "expected"),
    [
        (RoomKind.SINGLE, date(2024, 5, 6), 1, "79.00"),
        (RoomKind.DOUBLE, date(2024, 5, 7), 2, "119.00"),
        (RoomKind.DOUBLE, date(2024, 5, 8), 1, "107.10"),
        (RoomKind.DOUBLE, date(2024, 5, 10), 2, "136.85"),
        (RoomKind.DOUBLE, date(2024, 7, 9), 2, "154.70"),
        (RoomKind.SUITE, date(2024, 5, 14), 2, "249.00"),
        (RoomKind.SUITE, date(2024, 5, 15), 4, "398.40"),
        (RoomKind.SINGLE, date(2024, 5, 1), 1, "99.00"),
    ],
)
def test_a_night_costs_by_kind_season_weekday_and_guests(prices, kind, day, guests, expected):
    assert prices.nightly(kind, day, guests) == Money(expected)


def test_rooms_have_a_limited_number_of_beds(prices):
    with pytest.raises(ValidationError):
        prices.nightly(RoomKind.SINGLE, date(2024, 5, 6), 2)
    with pytest.raises(ValidationError):
        prices.nightly(RoomKind.DOUBLE, date(2024, 5, 6), 0)


def test_a_quote_is_the_sum_of_its_nights(prices):
    arrival, departure = date(2024, 8, 1), date(2024, 8, 4)
    nights = list(prices.nights(RoomKind.DOUBLE, arrival, departure, 2))
    assert prices.quote(RoomKind.DOUBLE, arrival, departure, 2) == sum(night.price for night in nights)
    assert [night.note for night in nights] == ["", "weekend", "weekend"]


def test_overrides_win():
    prices = standard_prices()
    prices.override(RoomKind.DOUBLE, date(2024, 9, 6), "300")
    assert prices.quote(RoomKind.DOUBLE, date(2024, 9, 5), date(2024, 9, 7), 2) == Money("454.70")


def test_the_cheapest_start_is_the_earliest_of_equals(prices):
    candidates = [date(2024, 6, 7), date(2024, 6, 4), date(2024, 6, 3)]
    assert prices.cheapest_start(RoomKind.SINGLE, candidates, 2) == date(2024, 6, 3)
    with pytest.raises(ValidationError):
        prices.cheapest_start(RoomKind.SINGLE, [], 2)


def test_every_kind_needs_a_price():
    with pytest.raises(ValidationError, match="double, suite"):
        PriceList({RoomKind.SINGLE: Decimal(79)})
