from datetime import datetime, timezone

import pytest

from roomly.booking import BookingService
from roomly.hotel import Hotel, RoomKind
from roomly.pricing import standard_prices
from roomly.repository import Repository


@pytest.fixture
def hotel():
    hotel = Hotel("Zur Linde", "Berlin")
    hotel.add_room("101", RoomKind.SINGLE, 1)
    hotel.add_room("201", RoomKind.DOUBLE, 2)
    hotel.add_room("202", RoomKind.DOUBLE, 2)
    hotel.add_room("301", RoomKind.SUITE, 3)
    return hotel


@pytest.fixture(scope="session")
def prices():
    return standard_prices()


class Clock:
    def __init__(self, moment):
        self.moment = moment

    def __call__(self):
        return self.moment


@pytest.fixture
def clock():
    return Clock(datetime(2024, 5, 2, 9, 30, tzinfo=timezone.utc))


@pytest.fixture
def service(hotel, prices, clock):
    return BookingService(hotel, prices, Repository(), clock)
