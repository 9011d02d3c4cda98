"""What stands before the dot: objects that come from calls, attributes, loops and documentation of a library."""

from __future__ import annotations

import venv
from pathlib import Path

import pytest
from tests.probe.asking import ask, denied

LIBRARY = '''
"""A library without annotations."""
import contextlib
import functools
import typing


class Row:
    size: int = 0

    def close(self):
        """Close it."""


class Table:
    def __init__(self):
        self.first = Row()

    def __iter__(self):
        for n in range(3):
            yield Row()

    def __getitem__(self, place) -> Row:
        return Row()

    def again(self):
        return self.__class__()

    def model(self, row):
        if isinstance(row, Row):
            return row
        return Row()


class Pointer:
    """Answers for some names."""

    names = ("left", "right")

    def __getattr__(self, name):
        if name.startswith("to_"):
            return 1
        for known in self.names:
            if name == known:
                return 2
        raise AttributeError(name)


class Group:
    def __getattr__(self, name) -> "Group":
        return Group()

    def __call__(self, *args, **kwargs):
        raise TypeError("a group is not called")


class Dispatch:
    """Wraps a function without being one."""

    def __init__(self, function):
        self.function = function
        functools.update_wrapper(self, function)

    def __call__(self, *args, backend=None, **kwargs):
        return self.function(*args, **kwargs)


class Maker:
    def __call__(self, name, *, loud=False) -> Row:
        return Row()


make = Maker()


@Dispatch
def dispatched(a, *, weight=None):
    return a


class Shelf:
    def __init__(self, width=1):
        self.width = width

    @classmethod
    def built(cls, **kwargs):
        return cls(**kwargs)


def partly(a):
    """Do it.

    .. deprecated:: 1.6

       Using ``partly()`` with a number of class `~.Row` is deprecated.
    """


def old(a):
    """Do it.

    .. deprecated:: 1.6

       Use ``new()`` instead.
    """


@contextlib.contextmanager
def lazily() -> "typing.Iterator[Row]":
    yield Row()


def eagerly() -> "typing.ContextManager[Row]":
    return contextlib.closing(Row())


def shift(start=0, **kwargs):
    known = ["weeks"]
    for key, value in kwargs.items():
        if key in known or key in ("days", "hours"):
            start += value
        else:
            raise ValueError("no such unit")
    return start


def handing(**kwargs):
    return shift(2, **kwargs)


def emptied(**kwargs):
    size = kwargs.pop("size", 1)
    if kwargs:
        raise ValueError("unknown settings")
    return size


def doubtful(**kwargs):
    size = size_of() or kwargs.pop("sized", 1)
    if kwargs:
        raise ValueError("unknown settings")
    return size


def inspected(**kwargs):
    if not kwargs:
        return None
    if kwargs.get("sized") is None:
        return 1
    raise ValueError("whatever the name is")


class OneOf:
    def __init__(self, values):
        self.values = set(values)

    def __set__(self, instance, value):
        if value not in self.values:
            raise ValueError("not one of them")
        instance.__dict__["kind"] = value


class Style:
    kind = OneOf(("solid", None))

    def __init__(self, kind=None, other=None):
        if other is not None:
            kind = other
        self.kind = kind


def frozen(table):
    table.closed = True
    return table


def numpydoc(where):
    """Find a row.

    Returns
    -------
    row : Row
        The row.
    """
    return where[0]


def google(where):
    """Find a row.

    Returns:
        Row: the row.
    """
    return where[0]


def sphinx(where):
    """Find a row.

    :rtype: :class:`Row <library.Row>`
    """
    return where[0]


def prose(where):
    """Return a generator yielding a Row instance for all."""
    return iter(where)


def text_only(where):
    """Find a row.

    Returns
    -------
    row : dict of rows by name
    """
    return where[0]
'''


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An interpreter with the library installed."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=False)
    (place,) = home.glob("lib/python*/site-packages")
    (place / "shelf").mkdir()
    (place / "shelf" / "__init__.py").write_text(LIBRARY)
    return str(home / "bin" / "python")


