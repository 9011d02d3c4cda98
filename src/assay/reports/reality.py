"""What the installed packages deny, for a terminal and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator

from assay.judgement.levels import level_of_denial
from assay.reports.sentences import count, plain
from assay.values.finding import Level, Target
from assay.values.reality import Denial, Denials

INDENT = " " * 8


def to_json(denials: Denials, target: Target) -> str:
    """The answer as `docs/reality.md` describes it."""
    document = {
        "schema_version": 1,
        "python": target.version,
        "interpreter": target.python,
        "findings": [finding_of(denial) for denial in denials.found],
        "calls": denials.calls,
        "unknown_receivers": denials.unknown_receivers,
        "unread": [{"path": path, "reason": reason} for path, reason in denials.unread],
        "failed_packages": list(denials.failed_packages),
    }
    return json.dumps(document, indent=1, allow_nan=False) + "\n"


def finding_of(denial: Denial) -> dict[str, object]:
    """One finding as JSON values."""
    return {
        "path": denial.path,
        "line": denial.line,
        "class": denial.kind,
        "name": denial.name,
        "level": level_of_denial(denial).word,
        "certainty": denial.certainty,
        "installed": denial.installed,
        "nearest": list(denial.nearest),
        "text": denial.text,
        "chain": list(denial.chain),
        "signature": denial.signature,
        "reproducer": denial.reproducer,
        "output": denial.output,
    }


def to_text(denials: Denials, target: Target) -> str:
    """One block a finding, then what could not be asked."""
    blocks = ["\n".join(_block(denial)) for denial in denials.found]
    return "\n\n".join([*blocks, "\n".join(_account(denials, target))]) + "\n"


def _block(denial: Denial) -> Iterator[str]:
    level = level_of_denial(denial)
    word = level.word.upper() if level >= Level.HOLD else level.word
    yield f"{word:8}{plain(denial.path)}:{denial.line}  {plain(denial.text)}   ({plain(denial.installed)})"
    yield from details(denial)


def details(denial: Denial) -> Iterator[str]:
    """What a reader needs to believe it and to mend it."""
    if denial.nearest:
        yield f"{INDENT}nearest  {', '.join(map(plain, denial.nearest))}"
    if len(denial.chain) > 1:
        yield f"{INDENT}way      {' -> '.join(map(plain, denial.chain))}"
    if denial.reproducer and denial.output:
        yield f"{INDENT}again    python -c {plain(_quoted(denial.reproducer))}"
        yield f"{INDENT}says     {plain(denial.output)}"


def _quoted(line: str) -> str:
    return '"' + line.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _account(denials: Denials, target: Target) -> Iterator[str]:
    found = count(len(denials.found), "finding") if denials.found else "nothing denied"
    held = f"{count(denials.calls, 'call')} held against Python {target.version} and its packages"
    receivers = f"{count(denials.unknown_receivers, 'method call')} on receivers that could not be resolved"
    yield f"{found} · {held} · {receivers}"
    for path, reason in denials.unread:
        yield f"gap     {plain(path)}: {plain(reason)}"
    for package in denials.failed_packages:
        yield f"gap     {plain(package)} brings the interpreter down when it is imported; nothing is said about it"


def exit_status(denials: Denials) -> int:
    """1 where something would stop a change, 4 where nothing could be read, else 0."""
    if any(level_of_denial(denial) >= Level.HOLD for denial in denials.found):
        return 1
    return 4 if denials.trouble else 0
