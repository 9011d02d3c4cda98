"""How calls bind to real signatures, and what literals really do."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.probe.asking import ask, denied
from tests.probe.test_reality_loading import home_with


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("open('/dev/null', 'read')", "open('/dev/null', 'r')"),
        ("open('/dev/null', encoding='utf8-sigg')", "open('/dev/null', encoding='utf-8-sig')"),
        ("b'a'.decode('utf-8', errors='skip_invalid')", "b'a'.decode('utf-8', errors='ignore')"),
        ("hashlib.new('sha-257', b'a')", "hashlib.new('sha256', b'a')"),
        ("zoneinfo.ZoneInfo('US/Pacfic')", "zoneinfo.ZoneInfo('US/Pacific')"),
        ("re.compile(r'(?<name>a)')", "re.compile(r'(?P<name>a)')"),
        ("re.compile('[a-#]x', re.VERBOSE)", "re.compile('a # [a', re.VERBOSE)"),
        ("struct.pack('<Z', x)", "struct.pack('<I', x)"),
        ("datetime.datetime.strptime(x, '%Y-%Q')", "datetime.datetime.strptime(x, '%Y-%m')"),
        ("logging.getLogger('a').setLevel('VERBOSE')", "logging.getLogger('a').setLevel('DEBUG')"),
        ("'{:,.2z}'.format(1.0)", "'{:,.2f}'.format(1.0)"),
        ("datetime.date(2023, 2, 29)", "datetime.date(2024, 2, 29)"),
        ("unicodedata.normalize('NFZ', x)", "unicodedata.normalize('NFC', x)"),
        ("uuid.UUID('12')", "uuid.UUID(int=12)"),
        ("ipaddress.ip_network('10.0.0.1/8')", "ipaddress.ip_network('10.0.0.0/8')"),
    ],
)
def test_literals_are_tried(wrong: str, right: str, tmp_path: Path) -> None:
    """What the interpreter refuses is denied, and its neighbour is not."""
    head = "import datetime, hashlib, ipaddress, logging, re, struct, unicodedata, uuid, zoneinfo\ndef f(x):\n    "
    assert [name.split()[1] for name in denied(tmp_path, head + wrong + "\n")] == ["wrong-literal"]
    assert denied(tmp_path, head + right + "\n") == []


def test_a_literal_that_the_code_expects_to_fail_is_left_alone(tmp_path: Path) -> None:
    """`try: codecs.lookup(...)` is how one asks."""
    text = "import codecs\ntry:\n    codecs.lookup('nope')\nexcept LookupError:\n    pass\n"
    assert denied(tmp_path, text) == []


def test_names_that_the_file_registers_are_known(tmp_path: Path) -> None:
    """An error handler of one's own is no mistake."""
    text = "import codecs\ncodecs.register_error('mine', print)\nb'a'.decode('utf-8', errors='mine')\n"
    assert denied(tmp_path, text) == []


def test_what_the_call_itself_warns_of_is_a_deprecation(tmp_path: Path) -> None:
    """Functions written in C have no source to read; a pure one is called."""
    found = ask(tmp_path, "import re\nre.sub('a', 'b', 'c', 1)\n").found
    assert all(denial.certainty == "deprecated" for denial in found)


def test_a_keyword_that_is_refused_only_at_run_time_is_refused(tmp_path: Path) -> None:
    """`logging.basicConfig` takes what it knows out of `**kwargs` and raises for the rest."""
    text = "import logging\nlogging.basicConfig(fmt='x')\nlogging.basicConfig(format='x')\n"
    assert denied(tmp_path, text) == ["2 unknown-parameter logging.basicConfig(fmt=)"]


def test_paths_stay_paths(tmp_path: Path) -> None:
    """Through methods, properties and the slash."""
    text = "from pathlib import Path\ndef f(x):\n    (Path(x).parent / 'a').with_name('b').read_lines()\n    Path(x).joinpath('a').exists()\n"
    assert [line.split()[0] for line in denied(tmp_path, text)] == ["3"]


def test_a_literal_that_hangs_or_dies_costs_itself_only(tmp_path: Path) -> None:
    """Calls are made in a fork; the one after it is made as well."""
    text = "import re\nre.match('(a*)*$', 'a' * 3)\nre.compile('(')\n"
    assert denied(tmp_path, text) == ["3 wrong-literal re.compile"]


