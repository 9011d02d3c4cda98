"""Bookings and the service that makes them."""

from __future__ import annotations

import enum
import functools
import itertools
import logging
from dataclasses import dataclass, field
from datetime import date, datetime, timezone

from roomly.calendar import nights_between
from roomly.discounts import Occasion, total_share
from roomly.errors import IllegalTransition, NotAvailable, ValidationError
from roomly.hotel import RoomKind
from roomly.invoice import invoice_for_stay
from roomly.money import Money
from roomly.stay import late_by, late_checkout_share, refund_share

log = logging.getLogger(__name__)


class Status(enum.Enum):
    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    CHECKED_IN = "checked in"
    CHECKED_OUT = "checked out"
    CANCELLED = "cancelled"


ALLOWED = {
    Status.REQUESTED: {Status.CONFIRMED, Status.CANCELLED},
    Status.CONFIRMED: {Status.CHECKED_IN, Status.CANCELLED},
    Status.CHECKED_IN: {Status.CHECKED_OUT},
    Status.CHECKED_OUT: set(),
    Status.CANCELLED: set(),
}


def audited(method):
    """Write what was done into the history of the booking."""

    @functools.wraps(method)
    def wrapper(self, booking, *args, **kwargs):
        result = method(self, booking, *args, **kwargs)
        booking.history.append((self.now(), method.__name__))
        log.info("%s %s", method.__name__, booking.id)
        return result

    return wrapper


@dataclass
class Booking:
    id: int
    guest: str
    kind: RoomKind
    arrival: date
    departure: date
    guests: int = 1
    room: str | None = None
    status: Status = Status.REQUESTED
    guest_tier: str = "basic"
    booked_on: date | None = None
    arrived_at: datetime | None = None
    extras: list = field(default_factory=list)
    history: list = field(default_factory=list)

    @property
    def nights(self):
        return (self.departure - self.arrival).days

    @property
    def is_active(self):
        return self.status not in (Status.CANCELLED, Status.CHECKED_OUT)

    def overlaps(self, arrival, departure):
        return self.arrival < departure and arrival < self.departure

    def move_to(self, status):
        if status not in ALLOWED[self.status]:
            raise IllegalTransition(self.status, status)
        self.status = status


class BookingService:
    def __init__(self, hotel, prices, repository, clock=None):
        self.hotel = hotel
        self.prices = prices
        self.repository = repository
        self.now = clock or (lambda: datetime.now(timezone.utc))
        self._ids = itertools.count(1)

    def free_rooms(self, kind, arrival, departure):
        nights_between(arrival, departure)
        taken = {b.room for b in self.repository.find(lambda b: b.is_active and b.overlaps(arrival, departure))}
        return [room for room in self.hotel.rooms_of(kind) if room.number not in taken]

    def request(self, guest, kind, arrival, departure, guests=1, guest_tier="basic"):
        if not guest.strip():
            raise ValidationError("guest", "is missing")
        free = self.free_rooms(kind, arrival, departure)
        if not free:
            raise NotAvailable(f"no {kind.value} room from {arrival} to {departure}")
        room = min(free, key=lambda room: (room.floor, room.number))
        booking = Booking(next(self._ids), guest.strip(), kind, arrival, departure, guests, room.number,
                          guest_tier=guest_tier, booked_on=self.now().date())
        self.repository.add(booking)
        return booking

    @audited
    def confirm(self, booking):
        booking.move_to(Status.CONFIRMED)
        self.repository.save(booking)

    @audited
    def check_in(self, booking, at=None):
        booking.move_to(Status.CHECKED_IN)
        booking.arrived_at = at or self.now()
        self.repository.save(booking)

    @audited
    def add_extra(self, booking, text, price, quantity=1, category="service"):
        if not booking.is_active:
            raise ValidationError("booking", "is closed")
        booking.extras.append((text, price, quantity, category))

    @audited
    def cancel(self, booking, now=None):
        """Returns the money that goes back to the guest."""
        price = self.prices.quote(booking.kind, booking.arrival, booking.departure, booking.guests)
        share = refund_share(self.hotel, booking.arrival, now or self.now())
        booking.move_to(Status.CANCELLED)
        self.repository.save(booking)
        return Money(price.amount * share, price.currency).rounded

    @audited
    def check_out(self, booking, left=None):
        """Returns the invoice."""
        left = left or self.now()
        booking.move_to(Status.CHECKED_OUT)
        nights = list(self.prices.nights(booking.kind, booking.arrival, booking.departure, booking.guests))
        share = total_share(Occasion(booking.booked_on, booking.arrival, booking.nights, booking.guest_tier))
        extras = list(booking.extras)
        late = late_by(self.hotel, booking.arrived_at, booking.nights, left)
        fee = late_checkout_share(late)
        if fee:
            extras.append(("late departure", nights[-1].price.amount * fee, 1, "stay"))
        self.repository.save(booking)
        return invoice_for_stay(booking.guest, nights, share, left.astimezone(self.hotel.zone).date(),
                                self.hotel.country, self.hotel.currency, extras)
