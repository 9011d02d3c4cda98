"""Where Python looks for a project's modules, told from its files alone."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby, islice
from typing import cast

from assay.change.kinds import Places, is_auxiliary, is_test, places_of
from assay.values.change import Side
from assay.values.lab import Source

CONVENTIONAL = frozenset({"src", "lib"})
_IMPORT = re.compile(r"^\s*(?:from|import) ([\w.]+)", re.MULTILINE)
SAMPLED_FILES = 60
"""At most this many files are searched for imports that tell how deep a namespace package reaches."""

Reader = Callable[[str], str | None]


def source_roots(paths: Sequence[str], read: Reader) -> tuple[str, ...]:
    """Folders from which the project's modules are imported, deepest first; "" is the root of the tree.

    `read` gives the text of a path. Knows `src/` and `lib/`, package folders declared in pyproject.toml, setup.cfg or
    setup.py, packages found by their `__init__.py`, and namespace packages as far as imports show them.
    """
    places, ordered = places_of(paths), sorted(paths)
    modules = [p for p in paths if p.endswith(".py") and not is_test(p, places) and not is_auxiliary(p, places)]
    declared = tuple(root for root in _declared(paths, places, read) if any(_is_below(p, root) for p in modules))
    roots: set[str] = set()
    tops: dict[tuple[str, str], int] = Counter()
    loose: list[str] = []
    for path in modules:
        root = next((r for r in declared if r and _is_below(path, r)), None)
        root = _conventional(path, places) if root is None else root
        if root is not None:
            roots.add(root)
        elif (top := _top_package(path, places)) is not None:
            tops[top] += 1
        else:
            loose.append(path)
    tests = [p for p in paths if p.endswith(".py") and "test" in p]
    for parent, group in groupby(sorted(tops), key=lambda top: top[0]):
        if parent:
            below = bisect_left(ordered, parent + "/"), bisect_left(ordered, parent + "0")
            near = [p for p in islice(ordered, *below) if p.endswith(".py")][:SAMPLED_FILES]
            samples = [*near, *list(islice((p for p in tests if not p.startswith(parent + "/")), SAMPLED_FILES))]
            roots.update(_namespace_root(parent, package, samples, read) for _, package in group)
        else:
            roots.add("")
    if any(not any(root and _is_below(path, root) for root in roots) for path in loose):
        roots.add("")
    return tuple(sorted(roots, key=lambda root: (-root.count("/") - bool(root), root))) or ("",)


def roots_of(source: Source, side: Side) -> tuple[str, ...]:
    """`source_roots` of one side; a source never changes, so it is asked once."""
    return _roots_of(cast("Hashable", source), side)


@lru_cache(maxsize=4)
def _roots_of(asked: Hashable, side: Side) -> tuple[str, ...]:
    source = cast("Source", asked)
    return source_roots(source.paths(side), lambda path: source.text(side, path))


def module_name(path: str, roots: Iterable[str]) -> str:
    """The dotted name under which a file is imported; the deepest root that holds it counts."""
    root = max((r for r in roots if _is_below(path, r)), key=len, default="")
    inner = path[len(root) :].lstrip("/").removesuffix(".py")
    return inner.removesuffix("/__init__").replace("/", ".") if inner != "__init__" else ""


def modules_of(paths: Iterable[str], roots: Sequence[str]) -> Mapping[str, str]:
    """Dotted names with the paths of their files; a package wins over a module of the same name."""
    found: dict[str, str] = {}
    for path in paths:
        if path.endswith(".py"):
            name = module_name(path, roots)
            if name not in found or path.endswith("/__init__.py"):
                found[name] = path
    return found


def _is_below(path: str, root: str) -> bool:
    return not root or path.startswith(root + "/")


def _conventional(path: str, places: Places) -> str | None:
    """`src`, `lib` or `packages/x/src`, where that folder is no package itself."""
    parts = path.split("/")[:-1]
    for n, part in enumerate(parts):
        folder = "/".join(parts[: n + 1])
        if part in CONVENTIONAL and folder not in places.packages:
            above = "/".join(parts[:n])
            if not above or above not in places.packages:
                return folder
    return None


def _top_package(path: str, places: Places) -> tuple[str, str] | None:
    """Parent folder and name of the outermost package around a file."""
    parts = path.split("/")[:-1]
    n = len(parts)
    while n and "/".join(parts[:n]) in places.packages:
        n -= 1
    return ("/".join(parts[:n]), parts[n]) if n < len(parts) else None


def _namespace_root(parent: str, package: str, samples: Sequence[str], read: Reader) -> str:
    """The folder above `parent/package` from which imports in `samples` name it most often."""
    parts = parent.split("/")
    names = {"/".join(parts[:n]): ".".join([*parts[n:], package]) for n in range(len(parts) + 1)}
    counts: Counter[str] = Counter()
    for path in samples:
        for imported, n in _imports_in(read(path) or "").items():
            for root, name in names.items():
                if imported == name or imported.startswith(f"{name}."):
                    counts[root] += n
    return max(names, key=lambda root: (counts[root], len(root)))


@lru_cache(maxsize=20_000)
def _imports_in(text: str) -> Mapping[str, int]:
    """Modules that lines of a text import absolutely, with how often; told by their looks, nothing is parsed."""
    return Counter(_IMPORT.findall(text))


def _declared(paths: Sequence[str], places: Places, read: Reader) -> Iterator[str]:
    """Package folders that the project's own build files name, for every project in the tree."""
    for path in sorted(paths, key=lambda p: -p.count("/")):
        folder, _, name = path.rpartition("/")
        if name in {"pyproject.toml", "setup.cfg", "setup.py"} and not is_test(path, places):
            found = {"pyproject.toml": _from_pyproject, "setup.cfg": _from_setup_cfg, "setup.py": _from_setup_py}[name]
            for root in found(read(path) or ""):
                inner = root.strip("/").removeprefix("./")
                if inner and ".." not in inner.split("/"):
                    yield f"{folder}/{inner}".strip("/") if inner != "." else folder


