"""What is no literal is named in a few characters, and nothing of Assay's own shows in it."""

from __future__ import annotations

import datetime
import enum
import zoneinfo
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

import pytest
from tests.evidence.making import arguments

from assay.evidence.conditions.spelling import spell
from assay.evidence.conditions.things import read_arguments

EAST = datetime.timezone(datetime.timedelta(hours=9))
WEST = datetime.timezone(datetime.timedelta(hours=-7))


class Colour(enum.Enum):
    RED = 1


class Word:
    def __init__(self, name: str) -> None:
        self.name, self._pieces, self.inside = name, [1], [2]


def seen(value: object) -> Any:
    """The value as it comes from the probe when only its tree came."""
    return read_arguments([("it", None)], arguments(it=value))["it"]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (datetime.datetime(2020, 2, 2, tzinfo=datetime.UTC), "datetime(2020, 2, 2, 0, 0, tzinfo=timezone.utc)"),
        (
            datetime.datetime(2020, 2, 2, tzinfo=zoneinfo.ZoneInfo("Asia/Tokyo")),
            "datetime(2020, 2, 2, 0, 0, tzinfo=...)",
        ),
        (datetime.date(2020, 2, 2), "date(2020, 2, 2)"),
        (datetime.timedelta(days=1), "timedelta(days=1)"),
        (Decimal("1.50"), "Decimal('1.50')"),
        (PurePosixPath("a/b"), "Path('a/b')"),
        (Colour.RED, "Colour.RED"),
        (Word("a"), "<Word name='a'>"),
        ([Word("a"), 1], "[<Word name='a'>, 1]"),
        ({"k": Word("a")}, "{'k': <Word name='a'>}"),
        ([Word("a"), 1, 2, 3, 4, 5], "[<Word name='a'>, 1, 2, 3, ...]"),
        (Word, "Word"),
    ],
)
def test_values_are_named_by_what_is_known_of_them(value: object, told: str) -> None:
    """Short public attributes tell two objects of one class apart."""
    assert spell(seen(value)) == told


@pytest.mark.parametrize("zone", [EAST, WEST])
def test_the_offset_of_a_fixed_zone_is_known(zone: datetime.timezone) -> None:
    """A predicate may compare moments of two zones."""
    moment = datetime.datetime(2020, 2, 2, tzinfo=zone)
    assert seen(moment) == moment
    assert seen(moment).utcoffset() == moment.utcoffset()
