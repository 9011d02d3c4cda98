"""Amounts of money: never a float, always with a currency."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from roomly.errors import CurrencyMismatch, ValidationError


class Currency(enum.Enum):
    EUR = "EUR"
    USD = "USD"
    GBP = "GBP"
    CHF = "CHF"
    JPY = "JPY"
    KWD = "KWD"

    @property
    def digits(self) -> int:
        """Digits behind the point that can be paid."""
        return {"JPY": 0, "KWD": 3}.get(self.value, 2)

    @property
    def unit(self) -> Decimal:
        """The smallest amount that can be paid."""
        return Decimal(1).scaleb(-self.digits)

    @property
    def cash_step(self) -> Decimal:
        """Coins: there is nothing below five Rappen in Switzerland."""
        return Decimal("0.05") if self is Currency.CHF else self.unit


def round_amount(amount, currency=Currency.EUR):
    """Round half up to what can be paid in the currency."""
    return Decimal(amount).quantize(currency.unit, rounding=ROUND_HALF_UP)


def round_cash(amount, currency=Currency.EUR):
    """Round half up to the smallest coin."""
    step = currency.cash_step
    return ((Decimal(amount) / step).quantize(Decimal(1), rounding=ROUND_HALF_UP) * step).quantize(currency.unit)


@dataclass(frozen=True, order=False)
class Money:
    amount: Decimal
    currency: Currency = Currency.EUR

    def __post_init__(self):
        if isinstance(self.amount, float):
            raise ValidationError("amount", "a float is not an amount of money")
        object.__setattr__(self, "amount", Decimal(self.amount))

    @classmethod
    def zero(cls, currency=Currency.EUR):
        return cls(Decimal(0), currency)

    def _same(self, other):
        if not isinstance(other, Money):
            raise TypeError(f"money cannot be combined with {type(other).__name__}")
        if other.currency is not self.currency:
            raise CurrencyMismatch(f"{self.currency.value} and {other.currency.value}")
        return other

    def __add__(self, other):
        if other == 0:  # sum() starts with it
            return self
        return Money(self.amount + self._same(other).amount, self.currency)

    __radd__ = __add__

    def __sub__(self, other):
        return Money(self.amount - self._same(other).amount, self.currency)

    def __mul__(self, factor):
        return Money(self.amount * Decimal(str(factor)), self.currency)

    def __neg__(self):
        return Money(-self.amount, self.currency)

    def __lt__(self, other):
        return self.amount < self._same(other).amount

    def __le__(self, other):
        return self.amount <= self._same(other).amount

    def __bool__(self):
        return self.amount != 0

    @property
    def rounded(self) -> Money:
        return Money(round_amount(self.amount, self.currency), self.currency)

    def allocate(self, weights):
        """Split by weights so that the parts add up to the rounded amount; the rest goes to the first parts."""
        if not weights or any(weight < 0 for weight in weights) or not sum(weights):
            raise ValidationError("weights", "must be positive numbers")
        unit = self.currency.unit
        total = self.rounded.amount
        n_units = int(total / unit)
        shares = [n_units * weight // sum(weights) for weight in weights]
        for index in range(n_units - sum(shares)):
            shares[index % len(shares)] += 1
        return [Money(share * unit, self.currency) for share in shares]

    def __str__(self):
        return format_money(self)


_SYMBOLS = {"€": Currency.EUR, "$": Currency.USD, "£": Currency.GBP, "¥": Currency.JPY}
_AMOUNT = re.compile(r"^(?P<before>[A-Z]{3}|[€$£¥])?\s*(?P<number>-?[\d',]*\.?\d+)\s*(?P<after>[A-Z]{3}|[€$£¥])?$")


def parse_money(text, default=Currency.EUR):
    """Read `EUR 1,250.00`, `12.5 €`, `99`."""
    match = _AMOUNT.match(text.strip())
    if match is None:
        raise ValidationError("amount", f"cannot be read: {text!r}")
    mark = match["before"] or match["after"]
    if mark is None:
        currency = default
    elif mark in _SYMBOLS:
        currency = _SYMBOLS[mark]
    else:
        try:
            currency = Currency(mark)
        except ValueError:
            raise ValidationError("currency", f"is not one of ours: {mark}") from None
    try:
        amount = Decimal(match["number"].replace(",", "").replace("'", ""))
    except InvalidOperation:
        raise ValidationError("amount", f"cannot be read: {text!r}") from None
    return Money(amount, currency)


def format_money(money):
    amount = round_amount(money.amount, money.currency)
    return f"{money.currency.value} {amount:,}"
