"""Small projects, and the probe's real process run on them: no sandbox, every interpreter that is found."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from assay.codebase.definitions import definition_of
from assay.codebase.pytest_settings import read_pytest_settings
from assay.evidence.frames import Story, read_story
from assay.evidence.jobs import Material, Placement, Quota, Scenarios, Window, plan_of, plan_run, record_run, replay_run
from assay.evidence.points import Places
from assay.values.change import Side, Unit
from assay.values.experiment import Experiment, ExperimentId, ObservationPoint, Outcome
from assay.values.lab import Frame, Run

PROBE = Path(__file__).parents[2] / "src" / "assay_probe" / "__main__.py"
LONG_S = 60.0
WINDOW = Window(collect_s=LONG_S, deadline_s=LONG_S)
NOTHING = Material()


@dataclass(frozen=True, slots=True)
class Folder:
    """The files of both sides: the same folder."""

    root: Path

    def paths(self, side: Side) -> Sequence[str]:
        """All files, sorted."""
        return sorted(path.relative_to(self.root).as_posix() for path in self.root.rglob("*") if path.is_file())

    def text(self, side: Side, path: str) -> str | None:
        """The file as text."""
        place = self.root / path
        return place.read_text(encoding="utf-8") if place.is_file() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one run of the probe told, and how its process ended."""

    frames: tuple[Frame, ...]
    story: Story
    status: int
    output: str

    @property
    def endings(self) -> dict[str, str]:
        """How each test ended, by the last part of its name."""
        return {result.id.replace("::", ".").rsplit(".", 1)[-1]: result.outcome for result in self.story.tests}

    @property
    def problems(self) -> dict[str, str]:
        """What failing tests said."""
        return {result.id: result.detail for result in self.story.tests if result.outcome in ("failed", "error")}

    def called(self, name: str) -> list[Experiment]:
        """Recorded calls of one function."""
        return [call.experiment for call in self.story.calls if call.experiment.id.point.endswith("::" + name)]

    def made(self, name: str) -> list[Experiment]:
        """Experiments at one function, plants left out."""
        return [
            experiment
            for experiment in self.story.experiments
            if experiment.id.point.endswith("::" + name) and experiment.intervention.plant is None
        ]

    @property
    def outcomes(self) -> dict[ExperimentId, Outcome]:
        """Outcomes of all experiments, plants left out."""
        return {e.id: e.outcome for e in self.story.experiments if e.intervention.plant is None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A folder with code and tests, and the interpreter that runs it."""

    root: Path
    python: str = sys.executable
    runner: str = "unittest"
    tests: tuple[str, ...] | None = None
    skipped: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    """Its test files, where these are not all whose name begins with `test_`."""
    scripts: tuple[tuple[str, str, str], ...] = ()
    constructions: tuple[tuple[str, tuple[str, ...]], ...] = ()
    window: Window = WINDOW
    limit_s: float = LONG_S * 2
    seed: int = 0
    changed: bool = True
    open_form: bool = False
    """Do all points take their arguments in base's form, as where head binds others?"""
    material: Material = NOTHING
    corpus: tuple[str, ...] = ()
    roots: tuple[str, ...] = ("",)
    placed: dict[str, str] = field(default_factory=dict)

    def under(self, python: str, runner: str = "unittest") -> Project:
        """The same project, run by another interpreter."""
        return replace(self, python=python, runner=runner)

    def placement(self, name: str) -> Placement:
        """`qualname` in `m.py`, or `path::qualname`."""
        path, _, qualname = name.rpartition("::")
        path = path or "m.py"
        places = Places(Folder(self.root), (), self.roots)
        qualname, _, ordinal = qualname.partition("#")
        function = places.named("base", path, qualname, int(ordinal or 1))
        assert function is not None, name
        definition = definition_of(function)
        point = ObservationPoint(
            id=definition.id_in(path),
            name=qualname,
            path=path,
            line=function.first_line,
            changed=self.changed,
            public=True,
        )
        unit = places.unit(path, function)
        form = tuple((p.name, p.kind, p.default is not None) for p in definition.parameters)
        return Placement(
            point=point, base=unit, head=unit, material=self.material, form=form if self.open_form else None
        )

    def placement_at(self, name: str, line: int) -> Placement:
        """A function of `m.py` that the reader of source files is not asked for."""
        unit = Unit(path="m.py", module="m", qualname=name, first_line=line, last_line=line)
        point = ObservationPoint(id=f"m.py::{name}", name=name, path="m.py", line=line, changed=True, public=True)
        return Placement(point=point, base=unit, head=unit)

    def record(self, *names: str, hash_seed: int = 0) -> Told:
        """Record the calls of these functions."""
        return self.record_at(self._placements(names), hash_seed=hash_seed)

    def record_at(self, placements: Sequence[Placement], *, hash_seed: int = 0) -> Told:
        """Record the calls of functions that were placed before."""
        return self.run(record_run("base", placements, self.scenarios(), self.window, hash_seed=hash_seed))

    def plan(self, *names: str, experiments: int = 120, per_call: int = 60, texts: int = 0) -> Told:
        """Choose and make experiments at these functions, and try so many texts in one process."""
        placements = self._placements(names)
        quota = Quota(experiments=experiments, per_call=per_call, texts=texts, texts_s=LONG_S)
        quotas = {p.point.id: quota for p in placements}
        return self.run(plan_run(placements, self.scenarios(), self.window, quotas, self.corpus))

    def replay(self, planned: Told, *names: str, hash_seed: int = 0) -> Told:
        """Make the experiments of a plan again."""
        made = plan_of(e for e in planned.story.experiments if e.intervention.plant is None)
        run = replay_run(
            "head",
            self._placements(names),
            self.scenarios(),
            self.window,
            made,
            searches=planned.story.searches,
            hash_seed=hash_seed,
        )
        return self.run(run)

    def run_altered(self, names: Sequence[str], literal: str) -> Told:
        """Make two experiments at the first call of each function: as it is, and with its first argument so."""
        placements = self._placements(names)
        plan: dict[str, dict[str, list[Mapping[str, object]]]] = {}
        for call in self.record_at(placements).story.calls:
            name = call.experiment.id
            if name.call == 0:
                path = [["arg", call.experiment.arguments[0][0]]]
                edit = {"path": path, "op": "number.edge", "variant": 0, "literal": literal}
                entry = {
                    "n": 0,
                    "digest": call.experiment.arguments_digest,
                    "experiments": [[0, [], None], [1, [edit], None]],
                }
                plan.setdefault(name.scenario, {})[name.point] = [entry]
        return self.run(replay_run("base", placements, self.scenarios(), self.window, plan))

    def _placements(self, names: Iterable[str]) -> list[Placement]:
        return [self.placement(name) for name in names]

    def scenarios(self) -> Scenarios:
        """Its test files, with the options its settings give."""
        files = self.files or tuple(
            path for path in Folder(self.root).paths("base") if path.rsplit("/", 1)[-1].startswith("test_")
        )
        options = read_pytest_settings(Folder(self.root)).options
        return Scenarios(
            runner=self.runner,
            files=files,
            tests=self.tests,
            skipped=self.skipped,
            scripts=self.scripts,
            constructions=self.constructions,
            options=options,
        )

    def run(self, run: Run) -> Told:
        """Run the probe's process to its end, or kill it and all it started after `limit_s` seconds."""
        roots = [f"{self.root}/{name}".rstrip("/") for name in self.roots]
        job = {"root": str(self.root), "source_roots": roots, "seed": self.seed, **run.job}
        home = self.root.with_name(self.root.name + "-home")
        home.mkdir(exist_ok=True)
        # A file takes the pipe's place: what was written stays, whatever becomes of the process.
        written = home / "frames"
        environment = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "COLUMNS": "80",
            "HOME": str(home),
            "TMPDIR": str(home),
            "PYTHONHASHSEED": str(run.hash_seed),
            "PYTHONPATH": os.pathsep.join([*roots, str(self.root)]),
        }
        command = ["sh", "-c", 'exec "$@" 3>"$0"', str(written), self.python, "-s", "-B", str(PROBE)]
        (home / "job").write_text(json.dumps(job), encoding="utf-8")
        with (home / "job").open("rb") as given, (home / "output").open("w+b") as output:
            process = subprocess.Popen(
                command, stdin=given, stdout=output, stderr=output, env=environment, start_new_session=True
            )
            killer = threading.Timer(self.limit_s, kill_all, [process.pid])
            killer.start()
            status = process.wait()
            killer.cancel()
            kill_all(process.pid)
            output.seek(0)
            text = output.read().decode("utf-8", "replace")
        frames = tuple(read_frames(written.read_bytes()))
        return Told(frames=frames, story=read_story(frames), status=status, output=text)


