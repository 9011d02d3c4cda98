"""What the installed packages deny: evidence of the investigator `reality`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Certainty = Literal["proven", "static", "deprecated", "ignored", "suspect"]
"""`proven`: executed and refuted by the real object. `static`: by an annotation or by the type checker, and the real
class agrees. `deprecated`: it will go away. `ignored`: accepted and without effect. `suspect`: it was read so, by the
type checker or by us, and nothing was seen to fail."""

CERTAINTIES: tuple[Certainty, ...] = ("proven", "static", "deprecated", "ignored", "suspect")


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """One thing that a file uses and that does not exist, or not so, in what is installed."""

    path: str
    line: int
    kind: str
    """The class of mistake: `missing-attribute`, `unknown-parameter`, `wrong-literal` ..."""
    name: str
    """What is wrong, as one would look it up: `requests.api.get(retries=)`."""
    text: str
    certainty: Certainty
    installed: str
    """Distribution and version that denies it: `requests 2.34.2`."""
    nearest: tuple[str, ...] = ()
    chain: tuple[str, ...] = ()
    """The callables that a keyword is handed on through, the first one called."""
    signature: str = ""
    reproducer: str = ""
    """One line of Python that was executed in the target's environment."""
    output: str = ""
    """What that line really said."""
    versions: tuple[str, ...] = ()
    """Since when or until when, where something that is installed tells: `removed in 2.0 ("...", CHANGES.rst)`."""
    last_line: int = 0

    def __post_init__(self) -> None:
        if self.line < 0 or self.certainty not in CERTAINTIES:
            raise ValueError(f"no denial: {self}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What the type checker says of one place, in its own words. Lines and columns count from 1, in characters."""

    path: str
    line: int
    column: int
    last_line: int
    last_column: int
    rule: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """What is installed about one name, and whether it can be called as asked."""

    question: str
    denials: tuple[Denial, ...]
    is_known: bool
    """Could the name be followed to its end?"""
    found: str = ""
    installed: str = ""
    signature: str = ""
    parameters: tuple[tuple[str, str], ...] = ()
    """Each with the callable that takes it in the end."""
    deprecated: str = ""
    error: str = ""

    @property
    def possible(self) -> bool:
        """Does nothing speak against it?"""
        return not self.error and self.is_known and all(d.certainty == "deprecated" for d in self.denials)


@dataclass(frozen=True, slots=True, kw_only=True)
class Denials:
    """What was denied in some files, and how much could not be asked."""

    found: tuple[Denial, ...]
    calls: int = 0
    """Calls that were held against a real signature."""
    unknown_receivers: int = 0
    """Calls of methods whose receiver could not be resolved; about these nothing is said."""
    unread: tuple[tuple[str, str], ...] = ()
    """Files that could not be read, each with the reason."""
    failed_packages: tuple[str, ...] = ()
    """Packages that brought the interpreter down when they were imported."""
    trouble: str = ""
    """Why nothing came back, where nothing did."""
    unchecked: str = ""
    """Why the type checker was not asked, where it was not."""
    gaps: tuple[str, ...] = ()
    """What else nothing can be said about, where a change was asked about."""
