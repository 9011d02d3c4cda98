"""The learner without sandbox and experiments: 400 labelled calls of each pair in, one formula out.

    python bench/conditions/alone.py [NAME ...]

The formula is asked about 1,200 calls drawn under another seed. This tells what the learner can say where inputs are no
problem; `run.py` tells what a check really says.
"""

from __future__ import annotations

import ast
import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass

import hidden
import later
from run import _alarm, held_out, load

from assay.change.project import Project
from assay.evidence.conditions.answers import Answers
from assay.evidence.conditions.explain import learn_from
from assay.evidence.conditions.learner import judge
from assay.evidence.conditions.pools import pool_for
from assay.evidence.jobs import Material, Placement
from assay.values.change import Side, Unit
from assay.values.experiment import ObservationPoint

GIVEN, SAMPLES, SEEDS = 400, 180, (11, 987)


@dataclass(frozen=True)
class Both:
    """Both versions of the one module."""

    base: str
    head: str

    def paths(self, _side: Side) -> list[str]:
        """Its path."""
        return ["subject.py"]

    def text(self, side: Side, path: str) -> str | None:
        """Its text on one side."""
        return (self.base if side == "base" else self.head) if path == "subject.py" else None


def unit(source: str) -> Unit:
    """The function `f` as it stands in a version."""
    found = next(n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef) and n.name == "f")
    last = found.end_lineno or found.lineno
    return Unit(path="subject.py", module="subject", qualname="f", first_line=found.lineno, last_line=last)


def placed(base: str, head: str) -> Placement:
    """The observation point, with the constants of both versions."""
    values = [n.value for text in (base, head) for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Constant)]
    numbers = [v for v in values if isinstance(v, (int, float)) and not isinstance(v, bool)]
    texts = [v for v in values if isinstance(v, str)]
    name = "subject.py::f"
    return Placement(
        point=ObservationPoint(id=name, name="subject.f", path="subject.py", line=1, changed=True, public=True),
        base=unit(base),
        head=unit(head),
        material=Material(numbers=tuple(dict.fromkeys(numbers)), texts=tuple(dict.fromkeys(texts))),
    )


def learned(base: str, head: str) -> tuple[str, str, float]:
    """How it fared, what was said, and the processor seconds that the learner took."""
    given, asked = (held_out(load(base), load(head), seed) for seed in SEEDS)
    given = given[:GIVEN]
    source, begun = Both(base, head), time.process_time()
    pool = pool_for(placed(base, head), (Project(source, "base"), Project(source, "head")), given[:SAMPLES])
    formulas = learn_from(given, pool, Answers())
    seconds = time.process_time() - begun
    if not formulas:
        return "none", "", seconds
    fared = judge(formulas[0].text, asked, pool.scope)
    others = fared.held_others / max(1, fared.others)
    agreement = (fared.held_differing / max(1, fared.differing) + 1 - others) / 2
    verdict = "exact" if fared.fits else "right" if agreement >= 0.95 else "part" if agreement > 0.6 else "wrong"
    return verdict, formulas[0].text, seconds


if __name__ == "__main__":
    signal.signal(signal.SIGVTALRM, _alarm)
    for title, pairs in (("The 36 pairs of the research note", hidden.PAIRS), ("24 later pairs", later.PAIRS)):
        counts: Counter[str] = Counter()
        total_s = 0.0
        for pair, (one, other, truth) in pairs.items():
            if sys.argv[1:] and not pair.startswith(tuple(sys.argv[1:])):
                continue
            ending, told, took_s = learned(one, other)
            counts[ending] += 1
            total_s += took_s
            if ending != "exact":
                print(f"{ending:6} {pair:14} {told}   [{truth}]", flush=True)
        print(f"{title}: {dict(counts)}, {total_s:.1f} processor seconds", flush=True)
