"""Hotels and rooms."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import time
from zoneinfo import ZoneInfo

from roomly.errors import NotFound, ValidationError
from roomly.money import Currency


class RoomKind(enum.Enum):
    SINGLE = "single"
    DOUBLE = "double"
    SUITE = "suite"

    @property
    def beds(self):
        return {"single": 1, "double": 2, "suite": 4}[self.value]


@dataclass
class Room:
    number: str
    kind: RoomKind
    floor: int = 0
    out_of_order: bool = False

    def __post_init__(self):
        if not self.number:
            raise ValidationError("number", "is missing")


@dataclass
class Hotel:
    name: str
    city: str
    country: str = "DE"
    zone_name: str = "Europe/Berlin"
    currency: Currency = Currency.EUR
    check_in_from: time = time(15, 0)
    check_out_until: time = time(11, 0)
    rooms: list = field(default_factory=list)

    @property
    def zone(self):
        return ZoneInfo(self.zone_name)

    def add_room(self, number, kind, floor=0):
        if any(room.number == number for room in self.rooms):
            raise ValidationError("number", f"room {number} exists")
        room = Room(number, kind, floor)
        self.rooms.append(room)
        return room

    def room(self, number):
        for room in self.rooms:
            if room.number == number:
                return room
        raise NotFound(f"no room {number} in {self.name}")

    def rooms_of(self, kind):
        return [room for room in self.rooms if room.kind is kind and not room.out_of_order]
