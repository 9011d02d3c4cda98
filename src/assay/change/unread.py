"""Changed files, and parts of files, whose effect nobody looks at; and why others need no look."""

from __future__ import annotations

import ast
import configparser
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from assay.change.compare import Comparison
from assay.change.kinds import DEVELOPMENT
from assay.change.project import Project
from assay.change.syntax import Module, last_name
from assay.values.change import FilePair, Unread

_REASONS = {
    "dependencies": (
        "What the project depends on changed.",
        "Compare both sides in environments of their own: `--build-env`.",
    ),
    "configuration": ("Configuration changed.", "Read it; say which code it steers."),
    "sql": ("SQL changed.", "Read it, or run the migration against a copy of the data."),
    "template": ("A template changed.", "Read it, or look at what it renders."),
    "data": ("A data file changed.", "Read it; tests that load it show what it does."),
    "native": (
        "Native code changed, and it must be built to run.",
        "Build both sides and compare them with `--trees`.",
    ),
}
_DESCRIPTION = frozenset(
    {"version", "description", "readme", "authors", "maintainers", "keywords", "classifiers", "urls", "license", "name"}
    | {
        "license-files",
        "dynamic",
        "author",
        "author_email",
        "maintainer",
        "maintainer_email",
        "url",
        "long_description",
    }
    | {"long_description_content_type", "project_urls", "download_url", "license_files", "platforms", "homepage"}
    | {"documentation", "repository", "license_file"}
)
_TOOLS_THAT_MATTER = frozenset({"poetry", "setuptools", "pdm", "hatch", "flit", "maturin", "cibuildwheel"})
"""Tables of other tools (linters, formatters, type checkers, test runners, release tools) steer no code under test."""
_SETUP_SECTIONS = frozenset({"options", "options.extras_require", "options.entry_points", "options.package_data"})


def unread_of(pair: FilePair, kind: str, old: Project, new: Project) -> list[Unread]:
    """What nobody looked at in a changed file that holds no code. Prose and files around the code are nothing."""
    if kind == "around":
        return []
    if kind == "prose":
        return [_unread(pair, "data")] if _is_read_by_code(pair, new) else []
    if kind != "settings":
        return [_unread(pair, kind)]
    before = old.source.text("base", pair.base_path) if pair.base_path else None
    after = new.source.text("head", pair.head_path) if pair.head_path else None
    slugs = {"pyproject.toml": _pyproject, "setup.cfg": _setup_cfg, "setup.py": _setup_py}[
        PurePosixPath(pair.path).name
    ]
    return [_unread(pair, slug) for slug in sorted(set(slugs(before or "", after or "")))]


def unread_syntax(pair: FilePair, parsed: Module | SyntaxError | None, side: str) -> Unread | None:
    """A file that cannot be parsed, or is no text; None where there is nothing to complain about."""
    path = pair.base_path if side == "base" else pair.head_path
    if path is None or isinstance(parsed, Module):
        return None
    if parsed is None:
        reason = f"At {side} the file is no text in the encoding that it declares."
    else:
        reason = f"At {side}, line {parsed.lineno or 1}: {parsed.msg}."
    newest = f"{sys.version_info.major}.{sys.version_info.minor}"
    remedy = f"Repair the file. If it is written for a newer Python than {newest}, run Assay on that one."
    return Unread(path=path, slug="syntax-error", reason=reason, remedy=remedy)


def unread_module_level(comparison: Comparison, found: Sequence[tuple[str, ast.AST | None]]) -> Unread:
    """Statements at module or class level that changed and that no function reads by name."""
    module = comparison.head or comparison.base
    assert module is not None
    names = sorted({name for name, _ in found if name})
    lines = sorted({getattr(node, "lineno", 1) for name, node in found if not name and node is not None})
    said = (
        [f"{', '.join(names[:5])}{' and others' if len(names) > 5 else ''}, which no function reads by name"]
        if names
        else []
    )
    said += (
        [f"{'statements' if len(lines) > 1 else 'a statement'} at line {', '.join(map(str, lines[:5]))}"]
        if lines
        else []
    )
    return Unread(
        path=module.path,
        slug="module-level",
        reason=f"Changed where the module runs when it is imported: {'; '.join(said)}.",
        remedy="Read it, or move it into a function that a test calls.",
    )


