"""Repository, reports and files."""

import io
from datetime import date
from decimal import Decimal

import pytest

from roomly.booking import Booking, Status
from roomly.csv_io import export_invoices, import_bookings, parse_amount, parse_date
from roomly.errors import Conflict, NotFound, ValidationError
from roomly.hotel import RoomKind
from roomly.invoice import Invoice
from roomly.reports import ageing, average_rate, best_guests, occupancy, revenue_by_month, table
from roomly.repository import Repository


def booking(number, arrival, departure, **changes):
    return Booking(number, "Ada", RoomKind.DOUBLE, arrival, departure, **changes)


@pytest.fixture
def invoices():
    first = Invoice("Ada", date(2024, 4, 30), number="R1")
    first.add("2 nights", "100", 2)
    second = Invoice("Bob", date(2024, 5, 6), number="R2")
    second.add("1 night", "120", 1, discount=Decimal("0.25"))
    second.add("Breakfast", "14.50", 2, "food")
    return [second, first]


def test_a_repository_finds_what_was_added():
    store = Repository()
    stay = booking(1, date(2024, 5, 6), date(2024, 5, 8))
    assert store.add(stay) == 1
    assert stay in store
    assert store.get(1) is stay
    with pytest.raises(Conflict):
        store.add(stay)
    assert store.remove(1) is stay
    with pytest.raises(NotFound):
        store.get(1)


def test_a_repository_notices_competing_changes():
    store = Repository()
    store.add(booking(1, date(2024, 5, 6), date(2024, 5, 8)))
    mine, version = store.checkout(1)
    mine.guests = 2
    assert store.save(mine, version) == 2
    with pytest.raises(Conflict):
        store.save(mine, version)


def test_a_repository_orders_and_limits():
    store = Repository()
    for number, day in ((1, 9), (2, 7), (3, 8)):
        store.add(booking(number, date(2024, 5, day), date(2024, 5, day + 1)))
    assert [found.id for found in store.find(order_by=lambda item: item.arrival, limit=2)] == [2, 3]
    assert [found.id for found in store.find(lambda item: item.id > 1)] == [2, 3]


def test_occupancy_counts_nights_within_the_month():
    stays = [
        booking(1, date(2024, 4, 29), date(2024, 5, 3)),
        booking(2, date(2024, 5, 10), date(2024, 5, 20)),
        booking(3, date(2024, 5, 10), date(2024, 5, 20), status=Status.CANCELLED),
    ]
    assert occupancy(stays, 2, 2024, 5) == Decimal("0.194")
    assert occupancy(stays, 0, 2024, 5) == 0


def test_revenue(invoices):
    assert revenue_by_month(invoices) == {"2024-04": Decimal("200.00"), "2024-05": Decimal("119.00")}
    assert best_guests(invoices) == [("Ada", Decimal("200.00")), ("Bob", Decimal("119.00"))]
    assert average_rate(invoices) == Decimal("96.67")
    assert average_rate([]) is None


def test_open_amounts_age(invoices):
    assert ageing(invoices, date(2024, 6, 15)) == {0: Decimal("130.81"), 30: Decimal("214.00"), 60: 0, 90: 0}


def test_tables_are_aligned():
    assert table([("Ada", 12), ("Bo", Decimal("3.50"))], ("guest", "sum")) == (
        "guest  sum\n-----  ----\nAda      12\nBo     3.50"
    )


def test_invoices_are_exported(invoices):
    invoices[0].cancelled = True
    stream = io.StringIO()
    assert export_invoices(invoices, stream) is None
    assert stream.getvalue() == (
        "number;date;guest;net;tax;gross;open;currency\nR1;2024-04-30;Ada;200.00;14.00;214.00;214.00;EUR\n"
    )
    assert export_invoices(invoices, delimiter=",").startswith("number,date")


def test_bookings_are_imported_row_by_row():
    rows, complaints = import_bookings(
        "guest,kind,arrival,departure,guests\n"
        "Ada,double,2024-05-06,2024-05-08,2\n"
        "Bob,castle,2024-05-06,2024-05-08,1\n"
        "Cid,Single,06.05.2024,07.05.2024,\n"
        "Dora,single,2024-05-06,2024-05-06,1\n"
    )
    assert [(row["guest"], row["guests"]) for row in rows] == [("Ada", 2), ("Cid", 1)]
    assert [line for line, _ in complaints] == [3, 5]


@pytest.mark.parametrize("text", ["1.234,50", "1,234.50", "1234.50", "1 234,50"])
def test_amounts_are_read_in_many_ways(text):
    assert parse_amount(text) == Decimal("1234.50")


def test_dates_are_read_in_three_ways():
    assert parse_date("2024-05-06") == parse_date("06.05.2024") == parse_date(" 06/05/2024 ") == date(2024, 5, 6)
    with pytest.raises(ValidationError):
        parse_date("May 6")
