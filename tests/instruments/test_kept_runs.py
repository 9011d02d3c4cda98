"""Runs of base that an earlier check made."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assay.instruments.kept_runs import KeptRuns, world_of
from assay.instruments.memo import DiskMemo, NoMemo
from assay.instruments.tree import Entry
from assay.values.lab import Completed, Frame, Run, RunResult

MET: Mapping[str, object] = {"seed": 0}
JOB = {"mode": "plan", "files": ["tests/test_bill.py"], "quota": {"bill.total": {"texts": 8, "texts_s": 3.0}}}
RUN = Run(side="base", job={**JOB, "collect_s": 9.0, "deadline_s": 10.0, "patience_s": 10.0}, time_limit_s=16.0,
          may_be_kept=True)  # fmt: skip
ENDED = Completed(status=0, timed_out=False, output="")
COMPILED: tuple[Frame, ...] = ({"t": "bytecode", "path": "a.pyc", "data": ""},)


def result(*, complete: bool = True, **ended: Any) -> RunResult:
    """What a run told."""
    frames: tuple[Frame, ...] = ({"t": "experiment", "n": 1}, {"t": "done", "complete": complete})
    return RunResult(frames=frames, completed=replace(ENDED, **ended), took_s=2.5)


def runs(folder: Path, world: str | None = "one") -> KeptRuns:
    """As a check has them that starts anew."""
    return KeptRuns(DiskMemo(folder), lambda: world)


def with_limits(run: Run, seconds: float) -> Run:
    """The same with another time limit."""
    quota = {"bill.total": {"texts": 8, "texts_s": seconds / 3}}
    return replace(run, job={**run.job, "quota": quota, "collect_s": seconds, "deadline_s": seconds})


def test_the_next_check_gets_what_a_run_told(tmp_path: Path) -> None:
    """Bytecode included, and how long it took."""
    first = runs(tmp_path)
    assert first.get(RUN, MET) is None
    first.put(RUN, MET, result(), COMPILED)
    second = runs(tmp_path)
    assert second.n_used == 0
    told = second.get(RUN, MET)
    assert told == replace(result(), frames=(*result().frames, *COMPILED))
    assert second.get(RUN, MET) == told
    assert second.n_used == 1


@pytest.mark.parametrize(
    "other",
    [
        replace(RUN, side="head"),
        replace(RUN, hash_seed=1),
        replace(RUN, may_be_kept=False),
        replace(RUN, files=(("tests/test_bill.py", "new"),)),
        replace(RUN, job={**RUN.job, "mode": "replay"}),
    ],
)
def test_another_run_gets_nothing(tmp_path: Path, other: Run) -> None:
    """Nor is anything kept of one that may not be."""
    runs(tmp_path).put(RUN, MET, result(), ())
    assert runs(tmp_path).get(other, MET) is None


def test_another_world_or_other_circumstances_get_nothing(tmp_path: Path) -> None:
    """Another tree, environment, seed; and where the world cannot be told nothing is kept at all."""
    runs(tmp_path).put(RUN, MET, result(), ())
    assert runs(tmp_path, world="two").get(RUN, MET) is None
    assert runs(tmp_path).get(RUN, {"seed": 1}) is None
    unknown = runs(tmp_path / "unknown", world=None)
    unknown.put(RUN, MET, result(), ())
    assert unknown.get(RUN, MET) is None
    assert list(tmp_path.glob("unknown/**/*.z")) == []


@pytest.mark.parametrize("ended", [{"timed_out": True}, {"protocol_error": "a frame of 9 bytes"}])
def test_a_run_that_was_stopped_is_not_kept(tmp_path: Path, ended: dict[str, Any]) -> None:
    """Nor one that failed, or said nothing at its end."""
    runs(tmp_path).put(RUN, MET, result(**ended), ())
    runs(tmp_path).put(RUN, MET, replace(result(), frames=({"t": "failed", "detail": "E"}, *result().frames)), ())
    runs(tmp_path).put(RUN, MET, replace(result(), frames=()), ())
    assert runs(tmp_path).get(RUN, MET) is None


def test_limits_of_time_matter_only_to_what_they_cut_off(tmp_path: Path) -> None:
    """A whole run stands for any other; one that was cut off for those that are given no longer."""
    runs(tmp_path).put(RUN, MET, result(), ())
    assert runs(tmp_path).get(with_limits(RUN, 100.0), MET) is not None
    runs(tmp_path).put(RUN, MET, result(complete=False), ())
    assert runs(tmp_path).get(with_limits(RUN, 10.5), MET) is not None
    assert runs(tmp_path).get(with_limits(RUN, 20.0), MET) is None
    recording = replace(RUN, job={**RUN.job, "mode": "record"})
    runs(tmp_path).put(recording, MET, result(complete=False), ())
    assert runs(tmp_path).get(recording, MET) is None


class Files:
    """A tree with one file."""

    def __init__(self, key: str) -> None:
        self.entries = {"bill.py": Entry("file", key)}

    def read(self, path: str) -> bytes:
        """Nothing reads it."""
        return path.encode()

    def read_several(self, paths: Any) -> Any:
        """Nor several."""
        return iter([(path, b"") for path in paths])

    def close(self) -> None:
        """There is nothing to let go of."""


def test_the_world_is_tree_carried_files_and_environment(tmp_path: Path) -> None:
    """Without an environment that can be told there is none."""
    site = tmp_path / "env" / "lib" / "python3.12" / "site-packages" / "one"
    site.mkdir(parents=True)
    python = tmp_path / "env" / "bin" / "python"
    python.parent.mkdir()
    python.write_text("")
    (tmp_path / "env" / "pyvenv.cfg").write_text("include-system-site-packages = false\n")
    extension = tmp_path / "fast.so"
    extension.write_bytes(b"1")

    def told(key: str = "a") -> str | None:
        return world_of(Files(key), {"fast.so": extension}, str(python), tmp_path)

    before = told()
    assert before is not None
    assert told() == before
    assert told("b") != before
    extension.write_bytes(b"2")
    assert told() != before
    assert world_of(Files("a"), {"gone.so": tmp_path / "gone.so"}, str(python), tmp_path) is None
    assert world_of(Files("a"), {}, "python3", tmp_path) is None


def test_a_memo_forgets_what_nobody_asked_for_longest(tmp_path: Path) -> None:
    """A value that is asked for is young again; what is broken is nothing."""
    value = list(range(1000))
    DiskMemo(tmp_path).put("one", value)
    size = next(tmp_path.glob("memo/*/*")).stat().st_size
    store = DiskMemo(tmp_path, max_bytes=size * 5 // 2)
    store.put("two", value)
    for path in tmp_path.glob("memo/*/*"):
        os.utime(path, (100, 100))
    assert store.get("one") == value
    store.put("three", value)
    assert [store.get(name) for name in ("one", "two", "three")] == [value, None, value]
    for path in tmp_path.glob("memo/*/*"):
        path.write_bytes(b"no memo")
    assert store.get("one") is None
    assert NoMemo().get("one") is None
