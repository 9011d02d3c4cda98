"""What kept answers about installed packages are held against."""

from __future__ import annotations

from pathlib import Path

import pytest

from assay.instruments.prints import environment_print, files_print, own_print


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """A virtual environment as its files look, with one distribution."""
    home = tmp_path / "env"
    record = home / "lib" / "python3.12" / "site-packages" / "one-1.0.dist-info" / "RECORD"
    record.parent.mkdir(parents=True)
    record.write_text("one.py,,\n")
    (home / "bin").mkdir()
    (home / "bin" / "python").write_text("")
    (home / "pyvenv.cfg").write_text("include-system-site-packages = false\n")
    return home


def told(environment: Path) -> str | None:
    """The print of the environment."""
    return environment_print(str(environment / "bin" / "python"))


def test_an_environment_is_the_same_until_something_is_installed(environment: Path) -> None:
    """Another version writes another record."""
    before = told(environment)
    assert before is not None
    assert told(environment) == before
    (environment / "lib/python3.12/site-packages/one-1.0.dist-info/RECORD").write_text("one.py,,\ntwo.py,,\n")
    assert told(environment) != before


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("lib/python3.12/site-packages/here.pth", "/home/me/src\n"),
        ("pyvenv.cfg", "include-system-site-packages = true"),
    ],
)
def test_what_is_edited_in_place_is_not_told(name: str, text: str, environment: Path) -> None:
    """Its content may change while the metadata stays."""
    (environment / name).write_text(text)
    assert told(environment) is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("here.pth", "/home/me/src\n"),
        ("__editable__.mine-1.0.pth", "/home/me/src\n"),
        ("__editable___mine_1_0_finder.py", "MAPPING = {'mine': '/home/me/src/mine'}\n"),
    ],
)
def test_the_project_itself_may_be_installed_in_place(name: str, text: str, environment: Path) -> None:
    """Its files are known by other means; those of another project are not."""
    (environment / "lib/python3.12/site-packages" / name).write_text(text)
    python = str(environment / "bin" / "python")
    assert environment_print(python, own=Path("/home/me")) is not None
    assert environment_print(python, own=Path("/home/other")) is None
    assert environment_print(python, own=Path("/home/me/src/mi")) is None


def test_a_name_on_the_path_is_not_told() -> None:
    """Which interpreter it means may change."""
    assert environment_print("python3") is None
    assert environment_print(None) is None


def test_files_are_told_by_their_text_and_by_what_stands_around_them(tmp_path: Path) -> None:
    """A neighbour may be what they import."""
    file = tmp_path / "a.py"
    file.write_text("import b\n")
    before = files_print([file])
    file.write_text("import b\n")
    (tmp_path / "b.py").write_text("")
    assert files_print([file]) != before
    assert files_print([tmp_path / "gone.py"]) is None


def test_assay_tells_itself() -> None:
    """The same text as long as nothing of it changes."""
    assert own_print() == own_print()
