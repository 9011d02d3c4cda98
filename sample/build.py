"""Make the sample repository: `roomly` on main, and one branch for each change an agent proposes.

    python sample/build.py FOLDER

The tree in `base/` becomes the first commit, each patch in `branches/` a branch of the same name. Dates and
committers are fixed, so that the same sources give the same object names on every machine.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

SAMPLE = Path(__file__).resolve().parent
BRANCHES = ("refactor-invoice", "fix-late-fee", "round-totals", "tz-checkout", "cache-prices", "sort-waiting-list")
PEOPLE = {
    "GIT_AUTHOR_NAME": "Roomly",
    "GIT_AUTHOR_EMAIL": "dev@roomly.example",
    "GIT_AUTHOR_DATE": "2024-05-02T09:00:00+00:00",
    "GIT_COMMITTER_NAME": "Roomly",
    "GIT_COMMITTER_EMAIL": "dev@roomly.example",
    "GIT_COMMITTER_DATE": "2024-05-02T09:00:00+00:00",
}


def git(repository: Path, *arguments: str) -> None:
    """Run git as the sample's people, whatever the user's own configuration says."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    subprocess.run(
        ["git", *arguments],
        cwd=repository,
        env={**ours, **PEOPLE, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull},
        check=True,
    )


def build(repository: Path) -> None:
    """Make the repository anew; whatever stood in that folder is gone."""
    shutil.rmtree(repository, ignore_errors=True)
    shutil.copytree(SAMPLE / "base", repository, ignore=shutil.ignore_patterns("__pycache__", ".pytest_cache"))
    git(repository, "init", "--quiet", "--template=", "--initial-branch=main")
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "Bookings, prices and invoices for small hotels")
    for branch in BRANCHES:
        git(repository, "checkout", "--quiet", "-b", branch, "main")
        git(repository, "am", "--quiet", str(SAMPLE / "branches" / f"{branch}.patch"))
    git(repository, "checkout", "--quiet", "main")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python sample/build.py FOLDER")
    build(Path(sys.argv[1]).resolve())
