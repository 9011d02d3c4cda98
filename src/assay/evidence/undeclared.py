"""Packages that the change begins to import, that are installed, and that the project declares nowhere.

They are there because something else brought them, or somebody installed them by hand. Where the project is installed
from what it declares, its import fails. Only what a shipped module imports whenever it is loaded counts.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Collection, Iterator, Sequence

from assay.change.kinds import is_test, places_of
from assay.evidence.packages import DECLARING, importing, is_declared
from assay.values.change import Change, Side
from assay.values.lab import Source
from assay.values.reality import Denial

MOST = 8
"""So many packages are asked about."""


def undeclared(
    change: Change, source: Source, first_party: Collection[str], installed_as: Callable[[str], str]
) -> Iterator[Denial]:
    """One denial for each such package; `installed_as` tells the distribution and version of a module, or nothing."""
    texts = [source.text("head", path) or "" for path in source.paths("head") if DECLARING.search(path)]
    declared = "\n".join(texts).lower().replace("_", "-")
    if not declared.strip():
        return
    places: dict[str, tuple[str, int]] = {}
    changed = {pair.head_path for pair in change.files}
    for path in _shipped(source, "head"):
        if path in changed:
            for name, line in _imported(source.text("head", path) or ""):
                if name not in first_party and name not in sys.stdlib_module_names:
                    places.setdefault(name, (path, line))
    asked = [name for name in places if not _is_meant(name, declared)]
    base = ((path, source.text("base", path) or "") for path in _shipped(source, "base"))
    standing = importing(asked, base) if asked else {}
    for name in [name for name in asked if not standing[name]][:MOST]:
        installed = installed_as(name)
        distribution = installed.rpartition(" ")[0]
        if distribution and not _is_meant(distribution, declared):
            path, line = places[name]
            yield Denial(
                path=path,
                line=line,
                kind="undeclared-package",
                name=name,
                text=f"{name} is installed here, and nothing in the project declares {distribution}",
                certainty="suspect",
                installed=installed,
            )


def _is_meant(name: str, declared: str) -> bool:
    """Is it declared, or what shares its name space?"""
    start = re.escape(name.lower().replace("_", "-"))
    return is_declared(name, declared) or re.search(rf"(?<![\w-]){start}-", declared) is not None


def _shipped(source: Source, side: Side) -> Iterator[str]:
    """Modules of packages, tests aside."""
    paths: Sequence[str] = source.paths(side)
    known, places = set(paths), places_of(paths)
    for path in paths:
        if path.endswith(".py") and f"{path.rpartition('/')[0]}/__init__.py" in known and not is_test(path, places):
            yield path


def _imported(text: str) -> Iterator[tuple[str, int]]:
    """Top-level packages that the module needs in order to be loaded, with the line of the import."""
    try:
        waiting: list[ast.stmt] = list(ast.parse(text).body)
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in waiting:
        match node:
            case ast.Import():
                yield from ((alias.name.partition(".")[0], node.lineno) for alias in node.names)
            case ast.ImportFrom(module=str() as module, level=0):
                yield module.partition(".")[0], node.lineno
            case ast.ClassDef() | ast.With():
                waiting.extend(node.body)
            case _:
                pass  # what stands under a condition, or in a function, may be left out
