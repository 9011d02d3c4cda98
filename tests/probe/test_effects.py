"""What a call does beside answering is part of its outcome."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.probe.projects import write
from tests.probe.test_experiments import kinds_on
from tests.probe.test_running_tests import WITH_PYTEST

EFFECTS = """
=== m.py
import logging, os, subprocess, warnings

log = logging.getLogger("m")


def warns(x):
    warnings.warn("x is old", UserWarning)
    return x


def logs(x):
    log.warning("careful with %s", x)
    log.debug("done")
    return x


def sets(x):
    os.environ["MODE"] = "fast"
    return x


def saves(folder, x):
    os.makedirs(folder + "/a/b", exist_ok=True)
    with open(folder + "/a/b/new.txt", "w") as file:
        file.write("x is %s" % x)
    os.replace(folder + "/a/b/new.txt", folder + "/there.txt")
    with open(folder + "/log.txt", "a") as file:
        file.write("saved")
    return open(folder + "/there.txt").read().startswith("x is")


def inserts(database, x):
    database.execute("select * from names").fetchall()
    database.execute("insert into names values (?)", (x,))
    return x


def counts(x):
    COUNTS[x] = COUNTS.get(x, 0) + 1
    return x


def calls(x):
    return subprocess.run(["echo", x]).returncode if x else 0


COUNTS = {}
=== test_m.py
import os, shutil, sqlite3, tempfile, unittest, warnings, m


class Facts(unittest.TestCase):
    def test_warns(self):
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            self.assertEqual(m.warns(1), 1)
    def test_logs(self): self.assertEqual(m.logs(1), 1)
    def test_sets(self): self.assertEqual(m.sets(1), 1)
    def test_saves(self):
        folder = tempfile.gettempdir() + "/saved"
        os.makedirs(folder)
        with open(folder + "/log.txt", "w") as file: file.write("opened ")
        m.saves(folder, 1)
        self.assertEqual(sorted(os.listdir(folder)), ["a", "log.txt", "there.txt"])
        shutil.rmtree(folder)
    def test_inserts(self):
        with tempfile.TemporaryDirectory() as folder:
            database = sqlite3.connect(folder + "/names.db")
            database.execute("create table names (name)")
            self.assertEqual(m.inserts(database, "a"), "a")
            self.assertEqual(database.execute("select count(*) from names").fetchone(), (1,))
            database.close()
        database = sqlite3.connect(":memory:")
        database.execute("create table names (name)")
        self.assertEqual(m.inserts(database, "b"), "b")
    def test_counts(self): self.assertEqual(m.counts("a"), "a")
    def test_calls(self): self.assertEqual(m.calls(""), 0)
"""
ALTERED = [
    ("UserWarning)", "FutureWarning)", "warns", True),
    ('"x is old"', '"x is quite old"', "warns", False),
    ("log.warning(", "log.error(", "logs", True),
    ('log.debug("done")', 'log.debug("well done")', "logs", False),
    ('"fast"', '"slow"', "sets", True),
    ('"x is %s" % x)', '"x is %s" % (x if x == 1 else 2))', "saves", True),
    ('"saved")', '"kept")', "saves", True),
    ("insert into names values (?)", "insert or replace into names values (?)", "inserts", True),
    ("select * from names", "select name from names", "inserts", False),
    ("COUNTS.get(x, 0) + 1", "COUNTS.get(x, 0) + len(x)", "counts", True),
    ('["echo", x]', '["echo", x, x]', "calls", True),
    ('["echo", x]', '["echo"] + [x]', "calls", False),
]
"""Old text, new text, function, and whether that is another effect."""


@pytest.mark.parametrize(("old", "new", "name", "differs"), ALTERED, ids=[new for _, new, _, _ in ALTERED])
def test_another_effect_is_a_difference(tmp_path: Path, old: str, new: str, name: str, differs: bool) -> None:
    """Words of warnings, and what is logged for debugging, may change."""
    project = write(tmp_path, EFFECTS).under(WITH_PYTEST, "pytest")
    planned = project.plan(name, experiments=8, per_call=8)
    assert ("writes-differently" in kinds_on(project, planned, name, old, new)) == differs


def test_effects_have_a_line_each(tmp_path: Path) -> None:
    """After what was written."""
    project = write(tmp_path, EFFECTS).under(WITH_PYTEST, "pytest")
    planned = project.plan("warns", "logs", "sets", "counts", "saves", "inserts", experiments=6, per_call=3)
    outputs = {name: planned.made(name)[0].outcome.output for name in ("warns", "logs", "sets", "counts")}
    assert outputs == {
        "warns": "warns of UserWarning",
        "logs": "logs WARNING to m",
        "sets": "sets the environment variable MODE to 'fast'",
        "counts": "sets the global COUNTS to {'a': 1}",
    }
    inserted = [e.outcome for e in planned.made("inserts") if not e.intervention.edits]
    assert [(outcome.kind, outcome.shown, outcome.output) for outcome in inserted] == [
        ("returned", "'a'", "executes insert into names values ('a')"),
        ("returned", "'b'", "executes insert into names values ('b')"),
    ]
    saved = planned.made("saves")[0].outcome.output.splitlines()
    assert [line.split(" ")[0] + line.rpartition("/")[2] for line in saved] == [
        "makesa",
        "makesb",
        "writeslog.txt, 12 characters (9c7e224d890d): 'opened saved'",
        "writesthere.txt, 6 characters (656cc31ead5a): 'x is 1'",
    ]
