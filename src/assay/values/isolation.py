"""Which walls really stood around the target's code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """One promise of the sandbox and whether a probe inside it saw it kept."""

    name: str
    """`write outside`, `read secret`, `connect`, ..."""
    state: Literal["proven", "assumed", "open"]
    mechanism: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Isolation:
    """The rung that was reached and its properties, each proven, assumed or open."""

    level: int
    """3: namespaces + Landlock + seccomp + limits; 2: without namespaces; 1: seccomp + limits; 0: limits only."""
    mechanisms: tuple[str, ...]
    properties: tuple[Property, ...]
    same_path: bool
    """Can base and head run at the same time under one absolute path (a mount of their own)?"""

    @property
    def name(self) -> str:
        """`L2`, `L3`."""
        return f"L{self.level}"