def told(folder: Path, python: str, text: str) -> list[str]:
    """`line class name certainty` of each denial; the library is imported in the first line."""
    found = ask(folder, "import shelf\n" + text, python=python).found
    return [f"{one.line} {one.kind} {one.name.removeprefix('shelf.')} {one.certainty}" for one in found]


@pytest.mark.parametrize(
    ("before", "receiver"),
    [
        ("", "shelf.Table().first"),
        ("", "shelf.Table()[0]"),
        ("for row in shelf.Table():\n    ", "row"),
        ("", "[row for row in shelf.Table()][0]"),
        ("", "shelf.Table().again().first"),
        ("", "shelf.Table().model(x)"),
        ("", "shelf.frozen(shelf.Table()).first"),
        ("", "shelf.make('a')"),
    ],
)
def test_receivers_come_from_what_the_library_does(before: str, receiver: str, tmp_path: Path, python: str) -> None:
    """Attributes that `__init__` keeps, loops, indexing, `self.__class__()`, `isinstance`, arguments handed back."""
    text = f"x = None\n{before}{receiver}.shut()\n{before}{receiver}.close()\n"
    (found,) = told(tmp_path, python, text)
    assert found.split()[1:3] == ["missing-attribute", "Row.shut"]
    assert found.split()[0] == str(text[: text.index("shut")].count("\n") + 2)


@pytest.mark.parametrize("function", ["numpydoc", "google", "sphinx"])
def test_documentation_is_believed_as_far_as_a_suspicion(function: str, tmp_path: Path, python: str) -> None:
    """What only prose says stops nothing."""
    text = f"shelf.{function}([]).shut()\nshelf.{function}([]).close()\n"
    assert told(tmp_path, python, text) == ["2 missing-attribute Row.shut suspect"]


def test_documentation_that_names_no_class_says_nothing(tmp_path: Path, python: str) -> None:
    """`dict of rows` may be anything like it; what a generator yields is told in prose too."""
    text = "shelf.text_only([]).shut()\nfor row in shelf.prose([]):\n    row.shut()\n    row.close()\n"
    assert told(tmp_path, python, text) == ["4 missing-attribute Row.shut suspect"]


def test_a_class_that_answers_for_names_is_read_with_the_name_put_in(tmp_path: Path, python: str) -> None:
    """Conditions and loops over its own tables decide."""
    text = "p = shelf.Pointer()\np.to_json\np.left\np.middle\n"
    assert told(tmp_path, python, text) == ["5 missing-attribute Pointer.middle proven"]


def test_what_only_raises_when_it_is_called_is_no_method(tmp_path: Path, python: str) -> None:
    """As collections of pymongo do, which make up a collection for any name."""
    text = "g = shelf.Group()\ng.users\ng.users.insert(1)\n"
    assert told(tmp_path, python, text) == ["4 missing-attribute g.users.insert static"]


def test_objects_that_wrap_a_function_are_held_against_it(tmp_path: Path, python: str) -> None:
    """With the keywords of the wrapper beside those of the function; instances by their `__call__`."""
    text = (
        "shelf.dispatched(1, weight=2, backend='x')\nshelf.dispatched(1, weighted=2)\n"
        "shelf.make('a', loud=True)\nshelf.make('a', silent=True)\n"
    )
    assert told(tmp_path, python, text) == [
        "3 unknown-parameter dispatched(weighted=) suspect",
        "5 unknown-parameter Maker.__call__(silent=) proven",
    ]


def test_a_module_that_is_imported_inside_a_function_is_known(tmp_path: Path) -> None:
    """`multiprocessing.Pool` imports where it is called."""
    text = "import multiprocessing\nwith multiprocessing.Pool(2) as pool:\n    pool.map_all(abs, [1])\n    pool.map(abs, [1])\n"
    assert denied(tmp_path, text) == ["3 missing-attribute multiprocessing.pool.Pool.map_all"]


