"""Jobs for the probe: what one run of the target is told to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from assay.evidence.frames import Searched, edit_to_json
from assay.values.change import Side, Unit
from assay.values.experiment import Experiment, ObservationPoint
from assay.values.lab import Run

GRACE_S = 6.0
"""A run that is not over this long after its deadline, or as long again as a short one, is killed."""


Compared: TypeAlias = tuple[str, tuple[str, ...], tuple[str, ...]]
"""Literals that base compares a name with: `(name, those that head does not, the others)`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What alterations at one point are made of: constants, names of slots and class-level flags."""

    numbers: tuple[int | float, ...] = ()
    texts: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    given: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Literals that tests give to parameters of these names, in whatever call."""
    patterns: tuple[tuple[str, str], ...] = ()
    """Regular expressions of base that head rewrote, with what head has for them."""
    compared: tuple[Compared, ...] = ()
    telling: tuple[str, ...] = ()
    """Texts that only one version of the changed code has."""
    keys: tuple[tuple[str, str], ...] = ()
    """Keys that base asks mappings for, with the literal of what it takes where there is none."""
    made: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """How tests make objects of classes of these names: `(maker, arguments, keywords)` as literals."""
    words: tuple[str, ...] = ()
    """Names on the changed lines, in lower case: texts of the tests may speak of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """An observation point and where it stands on each side; None where a side has no such function."""

    point: ObservationPoint
    base: Unit | None
    head: Unit | None
    material: Material = Material()
    telling: frozenset[int] = frozenset()
    """Lines that the change removed, added or rewrote inside this function; those of head are negative."""
    subject: str = ""
    """Dotted name of what changed where this function only reads it: a constant, a class attribute."""
    above: frozenset[str] = frozenset()
    """Of a caller: ids of the changed units that tests reach by way of it."""
    form: tuple[tuple[str, str, bool], ...] | None = None
    """Base's parameters as `(name, kind, has a default)` where head binds others; both sides then see base's form."""
    at_once: bool = False
    """Is it a generator on head alone? Its call is then seen when it is made, read or not; it has a `form` too."""

    def on(self, side: Side) -> Unit | None:
        """The function as this side has it."""
        return self.base if side == "base" else self.head


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """How much to do at one point. `calls` names the calls by scenario; None lets the probe choose by shape."""

    experiments: int
    per_call: int
    calls: Mapping[str, tuple[int, ...]] | None = None
    untouched: int = 0
    """How many of them may be made at calls of a caller that run no changed unit."""
    texts: int = 0
    """How many texts to try in one process, each compared by a digest only, where an argument is a text."""
    texts_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenarios:
    """Which scenarios a run goes through."""

    runner: str
    """`pytest`, `unittest` or `scripts`."""
    files: tuple[str, ...] = ()
    tests: tuple[str, ...] | None = None
    """Only these tests, in this order; None for all."""
    skipped: tuple[str, ...] = ()
    """Tests that need not run again."""
    scripts: tuple[tuple[str, str, str], ...] = ()
    """`(kind, module, qualname)` of docstring examples and generated calls."""
    constructions: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """`(arguments, keywords)`, as source, that tests give to classes of these names: generated calls need objects."""
    options: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    """Identifiers of the units: tests that name one run before the others of the same run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """How long a run may collect and test, in seconds from its start."""

    collect_s: float
    deadline_s: float
    patience_s: float = 0.0
    """As long as no test reached anything, the run ends so late instead; below `deadline_s` it means nothing."""


Planned = Mapping[str, Mapping[str, Sequence[Mapping[str, object]]]]
"""Experiments to make again: scenario -> point -> calls with `n`, `digest` and `experiments`."""


def import_run(placements: Iterable[Placement], limit_s: float) -> Run:
    """Import the modules of the points on base and nothing more, so that later runs find them compiled."""
    window = Window(collect_s=limit_s, deadline_s=limit_s)
    return replace(_run("base", "import", placements, Scenarios(runner="import"), window, 0, {}), may_be_kept=True)


def record_run(
    side: Side, placements: Iterable[Placement], scenarios: Scenarios, window: Window, *, hash_seed: int = 0
) -> Run:
    """Record every call as the tests make it."""
    return _run(side, "record", placements, scenarios, window, hash_seed, {})


def plan_run(
    placements: Sequence[Placement],
    scenarios: Scenarios,
    window: Window,
    quotas: Mapping[str, Quota],
    corpus: Sequence[str],
) -> Run:
    """Choose and make experiments on base."""
    settings = {}
    for placement in placements:
        quota = quotas.get(placement.point.id)
        if quota is not None:
            settings[placement.point.id] = {
                "experiments": quota.experiments,
                "per_call": quota.per_call,
                "untouched": quota.untouched,
                "texts": quota.texts,
                "texts_s": quota.texts_s,
                "names": list(placement.material.names),
                "flags": list(placement.material.flags),
                **({} if quota.calls is None else {"calls": {name: list(ns) for name, ns in quota.calls.items()}}),
            }
    extra = {"quota": settings, "material": _material(placements), "corpus": list(corpus)}
    return replace(_run("base", "plan", placements, scenarios, window, 0, extra), may_be_kept=True)