def _unread(pair: FilePair, slug: str) -> Unread:
    reason, remedy = _REASONS[slug]
    return Unread(path=pair.path, slug=slug, reason=reason, remedy=remedy)


def _is_read_by_code(pair: FilePair, project: Project) -> bool:
    """Does code beside it, in the same package, name this file?"""
    path = PurePosixPath(pair.path)
    if not any(str(parent) in project.places.packages for parent in path.parents):
        return False
    return next(project.code_mentioning(path.name), None) is not None


def _pyproject(before: str, after: str) -> Iterator[str]:
    try:
        old, new = tomllib.loads(before), tomllib.loads(after)
    except tomllib.TOMLDecodeError:
        yield "configuration"
        return
    for keys in _differing(old, new):
        match keys:
            case ["build-system" | "dependency-groups", *_] | ["project", "optional-dependencies"]:
                continue
            case ["project", "optional-dependencies", extra] if DEVELOPMENT.search(extra):
                continue
            case ["project", "dependencies" | "optional-dependencies" | "requires-python", *_]:
                yield "dependencies"
            case ["project", word, *_] if word in _DESCRIPTION:
                continue
            case ["tool", "poetry", "dependencies" | "extras", *_]:
                yield "dependencies"
            case ["tool", "poetry", word, *_] if word in _DESCRIPTION | {"group", "dev-dependencies"}:
                continue
            case ["tool", "uv", "sources" | "override-dependencies" | "constraint-dependencies", *_]:
                yield "dependencies"
            case ["tool", "hatch" | "pdm", word, *_] if word != "build":
                continue
            case ["tool", tool, *_] if tool not in _TOOLS_THAT_MATTER:
                continue
            case _:
                yield "configuration"


def _differing(old: object, new: object, *path: str) -> Iterator[list[str]]:
    """Key paths at which two documents differ."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted({*old, *new}):
            if old.get(key) != new.get(key):
                empty: Mapping[str, object] = {}
                nested = isinstance(old.get(key, empty), Mapping) and isinstance(new.get(key, empty), Mapping)
                if nested:
                    yield from _differing(old.get(key, empty), new.get(key, empty), *path, key)
                else:
                    yield [*path, key]
    elif old != new:
        yield list(path)


def _setup_cfg(before: str, after: str) -> Iterator[str]:
    try:
        old, new = _sections(before), _sections(after)
    except configparser.Error:
        yield "configuration"
        return
    for section in sorted(_SETUP_SECTIONS & (old.keys() | new.keys())):
        keys = dict(old.get(section, {})).items() ^ dict(new.get(section, {})).items()
        for key in sorted({key for key, _ in keys}):
            if section == "options.extras_require":
                yield from () if DEVELOPMENT.search(key) else ("dependencies",)
            elif section == "options" and key in {"install_requires", "python_requires"}:
                yield "dependencies"
            elif key not in {"tests_require", "setup_requires", "zip_safe", "test_suite"}:
                yield "configuration"


def _sections(text: str) -> dict[str, dict[str, str]]:
    parser = configparser.RawConfigParser(strict=False)
    parser.read_string(text)
    return {name: dict(parser[name]) for name in parser.sections()}


def _setup_py(before: str, after: str) -> Iterator[str]:
    try:
        if _described(before) != _described(after):
            yield "dependencies"
    except SyntaxError:
        yield "configuration"


def _described(text: str) -> str:
    """The code of a setup.py without what only describes the project."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and last_name(node) == "setup":
            node.keywords = [k for k in node.keywords if k.arg not in _DESCRIPTION | {"tests_require", "zip_safe"}]
        elif isinstance(node, ast.Dict):
            items = [(k, v) for k, v in zip(node.keys, node.values, strict=True) if not _is_development(k)]
            node.keys, node.values = [k for k, _ in items], [v for _, v in items]
    return ast.dump(tree)


def _is_development(key: ast.expr | None) -> bool:
    return isinstance(key, ast.Constant) and isinstance(key.value, str) and bool(DEVELOPMENT.search(key.value))
