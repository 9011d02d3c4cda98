"""Until which Python, or since which, the standard library has a name that this one lacks.

The type checker's stubs tell it: the line that was executed is read once more as for other versions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from assay.errors import CheckerFailed
from assay.evidence.remarks import TABLE
from assay.values.lab import Lab
from assay.values.reality import Denial

OLDEST, NEWEST = 8, 14
"""Minor versions of Python 3 that the stubs tell apart."""
MOST = 8
"""So many denials are dated."""
_KINDS = frozenset({"missing-name", "missing-attribute", "missing-module", "missing-package"})
_ABSENT = frozenset(row.rule for row in TABLE if row.kind in _KINDS)


def dated(lab: Lab, found: Iterable[Denial]) -> tuple[Denial, ...]:
    """The denials; those about the standard library with the versions that have the name, where there are any."""
    denials = tuple(found)
    asked = [one for one in denials if _is_of_library(one)][:MOST]
    try:
        versions = _versions(lab, asked) if asked else {}
    except CheckerFailed:
        versions = {}
    return tuple(replace(one, versions=(versions[one],)) if one in versions else one for one in denials)


def _is_of_library(denial: Denial) -> bool:
    """Is it about a module of the library, or about one that may have been there?"""
    is_there = denial.installed.startswith("Python 3.") and denial.kind in _KINDS
    return bool(denial.reproducer) and (is_there or denial.kind == "missing-package")


def _versions(lab: Lab, asked: Sequence[Denial]) -> dict[Denial, str]:
    numbered = [int(one.installed.split(".")[1]) for one in asked if one.kind != "missing-package"]
    here = numbered[0] if numbered else NEWEST
    later, earlier = range(here + 1, NEWEST + 1), range(here - 1, OLDEST - 1, -1)
    found: dict[Denial, str] = {}
    for versions, words in ((later, "since"), (earlier, "until")):
        # What the last of them does not have, none of those between had.
        left = _having(lab, [one for one in asked if one not in found], versions[-1]) if versions else []
        for version in versions:
            having = _having(lab, left, version) if left else []
            left = [one for one in left if one not in having]
            found |= dict.fromkeys(having, f"{words} Python 3.{version}, as the type checker's stubs tell")
    return found


def _having(lab: Lab, asked: Sequence[Denial], minor: int) -> list[Denial]:
    """Those whose line the type checker finds nothing absent in, as for this version."""
    files = [(f"assay_dated_{number}.py", f"{one.reproducer}\n") for number, one in enumerate(asked)]
    absent = {remark.path for remark in lab.check_types("head", files, f"3.{minor}") if remark.rule in _ABSENT}
    return [one for (path, _), one in zip(files, asked, strict=True) if path not in absent]