def _from_pyproject(text: str) -> Iterator[str]:
    try:
        tool = tomllib.loads(text).get("tool", {})
    except tomllib.TOMLDecodeError:
        return
    setuptools = _table(tool, "setuptools")
    yield from (v for k, v in _table(setuptools, "package-dir").items() if k == "" and isinstance(v, str))
    yield from _strings(_table(setuptools, "packages", "find").get("where"))
    packages = _table(tool, "poetry").get("packages")
    for package in packages if isinstance(packages, list) else ():
        if isinstance(package, dict) and isinstance(package.get("from"), str):
            yield package["from"]
    yield from _strings(_table(tool, "hatch", "build", "targets", "wheel").get("sources"))
    yield from _strings(_table(tool, "pdm", "build").get("package-dir"))
    for path in _strings(_table(tool, "hatch", "build", "targets", "wheel").get("packages")):
        if "/" in path.strip("/"):
            yield path.strip("/").rpartition("/")[0]


def _table(value: object, *names: str) -> Mapping[str, object]:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from (item for item in value if isinstance(item, str))


def _from_setup_cfg(text: str) -> Iterator[str]:
    if found := re.search(r"^package_dir\s*=\s*(?:\n\s+)?=\s*(\S+)", text, re.MULTILINE):
        yield found[1]
    if found := re.search(r"^where\s*=\s*(\S+)", text, re.MULTILINE):
        yield found[1]


def _from_setup_py(text: str) -> Iterator[str]:
    if found := re.search(r"package_dir\s*=\s*\{\s*(['\"])\1\s*:\s*['\"]([^'\"]+)['\"]", text):
        yield found[2]
    if found := re.search(r"find_(?:namespace_)?packages\(\s*(?:where\s*=\s*)?['\"]([^'\"]+)['\"]", text):
        yield found[1]
