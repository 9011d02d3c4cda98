"""Repositories in states that people get them into: each is read, or refused with a sentence that helps."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.instruments.repositories import Repository, told

from assay.change.read import read_change
from assay.errors import AssayError
from assay.instruments.git import open_range
from assay.instruments.trees import Opened, open_trees
from assay.values.change import Change

BEFORE, AFTER = "def f(x):\n    return x\n", "def f(x):\n    return x + 1\n"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "repository")
    made.commit(m=BEFORE)
    made.commit(m=AFTER)
    return made


def change_of(opened: Opened) -> Change:
    return read_change(opened.base, opened.head, opened.files, opened.source)


def units_in(folder: Path, *words: str) -> list[str]:
    """Changed units as seen from a folder."""
    with open_range(folder, list(words) or ["HEAD"]) as opened:
        return [unit.unit.name for unit in change_of(opened).units]


def unread_after(repository: Repository, path: str, content: bytes) -> list[str]:
    """Slugs of what nobody reads once a file holds this."""
    (repository.folder / path).write_bytes(content)
    repository.commit()
    with open_range(repository.folder, ["HEAD"]) as opened:
        return [unread.slug for unread in change_of(opened).unread]


@pytest.mark.parametrize(
    "content",
    [
        b"\x00\xff\xfe" * 100,
        b"def f(:\n",
        b"# coding: nothing\nx = 1\n",
        b"x = '\xff'\n",
        b"(" * 5000,
        b"f(" * 90 + b")" * 90,
    ],
    ids=["binary", "unparsable", "unknown encoding", "no UTF-8", "deep", "nested"],
)
def test_code_that_nobody_can_read_is_a_gap(repository: Repository, content: bytes) -> None:
    slugs = unread_after(repository, "m.py", content)
    assert slugs
    assert set(slugs) <= {"syntax-error", "unparsable", "data", "encoding", "module-level"}


def test_a_huge_file_is_read_in_time(repository: Repository) -> None:
    """Two megabytes of a table, as generators write it."""
    table = "TABLE = [\n" + "    (1, 2, 'three'),\n" * 100_000 + "]\n"
    (repository.folder / "m.py").write_text(AFTER + table)
    repository.commit()
    (repository.folder / "m.py").write_text(BEFORE + table)
    repository.commit()
    assert units_in(repository.folder) == ["m.f"]


@pytest.mark.parametrize(
    "name", ["a b.py", "-x.py", "ä\u0301.py", "a\nb.py", 'a"b.py', "a\\b.py", "\udcff.py", "#.py", "a;b.py"]
)
def test_odd_names_are_names(repository: Repository, tmp_path: Path, name: str) -> None:
    """Whatever the file system allows."""
    for text in (BEFORE, AFTER):
        (repository.folder / name).write_text(text)
        repository.commit()
    with open_range(repository.folder, ["HEAD"]) as opened:
        assert list(told(opened)) == [name]
        assert len(change_of(opened).units) == 1
        opened.materialise("base", tmp_path / "base")
        opened.materialise("head", tmp_path / "head", beside=tmp_path / "base")
        assert (tmp_path / "base" / name).read_text() == BEFORE
        assert (tmp_path / "head" / name).read_text() == AFTER


def test_line_ends_are_no_change_of_a_unit(repository: Repository) -> None:
    """A commit that does nothing but turn them."""
    (repository.folder / "m.py").write_bytes(AFTER.replace("\n", "\r\n").encode())
    repository.commit()
    assert units_in(repository.folder) == []


def test_a_detached_head_a_worktree_and_a_sparse_checkout_are_repositories(
    repository: Repository, tmp_path: Path
) -> None:
    """In a worktree `.git` is a file; a sparse checkout has a part of the files on disk."""
    repository.write(deep_n=BEFORE)
    repository.commit()
    repository.git("checkout", "-q", "--detach", "HEAD~1")
    assert units_in(repository.folder) == ["m.f"]
    repository.git("worktree", "add", "-q", str(tmp_path / "tree"), "main")
    assert (tmp_path / "tree" / ".git").is_file()
    assert units_in(tmp_path / "tree", "HEAD~2..HEAD") == ["deep.n.f", "m.f"]
    repository.git("-C", str(tmp_path / "tree"), "sparse-checkout", "set", "--no-cone", "m.py")
    (tmp_path / "tree" / "m.py").write_text(BEFORE)
    assert not (tmp_path / "tree" / "deep").exists()
    with open_range(tmp_path / "tree", []) as opened:
        assert list(told(opened)) == ["m.py"]
        opened.materialise("head", tmp_path / "head")
    assert (tmp_path / "head" / "deep" / "n.py").read_text() == BEFORE


def test_a_git_file_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: /nonexistent/there\n")
    with pytest.raises(AssayError) as raised:
        open_range(tmp_path, ["HEAD"])
    assert raised.value.next_step


def test_what_a_partial_clone_lacks_is_left_out(repository: Repository, tmp_path: Path) -> None:
    """Only what is read must be there."""
    (repository.folder / "big.bin").write_bytes(b"\x00" * 100_000)
    repository.commit()
    repository.commit(m=BEFORE)
    repository.git("config", "uploadpack.allowFilter", "true")
    partial = tmp_path / "partial"
    repository.git(
        "clone", "-q", "--filter=blob:limit=10k", "--no-checkout", f"file://{repository.folder}", str(partial)
    )
    with open_range(partial, ["origin/main"]) as opened:
        assert [unit.unit.name for unit in change_of(opened).units] == ["m.f"]
        assert opened.materialise("base", tmp_path / "base") == ("big.bin",)
        assert opened.materialise("head", tmp_path / "head", beside=tmp_path / "base") == ("big.bin",)
    assert (tmp_path / "head" / "m.py").read_text() == BEFORE


def test_the_two_sides_share_no_file_that_differs(tmp_path: Path) -> None:
    """Equal files are one file on disk; a write to one side's folder by Assay must replace, not change."""
    for side, text in (("old", BEFORE), ("new", AFTER)):
        (tmp_path / side).mkdir()
        (tmp_path / side / "m.py").write_text(text)
        (tmp_path / side / "same.py").write_text("x = 1\n")
    with open_trees(tmp_path / "old", tmp_path / "new") as opened:
        opened.materialise("base", tmp_path / "base")
        opened.materialise("head", tmp_path / "head", beside=tmp_path / "base")
    assert (tmp_path / "base" / "same.py").samefile(tmp_path / "head" / "same.py")
    assert not (tmp_path / "base" / "m.py").samefile(tmp_path / "head" / "m.py")
    assert not (tmp_path / "old" / "same.py").samefile(tmp_path / "base" / "same.py")