def kill_all(group: int) -> None:
    """Kill a process group, as far as it still lives."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


def read_frames(data: bytes) -> Iterable[Frame]:
    """Cut bytes into frames; what a killed process left unfinished at the end is dropped."""
    start = 0
    while start + 4 <= len(data):
        end = start + 4 + int.from_bytes(data[start : start + 4], "big")
        if end > len(data):
            return
        frame: Mapping[str, object] = json.loads(data[start + 4 : end])
        yield frame
        start = end


def write(root: Path, text: str) -> Project:
    """A project from text in which `=== path` begins each file."""
    for part in text.split("=== ")[1:]:
        path, _, body = part.partition("\n")
        place = root.resolve() / "tree" / path.strip()
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(body, encoding="utf-8")
    return Project(root=root.resolve() / "tree")


def interpreters() -> dict[str, str]:
    """Every CPython from 3.9 on that can be found, by version and by whether it has pytest; ours is among them.

    `ASSAY_TEST_PYTHONS` adds others, separated as in `PATH`.
    """
    versions = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser() / "versions"
    candidates = [sys.executable, *os.environ.get("ASSAY_TEST_PYTHONS", "").split(os.pathsep)]
    candidates += map(str, sorted(versions.glob("3.*/bin/python")))
    candidates += [path for minor in range(9, 16) if (path := shutil.which(f"python3.{minor}"))]
    found: dict[str, str] = {}
    for candidate in candidates:
        says = _ask(candidate) if candidate else None
        if says is not None and says not in found:
            found[says] = candidate
    return found


def _ask(python: str) -> str | None:
    """`3.9.18` or `3.11.7 with pytest`; None for what is too old, no CPython, or does not start."""
    code = (
        "import sys, importlib.util as u; assert sys.version_info >= (3, 9) and sys.implementation.name == 'cpython';"
        "print('%d.%d.%d' % sys.version_info[:3] + (' with pytest' if u.find_spec('pytest') else ''))"
    )
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    return done.stdout.strip() if done.returncode == 0 else None


INTERPRETERS = interpreters()
EVERY_PYTHON = list(INTERPRETERS.values())
NAMES = list(INTERPRETERS)
