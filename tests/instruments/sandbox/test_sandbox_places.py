"""Where a run finds its tree and its temporary files."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest
from tests.instruments.sandbox.conftest import Cell

from assay.instruments.sandbox.places import SharedPlaces, remove_folder

SEEN = "tell(cwd=os.getcwd(), text=open('module.py').read(), mtime=os.stat('module.py').st_mtime_ns, tmp=os.environ['TMPDIR'])"


def other_tree(cell: Cell) -> Path:
    """A second tree, with another text."""
    tree = cell.tree.parent / "other"
    tree.mkdir()
    (tree / "module.py").write_text("x = 2\n", encoding="utf-8")
    return tree


def test_both_sides_see_their_tree_at_one_path(cell: Cell) -> None:
    """Same folder, same temporary folder, other text, the times of the given files."""
    other = other_tree(cell)
    base, head = cell.run(SEEN).told, cell.run(SEEN, tree=other).told
    assert base["cwd"] == head["cwd"] == cell.sandbox.tree_path
    assert base["tmp"] == head["tmp"]
    assert (base["text"], head["text"]) == ("x = 1\n", "x = 2\n")
    assert base["mtime"] == (cell.tree / "module.py").stat().st_mtime_ns


def test_a_tree_that_changed_between_runs_is_seen_as_it_is(cell: Cell) -> None:
    """A copy is no memory."""
    cell.run(SEEN)
    (cell.tree / "module.py").write_text("x = 3\n", encoding="utf-8")
    assert cell.run(SEEN).told["text"] == "x = 3\n"


def test_runs_of_both_sides_may_be_asked_for_at_once(cell: Cell) -> None:
    """They go on together where mounts allow it, one after the other where not."""
    other = other_tree(cell)
    texts: list[str] = []
    slow = SEEN + "\nimport time; time.sleep(0.3)"
    runs = [
        threading.Thread(target=lambda tree=tree: texts.append(cell.run(slow, tree=tree).told["text"]))
        for tree in (cell.tree, other, cell.tree, other)
    ]
    begin = time.monotonic()
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert sorted(texts) == ["x = 1\n", "x = 1\n", "x = 2\n", "x = 2\n"]
    if not cell.sandbox.isolation.same_path:
        assert time.monotonic() - begin > 0.6


def test_what_the_target_writes_never_reaches_the_tree(cell: Cell) -> None:
    """With mounts it writes into a layer that goes with the run, without it is refused."""
    (cell.tree / "folder").mkdir()
    (cell.tree / "folder" / "data").write_text("whole", encoding="utf-8")
    ran = cell.run(
        """
def change():
    open("module.py", "w").write("x = 9")
    open("new", "w").write("new")
    os.rename("folder/data", "moved")
    os.rmdir("folder")
    assert sorted(os.listdir(".")) == ["module.py", "moved", "new"]
tell(error=errno_of(change), chmod=errno_of(lambda: os.chmod("module.py", 0o600)))
"""
    )
    assert bool(ran.told["error"]) is (cell.level < 3)
    assert sorted(path.name for path in cell.tree.rglob("*")) == ["data", "folder", "module.py"]
    assert (cell.tree / "module.py").read_text(encoding="utf-8") == "x = 1\n"
    assert cell.run("tell(names=sorted(os.listdir('.')))").told["names"] == ["folder", "module.py"]


def test_temporary_files_are_the_runs_own_and_go_with_it(cell: Cell) -> None:
    """The home folder lies in the temporary one; both are empty at the start and may be used in full."""
    code = """
import stat, tempfile
before = sorted(os.listdir(os.environ["TMPDIR"])), os.listdir(os.path.expanduser("~"))
with tempfile.TemporaryDirectory() as folder:
    path = folder + "/file"
    open(path, "w").write("text")
    os.chmod(path, 0o640); os.utime(path, (1, 2)); os.rename(path, path + "2")
    state = os.stat(path + "2")
    with open(path + "2") as stream:
        os.fchmod(stream.fileno(), 0o604)
    mode = os.stat(path + "2").st_mode
