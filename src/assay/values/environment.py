"""What the environment of a project is to hold, and what an environment holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What is to be installed beside the project's own dependencies."""

    extras: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    """Lines of a requirements file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The environment of one side, as its files ask for it. Nothing is resolved yet."""

    folder: str
    """The project's folder in the tree; "" where that is the whole tree."""
    name: str
    """The project's own name, as packages are named; empty where no file tells."""
    lock: str = ""
    """Path of the lock that `uv` reads by itself."""
    pins: tuple[str, ...] = ()
    """Constraints out of a lock that `uv` does not read."""
    description: str = ""
    """Path of the file that declares the project's dependencies, where there is one."""
    is_package: bool = False
    """Can the project itself be installed?"""
    python: str = ""
    """Versions of Python that it runs on, as `>=3.9`; empty where no file tells."""
    shares: tuple[Share, ...]
    """What to try, from all that tests might use to what they cannot do without."""
    sources: tuple[str, ...]
    """Paths of the files that say so."""
    digest: str
    """Of everything that decides what the environment holds."""

    def __post_init__(self) -> None:
        if not self.shares or not self.sources:
            raise ValueError("an environment that no file asks for")


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """One installed package."""

    name: str
    """In lower case, with hyphens."""
    version: str
    modules: tuple[str, ...] = ()
    """Top-level modules that it brings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bump:
    """One package that base's and head's environments hold in different versions."""

    name: str
    before: str
    """Empty where base has none."""
    after: str
    modules: frozenset[str] = field(default_factory=frozenset)

    @property
    def words(self) -> str:
        """As people say it."""
        if not self.before:
            return f"{self.name} {self.after} came"
        return f"{self.name} {self.before} -> {self.after}" if self.after else f"{self.name} {self.before} went"


def bumps(base: Mapping[str, Distribution], head: Mapping[str, Distribution], own: str) -> tuple[Bump, ...]:
    """What differs between two environments, the project `own` left out."""
    found = []
    for name in sorted({*base, *head} - {own}):
        before, after = base.get(name), head.get(name)
        versions = before.version if before else "", after.version if after else ""
        if versions[0] != versions[1]:
            modules = frozenset((*(before.modules if before else ()), *(after.modules if after else ())))
            found.append(Bump(name=name, before=versions[0], after=versions[1], modules=modules))
    return tuple(found)
