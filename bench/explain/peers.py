"""One peer on one pair, in the peers' own environment: `python peers.py TOOL FOLDER SECONDS`, one line of JSON back.

`FOLDER` holds `base_subject.py` and `head_subject.py`, each with a function `f`. `found` says whether the tool showed a
difference, `example` how it said so. Nothing here knows the pairs.
"""

from __future__ import annotations

import copy
import importlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
import typing
from pathlib import Path

from hypothesis import HealthCheck, Phase, find, settings, strategies
from hypothesis.errors import NoSuchExample

EXAMPLES = 2000
WAIT = 10.0
"""A tool that does not keep to its time limit, on a machine that others use, is waited for so many times as long."""
BIN = Path(sys.executable).parent


def outcome(function: typing.Callable[..., object], call: dict[str, object]) -> tuple[str, ...]:
    """What one version does, told so that two can be compared."""
    given = copy.deepcopy(call)
    try:
        value = function(**given)
    except Exception as error:  # noqa: BLE001 - whatever a version raises is its outcome
        return "raised", type(error).__name__, repr(given)
    return "returned", type(value).__name__, repr(value), repr(given)


def hypothesis(limit_s: float) -> tuple[bool, str]:
    """A differential loop: strategies from the hints of base, shrunk by Hypothesis, stopped when time is over."""
    base, head = (importlib.import_module(f"{side}_subject").f for side in ("base", "head"))
    hints = typing.get_type_hints(base)
    names = base.__code__.co_varnames[: base.__code__.co_argcount]
    calls = strategies.fixed_dictionaries({name: strategies.from_type(hints[name]) for name in names})
    until_s = time.monotonic() + limit_s
    last: list[dict[str, object]] = []

    def differs(call: dict[str, object]) -> bool:
        if time.monotonic() > until_s:
            return bool(last) and repr(call) == repr(last[-1])
        if outcome(base, call) != outcome(head, call):
            last.append(call)
            return True
        return False

    asked = settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    try:
        return True, repr(find(calls, differs, settings=asked))
    except NoSuchExample:
        return False, ""
    except Exception as error:  # noqa: BLE001 - what the tool cannot build is part of the result
        return bool(last), repr(last[-1]) if last else f"{type(error).__name__}: {error}"[:200]


def crosshair(limit_s: float) -> tuple[bool, str]:
    """`crosshair diffbehavior base_subject.f head_subject.f`, as it comes."""
    command = [str(BIN / "crosshair"), "diffbehavior", "base_subject.f", "head_subject.f"]
    command += ["--per_condition_timeout", str(limit_s)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit_s * WAIT, check=False)
    except subprocess.TimeoutExpired:
        return False, "not done in ten times the time"
    shown = " ".join(done.stdout.split())
    return "Given: " in shown, (shown or done.stderr.strip()[-200:])[:400]


def pynguin(limit_s: float) -> tuple[bool, str]:
    """Pynguin writes tests of base within the time; found is what fails on head and passes on base three times."""
    folder = Path.cwd()
    command = [str(BIN / "pynguin"), "--project-path", str(folder), "--output-path", str(folder / "made")]
    command += ["--module-name", "subject", "--maximum-search-time", str(int(limit_s)), "--seed", "0"]
    # Its default goes through mutants after the search is over, which takes minutes and finds no calls.
    command += ["--assertion-generation", "SIMPLE"]
    shutil.copy(folder / "base_subject.py", folder / "subject.py")
    try:
        subprocess.run(
            command,
            capture_output=True,
            timeout=limit_s * WAIT,
            check=False,
            env={**os.environ, "PYNGUIN_DANGER_AWARE": "1"},
        )
    except subprocess.TimeoutExpired:
        return False, "not done in ten times the time"
    made = list((folder / "made").glob("test_*.py"))
    if not made:
        return False, "no tests were written"
    if any(failing(made[0]) for _ in range(3)):
        return False, "the tests fail on base"
    shutil.copy(folder / "head_subject.py", folder / "subject.py")
    failed = failing(made[0])
    return bool(failed), ", ".join(failed)[:200]


def failing(file: Path) -> list[str]:
    """Tests of a file that fail with `subject.py` as it stands."""
    command = [sys.executable, "-m", "pytest", "-q", "-rf", "-p", "no:cacheprovider", str(file)]
    clean = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(Path.cwd())}
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=clean)
    return re.findall(r"^FAILED \S*::(\w+)", done.stdout, re.MULTILINE) or (["the run"] if done.returncode > 1 else [])


def main() -> None:
    """Run one tool."""
    tool, folder, limit_s = sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    found, example = {"hypothesis": hypothesis, "crosshair": crosshair, "pynguin": pynguin}[tool](limit_s)
    print(json.dumps({"found": found, "example": example}))


if __name__ == "__main__":
    main()
