"""What was answered before is found again as long as all that it hangs on is the same."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from assay.instruments.answers import Answers, answers_in, merged
from assay.instruments.memo import DiskMemo
from assay.values.lab import Completed, Frame, Run, RunResult

DONE: Frame = {"t": "done"}


def asking(*texts: str, **more: object) -> Run:
    """A run that asks about files of these texts."""
    files = [{"path": f"{number}.py", "text": text} for number, text in enumerate(texts)]
    return Run(side="head", job={"mode": "reality", "files": files, **more}, time_limit_s=1.0)


def told(*frames: Frame, timed_out: bool = False) -> RunResult:
    """What a run said."""
    return RunResult(frames=frames, completed=Completed(status=0, timed_out=timed_out, output=""))


def answers_of(folder: Path, environment: str = "here", tree: str | None = "tree") -> Answers:
    """As a check has them that begins anew."""
    return Answers(DiskMemo(folder), environment, lambda: tree)


def about(number: int, **more: object) -> Frame:
    """The answer about a file."""
    return {"t": "file", "path": f"{number}.py", "claims": [], **more}


def test_only_the_file_that_changed_is_asked_about_again(tmp_path: Path) -> None:
    """The others are answered as they were, and a run of which nothing is left is not made."""
    answers = answers_of(tmp_path)
    run = asking("a", "b")
    answers.keep(run, told(about(0), about(1), DONE))
    known, left = answers.before(asking("a", "c"))
    assert [frame["path"] for frame in known] == ["0.py"]
    assert left is not None
    assert left.job["files"] == [{"path": "1.py", "text": "c"}]
    known, left = answers.before(run)
    assert left is None
    assert merged(known, None).frames == (about(0), about(1), DONE)


@pytest.mark.parametrize(
    ("run", "context"), [(asking("b"), "here"), (asking("a", first_party=["a"]), "here"), (asking("a"), "elsewhere")]
)
def test_another_text_another_project_or_another_environment_is_asked_anew(
    run: Run, context: str, tmp_path: Path
) -> None:
    """Each of them may change the answer."""
    answers_of(tmp_path).keep(asking("a"), told(about(0), DONE))
    assert answers_of(tmp_path, context).before(run) == ((), run if "question" in run.job else _with_none(run))


@pytest.mark.parametrize(("asks_project", "again"), [(False, 0), (True, 1)])
def test_an_answer_for_which_nothing_was_looked_for_in_the_project_holds_whatever_stands_there(
    asks_project: bool,
    again: int,
    tmp_path: Path,
) -> None:
    """One file that is edited leaves what is known of the others; a tree that cannot be told is no hindrance."""
    before = answers_of(tmp_path, tree="as it was")
    before.keep(asking("a"), told(about(0, asks_project=asks_project), DONE))
    assert [len(_left(before)), len(_left(answers_of(tmp_path, tree="edited")))] == [0, again]
    assert len(_left(answers_of(tmp_path, tree=None))) == again
    unknown = answers_of(tmp_path / "other", tree=None)
    unknown.keep(asking("a"), told(about(0, asks_project=asks_project), DONE))
    assert len(_left(unknown)) == again


def _left(answers: Answers) -> Sequence[object]:
    run = answers.before(asking("a"))[1]
    files = () if run is None else run.job["files"]
    assert isinstance(files, (list, tuple))
    return files


def _with_none(run: Run) -> Run:
    return Run(side=run.side, job={**run.job, "question": None}, time_limit_s=run.time_limit_s)


@pytest.mark.parametrize(
    "result",
    [
        told(about(0)),
        told(about(0), DONE, timed_out=True),
        told(about(0, error="internal"), DONE),
    ],
)
def test_what_came_to_harm_is_not_kept(result: RunResult, tmp_path: Path) -> None:
    """A run that did not end, one that ran out of time, a file that could not be read."""
    answers = answers_of(tmp_path)
    answers.keep(asking("a"), result)
    assert answers.before(asking("a"))[0] == ()


def test_a_name_is_looked_up_once(tmp_path: Path) -> None:
    """`assay api` and the other doors share what is known."""
    answers = answers_of(tmp_path)
    run = asking(question="json.loads")
    answers.keep(run, told({"t": "lookup", "found": "json.loads"}, DONE))
    known, left = answers.before(run)
    assert known == ({"t": "lookup", "found": "json.loads"}, DONE)
    assert left is None


def test_an_environment_that_is_edited_in_place_is_not_told(tmp_path: Path) -> None:
    """Nothing says when such a package changes."""
    assert answers_in(DiskMemo(tmp_path), "python", tmp_path, ()) is None


def test_a_file_that_comes_into_the_tree_changes_what_answers_hang_on(tmp_path: Path) -> None:
    """The project may define the name that was denied."""
    home = tmp_path / "home"
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "python").write_text("")
    (home / "pyvenv.cfg").write_text("include-system-site-packages = false\n")
    (home / "lib" / "python3.12" / "site-packages" / "a-1.dist-info").mkdir(parents=True)
    tree = tmp_path / "tree"
    tree.mkdir()
    trees = []
    for text in ("", "b = 1\n", "b = 1\n"):
        (tree / "a.py").write_text(text)
        found = answers_in(DiskMemo(tmp_path), str(home / "bin" / "python"), tree, ())
        assert found is not None
        trees.append(found.tree())
    assert trees[0] != trees[1] == trees[2]
