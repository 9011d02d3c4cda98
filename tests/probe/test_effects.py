"""What a call does beside answering is part of its outcome."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.probe.projects import write
from tests.probe.test_experiments import kinds_on
from tests.probe.test_running_tests import WITH_PYTEST

EFFECTS = """
=== m.py
import logging, os, warnings

log = logging.getLogger("m")


def warns(x):
    warnings.warn("x is old", UserWarning)
    return x


def logs(x):
    log.warning("careful with %s", x)
    log.debug("done")
    return x


def sets(x):
    os.environ["MODE"] = "fast"
    return x
=== test_m.py
import os, unittest, warnings, m


class Facts(unittest.TestCase):
    def test_warns(self):
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            self.assertEqual(m.warns(1), 1)
    def test_logs(self): self.assertEqual(m.logs(1), 1)
    def test_sets(self): self.assertEqual(m.sets(1), 1)
"""
ALTERED = [
    ("UserWarning)", "FutureWarning)", "warns", True),
    ('"x is old"', '"x is quite old"', "warns", False),
    ("log.warning(", "log.error(", "logs", True),
    ('log.debug("done")', 'log.debug("well done")', "logs", False),
    ('"fast"', '"slow"', "sets", True),
]
"""Old text, new text, function, and whether that is another effect."""


@pytest.mark.parametrize(("old", "new", "name", "differs"), ALTERED, ids=[new for _, new, _, _ in ALTERED])
def test_another_effect_is_a_difference(tmp_path: Path, old: str, new: str, name: str, differs: bool) -> None:
    """Words of warnings, and what is logged for debugging, may change."""
    project = write(tmp_path, EFFECTS).under(WITH_PYTEST, "pytest")
    planned = project.plan(name, experiments=8, per_call=8)
    assert ("writes-differently" in kinds_on(project, planned, name, old, new)) == differs


def test_effects_have_a_line_each(tmp_path: Path) -> None:
    """After what was written."""
    project = write(tmp_path, EFFECTS).under(WITH_PYTEST, "pytest")
    planned = project.plan("warns", "logs", "sets", experiments=3, per_call=3)
    outputs = {name: planned.made(name)[0].outcome.output for name in ("warns", "logs", "sets")}
    assert outputs == {
        "warns": "warns of UserWarning",
        "logs": "logs WARNING to m",
        "sets": "sets the environment variable MODE to 'fast'",
    }
