"""A fault of ours in what only explains a finding costs the explanation, never the finding."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import TypeVar

from assay.values.finding import Gap

T = TypeVar("T")


def attempt(what: str, work: Callable[[], T], instead: T, faults: list[Gap]) -> T:
    """What `work` gives; where it fails, `instead`, and a gap `internal` with the traceback among `faults`."""
    try:
        return work()
    except Exception as error:  # noqa: BLE001 - findings were made already, and must not be lost for want of words
        faults.append(
            Gap(
                slug="internal",
                reason=f"{what} failed: {type(error).__name__}: {error}",
                remedy="This is a fault of Assay; report it with the traceback in the report.",
                detail=traceback.format_exc(),
            )
        )
        return instead
