"""An experiment is made in a fork, so the test in which it is made goes on as if nothing had happened."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.probe.projects import EVERY_PYTHON, NAMES, write

UNTOUCHED = """
=== m.py
import os
import random

STATE = {"n": 0}


class Account:
    limit = 10

    def __init__(self):
        self.balance = 0
        self.log = []

    def pay(self, amount, notes=None):
        self.balance += amount
        self.log.append(amount)
        if notes is not None:
            notes.append(amount)
        return self.balance


def append(items, item):
    items.append(item)
    return items


def count():
    STATE["n"] = STATE["n"] + 1
    return dict(STATE)


def draw(n):
    return [random.random() for _ in range(n)]


def take(iterator):
    return next(iterator)


def export(name, value):
    os.environ[name] = value
    return len(os.environ[name])


def go(folder):
    os.chdir(folder)
    return os.getcwd()


def write(path, text):
    with open(path, "w") as file:
        file.write(text)
    return len(text)


def remove(path):
    os.remove(path)


def insert(database, name):
    database.execute("insert into names values (?)", (name,))
    return database.execute("select count(*) from names").fetchone()[0]
=== test_m.py
import os, random, sqlite3, tempfile, unittest
import m


class Untouched(unittest.TestCase):
    def test_objects(self):
        account, notes = m.Account(), []
        self.assertEqual([account.pay(5, notes), account.pay(6, notes)], [5, 11])
        self.assertEqual((account.log, notes, m.Account.limit), ([5, 6], [5, 6], 10))

    def test_arguments(self):
        items = [1]
        self.assertIs(m.append(items, 2), items)
        self.assertEqual(items, [1, 2])

    def test_globals(self):
        before = m.STATE["n"]
        self.assertEqual([m.count()["n"], m.count()["n"]], [before + 1, before + 2])

    def test_randomness(self):
        random.seed(5)
        expected = [random.random() for _ in range(5)]
        random.seed(5)
        self.assertEqual(m.draw(3) + [random.random(), random.random()], expected)

    def test_iterators(self):
        letters = iter("abc")
        self.assertEqual([m.take(letters), m.take(letters), next(letters)], ["a", "b", "c"])

    def test_environment(self):
        m.export("ASSAY_A", "x")
        self.assertEqual([name for name in os.environ if name.startswith("ASSAY_A")], ["ASSAY_A"])
        self.assertEqual(os.environ["ASSAY_A"], "x")

    def test_folder(self):
        here = os.getcwd()
        m.go("/")
        self.assertEqual(os.getcwd(), "/")
        os.chdir(here)

    def test_files(self):
        folder = tempfile.mkdtemp()
        m.write(folder + "/a", "abc")
        self.assertEqual(open(folder + "/a").read(), "abc")
        m.remove(folder + "/a")
        self.assertEqual(os.listdir(folder), [])

    def test_database_in_memory(self):
        database = sqlite3.connect(":memory:")
        database.execute("create table names (name)")
        self.assertEqual([m.insert(database, "a"), m.insert(database, "b")], [1, 2])
"""
UNTOUCHED_NAMES = ("Account.pay", "append", "count", "draw", "take", "export", "go", "write", "remove", "insert")


@pytest.mark.parametrize("python", EVERY_PYTHON, ids=NAMES)
def test_what_experiments_do_is_not_seen_by_the_test_they_were_made_in(tmp_path: Path, python: str) -> None:
    """Live arguments, globals, environment, folder, files, random state: a fork has its own."""
    told = write(tmp_path, UNTOUCHED).under(python).plan(*UNTOUCHED_NAMES, experiments=10, per_call=8)
    assert set(told.endings.values()) == {"passed"}, told.problems
    assert all(told.made(name) for name in UNTOUCHED_NAMES)
    for name, said in (("write", "writes the file"), ("remove", "removes the file")):
        assert all(e.outcome.output.startswith(said) for e in told.made(name) if not e.intervention.edits), name


SHARED = """
=== m.py
import json, os


