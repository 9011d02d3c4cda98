"""What a change says of itself: which functions answer otherwise, and when; or that nothing does.

In commit messages, a line of its own (further lines of one claim are indented):

    Changes: billing.invoice.round_total when currency == "JPY"
    Changes nothing.

In files `.assay/claims/*.toml` that head adds or edits:

    nothing = true
    [[changes]]
    unit = "billing.invoice.round_total"
    when = 'currency == "JPY"'
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assay.values.change import Claim
from assay.values.lab import Source

FOLDER = ".assay/claims/"
_CLAIM = re.compile(r"^Changes:[ \t]+(?P<unit>[\w.]+(?:\(\))?)(?:[ \t]+when[ \t]+(?P<when>.*))?$")
_NOTHING = re.compile(r"^Changes nothing\.?[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """All that a change says of itself."""

    claims: tuple[Claim, ...] = ()
    nothing: str = ""
    """Where it says that nothing changes; empty where it does not."""
    remarks: tuple[str, ...] = ()
    """Sentences about claims that could not be read."""


def read_claims(messages: Iterable[tuple[str, str]], source: Source) -> Declared:
    """The claims in `(commit, message)` pairs and in claim files; files that base has already say nothing new."""
    claims: list[Claim] = []
    remarks: list[str] = []
    nothing = ""
    for commit, message in messages:
        where = f"commit {commit[:10]}"
        claims.extend(_in_message(message, where))
        nothing = nothing or (where if _NOTHING.search(message) else "")
    for path in source.paths("head"):
        if not path.startswith(FOLDER) or not path.endswith(".toml"):
            continue
        text = source.text("head", path)
        if text is None or text == source.text("base", path):
            continue
        try:
            document = tomllib.loads(text)
            claims.extend(_in_file(document, path))
        except (tomllib.TOMLDecodeError, TypeError, RecursionError) as error:
            remarks.append(f"{path} could not be read as claims: {error}.")
            continue
        nothing = nothing or (path if document.get("nothing") is True else "")
    return Declared(claims=tuple(dict.fromkeys(claims)), nothing=nothing, remarks=tuple(remarks))


def _in_message(message: str, where: str) -> Iterator[Claim]:
    lines = message.splitlines()
    for number, line in enumerate(lines):
        found = _CLAIM.match(line.rstrip())
        if found is None:
            continue
        when = [found["when"] or ""]
        for further in lines[number + 1 :]:
            if not further[:1].isspace() or not further.strip():
                break
            when.append(further.strip())
        words = " ".join(part for part in when if part)
        yield Claim(unit=found["unit"].removesuffix("()"), when=words.removeprefix("when ").strip(), where=where)


def _in_file(document: dict[str, object], path: str) -> Iterator[Claim]:
    unknown = sorted(set(document) - {"changes", "nothing"})
    if unknown:
        raise TypeError(f"it has `{unknown[0]}`, where only `changes` and `nothing` are known")
    rows = document.get("changes", [])
    if not isinstance(rows, list):
        raise TypeError("`changes` is a list of tables")
    for row in rows:
        unit = row.get("unit") if isinstance(row, dict) else None
        when = row.get("when", "") if isinstance(row, dict) else None
        if not isinstance(unit, str) or not isinstance(when, str):
            raise TypeError("each of `changes` has a text `unit` and a text `when`")
        yield Claim(unit=unit.strip().removesuffix("()"), when=when.strip(), where=path)
