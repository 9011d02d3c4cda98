from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.values_for_tests import difference, failing_test, finding, gap, returned, verdict

from assay.cli import main
from assay.errors import GitFailed, UnsafeHost, UsageError
from assay.instruments.reports_store import ReportsStore
from assay.values.finding import Reproducer, Verdict
from assay.values.options import CheckOptions, ReplayAnswer, ReplayOptions
from assay.values.record import CallReplay

Texts = Mapping[str, Mapping[str, str | None]]
THERE = ReplayAnswer(differs=True, base=returned("1"), head=returned("2"))
GONE = ReplayAnswer(differs=False, base=returned("1"), head=returned("1"))


@dataclass
class Walks:
    """Gives the verdict it was told to give, and remembers what it was asked."""

    judged: Verdict = field(default_factory=lambda: verdict(finding(difference())))
    sources: Texts = field(default_factory=dict)
    answer: ReplayAnswer = THERE
    made: Reproducer | str = "it cannot be imported by name"
    checked: list[CheckOptions] = field(default_factory=list)
    replayed: list[ReplayOptions] = field(default_factory=list)

    def check(self, options: CheckOptions) -> tuple[Verdict, Texts]:
        """The verdict, whatever the change."""
        self.checked.append(options)
        return self.judged, self.sources

    def replay(self, options: ReplayOptions) -> ReplayAnswer:
        """The answer, whatever the finding."""
        self.replayed.append(options)
        return self.answer

    def as_test(self, options: ReplayOptions) -> Reproducer | str:
        """A test that is written when it is asked for."""
        self.replayed.append(options)
        return self.made


@dataclass
class Failing:
    """Walks that fail as they are told."""

    fail: Callable[[], object]

    def check(self, options: CheckOptions) -> tuple[Verdict, Texts]:
        """Fail."""
        self.fail()
        raise AssertionError

    def replay(self, options: ReplayOptions) -> ReplayAnswer:
        """Fail."""
        self.fail()
        raise AssertionError

    def as_test(self, options: ReplayOptions) -> Reproducer | str:
        """Fail."""
        self.fail()
        raise AssertionError


def raising(error: BaseException) -> Failing:
    """Walks that raise this."""

    def fail() -> None:
        raise error

    return Failing(fail)


@pytest.fixture
def store(tmp_path: Path) -> ReportsStore:
    """A cache folder of the test's own."""
    return ReportsStore(tmp_path / "cache")


def test_help_goes_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever asked for it may page it."""
    assert main(["--help"]) == 0
    assert capsys.readouterr().out.startswith("assay says what a change does")


def test_the_version_is_that_of_the_distribution(capsys: pytest.CaptureFixture[str]) -> None:
    """`pyproject.toml` and the program agree."""
    project = (Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    assert main(["--version"]) == 0
    version = capsys.readouterr().out.split()[1]
    assert f'version = "{version}"' in project


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["chek"],
        ["check", "--bogus"],
        ["check", "--format", "pdf"],
        ["check", "a", "b", "c"],
        ["check", "a..b", "--trees", "x", "y"],
        ["check", "--budget", "0"],
        ["check", "--budget", "-3"],
        ["check", "--budget", "nan"],
        ["check", "--experiments", "0"],
        ["check", "--allow-isolation", "L9"],
        ["check", "--output", "/nowhere/at/all/report.json"],
        ["replay"],
        ["replay", "zz"],
        ["replay", "deadbeef"],
        ["replay", "deadbeef", "--report", "/nowhere/report.json"],
        ["investigators", "extra"],
    ],
    ids=" ".join,
)
def test_a_command_that_makes_no_sense_is_exit_2_and_runs_nothing(
    argv: list[str], store: ReportsStore, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a message on standard error, and nothing on standard output."""
    walks = Walks()
    assert main(argv, walks=walks, store=store) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err
    assert "Traceback" not in told.err
    assert (walks.checked, walks.replayed) == ([], [])


def test_a_misspelt_command_names_the_nearest_one(capsys: pytest.CaptureFixture[str]) -> None:
    """And where to read on."""
    assert main(["chek"]) == 2
    assert capsys.readouterr().err == (
        "assay: There is no command 'chek'.\n  why   The nearest one is `assay check`.\n  next  See `assay --help`.\n"
    )


