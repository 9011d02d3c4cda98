# mypy: ignore-errors
# ruff: noqa: ANN001, ANN204, UP042, PYI024
# Shared by the facts that every interpreter from Python 3.9 on runs.
"""Values as people write them."""

import collections
import enum


class Money:
    """A class as people write them."""

    def __init__(self, amount, currency="EUR"):
        self.amount = amount
        self.currency = currency
        self._cache = {}

    def __str__(self):
        return f"{self.amount} {self.currency}"


class Slotted:
    """Slots, one of them mangled, one never filled."""

    __slots__ = ("__hidden", "open", "unset")

    def __init__(self):
        self.open = [1]
        self.__hidden = 2


class Colour(enum.Enum):
    """An enumeration."""

    RED = 1
    BLUE = 2


class Flavour(str, enum.Enum):
    """An enumeration whose members are text."""

    SWEET = "sweet"


Point = collections.namedtuple("Point", "x y")
