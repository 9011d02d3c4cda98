from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from roomly.errors import ValidationError
from roomly.hotel import Hotel
from roomly.stay import arrival_time, checkout_deadline, hours_until_arrival, late_by, late_checkout_share, refund_share

UTC = timezone.utc
BERLIN = ZoneInfo("Europe/Berlin")


def test_rooms_must_be_empty_by_eleven(hotel):
    arrived = datetime(2024, 6, 3, 16, 20, tzinfo=BERLIN)
    assert checkout_deadline(hotel, arrived, 3) == datetime(2024, 6, 6, 11, 0, tzinfo=BERLIN)


def test_the_day_of_arrival_is_the_day_at_the_hotel():
    hotel = Hotel("Sakura", "Kyoto", "JP", "Asia/Tokyo")
    arrived = datetime(2024, 1, 9, 16, 0, tzinfo=UTC)  # one o'clock on the 10th in Kyoto
    assert checkout_deadline(hotel, arrived, 2) == datetime(2024, 1, 12, 2, 0, tzinfo=UTC)


def test_winter_is_an_hour_behind_summer(hotel):
    assert checkout_deadline(hotel, datetime(2024, 1, 9, 16, 0, tzinfo=BERLIN), 1).hour == 10
    assert checkout_deadline(hotel, datetime(2024, 7, 9, 16, 0, tzinfo=BERLIN), 1).hour == 9


def test_stays_have_a_night_and_a_zone(hotel):
    with pytest.raises(ValidationError):
        checkout_deadline(hotel, datetime(2024, 6, 3, 16, 20, tzinfo=BERLIN), 0)
    with pytest.raises(ValidationError):
        checkout_deadline(hotel, datetime(2024, 6, 3, 16, 20), 1)


def test_lateness_is_never_negative(hotel):
    arrived = datetime(2024, 6, 3, 16, 20, tzinfo=BERLIN)
    assert late_by(hotel, arrived, 1, datetime(2024, 6, 4, 10, 0, tzinfo=BERLIN)) == timedelta(0)
    assert late_by(hotel, arrived, 1, datetime(2024, 6, 4, 12, 30, tzinfo=BERLIN)) == timedelta(hours=1, minutes=30)


@pytest.mark.parametrize(
    ("hours", "share"), [(-1, "0"), (0, "0"), (1, "0"), (2, "0.25"), (3, "0.25"), (5, "0.5"), (7, "0.5"), (8, "1")]
)
def test_late_departures_cost_a_share_of_the_night(hours, share):
    assert late_checkout_share(timedelta(hours=hours)) == Decimal(share)


def test_hours_until_arrival_count_real_time(hotel):
    assert arrival_time(hotel, date(2024, 3, 31)).utcoffset() == timedelta(hours=2)
    assert hours_until_arrival(hotel, date(2024, 3, 31), datetime(2024, 3, 30, 15, 0, tzinfo=BERLIN)) == 23


@pytest.mark.parametrize(("day", "share"), [(1, "1"), (2, "1"), (3, "0.5"), (4, "0")])
def test_late_cancellations_cost_money(hotel, day, share):
    assert refund_share(hotel, date(2024, 6, 4), datetime(2024, 6, day, 14, 0, tzinfo=BERLIN)) == Decimal(share)
