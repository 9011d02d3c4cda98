"""From words to the two sides of a change, without a trace in the repository."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.instruments.repositories import Repository, told

from assay.errors import AssayError, GitFailed, UsageError
from assay.instruments.git import open_range


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


@pytest.fixture
def forked(repository: Repository) -> Repository:
    """`main` went on by one commit after `work` left it with one of its own."""
    repository.commit(a="1\n", b="1\n")
    repository.git("switch", "-q", "-c", "work")
    repository.commit(a="2\n")
    repository.git("switch", "-q", "main")
    repository.commit(b="3\n")
    repository.git("switch", "-q", "work")
    return repository


def state_of(folder: Path) -> str:
    """A digest of everything below a folder, times of the index and of refs included."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        digest.update(f"{path}{status.st_mode}{status.st_mtime_ns}".encode() + content)
    return digest.hexdigest()


@pytest.mark.parametrize("word", ["main..work", "main...work", "main..HEAD", "main.."])
def test_a_range_means_what_the_branch_adds_since_it_left(forked: Repository, word: str) -> None:
    """And the first line says that main has moved on."""
    with open_range(forked.folder, [word]) as opened:
        assert told(opened) == {"a.py": ("1\n", "2\n")}
        assert opened.remarks == ("main has moved on by 1 commit since.",)


def test_two_revisions_are_compared_as_they_are(forked: Repository) -> None:
    with open_range(forked.folder, ["main", "work"]) as opened:
        assert told(opened) == {"a.py": ("1\n", "2\n"), "b.py": ("3\n", "1\n")}
        assert opened.remarks == ()
    with open_range(forked.folder, ["main", "main"]) as opened:
        assert told(opened) == {}


def test_one_commit_is_compared_with_its_first_parent_and_the_first_one_with_nothing(forked: Repository) -> None:
    with open_range(forked.folder, ["work"]) as opened:
        assert told(opened) == {"a.py": ("1\n", "2\n")}
    with open_range(forked.folder, ["main~1"]) as opened:
        assert told(opened) == {"a.py": (None, "1\n"), "b.py": (None, "1\n")}
        assert (opened.base.label, opened.base.commit) == ("empty tree", None)


def test_a_merge_is_compared_with_its_first_parent(forked: Repository) -> None:
    forked.git("merge", "-q", "--no-edit", "main")
    with open_range(forked.folder, ["HEAD"]) as opened:
        assert told(opened) == {"b.py": ("1\n", "3\n")}


def test_nothing_means_the_work_tree_since_it_left_the_default_branch(forked: Repository) -> None:
    """Committed, staged, unstaged, untracked and deleted; but not what git ignores."""
    forked.commit(gone="x\n", staged="x\n")
    forked.write(staged="y\n")
    forked.git("add", "-A")
    forked.write(untracked="new\n", ignored="no\n", a="4\n")
    (forked.folder / ".gitignore").write_text("ignored.py\n")
    (forked.folder / "gone.py").unlink()
    with open_range(forked.folder, []) as opened:
        assert told(opened) == {
            ".gitignore": (None, "ignored.py\n"),
            "a.py": ("1\n", "4\n"),
            "staged.py": (None, "y\n"),
            "untracked.py": (None, "new\n"),
        }
        assert (opened.head.label, opened.head.commit) == ("working tree", None)


def test_environments_and_caches_that_nobody_ignores_are_no_work(repository: Repository) -> None:
    """A virtual environment under any name."""
    repository.commit(a="1\n")
    repository.write(env_lib_x="1\n", node_y="1\n", b="1\n")
    (repository.folder / "env" / "pyvenv.cfg").touch()
    (repository.folder / "__pycache__").mkdir()
    (repository.folder / "__pycache__" / "a.pyc").touch()
    with open_range(repository.folder, []) as opened:
        assert list(told(opened)) == ["b.py", "node/y.py"]


def test_on_the_default_branch_nothing_means_uncommitted_work(repository: Repository) -> None:
    """From a folder below as well; a clean work tree is a commit like any other."""
    repository.commit(a="1\n", b_c="1\n")
    repository.write(a="2\n")
    with open_range(repository.folder / "b", []) as opened:
        assert told(opened) == {"a.py": ("1\n", "2\n")}
        assert opened.base.label == "HEAD"


def test_a_clean_work_tree_of_a_branch_is_its_commit(forked: Repository) -> None:
    with open_range(forked.folder, []) as opened:
        assert told(opened) == {"a.py": ("1\n", "2\n")}
        assert opened.head.commit == forked.git("rev-parse", "HEAD")


def test_other_line_ends_in_the_work_tree_are_no_change(repository: Repository) -> None:
    """They come from `core.autocrlf`, as a rule."""
    repository.commit(a="1\n2\n")
    repository.write(b="1\n")
    (repository.folder / "a.py").write_bytes(b"1\r\n2\r\n")
    with open_range(repository.folder, []) as opened:
        assert list(told(opened)) == ["b.py"]


def test_renamed_files_keep_both_paths_even_when_edited(repository: Repository) -> None:
    text = "".join(f"line {n}\n" for n in range(20))
    repository.commit(p_old=text, same=text + "more\n" * 3)
    repository.git("mv", "p/old.py", "q.py")
    repository.commit(q=text.replace("line 3\n", "line three\n"))
    with open_range(repository.folder, ["HEAD"]) as opened:
        assert [(pair.base_path, pair.head_path) for pair in opened.files] == [("p/old.py", "q.py")]


