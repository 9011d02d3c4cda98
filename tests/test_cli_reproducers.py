"""Where the tests that Assay writes go, and what people note about findings, as the command line sees it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.test_cli import Walks
from tests.values_for_tests import change, changed, difference, finding, verdict

from assay.cli import main
from assay.instruments.reports_store import ReportsStore
from assay.values.finding import Reproducer, Verdict


@pytest.fixture
def store(tmp_path: Path) -> ReportsStore:
    """A cache of its own."""
    return ReportsStore(tmp_path / "cache")


WRITTEN = Reproducer(
    path="tests/test_total_3f2a9c.py",
    text="def test_total():\n    assert total() == 10\n",
    form="call",
    runs=3,
    failure="E   assert 9 == 10",
)


def test_reproducers_are_written_where_they_are_wanted(
    tmp_path: Path, store: ReportsStore, capsys: pytest.CaptureFixture[str]
) -> None:
    """One file for each finding that has one; the report says where it is."""
    judged = verdict(replace(finding(difference()), reproducer=WRITTEN))
    folder = tmp_path / "new" / "tests"
    assert main(["check", "--reproducers", str(folder)], walks=Walks(judged=judged), store=store) == 1
    assert (folder / "test_total_3f2a9c.py").read_text() == WRITTEN.text
    assert f"assay replay 3f2a9c00d1e2 · pytest {folder}/test_total_3f2a9c.py" in capsys.readouterr().out


def test_reproducers_need_a_folder(tmp_path: Path, store: ReportsStore) -> None:
    """Asked before the work, not after it."""
    (tmp_path / "file").write_text("")
    walks = Walks()
    assert main(["check", "--reproducers", str(tmp_path / "file" / "x")], walks=walks, store=store) == 2
    assert walks.checked == []


def test_a_test_is_printed_from_the_report(store: ReportsStore, capsys: pytest.CaptureFixture[str]) -> None:
    """It was made by the check; nothing runs again."""
    walks = Walks(judged=verdict(replace(finding(difference()), reproducer=WRITTEN)))
    main(["check"], walks=walks, store=store)
    capsys.readouterr()
    assert main(["replay", "3f2a", "--as-test"], walks=walks, store=store) == 0
    assert capsys.readouterr().out == WRITTEN.text
    assert walks.replayed == []


def test_a_test_that_the_check_did_not_write_is_written_when_asked_for(
    store: ReportsStore, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where none can be written, one sentence says why, and the exit status is 1."""
    main(["check"], walks=Walks(), store=store)
    capsys.readouterr()
    assert main(["replay", "3f2a", "--as-test"], walks=Walks(made=WRITTEN), store=store) == 0
    assert capsys.readouterr().out == WRITTEN.text
    assert main(["replay", "3f2a", "--as-test"], walks=Walks(), store=store) == 1
    assert capsys.readouterr().err == "assay: no test: it cannot be imported by name.\n"


PATCH = "ab" * 32


def judged(
    claim: str = "round_total() answers differently", *, patch: str = PATCH, name: str = "3f2a9c00d1e2"
) -> Verdict:
    """A verdict about one patch."""
    return verdict(finding(difference(), claim=claim, id=name), change=change(changed(), patch=patch))


def test_a_remark_is_shown_in_later_reports_of_the_patch_and_excuses_nothing(
    store: ReportsStore, capsys: pytest.CaptureFixture[str]
) -> None:
    """The level and the exit status stay as they are."""
    assert main(["check"], walks=Walks(judged=judged()), store=store) == 1
    assert main(["accept", "3f2a", "--reason", "the ledger rounds by itself"], store=store) == 0
    capsys.readouterr()
    assert main(["check"], walks=Walks(judged=judged()), store=store) == 1
    assert "        noted  the ledger rounds by itself (" in capsys.readouterr().out


def test_a_remark_follows_what_is_claimed_when_its_example_is_another(
    store: ReportsStore, capsys: pytest.CaptureFixture[str]
) -> None:
    """The identifier belongs to an experiment; another budget finds another one."""
    main(["check"], walks=Walks(judged=judged()), store=store)
    main(["accept", "3f2a", "--reason", "known"], store=store)
    capsys.readouterr()
    main(["check"], walks=Walks(judged=judged(name="99999c00d1e2")), store=store)
    assert "noted  known" in capsys.readouterr().out
    main(["check"], walks=Walks(judged=judged("round_total() hangs", name="99999c00d1e2")), store=store)
    assert "noted" not in capsys.readouterr().out


def test_a_remark_belongs_to_its_patch(store: ReportsStore, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that changes makes another patch, and somebody has to look again."""
    main(["check"], walks=Walks(judged=judged()), store=store)
    main(["accept", "3f2a", "--reason", "known"], store=store)
    capsys.readouterr()
    main(["check"], walks=Walks(judged=judged(patch="cd" * 32)), store=store)
    assert "noted" not in capsys.readouterr().out


@pytest.mark.parametrize("reason", ["", " ", "x" * 3000], ids=["none", "blank", "long"])
def test_a_remark_has_a_reason(store: ReportsStore, reason: str) -> None:
    """Whoever reads the next report wants to know why."""
    main(["check"], walks=Walks(judged=judged()), store=store)
    assert main(["accept", "3f2a", "--reason", reason], store=store) == 2


def test_what_was_never_found_cannot_be_accepted(store: ReportsStore) -> None:
    """Nor what a report without a patch says."""
    assert main(["accept", "3f2a", "--reason", "known"], store=store) == 2
    main(["check"], walks=Walks(judged=judged(patch="")), store=store)
    assert main(["accept", "3f2a", "--reason", "known"], store=store) == 2