def test_a_cast_is_what_it_says(tmp_path: Path, python: str) -> None:
    """Not what is cast, although `typing.cast` hands that back."""
    text = "from typing import cast\nt = shelf.Table()\ncast(shelf.Row, t).close()\ncast(shelf.Row, t).again()\n"
    assert told(tmp_path, python, text) == ["5 missing-attribute Row.again static"]


def test_keywords_that_a_function_of_the_file_hands_on_are_held_against_the_library(tmp_path: Path) -> None:
    """Unless the function reads the key itself, or alters what it collects."""
    text = (
        "import shutil\ndef copy(a, b, **options):\n    shutil.copytree(a, b, **options)\n"
        "def own(a, b, **options):\n    options.pop('loud', None)\n    shutil.copytree(a, b, **options)\n"
        "copy(1, 2, overwrite=True)\ncopy(1, 2, dirs_exist_ok=True)\nown(1, 2, loud=True)\n"
    )
    assert denied(tmp_path, text) == ["7 unknown-parameter copy(overwrite=)"]


def test_a_class_method_may_build_the_class_of_the_file(tmp_path: Path, python: str) -> None:
    """It calls `cls(**kwargs)`, and the class of the file has an `__init__` of its own."""
    text = (
        "class Mine(shelf.Shelf):\n    def __init__(self, app=None, **kwargs):\n        super().__init__(**kwargs)\n"
        "Mine.built(app=1)\nshelf.Shelf.built(app=1)\n"
    )
    assert [line.split()[0] for line in told(tmp_path, python, text)] == ["6"]


@pytest.mark.parametrize(
    ("wrong", "right"), [("int(input(), radix=2)", "int(input(), base=2)"), ("max([], by=len)", "max([], key=len)")]
)
def test_what_has_no_signature_has_one_in_its_documentation(wrong: str, right: str, tmp_path: Path) -> None:
    """Callables written in C; what their documentation names anywhere is no mistake."""
    assert [line.split()[:2] for line in denied(tmp_path / "wrong", wrong)] == [["1", "unknown-parameter"]]
    assert denied(tmp_path / "right", right) == []


def test_one_use_that_is_deprecated_is_not_all_of_them(tmp_path: Path, python: str) -> None:
    """`integrate` of sympy is deprecated with one kind of argument alone."""
    assert told(tmp_path, python, "shelf.partly(1)\nshelf.old(1)\n") == ["3 deprecated old deprecated"]


def test_keywords_that_the_library_looks_at_and_refuses(tmp_path: Path, python: str) -> None:
    """A loop over what is collected, the rest after everything known was taken out; what is read in doubt is left."""
    text = (
        "shelf.shift(days=1)\nshelf.shift(day_count=1)\nshelf.emptied(size=1)\nshelf.emptied(sized=1)\n"
        "shelf.doubtful(sized=1)\nshelf.inspected(any=1)\nshelf.handing(days=1)\nshelf.handing(day_count=1)\n"
    )
    assert [line.rsplit(" ", 1)[0] for line in told(tmp_path, python, text)] == [
        "3 unknown-parameter shift(day_count=)",
        "5 unknown-parameter emptied(sized=)",
        "9 unknown-parameter handing(day_count=)",
    ]


def test_values_that_a_descriptor_refuses(tmp_path: Path, python: str) -> None:
    """As styles of openpyxl do: `__set__` looks into the set that the descriptor holds."""
    text = "shelf.Style('solid')\nshelf.Style(kind='filled')\nshelf.Style(other='solid')\nshelf.Style(other='filled')\n"
    assert [line.rsplit(" ", 1)[0] for line in told(tmp_path, python, text)] == [
        "3 wrong-literal Style(kind='filled')",
        "5 wrong-literal Style(other='filled')",
    ]


def test_a_context_manager_may_do_its_work_before_it_is_entered(tmp_path: Path, python: str) -> None:
    """`sentry_sdk.init` promises one, and nobody enters it; a decorated generator does nothing before."""
    text = "shelf.eagerly()\nshelf.lazily()\nwith shelf.eagerly() as row:\n    row.shut()\n"
    assert told(tmp_path, python, text) == ["3 misuse lazily ignored", "5 missing-attribute Row.shut static"]
