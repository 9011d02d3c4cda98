"""One verdict in the format that was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assay.reports.document import dumps
from assay.reports.html import to_html
from assay.reports.markdown import to_markdown
from assay.reports.sarif import to_sarif
from assay.reports.terminal import render
from assay.values.finding import Verdict

FORMATS = ("terminal", "json", "sarif", "markdown", "html")

SUFFIXES = {".json": "json", ".sarif": "sarif", ".md": "markdown", ".html": "html"}
"""The format that a file name asks for where nothing else does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Display:
    """What the terminal report needs to know of its reader."""

    colour: bool
    width: int
    verbose: bool


def format_named(name: str | None, suffix: str) -> str:
    """The format that was asked for by name, else by the suffix of the file, else the terminal's."""
    return name or SUFFIXES.get(suffix, "terminal")


def formatted(
    name: str, verdict: Verdict, document: Mapping[str, object], *, rules: Mapping[str, str], display: Display
) -> str:
    """The report as text. `rules` are the investigators' docstrings by name, `document` is the JSON report."""
    match name:
        case "json":
            return dumps(document)
        case "sarif":
            return dumps(to_sarif(verdict, rules=rules))
        case "markdown":
            return to_markdown(verdict)
        case "html":
            return to_html(verdict)
        case "terminal":
            return render(verdict, colour=display.colour, width=display.width, verbose=display.verbose)
        case _:
            raise AssertionError(name)
