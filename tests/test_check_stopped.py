"""A check that is stopped leaves no process, nothing in the repository, and no report."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.checking import SHOP, Repository, changed, children_of, fingerprint, new_repository, session_of

pytestmark = pytest.mark.slow

NEVER_ENDING = (
    SHOP
    + """

def test_long():
    for n in range(10**9):
        shop.short(n)
"""
)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A branch whose tests take for ever."""
    made = new_repository(tmp_path)
    made.commit(NEVER_ENDING)
    made.git("checkout", "-q", "-b", "head")
    made.commit(changed(("places)", "places + 0)")))
    return made


@pytest.mark.parametrize(
    ("stop", "status"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143)],
)
def test_a_check_that_is_stopped_cleans_up(repository: Repository, stop: signal.Signals, status: int) -> None:
    """Ctrl-C reaches the whole group, a service manager the command alone."""
    before = fingerprint(repository.root)
    process = repository.start("main..head")
    wait_for(lambda: any("assay_probe" in line for line in children_of(process.pid)))
    if stop is signal.SIGINT:
        os.killpg(process.pid, stop)
    else:
        process.send_signal(stop)
    process.communicate(timeout=60)
    assert process.returncode == status
    wait_for(lambda: not session_of(process.pid))
    assert fingerprint(repository.root) == before
    assert repository.left_behind() == []
    assert not (repository.root.parent / "report.json").exists()


def test_a_check_that_is_killed_leaves_no_process_and_the_next_one_removes_its_folder(repository: Repository) -> None:
    """`kill -9` gives nobody time to clean up; what runs in the sandbox ends with its owner."""
    before = fingerprint(repository.root)
    process = repository.start("main..head")
    wait_for(lambda: any("assay_probe" in line for line in children_of(process.pid)))
    process.kill()
    process.communicate(timeout=60)
    wait_for(lambda: not session_of(process.pid))
    wait_for(lambda: not [name for name in repository.left_behind() if not name.startswith("/")])
    assert fingerprint(repository.root) == before
    repository.commit(SHOP)
    repository.commit(changed(("places)", "places + 0)")))
    assert repository.check("HEAD").status == 0


def wait_for(condition: Callable[[], bool]) -> None:
    """Until it holds; the test fails where it never does."""
    for _ in range(1200):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError(condition)