@pytest.mark.parametrize("words", [["main..work"], ["main", "work"], ["work"], []])
def test_the_repository_is_left_byte_for_byte_as_it_was(
    forked: Repository, tmp_path: Path, words: Sequence[str]
) -> None:
    """Index, refs, worktree list, configuration, work tree; times too, although the index is stale."""
    forked.write(untracked="1\n")
    (forked.folder / "a.py").touch()
    time.sleep(0.01)
    before = state_of(forked.folder)
    with open_range(forked.folder, words) as opened:
        opened.materialise("base", tmp_path / "base")
        opened.materialise("head", tmp_path / "head")
    assert state_of(forked.folder) == before


def test_nothing_that_the_repository_configures_is_run(forked: Repository, tmp_path: Path) -> None:
    """Monitors, hooks, filters, external diffs and text conversions of a hostile repository."""
    trap = tmp_path / "trap"
    spring = f"touch {trap}; cat"
    for key in (
        "core.fsmonitor",
        "filter.x.smudge",
        "filter.x.clean",
        "diff.external",
        "diff.x.textconv",
        "core.pager",
    ):
        forked.git("config", key, spring)
    (forked.folder / ".git" / "info" / "attributes").write_text("* filter=x diff=x\n")
    hook = forked.folder / ".git" / "hooks" / "post-index-change"
    hook.write_text(f"#!/bin/sh\n{spring}\n")
    hook.chmod(0o755)
    trap.unlink(missing_ok=True)
    forked.write(a="9\n")
    for words in (["main..work"], []):
        with open_range(forked.folder, words) as opened:
            opened.materialise("head", tmp_path / f"head{len(words)}")
    assert not trap.exists()
    forked.git("status")
    assert trap.exists(), "the traps are live: anyone else's git springs them"


def test_ranges_of_a_bare_repository_work(forked: Repository, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    forked.git("clone", "-q", "--bare", ".", str(bare))
    with open_range(bare, ["main..work"]) as opened:
        assert told(opened) == {"a.py": ("1\n", "2\n")}
    with pytest.raises(UsageError, match="bare repository has no working tree"):
        open_range(bare, [])


def test_large_untracked_files_are_not_carried(repository: Repository) -> None:
    repository.commit(a="1\n")
    repository.write(a="2\n")
    with (repository.folder / "huge.bin").open("wb") as file:
        file.truncate(33 << 20)
    with open_range(repository.folder, []) as opened:
        assert list(told(opened)) == ["a.py"]
        assert [u.path for u in opened.unread] == ["huge.bin"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nowhere"], "nowhere names no commit."),
        (["main..nowhere"], "nowhere names no commit."),
        (["work..work"], "work..work is empty."),
        (["work~1..main~1"], "work~1..main~1 is empty."),
        (["--all"], "--all is no revision."),
        (["a", "b", "c"], "3 revisions are too many."),
    ],
)
def test_words_that_make_no_sense_are_refused_with_a_next_step(forked: Repository, words: list[str], says: str) -> None:
    with pytest.raises(UsageError) as caught:
        open_range(forked.folder, words)
    assert caught.value.what == says
    assert caught.value.next_step


def refusal(folder: Path, words: Sequence[str]) -> AssayError:
    with pytest.raises(AssayError) as caught:
        open_range(folder, words)
    assert caught.value.next_step
    return caught.value


def test_no_repository_no_commits_and_a_clean_work_tree_are_told(tmp_path: Path) -> None:
    assert "is not inside a git repository" in refusal(tmp_path, ["HEAD"]).what
    assert "is no directory" in refusal(tmp_path / "none", ["HEAD"]).what
    empty = Repository(tmp_path / "empty")
    assert refusal(empty.folder, []).what == "This repository has no commits."
    assert refusal(empty.folder, ["HEAD"]).what == "This repository has no commits."
    empty.commit(a="1\n")
    assert refusal(empty.folder, []).what == "There is nothing to check."


def test_a_shallow_clone_says_how_to_deepen_it(forked: Repository, tmp_path: Path) -> None:
    shallow = tmp_path / "shallow"
    forked.git("clone", "-q", "--depth", "1", "--no-single-branch", f"file://{forked.folder}", str(shallow))
    for words in (["origin/main..HEAD"], ["HEAD"]):
        error = refusal(shallow, words)
        assert isinstance(error, GitFailed)
        assert "--unshallow" in error.next_step


def test_unrelated_histories_and_missing_objects_are_told(forked: Repository, tmp_path: Path) -> None:
    forked.git("switch", "-q", "--orphan", "other")
    forked.commit(z="1\n")
    assert refusal(forked.folder, ["main..other"]).what == "main and other have no common ancestor."
    partial = tmp_path / "partial"
    forked.git("config", "uploadpack.allowFilter", "true")
    forked.git("clone", "-q", "--filter=blob:none", "--no-checkout", f"file://{forked.folder}", str(partial))
    with open_range(partial, ["origin/main", "origin/work"]) as opened, pytest.raises(GitFailed, match="is missing"):
        opened.source.text("base", "a.py")


def test_without_git_the_way_out_is_named(forked: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The command line reads PATH when it starts, so the test sets it."""
    monkeypatch.setenv("PATH", str(tmp_path))
    error = refusal(forked.folder, ["main..work"])
    assert (error.what, "--trees" in error.next_step) == ("git was not found.", True)
