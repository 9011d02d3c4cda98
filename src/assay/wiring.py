"""Builds the real lab and starts the walks. Knows every room and decides nothing."""

from __future__ import annotations

import contextlib
import gc
import hashlib
import os
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from assay.change.bumped import asks_otherwise, with_bumps
from assay.change.claims import read_claims
from assay.change.kinds import is_test, places_of
from assay.change.layout import roots_of
from assay.change.parts import folders_named, gaps_outside, part_of, with_parts
from assay.change.read import read_change
from assay.errors import StorageFailed, UnsafeHost, UsageError
from assay.instruments.bytecode import Bytecode
from assay.instruments.checker import Checker
from assay.instruments.compiled_modules import CompiledModules
from assay.instruments.compiled_probe import CompiledProbe
from assay.instruments.git import open_range
from assay.instruments.installed import installed_files
from assay.instruments.kept_runs import KeptRuns, world_of
from assay.instruments.kept_trees import side_folders
from assay.instruments.laboratory import PROBE, Laboratory, WallClock
from assay.instruments.lacking import gaps_of_lab, told_of_carried, with_commands
from assay.instruments.memo import DiskMemo, NoMemo, cache_folder
from assay.instruments.progress import Progress
from assay.instruments.sandbox.door import open_sandbox
from assay.instruments.scratch import scratch_folder
from assay.instruments.standing import StandingProcesses
from assay.instruments.surroundings import read_surroundings
from assay.instruments.target import Interpreter, linked_folders
from assay.instruments.tree import Tree, print_of
from assay.instruments.trees import Opened, WithOthers, open_trees
from assay.judgement.policy import read_policy, strictest
from assay.judgement.verdict import judge
from assay.values.change import SIDES, Change, Side
from assay.values.experiment import Effort
from assay.values.finding import Examination, Gap, Policy, Verdict
from assay.values.lab import Clock, Memo
from assay.values.options import CheckOptions
from assay.wiring_environments import Named, interpreters_for

COLLECTED_AFTER = (50_000, 20, 100)
"""Stories are many objects without a circle among them: looking for circles took a third of what Assay itself takes."""


def check(options: CheckOptions) -> tuple[Verdict, Mapping[str, Mapping[str, str | None]]]:
    """Judge a change; also the sources of it that no repository holds."""
    from assay.check import together

    gc.set_threshold(*COLLECTED_AFTER)
    clock = WallClock()
    progress = Progress(sys.stderr)
    progress.say("reading the change")
    with contextlib.closing(progress), opened_for(options) as opened:
        change = read_whole(opened)
        here, root = options.directory.resolve(), (opened.root or options.directory).resolve()
        projects = folders_named(options.projects, here, root, opened.source.paths("base"))
        tables = [settings_of(opened, options.config, project) for project in projects]
        policies = [_policy(table, options) for table in tables]
        if change.claims_nothing:
            policies = [replace(policy, expect_same=True) for policy in policies]
        seen = []
        for project, table, policy in zip(projects, tables, policies, strict=True):
            part = part_of(change, project)
            python = any(is_python(pair.head_path) for pair in (*part.files, *part.tests))
            if part.comparable or python or (options.build_env and asks_otherwise(part, opened.source)):
                share = replace(options, budget_s=options.budget_s / len(projects))
                seen.append(_examine(share, opened, part, policy, table, clock, progress, project))
            else:
                seen.append(_nothing_to_run(part, clock))
        examination = together(with_parts(change, [one.change for one in seen]), seen)
        examination = replace(examination, gaps=(*examination.gaps, *gaps_outside(change, projects)))
        return judge(examination, strictest(policies)), sources_of(opened, change)


def is_python(path: str | None) -> bool:
    """Is it a file that the target's interpreter reads?"""
    return path is not None and path.endswith(".py")


def opened_for(options: CheckOptions) -> Opened:
    """Both sides of the change that was asked about."""
    if options.trees is not None:
        return open_trees(*options.trees)
    return open_range(options.directory, options.revisions)


def read_whole(opened: Opened) -> Change:
    """The change in the whole tree, with what it says of itself."""
    change = read_change(opened.base, opened.head, opened.files, opened.source)
    declared = read_claims(opened.messages, opened.source)
    return replace(
        change,
        unread=change.unread + opened.unread,
        remarks=change.remarks + opened.remarks + declared.remarks,
        patch=_patch(opened),
        claims=declared.claims,
        claims_nothing=declared.nothing,
    )


