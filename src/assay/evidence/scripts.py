"""Scenarios for units that no test reaches: docstring examples, and calls that are generated."""

from __future__ import annotations

from collections.abc import Iterable

from assay.codebase.given import constructions
from assay.codebase.pytest_settings import read_pytest_settings
from assay.codebase.tests import find_tests
from assay.evidence.jobs import Scenarios
from assay.values.lab import Lab

GENERATED = "calls"
"""The kind of script that calls a function with values nobody wrote."""


def is_generated(scenario: str) -> bool:
    """Was the call of this scenario generated, rather than made by a test or a docstring example?"""
    return scenario.startswith(f"{GENERATED}:")


def scripted(lab: Lab, scripts: Iterable[tuple[str, str, str]]) -> Scenarios:
    """The scenarios of `(kind, module, qualname)`; methods are called on objects made as the tests make them."""
    every = tuple(scripts)
    owners = dict.fromkeys(
        qualname.split(".")[-2] for kind, _, qualname in every if kind == GENERATED and "." in qualname
    )
    tests = find_tests(lab.source.paths("base"), read_pytest_settings(lab.source, lab.project), lab.project)
    given = {owner: constructions(tests, lab.source, owner) for owner in owners}
    return Scenarios(
        runner="scripts", scripts=every, constructions=tuple((owner, made) for owner, made in given.items() if made)
    )
