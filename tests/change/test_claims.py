"""What a change says of itself, read from messages and files."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from assay.change.claims import read_claims
from assay.values.change import Claim, Side


@dataclass
class Files:
    """Claim files of both sides."""

    head: dict[str, str] = field(default_factory=dict)
    base: dict[str, str] = field(default_factory=dict)

    def paths(self, side: Side) -> list[str]:
        """All of them."""
        return sorted(self.base if side == "base" else self.head)

    def text(self, side: Side, path: str) -> str | None:
        """One of them."""
        return (self.base if side == "base" else self.head).get(path)


def claims_in(message: str) -> list[tuple[str, str]]:
    """Units and predicates of one commit's message."""
    return [(claim.unit, claim.when) for claim in read_claims([("1a2b3c4d5e6f", message)], Files()).claims]


@pytest.mark.parametrize(
    ("message", "claims"),
    [
        ("Round.\n\nChanges: shop.total when n > 2\n", [("shop.total", "n > 2")]),
        ("Changes: shop.total() when n > 2", [("shop.total", "n > 2")]),
        ("Changes: shop.total when n > 2\n  and m is None\nMore.", [("shop.total", "n > 2 and m is None")]),
        ("Changes: total\n", [("total", "")]),
        ("Changes: a when x\nChanges: b when y\n", [("a", "x"), ("b", "y")]),
        ("It says Changes: a when x\nChanges a lot.", []),
    ],
)
def test_a_claim_is_a_line_of_its_own(message: str, claims: list[tuple[str, str]]) -> None:
    """Further lines of one claim are indented."""
    assert claims_in(message) == claims


def test_a_claim_names_its_commit() -> None:
    """So that a report can."""
    assert read_claims([("1a2b3c4d5e6f", "Changes: a when x")], Files()).claims == (
        Claim(unit="a", when="x", where="commit 1a2b3c4d5e"),
    )


def test_a_change_may_say_that_nothing_changes() -> None:
    """In a message or in a file."""
    assert read_claims([("1a2b3c4d5e6f", "Tidy.\n\nChanges nothing.\n")], Files()).nothing == "commit 1a2b3c4d5e"
    assert read_claims([("1", "This changes nothing.")], Files()).nothing == ""
    files = Files({".assay/claims/tidy.toml": "nothing = true\n"})
    assert read_claims([], files).nothing == ".assay/claims/tidy.toml"


def test_files_of_head_hold_claims_too() -> None:
    """Those that base has already were about another change."""
    text = "[[changes]]\nunit = 'shop.total'\nwhen = 'n > 2'\n"
    path = ".assay/claims/rounding.toml"
    expected = (Claim(unit="shop.total", when="n > 2", where=path),)
    assert read_claims([], Files({path: text})).claims == expected
    assert read_claims([], Files({path: text}, {path: text})).claims == ()


@pytest.mark.parametrize(
    "text", ["nothing = ", "changes = 1", "[[changes]]\nunit = 1", "changed = []", "changes = [1]"]
)
def test_a_file_that_cannot_be_read_is_told_and_announces_nothing(text: str) -> None:
    """On the first screen."""
    declared = read_claims([], Files({".assay/claims/a.toml": text}))
    assert declared.claims == ()
    assert declared.remarks[0].startswith(".assay/claims/a.toml could not be read as claims: ")