open(os.environ["TMPDIR"] + "/left", "w").close()
os.mkdir(os.environ["TMPDIR"] + "/shut"); os.mkdir(os.environ["TMPDIR"] + "/shut/in"); os.chmod(os.environ["TMPDIR"] + "/shut", 0)
tell(before=before, mode=stat.S_IMODE(state.st_mode), mtime=state.st_mtime, second=stat.S_IMODE(mode))
"""
    for _ in range(2):
        told = cell.run(code).told
        assert told["before"] == [["home"], []]
        assert (told["mode"], told["mtime"], told["second"]) == (0o640, 2, 0o604)


def test_a_full_disk_is_the_runs_own_trouble(cell: Cell) -> None:
    """It may fill what it has, not the host's disk."""
    code = """
written = 0
try:
    for name in range(64):
        with open(f"{os.environ['TMPDIR']}/{name}", "wb") as stream:
            for _ in range(8): written += stream.write(bytes(8 << 20))
except OSError as error: print(error)
print(written >> 20, flush=True)
"""
    ran = cell.run(code, time_limit_s=30)
    assert "No space left" in ran.completed.output or "wrote more than" in ran.completed.output


def test_a_semaphore_works_where_there_is_shared_memory_of_ones_own(cell: Cell) -> None:
    """Multiprocessing needs /dev/shm, which belongs to the host where nothing is mounted."""
    told = cell.run("import multiprocessing\ntell(error=errno_of(lambda: multiprocessing.Semaphore(1)))").told
    assert bool(told["error"]) is (cell.level < 3)


class TestSharedPlaces:
    """The folder in which trees stand one after the other."""

    def test_it_never_touches_the_tree_it_is_given(self, tmp_path: Path) -> None:
        """It may be a folder of the user's, and Assay may die at any moment."""
        tree = tmp_path / "tree"
        tree.mkdir()
        (tree / "file").write_text("text", encoding="utf-8")
        inode = (tree / "file").stat().st_ino
        places = SharedPlaces(tmp_path / "scratch", writable=False)
        (tmp_path / "scratch").mkdir()
        with places.held(tree) as place:
            assert (place.tree / "file").read_text(encoding="utf-8") == "text"
            assert (place.tree / "file").stat().st_ino != inode
            assert (tree / "file").stat().st_ino == inode
        places.remove()
        assert list((tmp_path / "scratch").iterdir()) == []

    def test_a_copy_that_can_be_written_to_is_used_once(self, tmp_path: Path) -> None:
        """Below Landlock nothing keeps the target from changing it."""
        (tmp_path / "scratch").mkdir()
        tree = tmp_path / "tree"
        tree.mkdir()
        places = SharedPlaces(tmp_path / "scratch", writable=True)
        for _ in range(2):
            with places.held(tree) as place:
                assert list(place.tree.iterdir()) == []
                (place.tree / "left").touch()

    @pytest.mark.parametrize(("patience_s", "order"), [(0.0, ["a1", "b1", "a2"]), (9.0, ["a1", "a2", "b1"])])
    def test_who_came_late_may_join_until_somebody_has_waited_long(
        self, tmp_path: Path, patience_s: float, order: list[str]
    ) -> None:
        """Runs asked for in turn go on in batches, and none is starved."""
        (tmp_path / "scratch").mkdir()
        trees = {name: tmp_path / name for name in "ab"}
        for tree in trees.values():
            tree.mkdir()
        places = SharedPlaces(tmp_path / "scratch", writable=False, patience_s=patience_s)
        seen: list[str] = []

        def run(name: str) -> None:
            with places.held(trees[name[0]]):
                seen.append(name)
                time.sleep(0.3)

        runs = [threading.Thread(target=run, args=(name,)) for name in ("a1", "b1", "a2")]
        for one in runs:
            one.start()
            time.sleep(0.1)
        for one in runs:
            one.join()
        assert seen == order


@pytest.mark.parametrize("depth", [3, 1100])
def test_a_folder_is_removed_however_it_was_left(tmp_path: Path, depth: int) -> None:
    """Closed to its owner, or deeper than a recursion goes."""
    top = tmp_path / "top"
    top.mkdir()
    here = os.open(top, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.fchmod(here, 0)
    os.close(here)
    (top / "d").chmod(0)
    remove_folder(top)
    assert not top.exists()
