#!/usr/bin/env python3
"""Time one check of one function in a small repository and in one of 10,000 Python files, and count what it touches.

Both are generated: packages of 25 modules with a test file for each, every module with five functions, three of which
call the module before. The change is the same in both, a rewrite of one function that keeps what it does.
"""

from __future__ import annotations

import argparse
import re
import resource
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

MODULES = 25
SIZES = {"small": 1, "large": 200}
"""Packages; with their tests and `__init__` files they are some 50 Python files each."""
MODULE = '''"""Prices of shelf {n}."""
{imports}
RATE = {n}


def net(amount, rate=RATE):
    """The amount without what it costs to sell it."""
    if amount < 0:
        raise ValueError("amounts are positive")
    return amount - amount * rate / 100


def gross(amount, rate=RATE):
    return {below}net(amount, rate) + rate


def label(name, width=12):
    text = name.strip().title()
    return text[:width].ljust(width)


def total(amounts, rate=RATE):
    return sum(gross(amount, rate) for amount in amounts)


def line(name, amounts):
    return label(name) + f"{{total(amounts):>10.2f}}"
'''
TEST = """from {package}.shelf_{n:02} import gross, label, line, net, total
import pytest


def test_net():
    assert net(100, 10) == 90
    with pytest.raises(ValueError):
        net(-1)


def test_gross():
    assert gross(100, 10) > 90


def test_label():
    assert label(" green tea ") == "Green Tea   "


def test_total():
    assert total([100, 200], 10) > 200
    assert total([]) == 0


def test_line():
    assert line("tea", [1, 2]).startswith("Tea")
"""
REWRITE = ("    text = name.strip().title()\n    return text[:width].ljust(width)\n",
           "    words = name.strip().title()\n    short = words[:width]\n    return short.ljust(width)\n")  # fmt: skip
_OPENED = re.compile(r'open(?:at)?\((?:AT_FDCWD, )?"([^"]+)".*= \d+$')


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one check took."""

    seconds: float
    cpu_s: float
    processes: int
    opened: int
    """Files of the repository, or of its trees, that were opened, each once a process."""
    said: str


def main() -> None:
    """Make both repositories, check the change in each, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assay", default=".venv/bin/assay", help="the command")
    parser.add_argument("--python", required=True, help="an interpreter with pytest")
    parser.add_argument("--budget", type=float, default=30)
    options = parser.parse_args()
    print("repository   Python files   seconds   CPU seconds   processes   files opened   said")
    for name, packages in SIZES.items():
        with tempfile.TemporaryDirectory(prefix="assay-monorepo-") as folder:
            root = Path(folder).resolve() / "repository"
            n = make(root, packages)
            plain = check(root, options)
            traced = check(root, options, strace=shutil.which("strace"))
            print(
                f"{name:10} {n:14,} {plain.seconds:9.1f} {plain.cpu_s:13.1f} {traced.processes:11} {traced.opened:14,}"
                f"   {plain.said}",
                flush=True,
            )


def make(root: Path, packages: int) -> int:
    """Write the repository with its change as the last commit; gives the number of its Python files."""
    for p in range(packages):
        package = f"store_{p:03}"
        write(root / package / "__init__.py", "")
        for n in range(MODULES):
            imports = f"\nfrom {package} import shelf_{n - 1:02} as below\n" if n else ""
            text = MODULE.format(n=n, imports=imports, below="below." if n else "")
            write(root / package / f"shelf_{n:02}.py", text)
            write(root / "tests" / package / f"test_{package}_shelf_{n:02}.py", TEST.format(package=package, n=n))
    write(root / "pyproject.toml", "[tool.pytest.ini_options]\ntestpaths = ['tests']\npythonpath = ['.']\n")
    git(root, "init", "--quiet")
    commit(root, "Shelves")
    changed = root / f"store_{packages // 2:03}" / "shelf_07.py"
    changed.write_text(changed.read_text(encoding="utf-8").replace(*REWRITE), encoding="utf-8")
    commit(root, "Say it in three lines")
    return sum(1 for _ in root.rglob("*.py"))


def write(path: Path, text: str) -> None:
    """Write a file, and make the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def commit(root: Path, message: str) -> None:
    """Commit everything."""
    git(root, "add", "--all")
    git(root, "-c", "user.name=bench", "-c", "user.email=bench@example.org", "commit", "--quiet", "-m", message)


def git(root: Path, *arguments: str) -> None:
    """Run git there."""
    subprocess.run(["git", "-C", str(root), *arguments], check=True)


def check(root: Path, options: argparse.Namespace, strace: str | None = None) -> Cost:
    """Check the last commit with an empty cache."""
    cache = root.parent / "cache"
    shutil.rmtree(cache, ignore_errors=True)
    log = root.parent / "calls"
    watch = [strace, "-f", "-qq", "-e", "trace=openat,open,clone,clone3,fork,vfork", "-o", str(log)] if strace else []
    assay, python = (str(Path(path).absolute()) for path in (options.assay, options.python))
    command = [assay, "check", "HEAD~1..HEAD", "--python", python]
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(
        [*watch, *command, "--budget", str(options.budget)],
        cwd=root, env={"PATH": "/usr/bin:/bin", "XDG_CACHE_HOME": str(cache), "HOME": str(root.parent)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    calls = log.read_text(errors="replace").splitlines() if strace else []
    opened = Counter((line.split(" ", 1)[0], found[1]) for line in calls if (found := _OPENED.search(line)))
    lines = done.stdout.strip().splitlines() or [done.stderr[-200:]]
    return Cost(
        seconds=time.monotonic() - started,
        cpu_s=after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        processes=sum(("clone" in line or "fork" in line) and not line.endswith("-1") for line in calls),
        opened=sum(path.endswith(".py") and "site-packages" not in path for _, path in opened),
        said=f"{lines[0]} {lines[-1]}",
    )


if __name__ == "__main__":
    main()
