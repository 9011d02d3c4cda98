"""Where to cut a numeric term: at numbers that the code knows, at round ones, and between unlike neighbours."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

LEARNED_NUMBER, CODE_NUMBER, ROUND_NUMBER = 1.2, 0.3, 0.1


def thresholds(
    values: Sequence[float], differing: set[float], others: set[float], known: Sequence[int | float], *, whole: bool
) -> dict[float, float]:
    """Cuts with their costs."""
    asked: dict[float, float] = {}
    for small in (0.0, 1.0, -1.0, 2.0):
        if values[0] <= small <= values[-1]:
            asked[small] = ROUND_NUMBER if small == 0 else CODE_NUMBER
    for constant in known:
        number = as_float(constant)
        if values[0] <= number <= values[-1]:
            asked.setdefault(number, CODE_NUMBER)
    pure = {value: (value in differing) - (value in others) for value in values}
    changes = [n for n in range(1, len(values)) if pure[values[n]] != pure[values[n - 1]]]
    for n in [*changes[:4], *changes[-4:]]:
        cut = roundest(values[n - 1], values[n], [as_float(k) for k in known])
        if whole:
            cut = float(math.ceil(cut)) if abs(cut) < 2**53 else cut
        asked.setdefault(cut, LEARNED_NUMBER)
    return asked


def roundest(low: float, high: float, known: Iterable[float] = ()) -> float:
    """The simplest number above `low` and not above `high`: a known one, a power of ten, the fewest digits."""
    for number in (*known, 0.0, 1.0, -1.0, 2.0, 10.0, 100.0, 1000.0, *(10.0**n for n in range(4, 19))):
        if low < number <= high:
            return number
    if not (math.isfinite(low) and math.isfinite(high)):
        return high
    for digits in range(-18, 10):
        unit = 10.0**-digits
        number = math.floor(high / unit) * unit if high / unit < 2**53 else high
        if low < number <= high:
            return round(number, max(digits, 0))
    return high


def as_float(value: float | Decimal | Fraction) -> float:
    """The number as a float; infinite where it is too large."""
    try:
        return float(value)
    except OverflowError:
        return math.copysign(math.inf, value)


def written(value: float, *, whole: bool) -> str:
    """As a reader would write it: powers of two and ten by name where they are large."""
    if not math.isfinite(value):
        return f"float('{value}')"
    if whole or (value == int(value) and abs(value) < 1e15):
        number = int(value)
        size = abs(number)
        if size > 10**5 and size & (size - 1) == 0:
            return f"{'-' * (number < 0)}2**{size.bit_length() - 1}"
        return str(number)
    return repr(value)
