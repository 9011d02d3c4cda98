from decimal import Decimal

import pytest

from roomly.errors import CurrencyMismatch, ValidationError
from roomly.money import Currency, Money, format_money, parse_money, round_amount, round_cash


@pytest.mark.parametrize(
    ("amount", "expected"),
    [("119", "119.00"), ("12.344", "12.34"), ("12.346", "12.35"), ("0.375", "0.38"), ("2.675", "2.68"), ("-3.999", "-4.00")],
)
def test_amounts_are_rounded_to_cents(amount, expected):
    assert round_amount(Decimal(amount)) == Decimal(expected)


def test_yen_have_no_digits_and_dinars_have_three():
    assert str(round_amount(Decimal("1234.6"), Currency.JPY)) == "1235"
    assert str(round_amount(Decimal("1.23456"), Currency.KWD)) == "1.235"


@pytest.mark.parametrize(("amount", "expected"), [("7.31", "7.30"), ("7.33", "7.35"), ("7.99", "8.00")])
def test_francs_are_paid_in_five_rappen(amount, expected):
    assert str(round_cash(Decimal(amount), Currency.CHF)) == expected


def test_sums_keep_the_currency():
    assert sum([Money("1.20"), Money("2.30")]) == Money("3.50")
    with pytest.raises(CurrencyMismatch):
        Money("1", Currency.EUR) + Money("1", Currency.USD)


def test_floats_are_refused():
    with pytest.raises(ValidationError):
        Money(1.1)


def test_money_can_be_compared_and_scaled():
    assert Money("1") < Money("2")
    assert Money("3") - Money("1") == Money("2")
    assert (Money("10") * 1.5).amount == Decimal("15.0")
    assert -Money("4") == Money("-4")
    assert not Money.zero(Currency.USD)


def test_allocation_loses_no_cent():
    parts = Money("100").allocate([1, 1, 1])
    assert [str(part.amount) for part in parts] == ["33.34", "33.33", "33.33"]
    with pytest.raises(ValidationError):
        Money("100").allocate([])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("EUR 1,250.00", Money("1250.00")),
        ("12.5 €", Money("12.5")),
        ("$99", Money("99", Currency.USD)),
        ("99", Money("99")),
        ("CHF 1'000.00", Money("1000.00", Currency.CHF)),
    ],
)
def test_money_is_read_from_text(text, expected):
    assert parse_money(text) == expected


@pytest.mark.parametrize("text", ["", "abc", "XYZ 3"])
def test_unreadable_money_is_refused(text):
    with pytest.raises(ValidationError):
        parse_money(text)


def test_money_is_shown_with_thousands():
    assert format_money(Money("1234567.891")) == "EUR 1,234,567.89"
    assert str(Money("5000", Currency.JPY)) == "JPY 5,000"
