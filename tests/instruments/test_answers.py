"""What was answered before is found again as long as all that it hangs on is the same."""

from __future__ import annotations

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


def about(number: int, **more: object) -> Frame:
    """The answer about a file."""
    return {"t": "file", "path": f"{number}.py", "claims": [], **more}


def test_only_the_file_that_changed_is_asked_about_again(tmp_path: Path) -> None:
    """The others are answered as they were, and a run of which nothing is left is not made."""
    answers = Answers(DiskMemo(tmp_path), "here")
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
    Answers(DiskMemo(tmp_path), "here").keep(asking("a"), told(about(0), DONE))
    assert Answers(DiskMemo(tmp_path), context).before(run) == ((), run if "question" in run.job else _with_none(run))


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
    answers = Answers(DiskMemo(tmp_path), "here")
    answers.keep(asking("a"), result)
    assert answers.before(asking("a"))[0] == ()


def test_a_name_is_looked_up_once(tmp_path: Path) -> None:
    """`assay api` and the other doors share what is known."""
    answers = Answers(DiskMemo(tmp_path), "here")
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
    contexts = [answers_in(DiskMemo(tmp_path), str(home / "bin" / "python"), tree, ())]
    (tree / "a.py").write_text("b = 1\n")
    contexts.append(answers_in(DiskMemo(tmp_path), str(home / "bin" / "python"), tree, ()))
    first, second = (found.context for found in contexts if found is not None)
    assert first != second
