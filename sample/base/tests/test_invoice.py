from datetime import date
from decimal import Decimal

import pytest

from roomly.errors import CurrencyMismatch, ValidationError
from roomly.invoice import Invoice, invoice_for_stay, late_fee, line_total, reminder_text
from roomly.money import Currency, Money
from roomly.pricing import Night


@pytest.fixture
def invoice():
    invoice = Invoice("Ada", date(2024, 5, 6))
    invoice.add("2 nights", "119.00", 2)
    invoice.add("Breakfast", "14.50", 4, "food")
    return invoice


def test_lines_are_rounded():
    assert line_total(Decimal("119.00"), Decimal(2)) == Decimal("238.00")
    assert line_total(Decimal("119.00"), Decimal(3), Decimal("0.10")) == Decimal("321.30")
    assert line_total(Decimal("9.99"), Decimal("1.25")) == Decimal("12.49")
    assert line_total(Decimal("1200"), Decimal("1.5"), currency=Currency.JPY) == 1800


def test_the_summary_adds_up(invoice):
    summary = invoice.summary()
    assert [(row["category"], row["net"], row["tax"]) for row in summary["rows"]] == [
        ("food", Decimal("58.00"), Decimal("11.02")),
        ("stay", Decimal("238.00"), Decimal("16.66")),
    ]
    assert summary["gross"] == Decimal("323.68")
    assert summary["open"] == summary["gross"]
    assert invoice.net_total() == summary["net"] == Decimal("296.00")


def test_lines_without_quantity_are_not_shown(invoice):
    invoice.add("Minibar", "4.00", 0, "service")
    assert len(invoice.summary()["rows"]) == 2


def test_payments_reduce_what_is_open(invoice):
    assert invoice.pay(Money("300")) == Money("0")
    assert invoice.open_amount == Decimal("23.68")
    assert invoice.pay(Money("50")) == Money("26.32")
    assert invoice.open_amount == 0


def test_bad_payments_are_refused(invoice):
    with pytest.raises(CurrencyMismatch):
        invoice.pay(Money("1", Currency.USD))
    with pytest.raises(ValidationError):
        invoice.pay(Money("0"))


def test_cancelled_invoices_are_closed(invoice):
    invoice.cancelled = True
    assert invoice.open_amount == 0
    with pytest.raises(ValidationError):
        invoice.add("Minibar", "4.00")


def test_discounts_are_shares():
    with pytest.raises(ValidationError):
        Invoice("Ada", date(2024, 5, 6)).add("x", "1", discount=Decimal("1.1"))


def test_invoices_are_due_on_a_business_day(invoice):
    assert invoice.due_on == date(2024, 5, 21)  # the 20th is Whit Monday


def test_late_fees_grow_by_the_day():
    due = date(2024, 5, 21)
    assert late_fee(Decimal("323.68"), due, date(2024, 5, 20)) == 0
    assert late_fee(Decimal("323.68"), due, date(2024, 5, 31)) == Decimal("5.65")
    assert late_fee(Decimal("0"), due, date(2024, 5, 31)) == 0


def test_reminders_become_less_friendly(invoice):
    assert reminder_text(invoice, date(2024, 5, 21)) is None
    assert "Perhaps you have overlooked" in reminder_text(invoice, date(2024, 5, 23))
    assert "We add a fee of EUR 6.94." in reminder_text(invoice, date(2024, 6, 20))
    invoice.pay(Money("323.68"))
    assert reminder_text(invoice, date(2024, 6, 20)) is None


def nights(*prices, currency=Currency.EUR):
    return [Night(date(2024, 5, 6 + n), Money(price, currency)) for n, price in enumerate(prices)]


def test_nights_of_one_price_share_a_line():
    invoice = invoice_for_stay("Ada", nights("119", "119", "136.85"), Decimal("0.10"), date(2024, 5, 9))
    assert [(line.text, line.quantity, line.unit_price) for line in invoice.lines] == [
        ("2 nights from 06.05.2024", 2, 119),
        ("1 night from 08.05.2024", 1, Decimal("136.85")),
    ]
    assert all(line.discount == Decimal("0.10") for line in invoice.lines)


def test_extras_may_be_short():
    extras = [("Parking", "12"), ("Towels", "3", 2), ("Dinner", "28.50", 2, "food")]
    invoice = invoice_for_stay("Ada", nights("119"), Decimal(0), date(2024, 5, 7), extras=extras)
    assert [(line.text, line.quantity, line.category) for line in invoice.lines[1:]] == [
        ("Parking", 1, "service"),
        ("Towels", 2, "service"),
        ("Dinner", 2, "food"),
    ]


def test_stays_are_paid_in_one_currency():
    with pytest.raises(CurrencyMismatch):
        invoice_for_stay("Ada", nights("119", currency=Currency.CHF), Decimal(0), date(2024, 5, 7))
    with pytest.raises(ValidationError):
        invoice_for_stay("Ada", nights("119"), Decimal(0), date(2024, 5, 7), extras=[("", "1")])
