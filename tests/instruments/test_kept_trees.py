"""Folders of large projects that stay: what is written anew, what is believed, and who may use them."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from assay.instruments.kept_trees import MIN_FILES, MOST_KEPT, SideFolders, side_folders
from assay.instruments.trees import MTIME, open_trees
from assay.values.change import SIDES, Side

Files = Mapping[str, str | None]
FIRST: Files = {"p/__init__.py": "", "p/a.py": "A = 1\n", "p/b.py": "B = 1\n", "gone/c.py": "", "q": "file\n"}
SECOND: Files = {"p/__init__.py": "", "p/a.py": "A = 2\n", "p/b.py": "B = 1\n", "q/d.py": "D = 1\n"}
THIRD: Files = {"p/__init__.py": "", "p/a.py": "A = 3\n", "p/b.py": "B = 1\n", "q/d.py": "D = 1\n"}


class World:
    """Versions of a project, a cache and checks that write both sides of a change."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cache, self.scratch = folder / "cache", folder / "scratch"
        folder.mkdir(exist_ok=True)

    def version(self, files: Files) -> Path:
        place = self.folder / "versions" / str(abs(hash(tuple(files.items()))))
        for path, text in files.items():
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            (place / path).write_text(text or "", encoding="utf-8")
        (place / "p" / "run.py").touch(0o755)
        if not (place / "p" / "link.py").is_symlink():
            (place / "p" / "link.py").symlink_to("b.py")
        return place

    def written(self, base: Files, head: Files, *, extra: str = "", is_kept: bool = True) -> Mapping[Side, Path]:
        """Where a check wrote both sides, as the wiring does it."""
        carried = self.folder / "carried.so"
        carried.write_text(extra)
        installed = {"p/fast.so": carried} if extra else {}
        with (
            side_folders(self.scratch, self.cache if is_kept else None, "project", MIN_FILES) as folders,
            open_trees(self.version(base), self.version(head)) as opened,
        ):
            places, standing = folders.places, folders.standing
            opened.materialise("base", places["base"], installed=installed, standing=standing["base"])
            opened.materialise(
                "head", places["head"], beside=places["base"], installed=installed, standing=standing["head"]
            )
            folders.keep()
            return places


def seen(place: Path) -> Mapping[str, object]:
    """Everything below a folder: what it is, its mode, its time and what it holds."""
    found = {}
    for path in sorted(place.rglob("*")):
        state = path.lstat()
        content = path.readlink() if path.is_symlink() else path.read_text() if path.is_file() else "folder"
        found[str(path.relative_to(place))] = oct(state.st_mode), state.st_mtime, content
    return found


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def as_new(world: World, base: Files, head: Files, extra: str = "") -> Mapping[Side, Mapping[str, object]]:
    places = World(Path(tempfile.mkdtemp(dir=world.folder))).written(base, head, extra=extra, is_kept=False)
    return {side: seen(places[side]) for side in SIDES}


def test_the_next_check_finds_what_a_new_folder_would_hold_and_writes_only_what_differs(world: World) -> None:
    """Files that changed, went, came, and one where a folder is now; carried ones, links and times."""
    places = world.written(FIRST, SECOND, extra="compiled")
    assert world.cache in places["base"].parents
    assert {side: seen(places[side]) for side in SIDES} == as_new(world, FIRST, SECOND, "compiled")
    same = places["base"] / "p/b.py"
    number = same.stat().st_ino
    assert world.written(SECOND, THIRD, extra="compiled anew") == places
    assert {side: seen(places[side]) for side in SIDES} == as_new(world, SECOND, THIRD, "compiled anew")
    assert same.stat().st_ino == number
    assert world.written(FIRST, THIRD) == places, "and back again, without what was carried"
    assert {side: seen(places[side]) for side in SIDES} == as_new(world, FIRST, THIRD)
    assert {path.lstat().st_mtime for path in places["head"].rglob("*")} == {MTIME}


def test_what_somebody_touched_is_written_anew_and_what_was_left_there_is_removed(world: World) -> None:
    """Even where size and time are as they were: a test may do anything to a file that it can reach."""
    places = world.written(FIRST, SECOND)
    touched = places["head"] / "p/a.py"
    touched.write_text("A = 9\n")
    os.utime(touched, (MTIME, MTIME))
    (places["base"] / "p/b.py").unlink()
    (places["base"] / "p/run.py").chmod(0o644)
    (places["base"] / "p/__pycache__").mkdir()
    (places["base"] / "p/__pycache__/a.pyc").touch()
    (places["head"] / "left/empty").mkdir(parents=True)
    (places["head"] / "leading").symlink_to("/etc")
    world.written(FIRST, SECOND)
    assert {side: seen(places[side]) for side in SIDES} == as_new(world, FIRST, SECOND)


@pytest.mark.parametrize("note", [None, b"torn"])
def test_folders_of_a_check_that_was_killed_are_not_believed(world: World, note: bytes | None) -> None:
    places = world.written(FIRST, SECOND)
    (places["base"] / "p/a.py").write_text("A = 9\n")
    noted = places["base"].parent / "note"
    if note is None:
        noted.unlink()
    else:
        noted.write_bytes(note)
    world.written(FIRST, SECOND)
    assert {side: seen(places[side]) for side in SIDES} == as_new(world, FIRST, SECOND)


def test_new_folders_where_another_check_uses_them_the_project_is_small_or_nothing_can_be_kept(tmp_path: Path) -> None:
    cache, scratch = tmp_path / "cache", tmp_path / "scratch"

    def places(stack: contextlib.ExitStack, cache: Path | None = cache, n_files: int = MIN_FILES) -> SideFolders:
        return stack.enter_context(side_folders(scratch, cache, "project", n_files))

    with contextlib.ExitStack() as stack:
        assert places(stack).places["base"].is_relative_to(cache)
        assert places(stack).places["base"].is_relative_to(scratch), "the first one has them"
        assert places(stack, n_files=MIN_FILES - 1).places["base"].is_relative_to(scratch)
        assert places(stack, cache=None).places["base"].is_relative_to(scratch)
        (tmp_path / "no folder").touch()
        assert places(stack, cache=tmp_path / "no folder").places["base"].is_relative_to(scratch)
    with contextlib.ExitStack() as stack:
        assert places(stack).places["base"].is_relative_to(cache), "and gave them back"


def test_folders_of_the_projects_checked_longest_ago_go(tmp_path: Path) -> None:
    made = []
    for n in range(MOST_KEPT + 2):
        with side_folders(tmp_path / "scratch", tmp_path / "cache", f"project {n}", MIN_FILES) as folders:
            made.append(folders.places["base"].parent)
            os.utime(made[-1], (n, n))
    assert [folder.exists() for folder in made] == [False, False, *[True] * MOST_KEPT]
