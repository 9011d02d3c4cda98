"""What is said of a file does not depend on the files that are read before it in the same process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.probe.asking import ask_all
from tests.probe.projects import interpreters, write

from assay.values.lab import Run

PACKAGES = {
    "base/__init__.py": "class Parser:\n    def __init__(self):\n        self.name = ''\n    def parse(self):\n        return self\n",
    "derived/__init__.py": "from base import Parser\n\nclass Loud(Parser):\n    def shout(self):\n        return 1\n",
    "inner/__init__.py": "def load():\n    import derived\n    return derived\nload()\n",
    "around/__init__.py": "import importlib\n_found = importlib.import_module('.deep', __name__)\n",
    "around/deep.py": "from . import deeper\n",
    "around/deeper.py": "import derived\n",
    "lazy/__init__.py": (
        "import importlib\n\ndef __getattr__(name):\n    if name == 'Loud':\n"
        "        return importlib.import_module('derived').Loud\n    raise AttributeError(name)\n"
    ),
}
ASKING = "from base import Parser\n\ndef said(parser: Parser):\n    return parser.shout()\n"


def home_with(folder: Path, python: str, files: Mapping[str, str]) -> str:
    """An interpreter with these packages installed."""
    home = folder / "home"
    subprocess.run([python, "-m", "venv", "--without-pip", str(home)], check=True)
    (place,) = home.glob("lib/python*/site-packages")
    for name, text in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text, encoding="utf-8")
    return str(home / "bin" / "python")


@pytest.mark.parametrize("python", list(interpreters().values()), ids=list(interpreters()))
def test_a_subclass_that_another_file_loads_forgives_nothing_here(python: str, tmp_path: Path) -> None:
    """Alone, after a file that loads the subclass, and before one."""
    judge = home_with(tmp_path, python, PACKAGES)
    other = "import derived\n"
    (alone,) = ask_all(tmp_path / "1", [ASKING], python=judge)
    _, after = ask_all(tmp_path / "2", [other, ASKING], python=judge)
    before, _ = ask_all(tmp_path / "3", [ASKING, other], python=judge)
    assert [denial.name for denial in alone.found] == ["base.Parser.shout"]
    assert alone.found[0].text == after.found[0].text == before.found[0].text


@pytest.mark.parametrize(
    "line", ["import derived", "import inner", "import around", "from lazy import Loud", "import lazy; lazy.Loud"]
)
def test_a_subclass_that_the_file_loads_itself_forgives_as_often_as_it_is_read(line: str, tmp_path: Path) -> None:
    """Through a function that runs on import, a relative import, an import by name, a lazy name; also when all is there."""
    judge = home_with(tmp_path, sys.executable, PACKAGES)
    text = f"{line}\n{ASKING}"
    (alone,) = ask_all(tmp_path / "1", [text], python=judge)
    first, second, third = ask_all(tmp_path / "2", ["import derived\n", text, text], python=judge)
    assert [alone.found, first.found, second.found, third.found] == [(), (), (), ()]


def test_settings_that_import_nothing_are_read_by_the_adapter_of_their_package(tmp_path: Path) -> None:
    """Django's settings name applications, alone and after another file."""
    stand_in = {
        "django/__init__.py": "def setup():\n    pass\n",
        "django/conf.py": "class settings:\n    configured = False\n    @staticmethod\n    def configure(**given): pass\n",
    }
    judge = home_with(tmp_path, sys.executable, stand_in)
    text = 'INSTALLED_APPS = ["django", "nobody_wrote_this"]\n'
    (alone,) = ask_all(tmp_path / "1", [text], python=judge)
    _, after = ask_all(tmp_path / "2", ["import json\n", text], python=judge)
    assert [one.name for one in alone.found] == [one.name for one in after.found] == ["nobody_wrote_this"]


def test_an_answer_says_whether_something_was_looked_for_in_the_project(tmp_path: Path) -> None:
    """Where nothing was, it holds in any tree; from the first question on all may hang on it."""
    judge = home_with(tmp_path, sys.executable, PACKAGES)
    texts = ["import base\n\nbase.Parser().parse()\n", ASKING, "import base\n"]
    files = [{"path": f"{number}.py", "text": text} for number, text in enumerate(texts)]
    run = Run(side="head", job={"mode": "reality", "files": files, "question": "json.loads"}, time_limit_s=60.0)
    frames = write(tmp_path / "project", "=== empty.py\n").under(judge).run(run).frames
    told = [frame["asks_project"] for frame in frames if frame["t"] in ("file", "lookup")]
    assert told == [False, True, True, True]
