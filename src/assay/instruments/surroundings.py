"""What the project's tests need around them: environment variables by name, services started inside the sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assay.errors import UsageError

RESERVED = frozenset({"HOME", "TMPDIR", "PYTHONPATH", "PYTHONHASHSEED", "PYTHONDONTWRITEBYTECODE", "TZ"})
"""Both sides of an experiment must agree on these, so Assay alone decides them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The `env` and `setup` of `[tool.assay]`."""

    environment: tuple[tuple[str, str], ...] = ()
    setup: tuple[str, ...] = ()
    """Shell commands that run, one after the other, inside the sandbox before every run."""
    unset: tuple[str, ...] = ()
    """Variables that were to be passed on and are not set where Assay was started."""


def read_surroundings(table: Mapping[str, object], environment: Mapping[str, str]) -> Surroundings:
    """Variables with a fixed value, or with `true` to pass on the one of `environment`; nothing else passes.

    Raises:
        UsageError: a value is of the wrong kind, or the variable is Assay's own.
    """
    named, setup = table.get("env", {}), table.get("setup", [])
    if not isinstance(named, dict):
        raise UsageError(
            f"[tool.assay] env is {named!r}.",
            why="It is a table of variables.",
            next_step='Write env = { NAME = "value", OTHER = true }; `true` passes on the variable as it is set.',
        )
    if not isinstance(setup, list) or not all(isinstance(command, str) for command in setup):
        raise UsageError(
            f"[tool.assay] setup is {setup!r}.",
            why="It lists commands that start what the tests need.",
            next_step='Write a list of strings, such as ["redis-server --daemonize yes"].',
        )
    given: list[tuple[str, str]] = []
    unset: list[str] = []
    for name, value in named.items():
        if name in RESERVED or not (isinstance(value, str) or value is True):
            why = "Assay decides it, for both sides alike." if name in RESERVED else "It is a string or `true`."
            raise UsageError(f"[tool.assay] env.{name} is {value!r}.", why=why, next_step="Correct or remove it.")
        if isinstance(value, str):
            given.append((name, value))
        elif name in environment:
            given.append((name, environment[name]))
        else:
            unset.append(name)
    return Surroundings(environment=tuple(given), setup=tuple(setup), unset=tuple(unset))
