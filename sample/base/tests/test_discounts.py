from datetime import date
from decimal import Decimal

import pytest

from roomly.discounts import Occasion, discounts_for, promotion_code, total_share


def occasion(**changes):
    values = {"booked_on": date(2024, 5, 1), "arrival": date(2024, 5, 20), "nights": 2, **changes}
    return Occasion(**values)


def test_ordinary_stays_have_no_discount():
    assert discounts_for(occasion()) == []
    assert total_share(occasion()) == 0


@pytest.mark.parametrize(("nights", "share"), [(6, "0"), (7, "0.10"), (27, "0.10"), (28, "0.25")])
def test_long_stays(nights, share):
    assert total_share(occasion(nights=nights)) == Decimal(share)


def test_rules_combine_up_to_a_limit():
    best = occasion(nights=28, arrival=date(2024, 8, 1), guest_tier="platinum")
    assert [name for name, _ in discounts_for(best)] == ["long stay", "early bird", "tier"]
    assert total_share(best) == Decimal("0.35")


def test_a_code_stands_alone_or_not_at_all():
    assert discounts_for(occasion(code=" spring ")) == [("code", Decimal("0.12"))]
    assert discounts_for(occasion(code="SPRING", nights=28)) == [("long stay", Decimal("0.25"))]


def test_codes_end():
    assert promotion_code(occasion(code="SPRING", booked_on=date(2024, 6, 1))) is None
    assert promotion_code(occasion(code="NOPE")) is None
