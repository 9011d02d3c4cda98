"""Invoices: lines, totals, late fees."""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from roomly.calendar import add_business_days
from roomly.errors import CurrencyMismatch, ValidationError
from roomly.money import Currency, Money, round_amount
from roomly.tax import rate_for, tax_on_net

DAYS_TO_PAY = 14
LATE_FEE_FLAT = Decimal("5.00")
LATE_FEE_PER_DAY = Decimal("0.0002")
_numbers = itertools.count(1)


@dataclass
class Line:
    text: str
    unit_price: Decimal
    quantity: Decimal = Decimal(1)
    category: str = "stay"
    discount: Decimal = Decimal(0)

    def __post_init__(self):
        self.unit_price = Decimal(self.unit_price)
        self.quantity = Decimal(self.quantity)
        if not 0 <= self.discount <= 1:
            raise ValidationError("discount", "must be between 0 and 1")


def line_total(unit_price, quantity, discount=Decimal(0), currency=Currency.EUR):
    """Net amount of a line as it is printed."""
    return round_amount(unit_price * quantity * (1 - discount), currency)


@dataclass
class Invoice:
    guest: str
    issued_on: date
    country: str = "DE"
    currency: Currency = Currency.EUR
    lines: list = field(default_factory=list)
    paid: Decimal = Decimal(0)
    number: str = ""
    cancelled: bool = False

    def __post_init__(self):
        if not self.number:
            self.number = f"R{self.issued_on.year}-{next(_numbers):05d}"

    def add(self, text, unit_price, quantity=1, category="stay", discount=Decimal(0)):
        if self.cancelled:
            raise ValidationError("invoice", "is cancelled")
        line = Line(text, unit_price, quantity, category, discount)
        self.lines.append(line)
        return line

    @property
    def due_on(self):
        return add_business_days(self.issued_on + timedelta(days=DAYS_TO_PAY - 1), 1)

    def net_total(self):
        total = Decimal(0)
        for line in self.lines:
            total += line_total(line.unit_price, line.quantity, line.discount, self.currency)
        return total

    def summary(self):
        """Totals by tax category, and altogether; what the printed invoice shows at its end."""
        net = defaultdict(Decimal)
        for line in self.lines:
            if line.quantity == 0:
                continue
            net[line.category] += line_total(line.unit_price, line.quantity, line.discount, self.currency)
        rows = []
        total_net = Decimal(0)
        total_tax = Decimal(0)
        for category in sorted(net):
            rate = rate_for(self.country, category, self.issued_on)
            tax = tax_on_net(net[category], rate, self.currency)
            rows.append({"category": category, "rate": rate, "net": net[category], "tax": tax})
            total_net += net[category]
            total_tax += tax
        result = {"rows": rows, "net": total_net, "tax": total_tax, "gross": total_net + total_tax}
        if self.paid:
            result["paid"] = self.paid
            result["open"] = result["gross"] - self.paid
        else:
            result["open"] = result["gross"]
        if self.cancelled:
            result["open"] = Decimal(0)
        return result

    @property
    def gross(self):
        return self.summary()["gross"]

    @property
    def open_amount(self):
        return self.summary()["open"]

    def pay(self, money):
        if money.currency is not self.currency:
            raise CurrencyMismatch(f"the invoice is in {self.currency.value}")
        if money.amount <= 0:
            raise ValidationError("amount", "must be positive")
        applied = min(money.amount, self.open_amount)
        self.paid += applied
        return Money(money.amount - applied, self.currency)


def late_fee(open_amount, due_on, paid_on, currency=Currency.EUR):
    """A flat fee and a share for each day after the due day."""
    days = (paid_on - due_on).days
    if days < 0 or open_amount <= 0:
        return Decimal(0)
    return round_amount(LATE_FEE_FLAT + open_amount * LATE_FEE_PER_DAY * days, currency)


def reminder_text(invoice, today):
    """The letter that goes out with a reminder; None while there is nothing to remind of."""
    if invoice.cancelled or invoice.open_amount <= 0 or today <= invoice.due_on:
        return None
    days = (today - invoice.due_on).days
    fee = late_fee(invoice.open_amount, invoice.due_on, today, invoice.currency)
    tone = "Perhaps you have overlooked" if days <= 10 else "We still miss the payment of"
    amount = Money(invoice.open_amount, invoice.currency)
    text = f"Dear {invoice.guest},\n{tone} invoice {invoice.number} over {amount}, due on {invoice.due_on:%d.%m.%Y}."
    if fee:
        text += f"\nWe add a fee of {Money(fee, invoice.currency)}."
    return text


def invoice_for_stay(guest, nights, occasion_share, issued_on, country="DE", currency=Currency.EUR, extras=()):
    """One line for each run of nights with one price, then the extras."""
    invoice = Invoice(guest, issued_on, country, currency)
    run_start = None
    run_price = None
    run_length = 0
    for night in nights:
        if night.price.currency is not currency:
            raise CurrencyMismatch(f"{night.price.currency.value} on an invoice in {currency.value}")
        if run_price is not None and night.price.amount == run_price:
            run_length += 1
        else:
            if run_price is not None:
                invoice.add(_stay_text(run_start, run_length), run_price, run_length, "stay", occasion_share)
            run_start = night.day
            run_price = night.price.amount
            run_length = 1
    if run_price is not None:
        invoice.add(_stay_text(run_start, run_length), run_price, run_length, "stay", occasion_share)
    for extra in extras:
        if len(extra) == 2:
            text, price = extra
            quantity, category = 1, "service"
        elif len(extra) == 3:
            text, price, quantity = extra
            category = "service"
        else:
            text, price, quantity, category = extra
        if not text:
            raise ValidationError("extra", "needs a text")
        invoice.add(text, price, quantity, category)
    return invoice


def _stay_text(start, length):
    return f"{length} night{'s' if length != 1 else ''} from {start:%d.%m.%Y}"
