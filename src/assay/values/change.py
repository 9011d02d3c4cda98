"""What a change is: paired files, and the units that differ between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Side = Literal["base", "head"]
SIDES: tuple[Side, Side] = ("base", "head")


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One side of a change: a commit, the working tree, or a plain directory."""

    label: str
    """What a person calls it: `main`, `HEAD~1`, `working tree`, a directory."""
    commit: str | None
    """The full object name, or None where the side is not a commit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A function or method as it stands on one side."""

    path: str
    """POSIX path from the root of the tree."""
    module: str
    """Dotted name under which the interpreter imports it, seen from its source root."""
    qualname: str
    """As `__qualname__`: `f`, `Class.method`, `outer.<locals>.inner`."""
    first_line: int
    """Line of the first decorator, or of `def`; equals `co_firstlineno`."""
    last_line: int

    def __post_init__(self) -> None:
        if not 1 <= self.first_line <= self.last_line:
            raise ValueError(f"{self.qualname} ends before it begins: {self.first_line}-{self.last_line}")

    @property
    def name(self) -> str:
        """The dotted name people use: `package.module.Class.method`."""
        return f"{self.module}.{self.qualname}" if self.module else self.qualname

    @property
    def is_nested(self) -> bool:
        """Is it defined inside another function, out of reach by name?"""
        return "<locals>" in self.qualname


UnitChange = Literal["changed", "added", "removed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedUnit:
    """A unit whose meaning may differ between base and head, and why we think so."""

    kind: UnitChange
    base: Unit | None
    head: Unit | None
    why: tuple[str, ...]
    """Short reasons: `body`, `signature`, `default`, `decorator`, `reads LIMIT`, `class attribute Meta.ordering`."""
    base_lines: frozenset[int] = frozenset()
    """Lines of the base file that the change removed or rewrote inside this unit."""
    head_lines: frozenset[int] = frozenset()
    names: frozenset[str] = frozenset()
    """Identifiers that stand on changed lines of either side."""
    origins: tuple[str, ...] = ()
    """Dotted names of changed constants and classes on account of which this unit counts as changed.

    A unit that changed for no reason of its own is where the change of these can be seen.
    """
    used_by: tuple[str, ...] = ()
    """For a removed unit: `path:line` of places at head that still use the name."""

    def __post_init__(self) -> None:
        expected = {"changed": (True, True), "added": (False, True), "removed": (True, False)}[self.kind]
        if (self.base is not None, self.head is not None) != expected:
            raise ValueError(f"a unit that was {self.kind} needs sides {expected}")

    @property
    def unit(self) -> Unit:
        """The unit as base has it, or as head has it where base has none."""
        unit = self.base or self.head
        assert unit is not None
        return unit

    @property
    def changed_itself(self) -> bool:
        """Is its own code another one, rather than only what it reads or inherits?"""
        return not all(
            reason.startswith(("reads ", "class attribute ", "base class ", "class decorator ")) for reason in self.why
        )

    @property
    def signature_changed(self) -> bool:
        """Do the two sides bind their arguments differently?"""
        return "signature" in self.why


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePair:
    """A file as base and head have it; a rename keeps both paths."""

    base_path: str | None
    head_path: str | None

    def __post_init__(self) -> None:
        if self.base_path is None and self.head_path is None:
            raise ValueError("a file pair without a file")

    @property
    def path(self) -> str:
        """The path a reader looks for: at head where it still exists."""
        return self.head_path or self.base_path or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A changed file, or a part of one, whose effect nobody looked at, and why."""

    path: str
    slug: str
    """`dependencies`, `configuration`, `data`, `template`, `native`, `syntax-error`, `module-level`, ..."""
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What the change says of itself: this function answers otherwise when that holds."""

    unit: str
    """Dotted name, or the end of one."""
    when: str
    """A predicate over the parameters, as source text; empty where none was given."""
    where: str
    """The commit or the file that says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Everything that differs between base and head."""

    base: Revision
    head: Revision
    files: tuple[FilePair, ...]
    units: tuple[ChangedUnit, ...]
    unread: tuple[Unread, ...] = ()
    tests: tuple[FilePair, ...] = ()
    """Changed tests, and data that tests keep beside them."""
    remarks: tuple[str, ...] = ()
    """Sentences for the first screen, such as: main has moved on by 3 commits since."""
    patch: str = ""
    """SHA-256 over the changed files as both sides have them: the same change on another base commit keeps it."""
    claims: tuple[Claim, ...] = ()
    """What the change announces of itself."""
    bumps: tuple[str, ...] = ()
    """Installed packages that differ between the two sides, as `attrs 23.1.0 -> 24.2.0`."""
    environments_compared: bool = False
    """Did each side run with the packages that it asks for?"""
    claims_nothing: str = ""
    """Where the change says that it changes nothing; empty where it does not."""

    @property
    def comparable(self) -> tuple[ChangedUnit, ...]:
        """The units that exist on both sides."""
        return tuple(unit for unit in self.units if unit.kind == "changed")

    def count(self, kind: UnitChange) -> int:
        """How many units were changed, added or removed."""
        return sum(unit.kind == kind for unit in self.units)
