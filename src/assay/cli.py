"""The command line. Each command loads what it needs and no more, so that `assay --help` answers at once."""

from __future__ import annotations

import sys

from assay import __version__
from assay.errors import AssayError, NoTarget, UnsafeHost, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping, Sequence
    from typing import Protocol, TextIO

    from assay.instruments.reports_store import ReportsStore
    from assay.values.finding import Verdict
    from assay.values.options import CheckOptions, ReplayAnswer, ReplayOptions

    class Walks(Protocol):
        """The ways through the house that the command line starts; `assay.wiring` is the real one."""

        def check(self, options: CheckOptions) -> tuple[Verdict, Mapping[str, Mapping[str, str | None]]]:
            """Judge a change; also the sources of it that no repository holds."""

        def replay(self, options: ReplayOptions) -> ReplayAnswer:
            """Run one experiment of a report again."""


EXIT_USAGE, EXIT_FAILED, EXIT_UNKNOWN, EXIT_INTERRUPTED, EXIT_TERMINATED = 2, 3, 4, 130, 143

HELP = """\
assay says what a change does, under which condition, and whether it may ship.

  assay check [RANGE]          examine a change and give a verdict
  assay check OLD NEW          compare two revisions as they are
  assay check --trees OLD NEW  compare two folders
  assay replay ID              run the experiment behind a finding again
  assay reality FILE...        does what these files call exist in the versions that are installed?
  assay investigators          the questions that Assay asks

  assay COMMAND --help         the options of a command
  assay --version

RANGE is A..B or A...B (what B adds since it left A), one commit, or nothing: everything since the default branch,
uncommitted work included.

Exit status: 0 clear or notice, 1 findings hold or block the change, 2 wrong usage, 3 Assay failed,
4 too little could be established.
"""


class _Terminated(BaseException):
    """Somebody asked the process to end; cleaning up comes first."""