def _patch(opened: Opened) -> str:
    digest = hashlib.sha256()
    for pair in opened.files:
        for side in SIDES:
            path = pair.base_path if side == "base" else pair.head_path
            content = b"" if path is None else opened.trees[side].read(path)
            digest.update(f"{side}\0{path}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()


def settings_of(opened: Opened, config: Path | None = None, project: str = "") -> Mapping[str, object]:
    """The `[tool.assay]` table of `config`, else of base, the project's before the whole tree's.

    Head has no say in how it is judged.

    Raises:
        UsageError: the file cannot be read.
    """
    if config is not None:
        try:
            return _table_in(config.read_text(encoding="utf-8"), str(config)) or {}
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{config} cannot be read.", why=str(error), next_step="Check --config.") from error
    for path in dict.fromkeys((f"{project}/pyproject.toml".lstrip("/"), "pyproject.toml")):
        table = _table_in(opened.source.text("base", path) or "", f"{path} of base")
        if table is not None:
            return table
    return {}


def _table_in(text: str, name: str) -> Mapping[str, object] | None:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{name} is no TOML.", why=str(error), next_step="Mend it first.") from error
    tool = document.get("tool")
    table = tool.get("assay") if isinstance(tool, dict) else None
    return table if isinstance(table, dict) else None


def _policy(table: Mapping[str, object], options: CheckOptions) -> Policy:
    policy = read_policy(table)
    if options.expect_same:
        policy = replace(policy, expect_same=True)
    if options.allow_isolation is not None:
        policy = replace(policy, min_isolation=options.allow_isolation)
    return policy


def _nothing_to_run(change: Change, clock: Clock) -> Examination:
    from assay.evidence.coverage import gaps_of_change

    gaps, effort = tuple(gaps_of_change(change)), Effort(seconds=clock.elapsed_s())
    return Examination(change=change, findings=(), gaps=gaps, effort=effort)


def _examine(
    options: CheckOptions,
    opened: Opened,
    change: Change,
    policy: Policy,
    table: Mapping[str, object],
    clock: WallClock,
    progress: Progress,
    project: str,
) -> Examination:
    from assay.check import examine

    try:
        with laboratory(
            opened,
            python=options.python,
            table=table,
            at_least=policy.min_isolation,
            clock=clock,
            progress=progress,
            options=options,
            project=project,
        ) as lab:
            if lab.has_both_environments:
                change = with_bumps(change, lab.source, lab.bumps, project)
            told = told_of_carried(lab.carried)
            examination = examine(
                replace(change, remarks=(*change.remarks, *told)), lab, wants_tests=options.wants_tests
            )
            return replace(
                examination,
                effort=replace(examination.effort, kept_runs=lab.kept_runs.n_used),
                isolation=lab.sandbox.isolation,
                target=lab.interpreter.target,
                gaps=(
                    *gaps_of_lab(lab, opened, opened.root or options.directory),
                    *with_commands(examination.gaps, lab.interpreter.target.python, options),
                ),
            )
    except UnsafeHost as error:
        gap = Gap(slug=error.slug, reason=f"{error.what} {error.why}", remedy=error.next_step)
        examination = _nothing_to_run(change, clock)
        return replace(examination, gaps=(gap, *examination.gaps))


@contextlib.contextmanager
def laboratory(
    opened: Opened,
    *,
    python: str | None,
    table: Mapping[str, object],
    at_least: int,
    clock: WallClock,
    progress: Progress,
    options: CheckOptions,
    project: str = "",
    head_python: str | None = None,
) -> Iterator[Laboratory]:
    """A lab on both sides of the change; everything it made is gone when it closes."""
    directory = opened.root or options.directory
    surroundings = read_surroundings(table, os.environ)
    named = Named(python=python, head=head_python, configured=table.get("python"), project=project)
    with (
        scratch_folder() as scratch,
        contextlib.closing(open_sandbox(scratch / "sandbox", at_least=at_least)) as sandbox,
        contextlib.closing(StandingProcesses(sandbox)) as standing,
        interpreters_for(opened, options, named, sandbox, progress, clock) as interpreters,
    ):
        interpreter, head = interpreters.base, interpreters.head
        progress.say(f"python {interpreter.target.version} ({interpreter.target.found_by})")
        roots = roots_of(opened.source, "base")
        installed = _installed(opened, interpreter, roots)
        theirs = installed if head is None else _installed(opened, head, roots)
        carried = _carried(opened, installed)
        cache = cache_folder() if options.cache else None
        memo = DiskMemo(cache) if cache else NoMemo()
        with _written_trees(opened, scratch, cache, installed, theirs) as trees:
            yield Laboratory(
                sandbox=sandbox,
                standing=standing,
                interpreter=interpreters.with_roots(roots),
                head_interpreter=head,
                bumps=interpreters.bumps,
                lacks=interpreters.lacks,
                has_both_environments=interpreters.are_built,
                source=opened.source,
                clock=clock,
                memo=memo,
                kept_runs=_kept_runs(memo, opened, carried, interpreter.target.python, directory),
                trees=trees,
                bytecode=Bytecode(trees, _differing(opened)),
                source_roots=roots,
                project=project,
                base_print=print_of(opened.trees["base"]),
                linked=linked_folders(interpreter.path, directory),
                surroundings=surroundings,
                carried=carried,
                budget_s=options.budget_s,
                experiments=options.experiments,
                seed=options.seed,
                say=progress.say,
                tell=progress.tell,
                probe=CompiledProbe(PROBE, cache),
                modules=CompiledModules(cache),
                checker=Checker(target=(head or interpreter).target, scratch=scratch / "checker"),
            )


def _installed(opened: Opened, interpreter: Interpreter, roots: Sequence[str]) -> Mapping[str, Path]:
    """Files of the project that only the copy in this environment has, such as compiled parts."""
    return installed_files(interpreter.path, roots, opened.source.paths("base"), opened.ignored)


def _carried(opened: Opened, installed: Mapping[str, Path]) -> Mapping[str, Path]:
    """Files that no commit holds and both sides got, with where they came from."""
    own = {path: opened.root / path for path in opened.carried if opened.root is not None}
    return {**installed, **own}


def _differing(opened: Opened) -> set[str]:
    return {path for pair in opened.files for path in (pair.base_path, pair.head_path) if path}


def _kept_runs(memo: Memo, opened: Opened, carried: Mapping[str, Path], python: str, directory: Path) -> KeptRuns:
    return KeptRuns(memo, lambda: world_of(opened.trees["base"], carried, python, directory))


@contextlib.contextmanager
def _written_trees(
    opened: Opened,
    scratch: Path,
    cache: Path | None,
    installed: Mapping[str, Path],
    theirs: Mapping[str, Path],
) -> Iterator[Mapping[Side, Path]]:
    """Both sides as folders. Tests and what stands beside them come from base on both."""
    owner = str(opened.root) if opened.root else f"{opened.base.label} {opened.head.label}"
    with side_folders(scratch, cache, owner, len(opened.trees["base"].entries)) as folders:
        places, standing = folders.places, folders.standing
        asked = replace(opened, trees={**opened.trees, "head": _with_tests_of_base(opened)})
        try:
            asked.materialise("base", places["base"], installed=installed, standing=standing["base"])
            asked.materialise(
                "head", places["head"], beside=places["base"], installed=theirs, alike=theirs is installed,
                standing=standing["head"],
            )  # fmt: skip
            folders.keep()
        except OSError as error:
            raise StorageFailed(
                f"Both sides could not be written below {places['base'].parent}.",
                why=str(error),
                next_step="Free some space there, or use --no-cache and name a folder for temporary files with TMPDIR.",
            ) from error
        yield places


def _with_tests_of_base(opened: Opened) -> Tree:
    """Head with the tests of base in place of its own, so that both sides are asked the same."""
    ours, theirs = set(opened.source.paths("base")), set(opened.source.paths("head"))
    places, their_places = places_of(sorted(ours)), places_of(sorted(theirs))
    dropped = {path for path in theirs - ours if is_test(path, their_places)}
    return WithOthers(opened.trees["head"], opened.trees["base"], {p for p in ours if is_test(p, places)}, dropped)


def sources_of(opened: Opened, change: Change) -> Mapping[str, Mapping[str, str | None]]:
    """What another clone could not have: changed files where head is no commit, all files where base is none."""
    if opened.base.commit is not None and opened.head.commit is not None:
        return {}
    paths = {path for pair in change.files for path in (pair.base_path, pair.head_path) if path}
    if opened.base.commit is None:
        paths |= {*opened.source.paths("base"), *opened.source.paths("head")}
    return {
        path: {"base": opened.source.text("base", path), "head": opened.source.text("head", path)}
        for path in sorted(paths)
    }
