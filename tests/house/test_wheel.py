"""What is published is whole, needs nothing, and runs where it is installed."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as `make wheel` builds it."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


def metadata(wheel: Path) -> Message:
    """The wheel's METADATA."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return HeaderParser().parsestr(archive.read(name).decode())


def test_it_carries_assay_and_the_probe_and_nothing_else(wheel: Path) -> None:
    """Every module of both packages; no tests, no sample."""
    with zipfile.ZipFile(wheel) as archive:
        modules = {name for name in archive.namelist() if name.endswith(".py")}
    source = ROOT / "src"
    assert modules == {path.relative_to(source).as_posix() for path in source.rglob("*.py")}


def test_it_needs_at_most_seven_distributions(wheel: Path) -> None:
    """Assay needs one, pinned to the very version whose words it reads; what stands behind an extra is for developers."""
    needed = [line for line in metadata(wheel).get_all("Requires-Dist", []) if "extra ==" not in line]
    assert needed == ["ty==0.0.104"]
    assert metadata(wheel)["Requires-Python"] == ">=3.11"


def test_it_runs_where_pip_puts_it(wheel: Path, tmp_path: Path) -> None:
    """Installed without an index into an empty folder, the command answers."""
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-index",
        "--no-deps",
        "--target",
    ]
    subprocess.run([*pip, str(tmp_path), str(wheel)], check=True, capture_output=True)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [str(tmp_path / "bin/assay"), "--help"], env=environment, capture_output=True, text=True, check=True
    )
    assert "assay check" in done.stdout
    where = [sys.executable, "-c", "import assay, assay_probe; print(assay.__file__, assay_probe.__file__)"]
    files = subprocess.run(where, env=environment, capture_output=True, text=True, check=True).stdout.split()
    assert all(file.startswith(str(tmp_path)) for file in files)