def load(file):
    return json.load(file)


def log(file, text):
    file.write(text)
    file.flush()


def close(file, text):
    file.write(text)
    file.close()


def receive(sock):
    return sock.recv(10)


def read(descriptor):
    return os.read(descriptor, 10)


def insert(database, name):
    with database:
        database.execute("insert into names values (?)", (name,))
    return database.execute("select count(*) from names").fetchone()[0]
=== test_m.py
import os, socket, sqlite3, tempfile, unittest
import m


class Shared(unittest.TestCase):
    def test_read_file(self):
        with tempfile.TemporaryFile("w+") as file:
            file.write("[1]")
            file.seek(0)
            self.assertEqual(m.load(file), [1])

    def test_written_file(self):
        with tempfile.NamedTemporaryFile("w+") as file:
            m.log(file, "abc")
            self.assertEqual(open(file.name).read(), "abc")

    def test_closed_file(self):
        folder = tempfile.mkdtemp()
        m.close(open(folder + "/a", "w"), "abc")
        self.assertEqual(open(folder + "/a").read(), "abc")

    def test_socket(self):
        ours, theirs = socket.socketpair()
        ours.send(b"hello")
        theirs.settimeout(2)
        self.assertEqual(m.receive(theirs), b"hello")

    def test_pipe(self):
        reading, writing = os.pipe()
        os.write(writing, b"hello")
        os.close(writing)
        self.assertEqual(m.read(reading), b"hello")

    def test_database(self):
        database = sqlite3.connect(tempfile.mkdtemp() + "/db")
        database.execute("create table names (name)")
        database.commit()
        self.assertEqual(m.insert(database, "a"), 1)
        self.assertEqual(database.execute("select name from names").fetchall(), [("a",)])
"""
SHARED_NAMES = ("load", "log", "close", "receive", "read", "insert")


def test_open_files_and_sockets_are_not_shared_with_experiments(tmp_path: Path) -> None:
    """DESIGN.md section 2: the child gets its own, with what waits in them."""
    project = write(tmp_path, SHARED)
    assert set(project.record(*SHARED_NAMES).endings.values()) == {"passed"}
    told = project.plan(*SHARED_NAMES, experiments=10, per_call=8)
    assert set(told.endings.values()) == {"passed"}, told.problems
    first = {name: told.made(name)[0].outcome for name in SHARED_NAMES}
    assert first["load"].shown == "[1]"
    assert first["receive"].shown == "b'hello'"
    assert first["read"].shown == "b'hello'"
    assert first["insert"].shown == "1"
    assert {outcome.kind for outcome in first.values()} == {"returned"}


def test_experiments_are_made_until_every_quota_is_used_up(tmp_path: Path) -> None:
    """Then no further test begins."""
    project = write(tmp_path, UNTOUCHED)
    told = project.plan("append", experiments=5, per_call=5)
    assert len(told.made("append")) == 5
    assert sorted(e.id.intervention for e in told.made("append")) == [0, 1, 2, 3, 4]
    assert set(told.endings) == {"test_arguments", "test_database_in_memory"}  # the test that had begun, and no other
    assert told.story.points["m.py::append"].experiments == 5
    assert told.story.complete


def test_the_first_experiment_at_a_call_alters_nothing(tmp_path: Path) -> None:
    """It is the call as the test makes it, with its arguments as a tree."""
    told = write(tmp_path, UNTOUCHED).plan("append", experiments=5, per_call=5)
    first, *others = told.made("append")
    assert first.intervention.is_none
    assert first.arguments == (("items", "[1]"), ("item", "2"))
    assert first.outcome.shown == "[1, 2]"
    assert first.arguments_digest == first.arrived_digest
    assert first.unaltered is not None
    for other in others:
        assert len(other.intervention.edits) >= 1
        is_of_what_follows = other.intervention.edits[0].operator == "then.argument"
        assert (other.arguments_digest == first.arguments_digest) == is_of_what_follows
        assert other.arrived_digest == first.arrived_digest
