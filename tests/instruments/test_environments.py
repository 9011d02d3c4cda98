"""The project's environment is found where its tools keep it, or the command that makes one is named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assay.instruments.environments import environments, how_to_make_one
from assay.instruments.installed import installed_files, stale


def program(place: Path, says: str) -> None:
    """A tool that gives one answer."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(f"#!/bin/sh\ncat <<'END'\n{says}\nEND\n", encoding="utf-8")
    place.chmod(0o755)


def found(project: Path, tools: Path) -> list[tuple[str, str]]:
    """Interpreters that were found, without the local folders that are not there."""
    known = environments(project, {"PATH": f"{tools}:/usr/bin:/bin"})
    return [(str(path), how) for path, how in known if not how.startswith("local")]


def test_tools_are_asked_where_the_project_uses_them(tmp_path: Path) -> None:
    project, tools = tmp_path / "project", tmp_path / "tools"
    project.mkdir()
    program(tools / "poetry", "/envs/p/bin/python")
    program(tools / "pipenv", "Courtesy notice\n/envs/q/bin/python")
    program(tools / "conda", '{"envs": ["/opt/conda", "/opt/conda/envs/shop"]}')
    assert found(project, tools) == []
    (project / "poetry.lock").touch()
    (project / "Pipfile").touch()
    (project / "environment.yml").write_text("name: shop\n", encoding="utf-8")
    for name in (".tox/lint", ".tox/py311", ".nox/tests"):
        (project / name / "bin").mkdir(parents=True)
        (project / name / "bin" / "python").touch()
    assert found(project, tools) == [
        ("/envs/p/bin/python", "poetry"),
        ("/envs/q/bin/python", "pipenv"),
        ("/opt/conda/envs/shop/bin/python", "conda environment shop"),
        (f"{project}/.tox/py311/bin/python", "tox environment py311"),
        (f"{project}/.tox/lint/bin/python", "tox environment lint"),
        (f"{project}/.nox/tests/bin/python", "nox environment tests"),
    ]


def test_what_pdm_wrote_down_counts_where_it_is_an_environment(tmp_path: Path) -> None:
    """The file could name any folder, and the sandbox would show it."""
    python = tmp_path / "there" / "bin" / "python"
    (tmp_path / ".pdm-python").write_text(f"{python}\n", encoding="utf-8")
    assert found(tmp_path, tmp_path) == []
    python.parent.mkdir(parents=True)
    (tmp_path / "there" / "pyvenv.cfg").touch()
    assert found(tmp_path, tmp_path) == [(str(python), "pdm")]


@pytest.mark.parametrize(
    ("files", "command"),
    [
        (("uv.lock", "pyproject.toml"), "uv sync --all-groups --all-extras"),
        (("poetry.lock",), "poetry install --all-extras"),
        (("Pipfile", "setup.py"), "pipenv install --dev"),
        (
            ("setup.py", "requirements.txt", "requirements-dev.txt"),
            "python3 -m venv .venv && .venv/bin/pip install -e . -r requirements-dev.txt -r requirements.txt pytest",
        ),
        (("m.py",), ""),
    ],
)
def test_the_exact_command(tmp_path: Path, files: tuple[str, ...], command: str) -> None:
    for name in files:
        (tmp_path / name).touch()
    assert how_to_make_one(tmp_path) == command


def test_files_that_only_the_installed_copy_has(tmp_path: Path) -> None:
    """What git does not ignore is left where it is: another version had it."""
    site = tmp_path / "lib" / "site-packages"
    for name in ("p/__init__.py", "p/_version.py", "p/gone.py", "p/_fast.so", "other/x.so"):
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).touch()

    def ignored(paths: object) -> frozenset[str]:
        return frozenset({"src/p/_version.py"})

    carried = installed_files([site], ("src",), ["src/p/__init__.py", "src/p/_fast.c"], ignored)
    assert sorted(carried) == ["src/p/_fast.so", "src/p/_version.py"]
    assert stale(carried, ["src/p/_fast.c"], tmp_path / "tree") == ()
    source = tmp_path / "tree" / "src" / "p" / "_fast.c"
    source.parent.mkdir(parents=True)
    source.touch()
    os.utime(site / "p" / "_fast.so", (1e9, 1e9))
    assert stale(carried, ["src/p/_fast.c"], tmp_path / "tree") == ("src/p/_fast.so",)
