"""Builds the lab for questions about what is installed: about plain files, one name, or what a change brings."""

from __future__ import annotations

import contextlib
import itertools
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from assay.errors import CheckerFailed, UsageError
from assay.evidence.packages import DECLARING, Known, not_installed, told_apart
from assay.evidence.reality import SETTINGS, Asked, ask, look_up, with_claims, without_own_keys
from assay.evidence.remarks import require_canary
from assay.evidence.standard import dated
from assay.instruments.laboratory import Laboratory, WallClock
from assay.instruments.prints import MOST_FILES, roots_of
from assay.instruments.progress import Progress
from assay.instruments.scratch import scratch_folder
from assay.instruments.trees import decode, open_trees
from assay.investigators.reality import collapsed, denied_by, not_asked
from assay.judgement.policy import read_policy
from assay.values.finding import Target
from assay.values.options import CheckOptions, RealityOptions
from assay.values.reality import Denials, Lookup
from assay.wiring import laboratory, opened_for, read_whole, settings_of

TOLD_OF_FILES = frozenset({"not-asked", "internal", "package-dies"})
"""Gaps that the denials tell of themselves."""
PROJECT = (".git", "pyproject.toml", "setup.cfg", "setup.py")
SKIPPED = frozenset({"node_modules", "__pycache__", "build", "dist", "site-packages"})


def reality(options: RealityOptions) -> tuple[Denials, Target]:
    """What the installed packages deny in some files, and the interpreter that was asked."""
    settings = (path / SETTINGS for path in options.files if (path / SETTINGS).is_file())
    paths = [*_python_files(options.files), *settings]
    files = [Asked(path=str(path), text=_text_of(path)) for path in paths]
    with lab_without_change(options) as lab:
        trouble = ""
        try:
            require_canary(lambda canary: lab.check_types("head", canary))
            code = [file.path for file in files if file.path.endswith(".py")]
            remarks = lab.checker.read(Path.cwd(), code, roots_of(paths)) if code else ()
            files = with_claims(files, remarks)
        except CheckerFailed as error:
            trouble = f"{error.what} {error.next_step}"
        denials = ask(lab, "head", files, first_party_of(paths))
        known = known_around(paths, options.files)
        kept = without_own_keys(denials.found, (text for _, text in known.standing()))
        found, lacking = told_apart(kept, known)
        told = tuple(f"{gap.reason} {gap.remedy}" for gap in not_installed(lacking))
        return replace(
            denials, found=dated(lab, collapsed(found)), unchecked=trouble, gaps=told
        ), lab.interpreter.target


def reality_of_change(options: CheckOptions) -> tuple[Denials, Target]:
    """What the installed packages deny at head of a change and did not at base; no test runs, and nothing limits it."""
    clock, progress = WallClock(), Progress(sys.stderr)
    with contextlib.closing(progress), opened_for(options) as opened:
        change = read_whole(opened)
        table = settings_of(opened)
        level = read_policy(table).min_isolation if options.allow_isolation is None else options.allow_isolation
        with laboratory(
            opened,
            python=options.python,
            table=table,
            at_least=level,
            clock=clock,
            progress=progress,
            options=options,
        ) as lab:
            seen = denied_by(change, lab, None)
            gaps = (*seen.gaps, *not_asked(seen.late))
            told = tuple(f"{gap.reason} {gap.remedy}" for gap in gaps if gap.slug not in TOLD_OF_FILES)
            return replace(seen.denials, gaps=told), lab.interpreter.target


def api(options: RealityOptions, question: str) -> Lookup:
    """What is installed about one name."""
    with lab_without_change(options) as lab:
        return look_up(lab, question)


@contextlib.contextmanager
def lab_without_change(options: RealityOptions) -> Iterator[Laboratory]:
    """A lab over an empty tree: the target's interpreter in its sandbox, and nothing of a project."""
    progress = Progress(sys.stderr)
    with scratch_folder() as scratch:
        empty = scratch / "empty"
        empty.mkdir()
        with contextlib.closing(progress), open_trees(empty, empty) as opened:
            policy = read_policy(settings_of(opened))
            level = policy.min_isolation if options.allow_isolation is None else options.allow_isolation
            with laboratory(
                opened,
                python=options.python,
                table={},
                at_least=level,
                clock=WallClock(),
                progress=progress,
                options=CheckOptions(directory=options.directory, cache=options.cache, verbose=options.verbose),
            ) as lab:
                yield lab


def _python_files(given: tuple[Path, ...]) -> Iterator[Path]:
    """The files that were named, and those below folders that were named."""
    for path in given:
        if not path.exists():
            raise UsageError(f"There is no file {path}.", next_step="Name Python files or folders that exist.")
        if path.is_file():
            yield path
            continue
        for folder, inner, names in os.walk(path):
            inner[:] = sorted(name for name in inner if not name.startswith(".") and name not in SKIPPED)
            yield from (Path(folder, name) for name in sorted(names) if name.endswith(".py"))


def known_around(paths: list[Path], given: tuple[Path, ...]) -> Known:
    """What is declared above the files and beside them, and the Python files there that were not named one by one."""
    roots = roots_of(paths)
    homes = list(dict.fromkeys(_home_of(root) for root in roots))
    declaring = [path for home in homes for path in (*home.glob("*"), *home.glob("requirements/*"))]
    texts = (_readable(path) for path in declaring if DECLARING.search(path.as_posix()))
    named = {path.resolve() for path in given}

    def standing() -> Iterator[tuple[str, str]]:
        called = {path.resolve(): str(path) for path in paths}
        around = itertools.islice(_python_files(tuple(dict.fromkeys([*homes, *roots]))), MOST_FILES)
        for path in dict.fromkeys(path.resolve() for path in around):
            if path not in named:
                yield called.get(path, str(path)), _readable(path)

    return Known(tuple(texts), standing)


def _home_of(root: Path) -> Path:
    """The folder of the project: the nearest one upwards that describes one, else the folder itself."""
    for folder in (root, *root.parents):
        if any((folder / name).exists() for name in PROJECT):
            return folder
    return root


def _readable(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    except OSError:
        return ""


def _text_of(path: Path) -> str:
    text = decode(path.read_bytes(), is_python=path.name != SETTINGS)
    if text is None:
        raise UsageError(f"{path} is no text.", next_step="Name Python source files.")
    return text


def first_party_of(paths: list[Path]) -> frozenset[str]:
    """Top-level names of the modules and packages that stand where the files are imported from."""
    names = set()
    for root in roots_of(paths):
        for entry in os.scandir(root):
            if entry.name.endswith(".py"):
                names.add(entry.name[:-3])
            elif entry.is_dir() and Path(entry.path, "__init__.py").is_file():
                names.add(entry.name)
    return frozenset(names)