def main(argv: Sequence[str] | None = None, *, walks: Walks | None = None, store: ReportsStore | None = None) -> int:
    """Run one command and return its exit status. `walks` and `store` are the real ones unless given."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    match arguments:
        case []:
            sys.stderr.write(HELP)
            return EXIT_USAGE
        case [("-h" | "--help" | "help"), *_]:
            sys.stdout.write(HELP)
            return 0
        case [("-V" | "--version"), *_]:
            sys.stdout.write(f"assay {__version__}\n")
            return 0
        case ["check", *rest]:
            return _guarded(lambda: _check(rest, walks, _store(store)), arguments, store)
        case ["replay", *rest]:
            return _guarded(lambda: _replay(rest, walks, _store(store)), arguments, store)
        case ["reality", *rest]:
            return _guarded(lambda: _about_installed("reality", rest), arguments, store)
        case ["investigators", *rest]:
            return _guarded(lambda: _investigators(rest), arguments, store)
        case [name, *_]:
            return _guarded(lambda: _unknown(name), arguments, store)
        case _:
            raise AssertionError(arguments)


def _check(argv: list[str], walks: Walks | None, store: ReportsStore) -> int:
    """Examine, keep the report for `assay replay`, and deliver it."""
    given = _check_parser().parse_args(argv)
    options = _check_options(given)
    from pathlib import Path

    from assay.instruments.reports_store import check_place, write_atomically
    from assay.reports.document import to_document
    from assay.reports.formats import Display, format_named, formatted
    from assay.reports.sentences import tally, verdict_words

    output = None if given.output in (None, "-") else Path(given.output)
    if output is not None:
        check_place(output)
    verdict, sources = (walks or _real_walks()).check(options)
    document = to_document(verdict, sources=sources)
    if store.save(document) is None and verdict.levels:
        _note("the report could not be kept; `assay replay` will need one that was written with --output.")
    text = formatted(
        format_named(given.format, output.suffix if output else ""),
        verdict,
        document,
        rules=_investigator_texts(),
        display=Display(colour=output is None and _colour(sys.stdout), width=_width(), verbose=options.verbose),
    )
    if output is None:
        _put(sys.stdout, text)
    else:
        write_atomically(output, text)
        _note(f"verdict {verdict_words(verdict)} ({tally(verdict)}), written to {output}")
    return verdict.exit_status


def _check_parser() -> argparse.ArgumentParser:
    from assay.reports.formats import FORMATS

    parser = _parser("check", "Examine a change and give a verdict.")
    parser.add_argument(
        "revisions",
        nargs="*",
        metavar="RANGE",
        help="A..B or A...B, one commit, two revisions, or nothing for everything since the default branch",
    )
    parser.add_argument("--trees", nargs=2, metavar=("OLD", "NEW"), help="compare two folders in place of revisions")
    parser.add_argument("--python", metavar="PYTHON", help="the interpreter that runs the project's tests")
    parser.add_argument("--format", choices=FORMATS, help="default: by the suffix of --output, else terminal")
    parser.add_argument("--output", metavar="FILE", help="write the report there, whole or not at all")
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


def _check_options(given: argparse.Namespace) -> CheckOptions:
    """What was asked for.

    Raises:
        UsageError: the options contradict one another.
    """
    from pathlib import Path

    from assay.values.options import CheckOptions

    try:
        return CheckOptions(
            directory=Path.cwd(),
            revisions=tuple(given.revisions),
            trees=(Path(given.trees[0]), Path(given.trees[1])) if given.trees else None,
            python=given.python,
            budget_s=given.budget,
            experiments=given.experiments,
            seed=given.seed,
            expect_same=given.expect_same,
            allow_isolation=_rung(given.allow_isolation),
            verbose=given.verbose,
            cache=not given.no_cache,
        )
    except ValueError as error:
        raise UsageError(f"{str(error)[:1].upper()}{str(error)[1:]}.", next_step="See `assay check --help`.") from error


def _replay(argv: list[str], walks: Walks | None, store: ReportsStore) -> int:
    """Run one experiment again: 0 when the difference is there, 1 when it is gone."""
    from pathlib import Path

    from assay.instruments.reports_store import read_report
    from assay.reports.reading import find_finding, from_document, loads
    from assay.reports.terminal import render_replay
    from assay.values.options import ReplayOptions

    parser = _parser(
        "replay", "Run the experiment behind a finding again: exit 0 when the difference is there, else 1."
    )
    parser.add_argument("id", metavar="ID", help="from the line `again` of a report; the first digits are enough")
    parser.add_argument("--report", metavar="FILE", help="a JSON report; default: the last one made on this machine")
    parser.add_argument("--head", metavar="REV", help="a revision to put in head's place: a fix, a step of a bisection")
    parser.add_argument("--python", metavar="PYTHON", help="the interpreter that runs the project's tests")
    parser.add_argument("--allow-isolation", metavar="L0|L1|L2|L3", help="the lowest isolation accepted for this run")
    parser.add_argument("--verbose", action="store_true", help="show where Assay itself failed, if it does")
    given = parser.parse_args(argv)
    document = store.find(given.id) if given.report is None else loads(read_report(Path(given.report)))
    if document is None:
        raise UsageError(
            f"No report on this machine has a finding {given.id}.",
            why="The last reports are kept in the cache folder.",
            next_step="Name the JSON report with --report FILE, or run `assay check` again.",
        )
    record = from_document(document)
    finding = find_finding(record, given.id)
    answer = (walks or _real_walks()).replay(
        ReplayOptions(
            directory=Path.cwd(),
            record=record,
            finding=finding,
            head=given.head,
            python=given.python,
            allow_isolation=_rung(given.allow_isolation),
            verbose=given.verbose,
        )
    )
    _put(sys.stdout, render_replay(finding, answer, colour=_colour(sys.stdout), width=_width()))
    return 0 if answer.differs else 1


def _about_installed(name: str, argv: list[str]) -> int:
    """Ask what is installed, and show the answer."""
    from assay import cli_reality

    text, status = getattr(cli_reality, name)(argv)
    _put(sys.stdout, text)
    return int(status)


def _investigators(argv: list[str]) -> int:
    """Print the question of each investigator."""
    _parser("investigators", "The questions that Assay asks about a change.").parse_args(argv)
    questions = {name: text.partition("\n")[0] for name, text in _investigator_texts().items()}
    longest = max(map(len, questions), default=0)
    for name, question in questions.items():
        _put(sys.stdout, f"{name:{longest}}  {question}\n")
    return 0


def _investigator_texts() -> dict[str, str]:
    """Each investigator's docstring, by name; read from the source, so that nothing is loaded for it."""
    import ast
    import pkgutil
    from pathlib import Path

    from assay import investigators

    texts = {}
    for folder in map(Path, investigators.__path__):
        for module in pkgutil.iter_modules([str(folder)]):
            path = folder / module.name / "__init__.py" if module.ispkg else folder / f"{module.name}.py"
            text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
            if text and not module.name.startswith("_"):
                texts[module.name] = text
    return texts


