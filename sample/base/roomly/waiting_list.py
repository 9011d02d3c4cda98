"""Guests who wait for a room."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date, datetime

from roomly.errors import Conflict, NotFound
from roomly.hotel import RoomKind


class Tier(enum.IntEnum):
    BASIC = 0
    SILVER = 1
    GOLD = 2
    PLATINUM = 3


@dataclass
class Entry:
    guest: str
    kind: RoomKind
    arrival: date
    departure: date
    requested_at: datetime
    tier: Tier = Tier.BASIC
    flexible_days: int = 0

    def fits(self, kind, arrival, departure):
        """Would the free room do, perhaps a few days off?"""
        if kind.beds < self.kind.beds:
            return False
        needed = (self.departure - self.arrival).days
        if (departure - arrival).days < needed:
            return False
        earliest = max((arrival - self.arrival).days, -self.flexible_days)
        latest = min((departure - self.departure).days, self.flexible_days)
        return earliest <= latest


def by_priority(entries):
    """Highest tier first; within a tier, first come, first served."""
    return sorted(entries, key=lambda entry: (-entry.tier, entry.requested_at))


class WaitingList:
    """Entries stand in the order in which they were written down, as the front desk sees them."""

    def __init__(self, limit=50):
        self.entries = []
        self.limit = limit

    def __len__(self):
        return len(self.entries)

    def join(self, entry):
        if len(self.entries) >= self.limit:
            raise Conflict("the waiting list is full")
        if any(other.guest == entry.guest and other.arrival == entry.arrival for other in self.entries):
            raise Conflict(f"{entry.guest} is waiting already")
        self.entries.append(entry)
        return len(self.entries)

    def leave(self, guest):
        for entry in self.entries:
            if entry.guest == guest:
                self.entries.remove(entry)
                return entry
        raise NotFound(f"{guest} is not waiting")

    def offer(self, kind, arrival, departure):
        """Take the guest with the highest priority whom the room suits off the list; None when it suits nobody."""
        for entry in by_priority(self.entries):
            if entry.fits(kind, arrival, departure):
                self.entries.remove(entry)
                return entry
        return None

    def position(self, guest):
        """How many stand before this guest, by priority."""
        for index, entry in enumerate(by_priority(self.entries)):
            if entry.guest == guest:
                return index
        raise NotFound(f"{guest} is not waiting")
