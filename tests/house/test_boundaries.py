"""Who may touch what: the rules that import contracts cannot state."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src"
ASSAY = sorted((SOURCE / "assay").rglob("*.py"))
PROBE = sorted((SOURCE / "assay_probe").rglob("*.py"))
CORE = [
    path
    for path in ASSAY
    if "instruments" not in path.parts and path.stem.partition("_")[0] not in {"cli", "wiring", ""}
]

WORLD = {
    "asyncio", "concurrent", "ctypes", "fcntl", "ftplib", "glob", "http", "mmap", "multiprocessing", "os", "platform", "pty",
    "resource", "secrets", "select", "selectors", "shutil", "signal", "smtplib", "socket", "sqlite3", "ssl", "subprocess",
    "tempfile", "threading", "time", "urllib", "uuid",
}  # fmt: skip
FILE_ACCESS = {"open", "read_text", "write_text", "read_bytes", "write_bytes", "unlink", "mkdir", "iterdir", "rglob"}
NEVER = {"pickle", "shelve", "runpy", "code"}
EVALUATES = {"eval", "exec", "__import__"}
HEAVY = {
    "ast", "asyncio", "concurrent.futures", "dataclasses", "importlib.metadata", "inspect", "json", "multiprocessing", "socket",
    "subprocess", "tempfile", "tomllib", "typing", "urllib.request",
}  # fmt: skip


def relative(path: Path) -> str:
    """How a rule names a file."""
    return str(path.relative_to(SOURCE))


def imports(path: Path) -> Iterator[str]:
    """Dotted names of every module the file imports, at any depth."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or ""


def calls(path: Path) -> Iterator[str]:
    """Names of everything the file calls: `open` for `open(...)`, `.read_text` for `x.read_text(...)`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            match node.func:
                case ast.Name(id=name):
                    yield name
                case ast.Attribute(attr=name):
                    yield f".{name}"
                case _:
                    pass


def distributions(path: Path) -> set[str]:
    """Top-level names of the imported modules."""
    return {name.partition(".")[0] for name in imports(path)}


@pytest.mark.parametrize("path", CORE, ids=relative)
def test_the_core_does_not_touch_the_world(path: Path) -> None:
    """Processes, files, network and clocks belong to `instruments`; the core is handed a `Lab`."""
    assert not distributions(path) & WORLD
    assert "open" not in set(calls(path))
    assert not {f".{name}" for name in FILE_ACCESS} & set(calls(path))


@pytest.mark.parametrize("path", ASSAY, ids=relative)
def test_assay_needs_the_standard_library_and_in_one_module_a_type_checker(path: Path) -> None:
    """And it never imports the probe, which belongs to the target's interpreter."""
    allowed = {"assay", "ty"} if relative(path) == "assay/instruments/checker.py" else {"assay"}
    assert distributions(path) <= set(sys.stdlib_module_names) | allowed


@pytest.mark.parametrize("path", ASSAY, ids=relative)
def test_nothing_from_the_target_is_evaluated_in_our_own_process(path: Path) -> None:
    """No pickle, no eval; `ast.literal_eval` and `ast.parse` build values and trees and run nothing.

    Marshal may write a key to compare by, and never read.
    """
    assert not distributions(path) & NEVER
    assert not EVALUATES & set(calls(path))
    assert "marshal" not in distributions(path) or not {".load", ".loads", "load", "loads"} & set(calls(path))


@pytest.mark.parametrize("path", PROBE, ids=relative)
def test_the_probe_runs_in_any_interpreter_from_3_9_on(path: Path) -> None:
    """Standard library and itself, in the syntax of 3.9."""
    ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))
    foreign = distributions(path) - set(sys.stdlib_module_names) - {"assay_probe"}
    assert foreign <= {"pytest", "_pytest", "hypothesis", "numpy"}, "only what the target itself may have loaded"


def loaded_by(arguments: list[str]) -> set[str]:
    """Modules that a command loads over a bare start of the interpreter."""
    program = (
        "import sys; before = set(sys.modules)\n"
        "from assay.cli import main\n"
        f"sys.argv = ['assay', *{arguments!r}]\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "loaded = sorted(set(sys.modules) - before)\n"
        "import json; print(); print(json.dumps(loaded))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]], ids=" ".join)
def test_help_loads_next_to_nothing(arguments: list[str]) -> None:
    """Whoever asks for help waits for the interpreter and for argparse."""
    loaded = loaded_by(arguments)
    assert "assay.cli" in loaded
    assert not loaded & HEAVY
    assert {name for name in loaded if name.startswith("assay")} <= {"assay", "assay.cli", "assay.errors"}
    assert {name.partition(".")[0] for name in loaded} <= set(sys.stdlib_module_names) | {"assay"}
