"""The probe is compiled once for an interpreter that is not Assay's own."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assay.instruments.compiled_probe import CompiledProbe
from assay.instruments.sandbox.door import open_sandbox
from assay.instruments.target import Interpreter, ask
from assay.values.lab import Sandbox

SOURCES = {"__init__.py": "", "wire.py": "sent = 1\n", "other.py": "", "reality/__init__.py": "", "reality/run.py": ""}
REALITY = {"__init__", "wire", "reality/__init__", "reality/run"}


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """Whatever walls can be had here."""
    with contextlib.closing(open_sandbox(tmp_path / "walls", at_least=0)) as opened:
        yield opened


@pytest.fixture
def interpreter(tmp_path: Path, sandbox: Sandbox) -> Interpreter:
    """An environment that would break every process that looks at what is installed, but for `-S`."""
    home = tmp_path / "home"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
    found = ask(home / "bin" / "python", "test", sandbox, tmp_path)
    (packages,) = home.glob("lib/python*/site-packages")
    (packages / "sitecustomize.py").write_text("raise SystemExit('no')\n", encoding="utf-8")
    return found


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A small probe."""
    folder = tmp_path / "probe_sources"
    for name, text in SOURCES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def compiled_in(place: Path) -> set[str]:
    """Modules with a compiled file, which holds for this Python."""
    found = place.rglob(f"__pycache__/*.{sys.implementation.cache_tag}.pyc")
    return {
        f"{path.parent.parent.relative_to(place).as_posix()}/{path.name.split('.')[0]}".removeprefix("./")
        for path in found
    }


def loaded_from(place: Path) -> str:
    """What `wire` sends, as a new process loads it from this place."""
    line = f"import sys; sys.path.insert(0, {str(place)!r}); import wire; print(wire.sent)"
    done = subprocess.run([sys.executable, "-B", "-c", line], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_what_a_job_loads_is_compiled_beside_a_copy_and_the_rest_when_it_is_needed(
    sources: Path, interpreter: Interpreter, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Asking what is installed loads one half of the probe, experiments the other."""
    probe = CompiledProbe(sources, tmp_path / "cache")
    place = probe.place_for(interpreter, "reality", sandbox)
    assert place.is_relative_to(tmp_path / "cache")
    assert compiled_in(place) == REALITY
    # The compiled file is what counts there: the text beside it is not even looked at.
    (place / "wire.py").write_text("sent = 2\n", encoding="utf-8")
    assert loaded_from(place) == "1"
    later = CompiledProbe(sources, tmp_path / "cache")
    assert later.place_for(interpreter, "plan", sandbox) == place
    assert compiled_in(place) == {*REALITY, "other"}
    assert compiled_in(sources) == set()


def test_a_probe_that_was_changed_is_compiled_anew(
    sources: Path, interpreter: Interpreter, sandbox: Sandbox, tmp_path: Path
) -> None:
    """By its stamps; the old copy stays for checks that still run."""
    before = CompiledProbe(sources, tmp_path / "cache").place_for(interpreter, "reality", sandbox)
    (sources / "wire.py").write_text("sent = 'something else'\n", encoding="utf-8")
    after = CompiledProbe(sources, tmp_path / "cache").place_for(interpreter, "reality", sandbox)
    assert [loaded_from(before), loaded_from(after)] == ["1", "something else"]


def test_checks_at_the_same_time_share_a_copy(
    sources: Path, interpreter: Interpreter, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Whoever is first lays it down; the others find it, or wrote the same."""
    probes = [CompiledProbe(sources, tmp_path / "cache") for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        places = set(pool.map(lambda probe: probe.place_for(interpreter, "reality", sandbox), probes))
    (place,) = places
    assert compiled_in(place) == REALITY
    assert not list((tmp_path / "cache").rglob("new-*"))


def test_the_sources_serve_where_nothing_is_kept_or_can_be_compiled(
    sources: Path, interpreter: Interpreter, sandbox: Sandbox, tmp_path: Path
) -> None:
    """No cache, a cache that is no folder, a module that this Python cannot read, and one that is compiled already."""
    assert CompiledProbe(sources, None).place_for(interpreter, "reality", sandbox) == sources
    (tmp_path / "file").touch()
    assert CompiledProbe(sources, tmp_path / "file").place_for(interpreter, "reality", sandbox) == sources
    (sources / "other.py").write_text("no Python\n", encoding="utf-8")
    assert CompiledProbe(sources, tmp_path / "cache").place_for(interpreter, "plan", sandbox) == sources
    (sources / "__pycache__").mkdir()
    (sources / "__pycache__" / f"wire.{sys.implementation.cache_tag}.pyc").touch()
    assert CompiledProbe(sources, tmp_path / "cache").place_for(interpreter, "reality", sandbox) == sources
