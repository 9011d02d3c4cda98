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
    from assay.values.finding import Reproducer, Verdict
    from assay.values.options import CheckOptions, ReplayAnswer, ReplayOptions
    from assay.values.record import Record, RecordedFinding

    class Walks(Protocol):
        """The ways through the house that the command line starts; `assay.wiring` is the real one."""

        def check(self, options: CheckOptions) -> tuple[Verdict, Mapping[str, Mapping[str, str | None]]]:
            """Judge a change; also the sources of it that no repository holds."""

        def replay(self, options: ReplayOptions) -> ReplayAnswer:
            """Run one experiment of a report again."""

        def as_test(self, options: ReplayOptions) -> Reproducer | str:
            """Write a test for a finding of a report, or say why there is none."""


EXIT_USAGE, EXIT_FAILED, EXIT_UNKNOWN, EXIT_INTERRUPTED, EXIT_TERMINATED = 2, 3, 4, 130, 143

HELP = """\
assay says what a change does, under which condition, and whether it may ship.

  assay check [RANGE]          examine a change and give a verdict
  assay check OLD NEW          compare two revisions as they are
  assay check --trees OLD NEW  compare two folders
  assay replay ID              run the experiment behind a finding again
  assay reality [RANGE|FILE...]  does what a change, or these files, call exist in the versions that are installed?
  assay api NAME[(ARGUMENTS)]  is this name there, and can it be called so?
  assay accept ID --reason TEXT  note why a finding is all right; later reports of this patch show it
  assay investigators          the questions that Assay asks

  assay COMMAND --help         the options of a command
  assay --version

RANGE is A..B or A...B (what B adds since it left A), one commit, or nothing: everything since the default branch,
uncommitted work included.

Exit status: 0 clear or notice, 1 findings hold or block the change, 2 wrong usage, 3 Assay failed,
4 too little could be established.
"""


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
        case [("reality" | "api") as name, *rest]:
            return _guarded(lambda: _about_installed(name, rest), arguments, store)
        case ["accept", *rest]:
            return _guarded(lambda: _accept(rest, _store(store)), arguments, store)
        case ["investigators", *rest]:
            return _guarded(lambda: _investigators(rest), arguments, store)
        case [name, *_]:
            return _guarded(lambda: _unknown(name), arguments, store)
        case _:
            raise AssertionError(arguments)


def _check(argv: list[str], walks: Walks | None, store: ReportsStore) -> int:
    """Examine, keep the report for `assay replay`, and deliver it."""
    from assay.parsers import check_parser

    given = check_parser().parse_args(argv)
    options = _check_options(given)
    from pathlib import Path

    from assay.instruments.remarks import Remarks
    from assay.instruments.reports_store import check_folder, check_place, write_atomically, write_reproducers
    from assay.reports.document import to_document
    from assay.reports.formats import Display, format_named, formatted
    from assay.reports.sentences import tally, verdict_words

    output = None if given.output in (None, "-") else Path(given.output)
    if output is not None:
        check_place(output)
    folder = None if given.reproducers is None else Path(given.reproducers)
    if folder is not None:
        check_folder(folder)
    verdict, sources = (walks or _real_walks()).check(options)
    verdict = Remarks(store.folder).shown_in(verdict)
    if folder is not None:
        verdict = write_reproducers(folder, verdict)
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


def _check_options(given: argparse.Namespace) -> CheckOptions:
    """What was asked for.

    Raises:
        UsageError: the options contradict one another.
    """
    from pathlib import Path

    from assay.parsers import rung_of
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
            build_env=given.build_env,
            allow_isolation=rung_of(given.allow_isolation),
            wants_tests=given.reproducers is not None,
            verbose=given.verbose,
            cache=not given.no_cache,
            projects=tuple(given.project),
            config=Path(given.config) if given.config else None,
        )
    except ValueError as error:
        raise UsageError(f"{str(error)[:1].upper()}{str(error)[1:]}.", next_step="See `assay check --help`.") from error


def _replay(argv: list[str], walks: Walks | None, store: ReportsStore) -> int:
    """Run one experiment again: 0 when the difference is there, 1 when it is gone."""
    from pathlib import Path

    from assay.parsers import replay_parser, rung_of
    from assay.reports.terminal import render_replay
    from assay.values.options import ReplayOptions

    given = replay_parser().parse_args(argv)
    record, finding = _recorded(given, store)
    options = ReplayOptions(
        directory=Path.cwd(),
        record=record,
        finding=finding,
        head=given.head,
        python=given.python,
        allow_isolation=rung_of(given.allow_isolation),
        verbose=given.verbose,
        project=given.project,
        config=Path(given.config) if given.config else None,
    )
    if given.as_test:
        return _print_test(options, walks or _real_walks())
    answer = (walks or _real_walks()).replay(options)
    _put(sys.stdout, render_replay(finding, answer, colour=_colour(sys.stdout), width=_width()))
    return 0 if answer.differs else 1


