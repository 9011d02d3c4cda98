"""The real lab: runs the probe in the target's interpreter, inside the sandbox, on either side of the change."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from assay.instruments.answers import Answers, answers_in, merged
from assay.instruments.bytecode import Bytecode
from assay.instruments.checker import Checker
from assay.instruments.compiled_modules import CompiledModules, keep
from assay.instruments.compiled_probe import CompiledProbe
from assay.instruments.kept_runs import KeptRuns
from assay.instruments.standing import StandingProcesses
from assay.instruments.surroundings import Surroundings
from assay.instruments.target import Interpreter
from assay.values.change import Side
from assay.values.environment import Bump
from assay.values.finding import Gap
from assay.values.lab import Clock, Command, Frame, Memo, Run, RunResult, Sandbox, Source
from assay.values.reality import Remark

NOTHING = Surroundings()
PROBE = Path(__file__).resolve().parent.parent.parent / "assay_probe"


@contextlib.contextmanager
def guests_in(tree: Path, files: Sequence[tuple[str, str]]) -> Iterator[None]:
    """Files that stand in a tree for a while; what stood in their place comes back."""
    before: dict[Path, bytes | None] = {}
    try:
        for path, text in files:
            place = tree / path
            if place.resolve().is_relative_to(tree.resolve()) and not place.is_symlink() and place not in before:
                before[place] = place.read_bytes() if place.is_file() else None
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(text, encoding="utf-8")
        yield
    finally:
        for place, content in before.items():
            if content is None:
                place.unlink(missing_ok=True)
            else:
                place.write_bytes(content)


class WallClock:
    """Seconds since the command began."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def elapsed_s(self) -> float:
        """Seconds since this clock was made, without those for which it stood still."""
        return time.monotonic() - self._start

    @contextlib.contextmanager
    def standing_still(self) -> Iterator[None]:
        """What is done meanwhile costs the budget nothing."""
        began = time.monotonic()
        try:
            yield
        finally:
            self._start += time.monotonic() - began


