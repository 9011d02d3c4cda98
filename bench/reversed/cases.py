"""A bug fix taken back: base is the fix with the tests from before it, head is what was there before.

So head is a change that does harm, with no test that tells, as its author would have merged it.
"""

from __future__ import annotations

import ast
import io
import re
import subprocess
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.frozen import git

_IS_TEST = re.compile(r"(^|/)(tests?|testing)(/|$)|(^|/)test_|_tests?\.py$|conftest")
_NO_CODE = re.compile(r"(docs?|examples?|bench|setup\.py|tools)")
_NOBODY = ("-c", "user.name=nobody", "-c", "user.email=nobody@example.invalid", "-c", "core.hooksPath=/dev/null")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """One commit of a public repository that mends one or two functions of one file."""

    drawn: str
    """The set in which it was drawn."""
    repository: str
    """`owner/name` on GitHub."""
    commit: str

    @property
    def id(self) -> str:
        """Repository and commit, short."""
        return f"{self.repository.partition('/')[2]}-{self.commit[:8]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A repository with the branches `base` and `head`, and where the truth lies."""

    folder: Path
    subject: str
    """The first line of the fix's message."""
    functions: tuple[str, ...]
    """The functions that the fix mended, as `module.Class.function`."""


def make(fix: Fix, mirror: Path, folder: Path) -> Case:
    """Build the case below `folder`, which must not exist.

    Raises ValueError where the commit is not what a fix has to be.
    """
    store = mirror / fix.repository.replace("/", "+") / "repo"
    told = git("diff", "--name-only", f"{fix.commit}~1", fix.commit, at=store).decode()
    sources, tests = _divided(told.splitlines())
    if len(sources) != 1:
        raise ValueError(f"{fix.id} changes {len(sources)} source files")
    (source,) = sources
    before, after = (git("show", f"{at}:{source}", at=store).decode() for at in (f"{fix.commit}~1", fix.commit))
    folder.mkdir(parents=True)
    with tarfile.open(fileobj=io.BytesIO(git("archive", fix.commit, at=store))) as tree:
        tree.extractall(folder, filter="data")
    for path in tests:
        old = subprocess.run(
            ["git", "-C", str(store), "show", f"{fix.commit}~1:{path}"], capture_output=True, check=False
        )
        if old.returncode:
            (folder / path).unlink(missing_ok=True)
        else:
            (folder / path).write_bytes(old.stdout)
    git("init", "-q", "-b", "base", at=folder)
    _commit(folder, "base")
    git("checkout", "-q", "-b", "head", at=folder)
    (folder / source).write_text(before, encoding="utf-8")
    _commit(folder, "Simplify")
    git("checkout", "-q", "base", at=folder)
    subject = git("log", "-1", "--format=%s", fix.commit, at=store).decode().strip()
    return Case(folder=folder, subject=subject, functions=tuple(_mended(source, before, after)))


def _commit(folder: Path, message: str) -> None:
    git("add", "--all", "--force", at=folder)
    git(*_NOBODY, "commit", "-q", "-m", message, at=folder)


def _divided(paths: Sequence[str]) -> tuple[list[str], list[str]]:
    """Source files, and tests, among the Python files of a commit."""
    python = [path for path in paths if path.endswith(".py")]
    tests = [path for path in python if _IS_TEST.search(path)]
    return [path for path in python if path not in tests and not _NO_CODE.match(path)], tests


def _mended(path: str, before: str, after: str) -> Iterator[str]:
    """The innermost functions of which both versions have one, and not the same."""
    ours, theirs = dict(_functions(ast.parse(before), "")), dict(_functions(ast.parse(after), ""))
    changed = [name for name, shape in ours.items() if theirs.get(name, shape) != shape]
    module = re.sub(r"^(src|lib)/", "", path).removesuffix(".py").replace("/", ".").removesuffix(".__init__")
    for name in changed:
        if not any(other.startswith(f"{name}.") for other in changed):
            yield f"{module}.{name}"


def _functions(node: ast.AST, above: str) -> Iterator[tuple[str, str]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            name = f"{above}.{child.name}" if above else child.name
            if not isinstance(child, ast.ClassDef):
                yield name, ast.dump(child)
            yield from _functions(child, name)
