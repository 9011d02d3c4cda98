from datetime import date, datetime

import pytest

from roomly.errors import Conflict, NotFound
from roomly.hotel import RoomKind
from roomly.waiting_list import Entry, Tier, WaitingList, by_priority


def entry(guest, minute, tier=Tier.BASIC, **changes):
    values = {"kind": RoomKind.DOUBLE, "arrival": date(2024, 6, 3), "departure": date(2024, 6, 6), **changes}
    return Entry(guest, requested_at=datetime(2024, 5, 1, 8, minute), tier=tier, **values)


@pytest.fixture
def waiting():
    waiting = WaitingList(limit=4)
    waiting.join(entry("Ada", 5))
    waiting.join(entry("Bob", 1))
    waiting.join(entry("Cid", 9, Tier.GOLD))
    return waiting


def test_tiers_come_first_then_time():
    entries = [entry("Ada", 5), entry("Bob", 1), entry("Cid", 9, Tier.GOLD)]
    assert [found.guest for found in by_priority(entries)] == ["Cid", "Bob", "Ada"]


def test_the_room_goes_to_the_first_whom_it_suits(waiting):
    assert waiting.offer(RoomKind.DOUBLE, date(2024, 6, 3), date(2024, 6, 6)).guest == "Cid"
    assert waiting.offer(RoomKind.DOUBLE, date(2024, 6, 3), date(2024, 6, 6)).guest == "Bob"
    assert waiting.offer(RoomKind.SINGLE, date(2024, 6, 3), date(2024, 6, 6)) is None
    assert len(waiting) == 1


def test_guests_can_ask_for_their_position(waiting):
    assert waiting.position("Cid") == 0
    assert waiting.position("Ada") == 2
    with pytest.raises(NotFound):
        waiting.position("Dora")


def test_nobody_waits_twice(waiting):
    with pytest.raises(Conflict):
        waiting.join(entry("Ada", 20))


def test_the_list_is_limited(waiting):
    waiting.join(entry("Dora", 11))
    with pytest.raises(Conflict):
        waiting.join(entry("Eve", 12))


def test_guests_may_leave(waiting):
    assert waiting.leave("Ada").guest == "Ada"
    with pytest.raises(NotFound):
        waiting.leave("Ada")


def test_flexible_guests_take_other_days():
    rigid, flexible = entry("Ada", 1), entry("Bob", 2, flexible_days=2)
    assert not rigid.fits(RoomKind.DOUBLE, date(2024, 6, 4), date(2024, 6, 7))
    assert flexible.fits(RoomKind.DOUBLE, date(2024, 6, 4), date(2024, 6, 7))
    assert flexible.fits(RoomKind.SUITE, date(2024, 6, 1), date(2024, 6, 10))
    assert not flexible.fits(RoomKind.DOUBLE, date(2024, 6, 4), date(2024, 6, 6))
