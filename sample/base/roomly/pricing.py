"""What a night costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from roomly.calendar import Season, holidays, is_weekend_night, nights_between, season_of
from roomly.errors import ValidationError
from roomly.hotel import RoomKind
from roomly.money import Currency, Money, round_amount

SEASON_FACTORS = {Season.LOW: Decimal("0.85"), Season.MIDDLE: Decimal("1.00"), Season.HIGH: Decimal("1.30")}
WEEKEND_FACTOR = Decimal("1.15")
HOLIDAY_SURCHARGE = Decimal("20")
EXTRA_GUEST = Decimal("0.30")


@dataclass(frozen=True)
class Night:
    day: object
    price: Money
    note: str = ""


class PriceList:
    """Prices of one hotel. `overrides` wins over everything else, for fairs and the like."""

    def __init__(self, base_prices, currency=Currency.EUR, weekend_factor=WEEKEND_FACTOR):
        missing = set(RoomKind) - set(base_prices)
        if missing:
            raise ValidationError("prices", "missing for " + ", ".join(sorted(kind.value for kind in missing)))
        self.base_prices = dict(base_prices)
        self.currency = currency
        self.weekend_factor = Decimal(weekend_factor)
        self.overrides = {}

    def override(self, kind, day, price):
        self.overrides[kind, day] = Decimal(price)

    def nightly(self, kind, day, guests=1):
        """Price of one night for that many guests."""
        if not 1 <= guests <= kind.beds:
            raise ValidationError("guests", f"a {kind.value} room is for 1 to {kind.beds}")
        price = self._room_price(kind, day)
        included = min(kind.beds, 2)
        if guests > included:
            price += price * EXTRA_GUEST * (guests - included)
        elif guests == 1 and kind is not RoomKind.SINGLE:
            price *= Decimal("0.90")
        return Money(round_amount(price, self.currency), self.currency)

    def _room_price(self, kind, day):
        if (kind, day) in self.overrides:
            return self.overrides[kind, day]
        price = self.base_prices[kind] * SEASON_FACTORS[season_of(day)]
        if is_weekend_night(day):
            price *= self.weekend_factor
        if day in holidays(day.year):
            price += HOLIDAY_SURCHARGE
        return price

    def nights(self, kind, arrival, departure, guests=1):
        for day in nights_between(arrival, departure):
            yield Night(day, self.nightly(kind, day, guests), "weekend" if is_weekend_night(day) else "")

    def quote(self, kind, arrival, departure, guests=1):
        """Price of the whole stay."""
        return sum((night.price for night in self.nights(kind, arrival, departure, guests)), Money.zero(self.currency))

    def cheapest_start(self, kind, candidates, nights, guests=1):
        """The arrival day among the candidates with the lowest price; the earliest of equals."""
        if not candidates:
            raise ValidationError("candidates", "must not be empty")
        return min(sorted(candidates), key=lambda day: self.quote(kind, day, day + timedelta(days=nights), guests).amount)


def standard_prices(currency=Currency.EUR):
    return PriceList(
        {RoomKind.SINGLE: Decimal("79"), RoomKind.DOUBLE: Decimal("119"), RoomKind.SUITE: Decimal("249")}, currency
    )
