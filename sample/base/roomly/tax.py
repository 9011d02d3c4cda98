"""Value added tax on stays, food and services, by country and date."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from roomly.errors import ValidationError
from roomly.money import Currency, round_amount

# (country, category) -> [(valid from, rate), ...], newest last
RATES: dict[tuple[str, str], list[tuple[date, Decimal]]] = {
    ("DE", "stay"): [(date(2010, 1, 1), Decimal("0.07")), (date(2020, 7, 1), Decimal("0.05")),
                     (date(2021, 1, 1), Decimal("0.07"))],
    ("DE", "food"): [(date(2007, 1, 1), Decimal("0.19"))],
    ("DE", "service"): [(date(2007, 1, 1), Decimal("0.19"))],
    ("CH", "stay"): [(date(2018, 1, 1), Decimal("0.037")), (date(2024, 1, 1), Decimal("0.038"))],
    ("CH", "food"): [(date(2018, 1, 1), Decimal("0.077")), (date(2024, 1, 1), Decimal("0.081"))],
    ("CH", "service"): [(date(2018, 1, 1), Decimal("0.077")), (date(2024, 1, 1), Decimal("0.081"))],
    ("JP", "stay"): [(date(2019, 10, 1), Decimal("0.10"))],
    ("JP", "food"): [(date(2019, 10, 1), Decimal("0.08"))],
    ("JP", "service"): [(date(2019, 10, 1), Decimal("0.10"))],
}
CITY_TAX_PER_NIGHT = {"berlin": Decimal("0.075"), "hamburg": Decimal("1.00"), "zurich": Decimal("3.50")}


def rate_for(country, category, on):
    """The rate that was in force on that day."""
    try:
        history = RATES[country.upper(), category]
    except KeyError:
        raise ValidationError("tax", f"no rate for {category} in {country}") from None
    current = None
    for start, rate in history:
        if start <= on:
            current = rate
    if current is None:
        raise ValidationError("tax", f"no rate for {category} in {country} on {on.isoformat()}")
    return current


def tax_on_net(net, rate, currency=Currency.EUR):
    return round_amount(net * rate, currency)


def tax_in_gross(gross, rate, currency=Currency.EUR):
    """The part of a gross amount that is tax."""
    return gross - round_amount(gross / (1 + rate), currency)


def city_tax(city, net_per_night, nights, guests=1, business=False):
    """Berlin takes a share of the price, other cities a fixed amount for each guest and night."""
    tax = CITY_TAX_PER_NIGHT.get(city.lower())
    if tax is None or business or nights <= 0:
        return Decimal(0)
    if city.lower() == "berlin":
        return round_amount(net_per_night * min(nights, 21) * tax)
    return tax * guests * nights
