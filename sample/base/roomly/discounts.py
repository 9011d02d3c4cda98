"""Rules for discounts; each is a function that returns a share of the price or None."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

MAXIMUM = Decimal("0.35")
RULES = []


@dataclass
class Occasion:
    """What a rule may look at."""

    booked_on: date
    arrival: date
    nights: int
    guest_tier: str = "basic"
    code: str | None = None


def rule(name, *, combinable=True, order=100):
    """Register a rule. A rule that is not combinable stands alone when it is the best."""

    def register(function):
        function.rule_name = name
        function.combinable = combinable
        RULES.append((order, function))
        RULES.sort(key=lambda pair: pair[0])
        return function

    return register


@rule("long stay", order=10)
def long_stay(occasion):
    if occasion.nights >= 28:
        return Decimal("0.25")
    if occasion.nights >= 7:
        return Decimal("0.10")
    return None


@rule("early bird", order=20)
def early_bird(occasion):
    if (occasion.arrival - occasion.booked_on).days >= 60:
        return Decimal("0.08")
    return None


@rule("tier", order=30)
def tier(occasion):
    return {"silver": Decimal("0.03"), "gold": Decimal("0.06"), "platinum": Decimal("0.10")}.get(occasion.guest_tier)


CODES = {"SPRING": (Decimal("0.12"), date(2024, 5, 31)), "PRESS": (Decimal("0.30"), date(2030, 12, 31))}


@rule("code", combinable=False, order=40)
def promotion_code(occasion):
    entry = CODES.get((occasion.code or "").strip().upper())
    if entry is None:
        return None
    share, until = entry
    return share if occasion.booked_on <= until else None


def discounts_for(occasion):
    """Pairs of name and share. Either everything that combines, or the best that does not."""
    found = [(function, share) for _, function in RULES if (share := function(occasion))]
    together = [(function.rule_name, share) for function, share in found if function.combinable]
    alone = [(function.rule_name, share) for function, share in found if not function.combinable]
    best = max(alone, key=lambda pair: pair[1], default=None)
    if best is not None and best[1] > sum(share for _, share in together):
        return [best]
    return together


def total_share(occasion):
    return min(sum((share for _, share in discounts_for(occasion)), Decimal(0)), MAXIMUM)