def replay_run(
    side: Side,
    placements: Sequence[Placement],
    scenarios: Scenarios,
    window: Window,
    planned: Planned,
    *,
    searches: Iterable[Searched] = (),
    hash_seed: int = 0,
) -> Run:
    """Make planned experiments again, and try the texts of `searches` again."""
    texts: dict[str, dict[str, list[object]]] = {}
    for search in searches:
        entry = {"n": search.call, "digest": search.arrived_digest, "tried": [list(pair) for pair in search.tried]}
        texts.setdefault(search.scenario, {}).setdefault(search.point, []).append(entry)
    extra = {"plan": planned, "material": _material(placements), "searches": texts}
    return _run(side, "replay", placements, scenarios, window, hash_seed, extra)


def harvest_run(placements: Sequence[Placement], scenarios: Scenarios, window: Window, planned: Planned) -> Run:
    """Have the calls of planned experiments described on base, as code."""
    extra = {"plan": planned, "material": _material(placements)}
    return _run("base", "harvest", placements, scenarios, window, 0, extra)


def plan_of(experiments: Iterable[Experiment]) -> Planned:
    """Group experiments by call, so that they can be made again."""
    plan: dict[str, dict[str, dict[int, list[object]]]] = {}
    arrived: dict[tuple[str, str, int], str] = {}
    for experiment in experiments:
        name = experiment.id
        calls = plan.setdefault(name.scenario, {}).setdefault(name.point, {})
        edits = [edit_to_json(edit) for edit in experiment.intervention.edits]
        arrived[name.scenario, name.point, name.call] = experiment.arrived_digest
        calls.setdefault(name.call, []).append([name.intervention, edits, experiment.intervention.plant])
    return {
        scenario: {
            point: [
                {"n": call, "digest": arrived[scenario, point, call], "experiments": made}
                for call, made in sorted(calls.items())
            ]
            for point, calls in points.items()
        }
        for scenario, points in plan.items()
    }


def _material(placements: Iterable[Placement]) -> dict[str, object]:
    return {
        placement.point.id: {
            "numbers": list(placement.material.numbers),
            "texts": list(placement.material.texts),
            "given": {name: list(values) for name, values in placement.material.given},
            "asked": _joined(placement.point.asked),
            "patterns": [list(pair) for pair in placement.material.patterns],
            "telling": list(placement.material.telling),
            "keys": [list(pair) for pair in placement.material.keys],
            "made": {name: list(ways) for name, ways in placement.material.made},
            "words": list(placement.material.words),
            "compared": {name: [list(dropped), list(others)] for name, dropped, others in placement.material.compared},
        }
        for placement in placements
    }


def _joined(asked: Iterable[tuple[str, frozenset[str]]]) -> dict[str, list[str]]:
    kinds: dict[str, set[str]] = {}
    for name, some in asked:
        kinds.setdefault(name, set()).update(some)
    return {name: sorted(some) for name, some in kinds.items()}


def _run(
    side: Side,
    mode: str,
    placements: Iterable[Placement],
    scenarios: Scenarios,
    window: Window,
    hash_seed: int,
    extra: Mapping[str, object],
) -> Run:
    points, modules = [], []
    for placement in placements:
        unit = placement.on(side)
        if unit is not None:
            points.append(
                {
                    "id": placement.point.id,
                    "path": unit.path,
                    "qualname": unit.qualname,
                    "line": unit.first_line,
                    "changed": placement.point.changed,
                    "form": None if placement.form is None else [list(parameter) for parameter in placement.form],
                    "at_once": placement.at_once,
                }
            )
            modules.append(unit.module)
    job = {
        "mode": mode,
        "runner": scenarios.runner,
        "files": list(scenarios.files),
        "tests": None if scenarios.tests is None else list(scenarios.tests),
        **({"skipped": list(scenarios.skipped)} if scenarios.skipped else {}),
        "scripts": [{"kind": kind, "module": module, "qualname": name} for kind, module, name in scenarios.scripts],
        "constructions": {name: list(given) for name, given in scenarios.constructions},
        "options": list(scenarios.options),
        "hints": list(scenarios.hints),
        "points": points,
        "verify": sorted(set(modules)),
        "collect_s": window.collect_s,
        "deadline_s": window.deadline_s,
        "patience_s": max(window.patience_s, window.deadline_s),
        **extra,
    }
    longest_s = max(window.patience_s, window.deadline_s)
    limit_s = longest_s + min(GRACE_S, 1 + longest_s)
    return Run(side=side, job=job, time_limit_s=limit_s, hash_seed=hash_seed)
