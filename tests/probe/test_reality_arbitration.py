"""The type checker claims, the real objects judge."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.evidence.test_remarks import checker
from tests.probe.projects import write

from assay.evidence.reality import denials_of
from assay.evidence.remarks import claims_of
from assay.values.lab import Run
from assay.values.reality import Denial


def judged(
    folder: Path, text: str, *, project: Sequence[str] = (), judges_project: bool = False, gone: Sequence[str] = ()
) -> list[Denial]:
    """What is denied in one file when `ty` claims and this interpreter judges."""
    tree = folder / "tree"
    tree.mkdir(parents=True, exist_ok=True)
    (tree / "file.py").write_text(text)
    remarks = checker(folder / "environment").read(tree, ["file.py"], [tree])
    file = {"path": "file.py", "text": text, "claims": claims_of(remarks).get("file.py", [])}
    job = {"mode": "reality", "files": [file], "first_party": list(project), "judges_project": judges_project}
    job |= {"roots": [str(tree)], "gone": list(gone)}
    told = write(folder / "run", "=== empty.py\n").run(Run(side="head", job=job, time_limit_s=60.0))
    (answer,) = [denials_of(frame) for frame in told.frames if frame.get("t") == "file"]
    assert not answer.unread, answer.unread
    return list(answer.found)


def told(folder: Path, text: str) -> list[str]:
    """`line certainty text` of each denial."""
    return [f"{one.line} {one.certainty} {one.text}" for one in judged(folder, text)]


def test_a_receiver_that_only_inference_knows_is_judged_by_its_real_class(tmp_path: Path) -> None:
    """The walk cannot tell what a lambda or a tuple gives; `ty` can, and the class itself denies it."""
    text = "import threading\npair = (threading.Lock(), threading.Thread())\npair[1].stop()\npair[1].start()\n"
    assert told(tmp_path, text) == ["3 static class threading.Thread has no attribute 'stop'"]


def test_what_the_real_object_has_is_dropped(tmp_path: Path) -> None:
    """Stubs may know less than the module does: `sre_constants` is hidden from checkers, and it is there."""
    text = "import re\nre._compiler\nre._cache_that_never_was\n"
    assert told(tmp_path, text) == ["3 proven module re has no attribute '_cache_that_never_was'"]


def test_what_a_guard_forgives_or_nobody_reaches_is_dropped(tmp_path: Path) -> None:
    """The claim is held to the guards that hold at its place."""
    text = (
        "import threading, sys\npair = (0, threading.Thread())\n"
        "try:\n    pair[1].stop()\nexcept AttributeError:\n    pass\n"
        "if sys.version_info < (3,):\n    pair[1].halt()\n"
        "if hasattr(pair[1], 'cease'):\n    pair[1].cease()\n"
    )
    assert told(tmp_path, text) == []


def test_a_coroutine_that_nobody_awaits_is_told(tmp_path: Path) -> None:
    """So are a coroutine used as a value, a condition that is one, and a lock entered without `async`."""
    text = (
        "import asyncio\nasync def save(row): return bool(row)\n"
        "async def run(lock: asyncio.Lock):\n    save(1)\n    if save(2): pass\n    save(3)['a']\n"
        "    await save(4)\n    with lock: pass\n"
    )
    assert [(one.line, one.kind, one.certainty) for one in judged(tmp_path, text)] == [
        (4, "misuse", "suspect"),
        (5, "misuse", "suspect"),
        (6, "misuse", "suspect"),
        (8, "misuse", "suspect"),
    ]


def test_iterators_have_no_length_and_no_index(tmp_path: Path) -> None:
    """`map` and its kind are no lists."""
    text = "texts = map(str, [1])\nlen(texts)\ntexts[0]\n"
    assert [one.line for one in judged(tmp_path, text)] == [2, 3]


def test_what_a_mixin_calls_on_itself_is_somebody_elses(tmp_path: Path) -> None:
    """No class of the file has to give it."""
    assert told(tmp_path, "class Mixin:\n    def show(self): return self.render()\n") == []


def test_names_of_the_project_are_told_where_news_are_asked_for_alone(tmp_path: Path) -> None:
    """On whole files they are noise; `assay check` tells what is new at head."""
    text = "def lift(box): return box\nlift(1, 2)\n"
    assert judged(tmp_path / "files", text) == []
    found = judged(tmp_path / "change", text, judges_project=True)
    assert [(one.line, one.kind, one.installed) for one in found] == [(2, "wrong-arity", "this project")]


def test_accents_before_a_claim_do_not_hide_it(tmp_path: Path) -> None:
    """Columns are counted in characters by the checker, in bytes by the syntax tree."""
    text = "import threading\npair = (0, threading.Thread())\nx = 'é'; pair[1].stop()\n"
    assert [one.line for one in judged(tmp_path, text)] == [3]


def test_a_class_that_the_file_imports_from_the_project_is_the_projects(tmp_path: Path) -> None:
    """No class of the same name in a package answers for it."""
    text = "from own import Thread\ndef end(thread: Thread): thread.stop()\n"
    for judges_project, said in ((False, []), (True, ["class Thread has no attribute 'stop'"])):
        folder = tmp_path / str(judges_project)
        (folder / "tree").mkdir(parents=True)
        (folder / "tree" / "own.py").write_text("class Thread:\n    def end(self): ...\n")
        found = judged(folder, text, project=["own"], judges_project=judges_project)
        assert [one.text for one in found] == said
        assert {one.installed for one in found} <= {"this project"}


def test_what_the_project_puts_together_as_it_runs_is_no_mistake_unless_it_is_gone(tmp_path: Path) -> None:
    """A name that is quoted or stored anywhere may be an attribute then; one that the change removed is none."""
    text = "from own import Options\ndef show(options: Options): return options.verbose\n"
    for gone, said in (((), []), (("verbose",), ["class Options has no attribute 'verbose'"])):
        folder = tmp_path / str(len(gone))
        (folder / "tree").mkdir(parents=True)
        (folder / "tree" / "own.py").write_text(
            "class Options: ...\nfor name in ['verbose']: setattr(Options, name, 1)\n"
        )
        found = judged(folder, text, project=["own"], judges_project=True, gone=gone)
        assert [one.text for one in found] == said


def test_an_interface_says_little_about_the_object_behind_it(tmp_path: Path) -> None:
    """Whoever takes an `Iterator` is given one that may have more."""
    text = "from collections.abc import Iterator\ndef f(one: Iterator[int]) -> object:\n    return one.lock\n"
    assert told(tmp_path, text) == ["3 suspect class collections.abc.Iterator has no attribute 'lock'"]


def test_a_value_that_is_called_is_told_where_it_is_an_attribute(tmp_path: Path) -> None:
    """What a variable holds by then, of all that was assigned to it, is a guess."""
    text = (
        "from pathlib import Path\n"
        "def f(path: Path, kinds: list[type]) -> object:\n    made = kinds\n"
        "    if path.is_dir():\n        made = kinds[0]\n    made()\n    return path.parent()\n"
    )
    assert told(tmp_path, text) == ["7 static Object of type Path is not callable"]


def test_what_the_project_itself_puts_there_is_no_certain_receiver(tmp_path: Path) -> None:
    """An attribute begins as a dictionary and is replaced by something richer elsewhere; so may a local name for it."""
    text = (
        "class Parser:\n    cache = {}\n    def get(self) -> object:\n        found = Parser.cache\n"
        "        return found.size, self.cache.limit\n"
    )
    lines = ["5 suspect class dict has no attribute 'size'", "5 suspect class dict has no attribute 'limit'"]
    assert sorted(told(tmp_path, text)) == sorted(lines)


def test_a_text_and_something_else_add_up_to_what_the_other_says(tmp_path: Path) -> None:
    """Its `__radd__` answers."""
    text = "def f(word):\n    ('a' + word).set_name('b')\n    ('a' + 'b').set_name('b')\n"
    assert [line.split()[0] for line in told(tmp_path, text)] == ["3"]
