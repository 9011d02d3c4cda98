"""When a stay begins and ends, as the clock on the wall of the hotel shows it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal

from roomly.errors import ValidationError

UTC = timezone.utc
LATE_STEPS = ((timedelta(hours=1), Decimal("0.00")), (timedelta(hours=3), Decimal("0.25")), (timedelta(hours=7), Decimal("0.50")))


def _aware(moment):
    if moment.tzinfo is None:
        raise ValidationError("time", "needs a time zone")
    return moment


def arrival_time(hotel, day):
    """The moment from which the room is ready."""
    return datetime.combine(day, hotel.check_in_from, tzinfo=hotel.zone)


def checkout_deadline(hotel, arrived, nights):
    """The moment in UTC until which the room must be empty, `nights` nights after the guest arrived."""
    if nights < 1:
        raise ValidationError("nights", "must be at least one")
    first_day = _aware(arrived).astimezone(hotel.zone).date()
    last_day = first_day + timedelta(days=nights)
    return datetime.combine(last_day, hotel.check_out_until, tzinfo=hotel.zone).astimezone(UTC)


def late_by(hotel, arrived, nights, left):
    """How much later than allowed the guest left; zero when in time."""
    return max(_aware(left).astimezone(UTC) - checkout_deadline(hotel, arrived, nights), timedelta(0))


def late_checkout_share(late):
    """Share of a night that a late departure costs."""
    if late <= timedelta(0):
        return Decimal("0.00")
    for limit, share in LATE_STEPS:
        if late <= limit:
            return share
    return Decimal("1.00")


def hours_until_arrival(hotel, day, now):
    """Full hours that really pass until the room is ready."""
    delta = arrival_time(hotel, day).astimezone(UTC) - _aware(now).astimezone(UTC)
    return int(delta.total_seconds() // 3600)


def refund_share(hotel, day, now):
    """What a guest gets back who cancels now: all until two days before, half until the last day."""
    hours = hours_until_arrival(hotel, day, now)
    if hours >= 48:
        return Decimal(1)
    return Decimal("0.5") if hours >= 24 else Decimal(0)
