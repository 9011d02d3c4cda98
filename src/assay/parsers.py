"""The options of each command."""

from __future__ import annotations

import argparse

from assay.judgement.policy import rung
from assay.reports.formats import FORMATS


def command(name: str, description: str) -> argparse.ArgumentParser:
    """A command without options of its own."""
    return argparse.ArgumentParser(prog=f"assay {name}", description=description, allow_abbrev=False)


def check_parser() -> argparse.ArgumentParser:
    """`assay check`."""
    parser = command("check", "Examine a change and give a verdict.")
    parser.add_argument(
        "revisions",
        nargs="*",
        metavar="RANGE",
        help="A..B or A...B, one commit, two revisions, or nothing for everything since the default branch",
    )
    parser.add_argument("--trees", nargs=2, metavar=("OLD", "NEW"), help="compare two folders in place of revisions")
    parser.add_argument("--python", metavar="PYTHON", help="the interpreter that runs the project's tests")
    parser.add_argument(
        "--build-env",
        action="store_true",
        help="build the environment of each side with uv, from its lock or declared requirements (uses the network)",
    )
    parser.add_argument(
        "--project", action="append", default=[], metavar="DIR", help="a project inside the repository; may be repeated"
    )
    parser.add_argument("--config", metavar="FILE", help="read [tool.assay] from this TOML file, not from base")
    parser.add_argument("--format", choices=FORMATS, help="default: by the suffix of --output, else terminal")
    parser.add_argument("--output", metavar="FILE", help="write the report there, whole or not at all")
    parser.add_argument("--reproducers", metavar="DIR", help="write a plain test there for each finding that holds")
    parser.add_argument("--budget", type=float, default=60.0, metavar="SECONDS", help="for everything; default 60")
    parser.add_argument("--experiments", type=int, metavar="N", help="so many experiments, however long they take")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="of every random choice; default 0")
    parser.add_argument("--expect-same", action="store_true", help="a refactoring: hold any plausible difference")
    parser.add_argument(
        "--allow-isolation", metavar="L0|L1|L2|L3", help="the lowest isolation accepted for this run, despite policy"
    )
    parser.add_argument("--verbose", action="store_true", help="everything: stages, walls, all notices")
    parser.add_argument("--no-cache", action="store_true", help="neither read nor keep what was learned before")
    return parser


def replay_parser() -> argparse.ArgumentParser:
    """`assay replay`."""
    parser = command(
        "replay", "Run the experiment behind a finding again: exit 0 when the difference is there, else 1."
    )
    parser.add_argument("id", metavar="ID", help="from the line `again` of a report; the first digits are enough")
    _add_report(parser)
    parser.add_argument("--as-test", action="store_true", help="print a plain test that shows it, without Assay")
    parser.add_argument("--head", metavar="REV", help="a revision to put in head's place: a fix, a step of a bisection")
    parser.add_argument("--python", metavar="PYTHON", help="the interpreter that runs the project's tests")
    parser.add_argument("--project", metavar="DIR", help="the project inside the repository, as it was checked")
    parser.add_argument("--config", metavar="FILE", help="read [tool.assay] from this TOML file, not from base")
    parser.add_argument("--allow-isolation", metavar="L0|L1|L2|L3", help="the lowest isolation accepted for this run")
    parser.add_argument("--verbose", action="store_true", help="show where Assay itself failed, if it does")
    return parser


def rung_of(text: str | None) -> int | None:
    """The rung of isolation that was typed, if one was."""
    return None if text is None else rung(text)


def accept_parser() -> argparse.ArgumentParser:
    """`assay accept`."""
    parser = command(
        "accept", "Note why a finding is all right. Later reports of the same patch show it; it excuses nothing."
    )
    parser.add_argument("id", metavar="ID", help="of the finding; the first digits are enough")
    parser.add_argument("--reason", required=True, metavar="TEXT", help="why, for whoever reads the next report")
    _add_report(parser)
    return parser


def _add_report(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--report", metavar="FILE", help="a JSON report; default: the last one made on this machine")
