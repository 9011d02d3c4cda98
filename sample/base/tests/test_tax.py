from datetime import date
from decimal import Decimal

import pytest

from roomly.errors import ValidationError
from roomly.money import Currency
from roomly.tax import city_tax, rate_for, tax_in_gross, tax_on_net


def test_the_rate_of_the_day_counts():
    assert rate_for("DE", "stay", date(2020, 6, 30)) == Decimal("0.07")
    assert rate_for("de", "stay", date(2020, 7, 1)) == Decimal("0.05")
    assert rate_for("DE", "stay", date(2024, 1, 1)) == Decimal("0.07")


def test_unknown_rates_are_refused():
    with pytest.raises(ValidationError):
        rate_for("FR", "stay", date(2024, 1, 1))
    with pytest.raises(ValidationError):
        rate_for("JP", "stay", date(2000, 1, 1))


def test_tax_is_rounded():
    assert tax_on_net(Decimal("119.00"), Decimal("0.07")) == Decimal("8.33")
    assert tax_on_net(Decimal("12345"), Decimal("0.08"), Currency.JPY) == Decimal("988")


def test_gross_contains_its_tax():
    assert tax_in_gross(Decimal("107.00"), Decimal("0.07")) == Decimal("7.00")
    assert tax_in_gross(Decimal("100.00"), Decimal("0.19")) == Decimal("15.97")


def test_cities_tax_in_their_own_ways():
    assert city_tax("Berlin", Decimal("100"), 2) == Decimal("15.00")
    assert city_tax("Berlin", Decimal("100"), 30) == Decimal("157.50")
    assert city_tax("Hamburg", Decimal("100"), 3, guests=2) == Decimal("6.00")
    assert city_tax("Berlin", Decimal("100"), 2, business=True) == 0
    assert city_tax("Munich", Decimal("100"), 2) == 0
