"""Scratch folders: nobody's work is swept away, and nothing of a killed process stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from assay.instruments.scratch import scratch_folder

HOLD = """
import sys
from assay.instruments.scratch import scratch_folder
with scratch_folder() as folder:
    (folder / "work").touch()
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def test_a_folder_goes_when_its_user_is_done(temporary: Path) -> None:
    with scratch_folder() as folder:
        (folder / "work").touch()
        assert folder.parent == temporary
    assert not list(temporary.iterdir())


def test_the_folder_of_somebody_at_work_stays(temporary: Path) -> None:
    """In another container too, where its owner has no process number that we could ask about."""
    with scratch_folder() as one, scratch_folder() as other:
        assert one.is_dir()
        assert other.is_dir()
        assert one != other
    assert not list(temporary.iterdir())


def test_what_a_killed_process_left_is_removed_by_the_next(temporary: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    ) as process:
        assert process.stdout is not None
        left = Path(process.stdout.readline().strip())
        with scratch_folder():
            assert (left / "work").exists()
        process.send_signal(signal.SIGKILL)
    with scratch_folder():
        assert not left.exists()


def test_folders_of_other_programs_stay(temporary: Path) -> None:
    for name in ("assay-notes", "other-work-a"):
        (temporary / name).mkdir()
    with scratch_folder():
        assert {path.name for path in temporary.iterdir()} >= {"assay-notes", "other-work-a"}