def _unknown(name: str) -> int:
    import difflib

    near = difflib.get_close_matches(name, ("check", "replay", "reality", "investigators"), n=1, cutoff=0.4)
    raise UsageError(
        f"There is no command {name!r}.",
        why=f"The nearest one is `assay {near[0]}`." if near else "",
        next_step="See `assay --help`.",
    )


def _guarded(command: Callable[[], int], arguments: Sequence[str], store: ReportsStore | None) -> int:
    """Run a command; whatever goes wrong ends in a sentence and an exit status, never in a bare traceback."""
    import signal

    verbose = "--verbose" in arguments
    before = signal.getsignal(signal.SIGTERM)
    try:
        signal.signal(signal.SIGTERM, _terminate)
        return command()
    except SystemExit as stop:  # from argparse, which has already said why
        return stop.code if isinstance(stop.code, int) else EXIT_USAGE
    except AssayError as error:
        _tell(error, verbose=verbose)
        return _status_of(error)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except _Terminated:
        return EXIT_TERMINATED
    except Exception as error:  # noqa: BLE001 (the outermost boundary: the traceback is kept and its place is named)
        _confess(error, verbose=verbose, store=store)
        return EXIT_FAILED
    finally:
        signal.signal(signal.SIGTERM, before)


def _terminate(_signal: int, _frame: object) -> None:
    raise _Terminated


def _status_of(error: AssayError) -> int:
    match error:
        case UsageError() | NoTarget():
            return EXIT_USAGE
        case UnsafeHost():
            return EXIT_UNKNOWN
        case _:
            return EXIT_FAILED


def _tell(error: AssayError, *, verbose: bool) -> None:
    """Say what happened, why, and what to do next."""
    from assay.reports.sentences import plain

    told = [f"assay: {plain(error.what)}"]
    for label, text in (("why ", error.why), ("next", error.next_step)):
        lines = [plain(line) for line in text.splitlines() if line.strip()]
        told.extend(f"  {label if number == 0 else '    '}  {line}" for number, line in enumerate(lines))
    if verbose:
        import traceback

        told.extend(line.rstrip() for line in traceback.format_exception(error))
    _put(sys.stderr, "\n".join(told) + "\n")


def _confess(error: Exception, *, verbose: bool, store: ReportsStore | None) -> None:
    """Say that Assay itself is wrong, and where its traceback is."""
    import traceback

    trace = "".join(traceback.format_exception(error))
    kept = _store(store).save_crash(trace)
    where = f"The traceback is in {kept}." if kept else "Run it again with --verbose to see where."
    _put(
        sys.stderr,
        f"assay: Assay itself failed: {type(error).__name__}. This is a mistake in Assay.\n  next  {where}\n",
    )
    if verbose:
        _put(sys.stderr, trace)


def _store(store: ReportsStore | None) -> ReportsStore:
    if store is not None:
        return store
    from assay.instruments.memo import cache_folder
    from assay.instruments.reports_store import ReportsStore

    return ReportsStore(cache_folder())


def _real_walks() -> Walks:
    from assay import wiring

    return wiring


def _parser(name: str, description: str) -> argparse.ArgumentParser:
    import argparse

    return argparse.ArgumentParser(prog=f"assay {name}", description=description, allow_abbrev=False)


def _rung(text: str | None) -> int | None:
    from assay.judgement.policy import rung

    return None if text is None else rung(text)


def _colour(stream: TextIO) -> bool:
    import os

    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _width() -> int:
    import shutil

    return min(160, shutil.get_terminal_size(fallback=(120, 24)).columns)


def _note(text: str) -> None:
    _put(sys.stderr, f"assay: {text}\n")


def _put(stream: TextIO, text: str) -> None:
    """Write what the stream can show. A reader that has gone away (`| head`) is no failure."""
    encoding = stream.encoding or "utf-8"
    try:
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        stream.flush()
    except BrokenPipeError:
        import os

        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
