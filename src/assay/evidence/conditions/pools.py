"""What may be asked about the calls at one point: what both versions test, their constants, and the library."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence

from assay.change.project import Project
from assay.codebase.calls import locate
from assay.evidence.conditions.bodies import Function as Carried
from assay.evidence.conditions.bodies import ModuleScope
from assay.evidence.conditions.branches import Said, said_by
from assay.evidence.conditions.generic import Constants, questions_about
from assay.evidence.conditions.language import Step
from assay.evidence.conditions.learner import Observed, Pool
from assay.evidence.conditions.tokens import token_tests
from assay.evidence.jobs import Placement

SAMPLES = 240
MOST_NUMBERS, MOST_TEXTS = 40, 24
ASKED_BY_ONE = 0.2


class BothScopes:
    """Names of both versions of a module: those of one side, then those that only the other has."""

    def __init__(self, scopes: Sequence[ModuleScope]) -> None:
        self._scopes = scopes

    def constant(self, name: str) -> Step | None:
        """The value of a constant."""
        return next((step for scope in self._scopes if (step := scope.constant(name)) is not None), None)

    def function(self, name: str) -> Carried | None:
        """A function that only computes."""
        return next((found for scope in self._scopes if (found := scope.function(name)) is not None), None)


def pool_for(placement: Placement, projects: Sequence[Project], calls: Sequence[Observed]) -> Pool:
    """Candidates for one point. Nothing depends on which version comes first."""
    samples = [call.values for call in calls]
    located = [
        (project, *found)
        for unit, project in zip((placement.base, placement.head), projects, strict=True)
        if unit is not None and (found := locate(unit, project)) is not None
    ]
    own = frozenset(name for sample in samples[:SAMPLES] for name in sample)
    said = [said_by(function.node, own) for _, _, function in located]
    names = set(placement.material.names)
    for _, _, function in located:
        names |= {n.attr for n in ast.walk(function.node) if isinstance(n, ast.Attribute)}
    constants = Constants(
        numbers=placement.material.numbers[:MOST_NUMBERS],
        texts=placement.material.texts[:MOST_TEXTS],
        names=frozenset(names),
    )
    tokens = token_tests([c.values for c in calls if c.differs], [c.values for c in calls if not c.differs])
    asked = questions_about([dict(sample) for sample in samples[:SAMPLES]], constants)
    return Pool(
        tests=_cheapest([asked.tests, *_tests(said), tokens]),
        terms=_cheapest([asked.terms, *_terms(said)]),
        numbers=constants.numbers,
        scope=BothScopes([ModuleScope(project, module) for project, module, _ in located]),
    )


def _tests(said: Sequence[Said]) -> Iterable[Mapping[str, float]]:
    """What one version alone asks comes first: that is where the two part, if they part at a question."""
    for each in said:
        others = [other.tests for other in said if other is not each]
        yield {
            text: cost - ASKED_BY_ONE if others and not any(text in other for other in others) else cost
            for text, cost in each.tests.items()
        }


def _terms(said: Iterable[Said]) -> Iterable[Mapping[str, float]]:
    return (each.terms for each in said)


def _cheapest(pools: Iterable[Mapping[str, float]]) -> dict[str, float]:
    found: dict[str, float] = {}
    for pool in pools:
        for text, cost in pool.items():
            found[text] = min(cost, found.get(text, cost))
    return found