def test_every_option_of_check_arrives(store: ReportsStore, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing that was asked for is lost on the way."""
    walks = Walks()
    argv = "check main..HEAD --python py --budget 5 --experiments 9 --seed 7 --expect-same --allow-isolation L1 --verbose --no-cache"
    main(argv.split(), walks=walks, store=store)
    assert walks.checked == [
        CheckOptions(
            directory=Path.cwd(),
            revisions=("main..HEAD",),
            python="py",
            budget_s=5.0,
            experiments=9,
            seed=7,
            expect_same=True,
            allow_isolation=1,
            verbose=True,
            cache=False,
        )
    ]
    main(["check", "--trees", "old", "new"], walks=walks, store=store)
    assert walks.checked[1] == CheckOptions(directory=Path.cwd(), trees=(Path("old"), Path("new")))
    capsys.readouterr()


@pytest.mark.parametrize(
    ("judged", "status"),
    [
        (verdict(), 0),
        (verdict(finding(difference(plausible=False))), 0),
        (verdict(finding(difference())), 1),
        (verdict(finding(failing_test())), 1),
        (verdict(gaps=(gap("internal"),)), 3),
        (verdict(established=frozenset()), 4),
    ],
)
def test_the_exit_status_is_the_verdicts(
    judged: Verdict, status: int, store: ReportsStore, capsys: pytest.CaptureFixture[str]
) -> None:
    """And the last line says it."""
    assert main(["check"], walks=Walks(judged), store=store) == status
    assert capsys.readouterr().out.endswith(f"exit status {status}\n")


def test_a_report_for_machines_is_all_that_standard_output_holds(
    store: ReportsStore, capsys: pytest.CaptureFixture[str]
) -> None:
    """It can be piped into a program."""
    assert main(["check", "--format", "json"], walks=Walks(), store=store) == 1
    assert json.loads(capsys.readouterr().out)["verdict"] == "hold"
    assert main(["check", "--format", "sarif"], walks=Walks(), store=store) == 1
    assert json.loads(capsys.readouterr().out)["version"] == "2.1.0"


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("r.json", "{"),
        ("r.sarif", '{\n "$schema"'),
        ("r.md", "## Assay: hold"),
        ("r.html", "<!doctype html>"),
        ("r.txt", "1 unit changed"),
    ],
)
def test_a_file_gets_the_format_of_its_name(
    name: str, begins: str, tmp_path: Path, store: ReportsStore, capsys: pytest.CaptureFixture[str]
) -> None:
    """Standard output stays empty, and the folder holds the file and nothing else."""
    folder = tmp_path / "out"
    folder.mkdir()
    assert main(["check", "--output", str(folder / name)], walks=Walks(), store=store) == 1
    assert (folder / name).read_text(encoding="utf-8").startswith(begins)
    assert [path.name for path in folder.iterdir()] == [name]
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == f"assay: verdict hold (1 hold), written to {folder / name}\n"


def test_a_format_that_is_named_wins_over_the_name_of_the_file(tmp_path: Path, store: ReportsStore) -> None:
    """Pipelines have names of their own."""
    main(["check", "--format", "json", "--output", str(tmp_path / "report.txt")], walks=Walks(), store=store)
    assert json.loads((tmp_path / "report.txt").read_text(encoding="utf-8"))["verdict"] == "hold"


def test_the_last_reports_can_be_replayed_without_a_file(
    store: ReportsStore, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the first digits of the identifier, with the sources that no repository holds."""
    walks = Walks(sources={"a.py": {"base": "1", "head": None}})
    main(["check"], walks=walks, store=store)
    main(["check"], walks=Walks(verdict()), store=store)
    capsys.readouterr()
    where = ["--project", "billing", "--config", "own.toml"]
    assert main(["replay", "3f2a9c", "--head", "fix", "--python", "py", *where], walks=walks, store=store) == 0
    asked = walks.replayed[0]
    assert (asked.project, asked.config) == ("billing", Path("own.toml"))
    assert (asked.head, asked.python, asked.finding.id) == ("fix", "py", "3f2a9c00d1e2f3a4")
    assert isinstance(asked.finding.replay, CallReplay)
    assert asked.record.sources["a.py"].base == "1"
    assert capsys.readouterr().out.endswith("the difference is there\n")


def test_a_difference_that_is_gone_is_exit_1(
    tmp_path: Path, store: ReportsStore, capsys: pytest.CaptureFixture[str]
) -> None:
    """A fix can be checked, and a bisection driven by it."""
    report = tmp_path / "report.json"
    main(["check", "--output", str(report)], walks=Walks(), store=store)
    assert main(["replay", "3f2a9c00d1e2f3a4", "--report", str(report)], walks=Walks(answer=GONE), store=store) == 1
    assert capsys.readouterr().out.endswith("the difference is gone\n")


def test_a_report_that_was_altered_is_exit_2(
    tmp_path: Path, store: ReportsStore, capsys: pytest.CaptureFixture[str]
) -> None:
    """A forged identifier runs nothing."""
    report = tmp_path / "report.json"
    main(["check", "--output", str(report)], walks=Walks(), store=store)
    report.write_text(
        report.read_text(encoding="utf-8").replace("3f2a9c00d1e2f3a4", "deadbeefdeadbeef"), encoding="utf-8"
    )
    walks = Walks()
    assert main(["replay", "deadbeefdeadbeef", "--report", str(report)], walks=walks, store=store) == 2
    assert walks.replayed == []
    assert "not the one that deadbeefdeadbeef stands for" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UsageError("There is no revision nope.", why="git says so", next_step="Look at `git log`."), 2),
        (UnsafeHost("No Landlock here.", why="the kernel is old", next_step="--allow-isolation L1"), 4),
        (GitFailed("git failed.", why="fatal: bad object\nhint: fsck", next_step="Run git fsck."), 3),
    ],
    ids=["usage", "isolation", "git"],
)
@pytest.mark.parametrize("command", [["check"], ["check", "--format", "json"]], ids=" ".join)
def test_an_error_says_what_why_and_what_next(
    error: UsageError, status: int, command: list[str], store: ReportsStore, capsys: pytest.CaptureFixture[str]
) -> None:
    """On standard error, without a traceback."""
    assert main(command, walks=raising(error), store=store) == status
    told = capsys.readouterr()
    why = error.why.replace("\n", "\n        ")
    assert told.err == f"assay: {error.what}\n  why   {why}\n  next  {error.next_step}\n"
    assert told.out == ""