def test_keywords_are_followed_through_a_parameter_that_holds_the_class(tmp_path: Path) -> None:
    """`click.command` builds the class in `cls`, which is `Command` unless another one is given."""
    text = (
        "import click\n"
        "@click.command(name='a', description='x')\ndef wrong(): pass\n"
        "@click.command(name='a', help='x')\ndef right(): pass\n"
        "@click.command(name='a', cls=print, description='x')\ndef other(): pass\n"
    )
    assert denied(tmp_path, text) == ["2 unknown-parameter click.decorators.command(description=)"]


def test_methods_and_constructors_of_installed_packages_are_bound(tmp_path: Path) -> None:
    """Keywords, too many positionals, missing ones; methods inherited by a class of the file."""
    text = (
        "import unittest\nfrom rich.console import Console\nfrom rich.table import Table\n"
        "Table(header=True)\nc = Console()\nc.rule('a', 'b')\nc.print_success('x')\nc.print('fine')\nc.rule()\nc.input(1, 2, 3, 4)\n"
        "class T(unittest.TestCase):\n    def test(self):\n        self.assertEquals2(1, 1)\n        self.assertEqual(1, 1)\n"
    )
    assert denied(tmp_path, text) == [
        "4 unknown-parameter rich.table.Table(header=)",
        "6 wrong-arity rich.console.Console.rule()",
        "7 missing-attribute rich.console.Console.print_success",
        "10 wrong-arity rich.console.Console.input()",
        "13 missing-attribute T.assertEquals2",
    ]


def test_a_literal_outside_an_annotated_choice_is_told_with_the_choices(tmp_path: Path) -> None:
    """`rich` annotates `justify` with its four words."""
    (found,) = ask(tmp_path, "from rich.text import Text\nText('a', justify='middle')\n").found
    assert (found.kind, found.certainty) == ("wrong-literal", "static")
    assert "'center'" in found.text


def test_what_goes_away_is_a_deprecation(tmp_path: Path) -> None:
    """By the decorator, the warning or the docstring of the library."""
    found = ask(tmp_path, "import logging\nlogging.getLogger('a').warn('x')\n").found
    assert [denial.certainty for denial in found] == ["deprecated"]


def test_a_default_that_looks_like_none_at_all_is_a_default(tmp_path: Path) -> None:
    """`inspect.Signature(return_annotation=Signature.empty)`: its own signature says that the keyword is required."""
    assert denied(tmp_path, "import inspect\ninspect.Signature([])\n") == []


def test_a_standard_module_of_another_platform_is_no_mistake(tmp_path: Path) -> None:
    """No interpreter has all of these."""
    assert denied(tmp_path, "import msvcrt\nimport termios\n") == []


def test_methods_are_not_taken_for_classes_of_the_same_name(tmp_path: Path) -> None:
    """`datetime.now().date()` is a method of `datetime.datetime`, and `datetime.date` is a class."""
    text = (
        "from datetime import datetime, date\nnow = datetime.now()\nnow.date()\nnow.time()\ndatetime.min.time()\n"
        "date(2024, 2, 29).isoformat()\ndate(2023, 2, 29)\n"
    )
    assert [line.split()[:2] for line in denied(tmp_path, text)] == [["7", "wrong-literal"]]


def test_an_instance_that_is_called_in_order_to_raise_is_called_rightly(tmp_path: Path) -> None:
    """It says so by `NoReturn`, as `pytest.fail` does."""
    assert denied(tmp_path, "import pytest\n\ndef f(reason: str):\n    pytest.fail(reason)\n") == []


def test_a_module_that_is_called_is_told(tmp_path: Path) -> None:
    """What was meant stands inside it, or beside it; a module that answers for names itself may give either."""
    files = {
        "mill/__init__.py": "from mill import grind\n",
        "mill/grind.py": "def grind(): return 1\n",
        "lazy/__init__.py": "from lazy import grind\ndef __getattr__(name): return grind.grind\n",
        "lazy/grind.py": "def grind(): return 1\n",
    }
    judge = home_with(tmp_path, sys.executable, files)
    (found,) = ask(tmp_path, "import mill\nmill.grind()\n", python=judge).found
    assert (found.kind, found.certainty, found.nearest) == ("misuse", "proven", ("mill.grind.grind",))
    assert found.output == "TypeError: 'module' object is not callable"
    assert denied(tmp_path, "import mill, lazy\nmill.grind.grind()\nlazy.grind()\n", python=judge) == []
