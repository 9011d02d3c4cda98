from datetime import date, datetime, timezone
from decimal import Decimal

import pytest

from roomly.booking import Status
from roomly.errors import IllegalTransition, NotAvailable, ValidationError
from roomly.hotel import RoomKind
from roomly.money import Money

UTC = timezone.utc
MONDAY, THURSDAY = date(2024, 6, 3), date(2024, 6, 6)


@pytest.fixture
def booking(service):
    return service.request(" Ada ", RoomKind.DOUBLE, MONDAY, THURSDAY, 2)


def test_the_lowest_free_room_is_taken(service, booking):
    assert (booking.guest, booking.room, booking.nights) == ("Ada", "201", 3)
    assert service.request("Bob", RoomKind.DOUBLE, date(2024, 6, 5), date(2024, 6, 7)).room == "202"
    with pytest.raises(NotAvailable):
        service.request("Cid", RoomKind.DOUBLE, date(2024, 6, 5), date(2024, 6, 7))
    assert service.request("Cid", RoomKind.DOUBLE, THURSDAY, date(2024, 6, 7)).room == "201"


def test_a_booking_needs_a_guest(service):
    with pytest.raises(ValidationError):
        service.request("  ", RoomKind.DOUBLE, MONDAY, THURSDAY)


def test_cancelled_rooms_are_free_again(service, booking):
    assert service.cancel(booking) == Money("357.00")
    assert [room.number for room in service.free_rooms(RoomKind.DOUBLE, MONDAY, THURSDAY)] == ["201", "202"]


def test_cancelling_late_costs_half(service, booking):
    assert service.cancel(booking, datetime(2024, 6, 2, 10, 0, tzinfo=UTC)) == Money("178.50")


def test_bookings_go_one_way(service, booking):
    service.confirm(booking)
    service.check_in(booking)
    with pytest.raises(IllegalTransition):
        service.cancel(booking)
    assert [name for _, name in booking.history] == ["confirm", "check_in"]


def test_leaving_makes_an_invoice(service, booking):
    service.confirm(booking)
    service.check_in(booking, datetime(2024, 6, 3, 15, 30, tzinfo=UTC))
    service.add_extra(booking, "Breakfast", Decimal("14.50"), 6, "food")
    invoice = service.check_out(booking, datetime(2024, 6, 6, 8, 30, tzinfo=UTC))
    assert booking.status is Status.CHECKED_OUT
    assert [line.text for line in invoice.lines] == ["3 nights from 03.06.2024", "Breakfast"]
    assert invoice.gross == Decimal("485.52")


def test_leaving_late_costs_a_share_of_the_last_night(service, booking):
    service.confirm(booking)
    service.check_in(booking, datetime(2024, 6, 3, 15, 30, tzinfo=UTC))
    invoice = service.check_out(booking, datetime(2024, 6, 6, 11, 0, tzinfo=UTC))
    assert invoice.lines[-1].text == "late departure"
    assert invoice.lines[-1].unit_price == Decimal("29.75")


def test_closed_bookings_take_no_extras(service, booking):
    service.cancel(booking)
    with pytest.raises(ValidationError):
        service.add_extra(booking, "Breakfast", Decimal("14.50"))