def test_a_mistake_in_assay_keeps_its_traceback_in_a_file(
    tmp_path: Path, store: ReportsStore, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message is short and names the file, which only its owner can read."""
    assert main(["check"], walks=raising(ZeroDivisionError("secret")), store=store) == 3
    told = capsys.readouterr().err
    kept = next((tmp_path / "cache" / "crashes").iterdir())
    assert str(kept) in told
    assert "Traceback" not in told
    assert "ZeroDivisionError: secret" in kept.read_text(encoding="utf-8")
    assert kept.stat().st_mode & 0o777 == 0o600
    assert main(["check", "--verbose"], walks=raising(ZeroDivisionError("secret")), store=store) == 3
    assert "ZeroDivisionError: secret" in capsys.readouterr().err


def test_an_interruption_is_quiet(store: ReportsStore, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 130, as shells expect."""
    assert main(["check"], walks=raising(KeyboardInterrupt()), store=store) == 130
    assert capsys.readouterr() == ("", "")


def test_a_request_to_end_lets_everything_clean_up(store: ReportsStore, capsys: pytest.CaptureFixture[str]) -> None:
    """SIGTERM unwinds as Ctrl-C does, exits 143, and leaves the handler as it was."""
    before = signal.getsignal(signal.SIGTERM)
    assert main(["check"], walks=Failing(lambda: os.kill(os.getpid(), signal.SIGTERM)), store=store) == 143
    assert capsys.readouterr() == ("", "")
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_home_that_is_read_only_costs_the_stored_report_and_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The verdict stands; a note says what will be missing."""
    (tmp_path / "file").write_text("")
    assert main(["check"], walks=Walks(), store=ReportsStore(tmp_path / "file")) == 1
    told = capsys.readouterr()
    assert "exit status 1" in told.out
    assert "could not be kept" in told.err


def test_messages_do_not_obey_what_the_target_says(store: ReportsStore, capsys: pytest.CaptureFixture[str]) -> None:
    """An error may quote a file name or the output of a test."""
    main(["check"], walks=raising(GitFailed("\x1b[2Jgone", why="a\x1b]0;b\x07\nc")), store=store)
    assert "\x1b" not in capsys.readouterr().err


def test_investigators_prints_questions(capsys: pytest.CaptureFixture[str]) -> None:
    """One line each; every question ends as one."""
    assert main(["investigators"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert all(line.endswith("?") for line in lines)


PIPED = """
import sys
from tests.test_cli import Walks
from tests.values_for_tests import change, changed, verdict
from assay.cli import main
from assay.instruments.reports_store import ReportsStore
from pathlib import Path
judged = verdict(change=change(changed(), remarks=(sys.argv[2],) * int(sys.argv[3])))
sys.exit(main(["check"], walks=Walks(judged), store=ReportsStore(Path(sys.argv[1]))))
"""


def test_a_reader_that_goes_away_is_no_failure(tmp_path: Path) -> None:
    """`assay check | head` ends with the verdict's status and says nothing."""
    root = Path(__file__).parents[1]
    with subprocess.Popen(
        [sys.executable, "-c", PIPED, str(tmp_path), "x" * 200, "5000"],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.read(10)
        process.stdout.close()
        told = process.stderr.read()
        assert (process.wait(timeout=60), told) == (0, b"")


def test_a_terminal_that_knows_only_ascii_gets_a_report(tmp_path: Path) -> None:
    """What it cannot show is escaped."""
    done = subprocess.run(
        [sys.executable, "-c", PIPED, str(tmp_path), "x\u00e9", "1"],
        cwd=Path(__file__).parents[1],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "x\\xe9" in done.stdout