def _recorded(given: argparse.Namespace, store: ReportsStore) -> tuple[Record, RecordedFinding]:
    """The report that has the finding, and the finding.

    Raises:
        UsageError: there is no such report or finding, or it cannot be trusted.
    """
    from pathlib import Path

    from assay.instruments.reports_store import read_report
    from assay.reports.reading import find_finding, from_document, loads

    document = store.find(given.id) if given.report is None else loads(read_report(Path(given.report)))
    if document is None:
        raise UsageError(
            f"No report on this machine has a finding {given.id}.",
            why="The last reports are kept in the cache folder.",
            next_step="Name the JSON report with --report FILE, or run `assay check` again.",
        )
    record = from_document(document)
    return record, find_finding(record, given.id)


def _accept(argv: list[str], store: ReportsStore) -> int:
    """Keep a remark on a finding of this patch."""
    from assay.instruments.remarks import Remarks
    from assay.parsers import accept_parser

    given = accept_parser().parse_args(argv)
    record, finding = _recorded(given, store)
    Remarks(store.folder).add(record, finding, given.reason)
    _note(f"noted for this patch: {finding.claim}. Levels and exit status stay as they are.")
    return 0


def _print_test(options: ReplayOptions, walks: Walks) -> int:
    """Print the finding's test: 0 where there is one, 1 where none can be written, which is said."""
    kept = options.finding.reproducer if options.head is None else None
    text = kept if kept is not None else walks.as_test(options)
    if isinstance(text, str) and kept is None:
        _note(f"no test: {text}.")
        return 1
    _put(sys.stdout, text if isinstance(text, str) else text.text)
    return 0


def _about_installed(name: str, argv: list[str]) -> int:
    """Ask what is installed, and show the answer."""
    from assay import cli_reality

    text, status = getattr(cli_reality, name)(argv)
    _put(sys.stdout, text)
    return int(status)


def _investigators(argv: list[str]) -> int:
    """Print the question of each investigator."""
    from assay.parsers import command

    command("investigators", "The questions that Assay asks about a change.").parse_args(argv)
    questions = {name: text.partition("\n")[0] for name, text in _investigator_texts().items()}
    longest = max(map(len, questions), default=0)
    for name, question in questions.items():
        _put(sys.stdout, f"{name:{longest}}  {question}\n")
    return 0


def _investigator_texts() -> dict[str, str]:
    """Each investigator's docstring, by name."""
    from assay import investigators
    from assay.instruments.questions import texts_in

    return texts_in(investigators.__path__)


def _unknown(name: str) -> int:
    import difflib

    near = difflib.get_close_matches(
        name, ("check", "replay", "accept", "reality", "api", "investigators"), n=1, cutoff=0.4
    )
    raise UsageError(
        f"There is no command {name!r}.",
        why=f"The nearest one is `assay {near[0]}`." if near else "",
        next_step="See `assay --help`.",
    )


def _guarded(command: Callable[[], int], arguments: Sequence[str], store: ReportsStore | None) -> int:
    """Run a command; one that was told to stop says so by its status, whatever stumbled over that on the way out."""
    import signal

    stops: list[int] = []

    def stop(number: int, _frame: object) -> None:
        stops.append(EXIT_INTERRUPTED if number == signal.SIGINT else EXIT_TERMINATED)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        status = _outcome(command, arguments, store, stops)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return stops[0] if stops else status


def _outcome(
    command: Callable[[], int], arguments: Sequence[str], store: ReportsStore | None, stops: Sequence[int]
) -> int:
    """What goes wrong ends in a sentence and an exit status, never in a bare traceback."""
    verbose = "--verbose" in arguments
    try:
        return command()
    except SystemExit as stop:  # from argparse, which has already said why
        return stop.code if isinstance(stop.code, int) else EXIT_USAGE
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except AssayError as error:
        if not stops:
            _tell(error, verbose=verbose)
        return _status_of(error)
    except Exception as error:  # noqa: BLE001 (the outermost boundary: the traceback is kept and its place is named)
        if not stops:
            _confess(error, verbose=verbose, store=store)
        return EXIT_FAILED


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
    from assay import wiring_replay

    return wiring_replay


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
