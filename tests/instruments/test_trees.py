"""Trees as folders: what is written, carried, left out and read."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.instruments.repositories import Repository

from assay.errors import UsageError
from assay.instruments.git import open_range
from assay.instruments.trees import MTIME, open_trees


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


def test_a_side_is_written_with_modes_links_and_one_time_for_all(repository: Repository, tmp_path: Path) -> None:
    """Links that leave the tree, alone or through another link, are left out."""
    folder = repository.folder
    repository.write(p_run="1\n", p_plain="1\n")
    (folder / "p" / "run.py").chmod(0o755)
    links = {
        "p/link.py": "plain.py",
        "out": "../../etc",
        "root": "/etc",
        "p/up": "..",
        "sly": "p/up/../x",
        "dead": "none",
    }
    for name, target in links.items():
        (folder / name).symlink_to(target)
    repository.commit()
    repository.write(p_plain="2\n")
    into = tmp_path / "into"
    with open_range(folder, ["HEAD"]) as opened:
        left_out = opened.materialise("head", into)
    assert sorted(left_out) == ["out", "root", "sly"]
    assert str((into / "p/link.py").readlink()) == "plain.py"
    assert (into / "p/plain.py").read_text() == "1\n"
    assert [(into / name).stat().st_mode & 0o777 for name in ("p/run.py", "p/plain.py")] == [0o755, 0o644]
    assert {path.lstat().st_mtime for path in [into, *into.rglob("*")]} == {MTIME}


def test_a_submodule_is_left_out_and_its_change_is_unread(repository: Repository, tmp_path: Path) -> None:
    first = repository.commit(a="1\n")
    for commit in (first, repository.commit(a="2\n")):
        repository.git("update-index", "--add", "--cacheinfo", f"160000,{commit},sub")
        repository.git("commit", "-q", "-m", "a submodule")
    with open_range(repository.folder, ["HEAD"]) as opened:
        assert opened.files == ()
        assert [(u.path, u.slug) for u in opened.unread] == [("sub", "submodule")]
        assert opened.materialise("head", tmp_path / "into") == ("sub",)


def test_importable_files_that_git_ignores_are_carried_to_both_sides(repository: Repository, tmp_path: Path) -> None:
    """A generated version, a compiled module; but no caches, environments or build folders."""
    repository.commit(p_a="1\n")
    (repository.folder / "p" / "__init__.py").touch()
    (repository.folder / ".gitignore").write_text(
        "_version.py\n*.so\nbuild/\n.venv/\n*.egg-info/\ngen/\n__pycache__/\n"
    )
    repository.commit(p_a="2\n")
    ignored = [
        "p/_version.py",
        "p/fast.so",
        "build/x.py",
        ".venv/y.py",
        "p/gen/z.py",
        "p/__pycache__/a.py",
        "p.egg-info/PKG-INFO",
    ]
    for name in ignored:
        (repository.folder / name).parent.mkdir(exist_ok=True)
        (repository.folder / name).write_text("ignored\n")
    with open_range(repository.folder, ["HEAD"]) as opened:
        assert opened.carried == ("p.egg-info/PKG-INFO", "p/_version.py", "p/fast.so", "p/gen/z.py")
        opened.materialise("base", tmp_path / "base")
    assert (tmp_path / "base/p/_version.py").read_text() == "ignored\n"


def test_compiled_translations_are_carried_where_git_knows_their_source(repository: Repository, tmp_path: Path) -> None:
    """The folders of a locale hold no Python file; a test that asks for a language failed on base without them."""
    locale = repository.folder / "p" / "locale" / "de" / "LC_MESSAGES"
    locale.mkdir(parents=True)
    for name in ("p.po", "p.mo", "other.mo"):
        (locale / name).write_text(f"{name}\n")
    (repository.folder / ".gitignore").write_text("*.mo\n")
    repository.commit(p_a="1\n")
    with open_range(repository.folder, ["HEAD"]) as opened:
        assert opened.carried == ("p/locale/de/LC_MESSAGES/p.mo",)
        opened.materialise("base", tmp_path / "base")
    assert (tmp_path / "base/p/locale/de/LC_MESSAGES/p.mo").read_text() == "p.mo\n"


def test_two_folders_are_compared_without_git(tmp_path: Path) -> None:
    """Caches are no part of a tree; a renamed file is found by its lines."""
    text = "".join(f"line {n}\n" for n in range(20))
    for side, name, extra in (("old", "a.py", ""), ("new", "b.py", "more\n")):
        (tmp_path / side / "__pycache__").mkdir(parents=True)
        (tmp_path / side / "__pycache__" / "a.pyc").write_text(side)
        (tmp_path / side / name).write_text(text + extra)
        (tmp_path / side / "latin.py").write_bytes(b"# coding: latin-1\nx = '\xe9'\n")
    with open_trees(tmp_path / "old", tmp_path / "new") as opened:
        assert [(pair.base_path, pair.head_path) for pair in opened.files] == [("a.py", "b.py")]
        assert opened.source.paths("base") == ("a.py", "latin.py")
        assert opened.source.text("base", "latin.py") == "# coding: latin-1\nx = 'é'\n"
    with pytest.raises(UsageError, match="is no directory"):
        open_trees(tmp_path / "old", tmp_path / "none")


def test_text_is_none_for_what_is_no_text(tmp_path: Path) -> None:
    for name, content in {
        "a.bin": b"\0",
        "b.py": b"\xff\xfe",
        "c.py": b"# coding: no-such\n",
        "d.txt": b"\r\na\r\n",
    }.items():
        (tmp_path / name).write_bytes(content)
    with open_trees(tmp_path, tmp_path) as opened:
        texts = [opened.source.text("head", name) for name in ("a.bin", "b.py", "c.py", "d.txt", "none")]
    assert texts == [None, None, None, "\na\n", None]