@dataclass(frozen=True, kw_only=True)
class Laboratory:
    """One check's lab. `trees` are folders that nobody else writes to."""

    sandbox: Sandbox
    interpreter: Interpreter
    """What runs base, and head too unless that has one of its own."""
    source: Source
    clock: Clock
    memo: Memo
    trees: Mapping[Side, Path]
    bytecode: Bytecode
    source_roots: tuple[str, ...]
    project: str
    base_print: str
    budget_s: float
    experiments: int | None
    seed: int
    say: Callable[[str], None]
    tell: Callable[[str], None]
    linked: tuple[str, ...] = ()
    """Folders of the tree that the environment has on its path, such as those of tools for tests."""
    surroundings: Surroundings = NOTHING
    carried: Mapping[str, Path] = field(default_factory=dict)
    """Files that no commit holds and both sides got, with where they came from."""
    cores: int = os.cpu_count() or 1
    checker: Checker
    probe: CompiledProbe
    modules: CompiledModules
    kept_runs: KeptRuns
    standing: StandingProcesses
    head_interpreter: Interpreter | None = None
    """Where head's environment holds other packages than base's."""
    bumps: tuple[Bump, ...] = ()
    """The packages in which the two environments differ."""
    lacks: tuple[Gap, ...] = ()
    """What could not be had when the environments were made."""

    has_both_environments: bool = False
    """Were the environments of both sides built for this check?"""

    def interpreter_of(self, side: Side) -> Interpreter:
        """What runs one side."""
        return self.head_interpreter or self.interpreter if side == "head" else self.interpreter

    @property
    def runner(self) -> str:
        """`pytest` where the target has it, or is pytest itself, else `unittest`.

        Tests of a Django project need its database: without pytest-django they run as `manage.py test` runs them.
        """
        paths = set(self.source.paths("base"))
        own = any(f"{root}/pytest/__init__.py".lstrip("/") in paths for root in self.source_roots)
        if self.interpreter.has_django_alone and f"{self.project}/manage.py".lstrip("/") in paths:
            return "unittest"
        return "pytest" if own or self.interpreter.target.has_pytest else "unittest"

    def check_types(self, side: Side, files: Sequence[tuple[str, str]], python: str = "") -> Sequence[Remark]:
        """What the type checker says of some files in the tree of one side."""
        tree = self.trees[side]
        with guests_in(tree, files):
            return self.checker.read(tree, [path for path, _ in files], self.roots_in(tree), python)

    def roots_in(self, tree: Path) -> list[Path]:
        """Folders from which modules are imported."""
        return [*(tree / root for root in self.source_roots if root), tree]

    def recalled(self, run: Run) -> RunResult | None:
        """What an earlier check got from this very run; the bytecode of that check is laid beside the sources."""
        result = self._recalled(run)
        self.bytecode.write()
        return result

    def _recalled(self, run: Run) -> RunResult | None:
        known = self.kept_runs.get(run, self._conditions(run)) if run.may_be_kept else None
        if known is None:
            return None
        for frame in known.frames:
            if frame.get("t") == "bytecode":
                self.bytecode.take(frame)
        return replace(known, frames=tuple(frame for frame in known.frames if frame.get("t") != "bytecode"))

    def run(self, runs: Sequence[Run]) -> Sequence[RunResult]:
        """Run the probe, one more at a time than there are cores: runs often wait. Results in the order of `runs`."""
        with contextlib.ExitStack() as guests:
            for run in runs:
                guests.enter_context(guests_in(self.trees[run.side], run.files))
            return self._run_all(runs)

    def _run_all(self, runs: Sequence[Run]) -> Sequence[RunResult]:
        with ThreadPoolExecutor(max_workers=max(1, min(self.cores + 1, len(runs)))) as pool:
            try:
                results = list(pool.map(self._run, runs))
            except BaseException:
                # Leaving the pool waits for its threads, and they wait for their runs.
                self.standing.close()
                self.sandbox.close()
                raise
        self.bytecode.write()
        return results

    def _run(self, run: Run) -> RunResult:
        answers = self._answers(run.side) if run.job["mode"] == "reality" else None
        if answers is None:
            return self._run_probe(run)
        known, left = answers.before(run)
        if left is None:
            return merged(known, None)
        result = self._run_probe(left)
        answers.keep(left, result)
        return merged(known, result)

    def _answers(self, side: Side) -> Answers | None:
        """What the interpreter of a side said before about what stands in its tree."""
        python, walls = self.interpreter_of(side).target.python, self.sandbox.isolation.level
        more = (walls, self.source_roots, self.linked, self.project, self.surroundings)
        return answers_in(self.memo, python, self.trees[side], more)

    def _run_probe(self, run: Run) -> RunResult:
        known = self._recalled(run)
        if known is not None:
            return known
        keeps = run.side == "base" and run.job["mode"] in ("import", "record")
        interpreter = self.interpreter_of(run.side)
        probe = self.probe.place_for(interpreter, str(run.job["mode"]), self.sandbox)
        modules = self.modules.place_for(interpreter.target.python) if run.job["mode"] == "reality" else None
        frames: list[Frame] = []
        compiled: list[Frame] = []

        def take(frame: Frame) -> None:
            if modules is not None and frame.get("t") == "compiled":
                keep(frame, modules)
            elif frame.get("t") != "bytecode":
                frames.append(frame)
            elif keeps:
                compiled.append(frame)
                self.bytecode.take(frame)

        job = {**self._settings(), "keep_bytecode": keeps, **run.job}
        if modules is not None:
            job["compiled"] = str(modules)
        began_s = time.monotonic()
        completed = self.standing.run(
            Command(
                argv=(interpreter.target.python, "-s", str(probe / "__main__.py")),
                tree=self.trees[run.side],
                environment=self._environment(run),
                readable=(*interpreter.readable, probe, *([] if modules is None else [modules])),
                job=json.dumps(job).encode(),
                time_limit_s=run.time_limit_s,
            ),
            job,
            run,
            take,
        )
        result = RunResult(frames=tuple(frames), completed=completed, took_s=time.monotonic() - began_s)
        if run.may_be_kept:
            self.kept_runs.put(run, self._conditions(run), result, compiled)
        return result

    def _settings(self) -> dict[str, object]:
        """What every job is told beside its own."""
        return {
            "root": self.sandbox.tree_path,
            "source_roots": self._roots,
            "project": self.project,
            "seed": self.seed,
            "setup": list(self.surroundings.setup),
            "walls": self.sandbox.isolation.level,
        }

    def _conditions(self, run: Run) -> dict[str, object]:
        """What a run meets beside its job and the files of the tree."""
        level = self.sandbox.isolation.level
        return {**self._settings(), "environment": self._environment(run), "isolation": level}

    @property
    def _roots(self) -> list[str]:
        """Folders from which the modules of the tree are imported, as a run sees them."""
        root = self.sandbox.tree_path
        return [f"{root}/{name}".rstrip("/") for name in dict.fromkeys((*self.source_roots, *self.linked))]

    def _environment(self, run: Run) -> tuple[tuple[str, str], ...]:
        path = f"{Path(self.interpreter_of(run.side).target.python).parent}:/usr/local/bin:/usr/bin:/bin"
        # Where installed packages are asked, nothing of the project may be found on the path.
        paths = [] if run.job["mode"] == "reality" else [*self._roots, self.sandbox.tree_path]
        return (
            ("PATH", path),
            ("LANG", "C.UTF-8"),
            ("TZ", "UTC"),
            ("COLUMNS", "80"),
            ("PYTHONHASHSEED", str(run.hash_seed)),
            # For processes that the tests start; the probe decides for itself.
            ("PYTHONDONTWRITEBYTECODE", "1"),
            *([("PYTHONPATH", os.pathsep.join(paths))] if paths else []),
            *self.surroundings.environment,
        )
