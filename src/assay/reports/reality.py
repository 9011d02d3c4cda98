"""What the installed packages deny, for a terminal and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator

from assay.judgement.levels import level_of_denial
from assay.reports.document import denial_members
from assay.reports.sentences import count, particulars, plain
from assay.values.finding import Level, Target
from assay.values.reality import Denial, Denials, Lookup

INDENT = " " * 8


def to_json(denials: Denials, target: Target) -> str:
    """The answer as `docs/reality.md` describes it."""
    document = {
        "schema_version": 1,
        "python": target.version,
        "interpreter": target.python,
        "findings": [denial_members(denial) for denial in denials.found],
        "calls": denials.calls,
        "unknown_receivers": denials.unknown_receivers,
        "unread": [{"path": path, "reason": reason} for path, reason in denials.unread],
        "failed_packages": list(denials.failed_packages),
        "unchecked": denials.unchecked,
        "gaps": list(denials.gaps),
    }
    return json.dumps(document, indent=1, allow_nan=False) + "\n"


def to_text(denials: Denials, target: Target) -> str:
    """One block a finding, then what could not be asked."""
    blocks = ["\n".join(_block(denial)) for denial in denials.found]
    return "\n\n".join([*blocks, "\n".join(_account(denials, target))]) + "\n"


def _block(denial: Denial) -> Iterator[str]:
    level = level_of_denial(denial)
    word = level.word.upper() if level >= Level.HOLD else level.word
    yield f"{word:8}{plain(denial.path)}:{denial.line}  {plain(denial.text)}   ({plain(denial.installed)})"
    yield from (f"{INDENT}{label:9}{text}" for label, text in particulars(denial))


def _account(denials: Denials, target: Target) -> Iterator[str]:
    found = count(len(denials.found), "finding") if denials.found else "nothing denied"
    held = f"{count(denials.calls, 'call')} held against Python {target.version} and its packages"
    receivers = f"{count(denials.unknown_receivers, 'method call')} on receivers that could not be resolved"
    yield f"{found} · {held} · {receivers}"
    for path, reason in denials.unread:
        yield f"gap     {plain(path)}: {plain(reason)}"
    if denials.unchecked:
        yield f"gap     {plain(denials.unchecked)}"
    for package in denials.failed_packages:
        yield f"gap     {plain(package)} brings the interpreter down when it is imported; nothing is said about it"
    yield from (f"gap     {plain(gap)}" for gap in denials.gaps)


def lookup_to_json(lookup: Lookup) -> str:
    """The answer to one question, as `docs/reality.md` describes it."""
    document = {
        "schema_version": 1,
        "question": lookup.question,
        "possible": lookup.possible,
        "found": lookup.found,
        "installed": lookup.installed,
        "signature": lookup.signature,
        "parameters": [{"name": name, "taken_by": taker} for name, taker in lookup.parameters],
        "deprecated": lookup.deprecated,
        "error": lookup.error,
        "findings": [denial_members(denial) for denial in lookup.denials],
    }
    return json.dumps(document, indent=1, allow_nan=False) + "\n"


def lookup_to_text(lookup: Lookup) -> str:
    """The answer to one question for people."""
    return "\n".join(_lookup(lookup)) + "\n"


def _lookup(lookup: Lookup) -> Iterator[str]:
    if lookup.error:
        yield f"no answer   {plain(lookup.error)}"
        return
    for denial in lookup.denials:
        yield f"{plain(denial.text)}   ({plain(denial.installed)})"
        yield from (f"{INDENT}{label:9}{text}" for label, text in particulars(denial))
    verdict = "possible" if lookup.possible else "not possible" if lookup.denials else "unknown"
    yield f"{verdict}: {plain(lookup.question)}"
    if lookup.signature:
        yield f"{INDENT}{'real':9}{plain(lookup.signature)}   ({plain(lookup.installed)})"
    own = lookup.found
    reached = [f"{name} ({taker})" for name, taker in lookup.parameters if taker != own]
    if reached:
        yield f"{INDENT}{'also':9}{plain(', '.join(reached))}"
    if lookup.deprecated and not lookup.denials:
        yield f"{INDENT}{'warning':9}deprecated: {plain(lookup.deprecated)}"


def exit_status(denials: Denials) -> int:
    """1 where something would stop a change, 4 where nothing could be read, else 0."""
    if any(level_of_denial(denial) >= Level.HOLD for denial in denials.found):
        return 1
    return 4 if denials.trouble else 0
