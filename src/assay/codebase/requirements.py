"""What the environment of a project has to hold, read from its files: locks, declarations, requirement files.

Nothing is resolved and nothing is run here; what only running a setup.py would tell is left to the tool that installs.
"""

from __future__ import annotations

import ast
import configparser
import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from assay.codebase.locks import LOCKS, normal, of_poetry, pins_of, specifier
from assay.values.change import Side
from assay.values.environment import Share, Wanted
from assay.values.lab import Source

Table = Mapping[str, object]
_FOR_TESTS = re.compile(r"(?:^|[-_./])(?:tests?|testing|dev|develop|development|ci|check|pytest|unit|all)(?:[-_.]|$)")
_FOR_OTHERS = re.compile(
    r"(?:^|[-_./])(?:docs?|documentation|sphinx|lint|linting|linters?|typing|types?|mypy|pyright|style|format|formatting"
    r"|fmt|build|release|publish|bench|benchmarks?|profil\w*|pre-?commit|changelog|deploy|coverage-report|zulip|gha)(?:[-_.]|$)"
)
"""Extras, groups and files with one of these words hold nothing that a test imports."""
_REQUIREMENTS = re.compile(
    r"^(?:requirements[\w.-]*|[\w.-]*requirements|test[\w.-]*|dev[\w.-]*|base|common)\.(?:txt|in|pip)$"
)
_OWN = re.compile(r"^(?:-e\s+|--editable[ =])?(?:file:)?(?:\.|\./)(?:\[([\w\s,.-]*)\])?$")
_NAME = re.compile(r"^([A-Za-z0-9][\w.-]*)")
_DECIDES = ("project", "build-system", "dependency-groups")
_BACKENDS = (
    "poetry",
    "setuptools",
    "setuptools_scm",
    "hatch",
    "pdm",
    "flit",
    "uv",
    "maturin",
    "scikit-build",
    "meson-python",
)
_NATIVE = (".pyx", ".pxd", ".c", ".cc", ".cpp", ".h", ".rs")
MOST_TESTS_READ = 60


def read_wanted(source: Source, side: Side, project: str) -> Wanted | None:
    """What the environment of `project` (a folder of the tree, or "") is to hold; None where no file says anything.

    Raises:
        ValueError: a lock cannot be read.
    """
    return _Reader(source, side, project).wanted()


@dataclass(frozen=True, slots=True)
class _Declared:
    """What one description of the project offers."""

    path: str
    name: str
    extras: tuple[str, ...]
    groups: tuple[str, ...]
    lines: tuple[tuple[str, str], ...]
    """Requirements that only a tool of its own would install, each with the name of its group."""
    python: str
    is_package: bool
    decides: str
    """The text that decides how the project is installed."""


class _Reader:
    """Reads the files of one side."""

    def __init__(self, source: Source, side: Side, project: str) -> None:
        self._source, self._side, self._folder = source, side, project
        self._paths = tuple(source.paths(side))
        self._known = frozenset(self._paths)
        self._read: dict[str, str] = {}

    def wanted(self) -> Wanted | None:
        declared = self._declared()
        lock = next((path for name in ("uv.lock", "pylock.toml") if (path := self._up(name))), "")
        if lock.endswith("uv.lock") and (declared is None or not declared.path.endswith("pyproject.toml")):
            lock = ""
        other = "" if lock else next((path for name in LOCKS if (path := self._up(name))), "")
        pins = pins_of(PurePosixPath(other).name, self._text(other)) if other else ()
        # A lock of a whole workspace says nothing of what one project of it installs besides for its tests.
        beside = not (lock or other) or (self._folder and not (lock or other).startswith(f"{self._folder}/"))
        files = self._requirement_files() if beside else []
        if declared is None and not files and not lock and not other:
            return None
        if lock:
            self._text(lock)
        own_extras: set[str] = set()
        lines = {path: tuple(self._lines(path, own_extras, set())) for path in files}
        tox = () if lock else tuple(self._of_tox(own_extras))
        shares = tuple(dict.fromkeys(self._shares(declared, lines, tox, own_extras)))
        native = hashlib.sha256()
        for path in self._paths:
            if path.endswith(_NATIVE):
                native.update(f"{path}\0{self._source.text(self._side, path)}".encode())
        deciding = [declared.decides if declared else "", *(f"{k}\0{v}" for k, v in sorted(self._read.items()))]
        return Wanted(
            folder=self._folder,
            name=normal(declared.name) if declared else "",
            lock=lock,
            pins=pins,
            description=declared.path if declared else "",
            is_package=declared is not None and declared.is_package,
            python=declared.python if declared else "",
            shares=shares,
            sources=tuple(dict.fromkeys(filter(None, (lock, other, declared.path if declared else "", *files)))),
            digest=hashlib.sha256("\0".join([*deciding, native.hexdigest(), repr(shares)]).encode()).hexdigest(),
        )

    def _shares(
        self, declared: _Declared | None, lines: Mapping[str, tuple[str, ...]], tox: tuple[str, ...], own: set[str]
    ) -> Iterator[Share]:
        """All that tests might use; what is named after them; nothing but the runner of tests."""
        runner = ("pytest",) if self._uses_pytest() else ()
        for may_hold in (_may_be_used, _is_for_tests):
            extras = tuple(e for e in (declared.extras if declared else ()) if may_hold(e) or e in own)
            groups = tuple(g for g in (declared.groups if declared else ()) if may_hold(g))
            more = [line for group, line in (declared.lines if declared else ()) if may_hold(group)]
            for path, found in lines.items():
                if may_hold(_topic(path)) or declared is None:
                    more += found
            more += tox
            names = {normal(name[1]) for line in more if (name := _NAME.match(line))}
            more += [line for line in runner if line not in names]
            yield Share(extras=extras, groups=groups, lines=tuple(dict.fromkeys(more)))
        yield Share(lines=runner)

    def _text(self, path: str) -> str:
        """The text of a file that decides what is installed."""
        if path not in self._read:
            self._read[path] = self._source.text(self._side, path) or ""
        return self._read[path]

    def _beside(self, name: str) -> str:
        path = f"{self._folder}/{name}".lstrip("/")
        return path if path in self._known else ""

    def _up(self, name: str) -> str:
        """The path of a file beside the project, or at the root of the tree."""
        return self._beside(name) or (name if name in self._known else "")

    def _declared(self) -> _Declared | None:
        """The description that counts: pyproject.toml where it describes a project, else setup.cfg and setup.py."""
        path = self._beside("pyproject.toml")
        if path:
            try:
                document = tomllib.loads(self._source.text(self._side, path) or "")
            except tomllib.TOMLDecodeError as error:
                raise ValueError(f"{path} is no TOML: {error}") from error
            found = _of_pyproject(path, document)
            if found is not None:
                return found
        return self._of_setup()

    def _of_setup(self) -> _Declared | None:
        script, settings = self._beside("setup.py"), self._beside("setup.cfg")
        told: dict[str, object] = {}
        if settings:
            parser = configparser.RawConfigParser(strict=False)
            try:
                parser.read_string(self._text(settings))
            except configparser.Error:
                parser.clear()
            if parser.has_section("options.extras_require"):
                told["extras"] = tuple(parser.options("options.extras_require"))
            told["name"] = parser.get("metadata", "name", fallback="")
            told["python"] = parser.get("options", "python_requires", fallback="")
            if not script and not told["name"]:
                return None
        if script:
            literal = _of_setup_py(self._text(script))
            told |= {key: value for key, value in literal.items() if value}
        if not script and not settings:
            return None
        extras, lines = told.get("extras", ()), told.get("tests", ())
        return _Declared(
            path=script or settings,
            name=str(told.get("name") or ""),
            extras=tuple(map(str, extras)) if isinstance(extras, (tuple, list)) else (),
            groups=(),
            lines=tuple(("tests", str(line)) for line in lines) if isinstance(lines, (tuple, list)) else (),
            python=str(told.get("python") or ""),
            is_package=True,
            decides="",
        )

    def _requirement_files(self) -> list[str]:
        """Requirement files of the project; what was compiled from an `.in` stands for it."""
        places = [
            self._folder,
            f"{self._folder}/requirements".lstrip("/"),
            *(("", "requirements") if self._folder else ()),
        ]
        found = []
        for path in self._paths:
            parent, _, name = path.rpartition("/")
            in_folder = PurePosixPath(parent).name == "requirements" and name.endswith((".txt", ".in", ".pip"))
            if parent in places and (in_folder or _REQUIREMENTS.match(name)) and not _FOR_OTHERS.search(_topic(path)):
                found.append(path)
        compiled = {path.removesuffix(".txt") for path in found if path.endswith(".txt")}
        found = [path for path in found if not (path.endswith(".in") and path.removesuffix(".in") in compiled)]
        inside = [path for path in found if path.startswith(f"{self._folder}/")] if self._folder else []
        return inside or found

    def _lines(self, path: str, own_extras: set[str], seen: set[str]) -> Iterator[str]:
        """The lines of a requirements file with those that it includes; hashes and the project itself left out."""
        if path in seen:
            return
        seen.add(path)
        for raw in re.sub(r"\\\r?\n", " ", self._text(path)).splitlines():
            line = re.sub(r"\s--hash=\S+", "", re.sub(r"(?:^|\s)#.*", "", raw)).strip()
            include = re.match(r"^(?:-r|--requirement)[ =]?\s*(\S+)", line)
            if include:
                other = _joined(path, include[1])
                if other in self._known:
                    yield from self._lines(other, own_extras, seen)
            elif own := _OWN.match(line):
                own_extras.update(part.strip() for part in (own[1] or "").split(",") if part.strip())
            elif limited := re.match(r"^(?:-c|--constraint)[ =]?\s*(\S+)", line):
                self._text(_joined(path, limited[1]))
            elif line and not line.startswith(("--require-hashes", "--no-binary", "--only-binary", "--pre")):
                yield from self._local(re.sub(r"^(?:-e|--editable)[ =]\s*", "", line), is_edited=line.startswith("-"))

    def _local(self, line: str, *, is_edited: bool) -> Iterator[str]:
        """A line that names a folder as one that is meant as a folder of the tree; nothing where the tree has none."""
        folder = line.partition("[")[0].removeprefix("file:").removeprefix("./").rstrip("/")
        if not (is_edited or line.startswith(("./", "file:./"))) or "://" in line or line.startswith("--"):
            yield line
        elif any(path.startswith(f"{folder}/") for path in self._paths):
            yield f"./{line.removeprefix('file:').removeprefix('./')}"

    def _of_tox(self, own_extras: set[str]) -> Iterator[str]:
        """What `[testenv]` of tox.ini has installed, where that is said without conditions."""
        path = self._beside("tox.ini")
        parser = configparser.RawConfigParser(strict=False)
        try:
            parser.read_string(self._text(path) if path else "")
        except configparser.Error:
            return
        for raw in parser.get("testenv", "deps", fallback="").splitlines():
            line = raw.partition(" #")[0].strip()
            include = re.match(r"^-r\s*(?:\{toxinidir\}/)?([^{}\s]+)$", line)
            if include and (other := _joined(path, include[1])) in self._known:
                yield from self._lines(other, own_extras, set())
            elif re.match(r"^[A-Za-z][\w.-]*(?:\[[\w,. -]+\])?\s*(?:[<>=!~][^{}]*)?$", line):
                yield line
        own_extras.update(
            e.strip() for e in re.split(r"[,\n]", parser.get("testenv", "extras", fallback="")) if e.strip()
        )

    def _uses_pytest(self) -> bool:
        """Do settings or tests of the project speak of pytest?"""
        settings = [
            path for name in ("pyproject.toml", "setup.cfg", "tox.ini", "pytest.ini") if (path := self._beside(name))
        ]
        tests = [
            path for path in self._paths if path.endswith(".py") and re.search(r"(?:^|[/_])(?:conf)?tests?[/_.]", path)
        ]
        asked = (*settings, *tests[:MOST_TESTS_READ])
        return any("pytest" in (self._source.text(self._side, path) or "") for path in asked)


def _of_pyproject(path: str, document: Table) -> _Declared | None:
    """A pyproject.toml that describes a project, and does not only hold settings of tools."""
    project, tool = _table(document, "project"), _table(document, "tool")
    poetry = _table(tool, "poetry")
    if not project and not poetry:
        groups = tuple(_table(document, "dependency-groups"))
        if not groups:
            return None
    lines: list[tuple[str, str]] = []
    for name, group in _table(poetry, "group").items():
        dependencies = group.get("dependencies") if isinstance(group, Mapping) else None
        lines += [(name, line) for line in of_poetry(dependencies if isinstance(dependencies, Mapping) else {})]
    lines += [("dev", line) for line in of_poetry(_table(poetry, "dev-dependencies"))]
    for name, listed in (*_table(_table(tool, "pdm"), "dev-dependencies").items(), *_of_hatch(_table(tool, "hatch"))):
        lines += [(name, line) for line in listed if isinstance(line, str)] if isinstance(listed, list) else []
    listed = _table(tool, "uv").get("dev-dependencies")
    lines += [("dev", line) for line in listed if isinstance(line, str)] if isinstance(listed, list) else []
    python = project.get("requires-python") or specifier(str(_table(poetry, "dependencies").get("python", "")))
    in_package_mode = poetry.get("package-mode") is not False and _table(tool, "uv").get("package") is not False
    decides = {name: document.get(name) for name in _DECIDES} | {name: tool.get(name) for name in _BACKENDS}
    return _Declared(
        path=path,
        name=str(project.get("name") or poetry.get("name") or ""),
        extras=tuple({**_table(project, "optional-dependencies"), **_table(poetry, "extras")}),
        groups=tuple(_table(document, "dependency-groups")),
        lines=tuple(lines),
        python=str(python),
        is_package="build-system" in document and in_package_mode,
        decides=repr(decides),
    )


def _of_hatch(table: Table) -> Iterator[tuple[str, object]]:
    """What the environments of hatch hold."""
    for name, environment in _table(table, "envs").items():
        if isinstance(environment, Mapping):
            for key in ("dependencies", "extra-dependencies"):
                yield f"test-{name}" if name == "default" else name, environment.get(key)


def _of_setup_py(text: str) -> dict[str, object]:
    """What a setup.py says in literals."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return {}
    known: dict[str, object] = {}
    told: dict[str, object] = {}
    words = {"name": "name", "python_requires": "python", "tests_require": "tests", "extras_require": "extras"}
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                known[name] = _literal(value, known)
            case ast.Call(func=ast.Name(id="setup") | ast.Attribute(attr="setup"), keywords=keywords):
                for keyword in keywords:
                    if keyword.arg in words:
                        told[words[keyword.arg]] = _literal(keyword.value, known)
            case _:
                pass
    if isinstance(told.get("extras"), dict):
        told["extras"] = tuple(_mapping(told["extras"]))
    return told


def _literal(node: ast.expr, known: Mapping[str, object]) -> object:
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.Dict):
        # Names of extras count, whatever their values are computed from.
        return {key.value: None for key in node.keys if isinstance(key, ast.Constant)}
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, MemoryError):
        return None


def _mapping(value: object) -> Table:
    return value if isinstance(value, Mapping) else {}


def _table(of: Table, name: str) -> Table:
    return _mapping(of.get(name))


def _joined(path: str, other: str) -> str:
    """A path that a file names, seen from the root of the tree."""
    parts: list[str] = []
    for part in (PurePosixPath(path).parent / other).parts:
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def _may_be_used(name: str) -> bool:
    return not _FOR_OTHERS.search(name)


def _is_for_tests(name: str) -> bool:
    return bool(_FOR_TESTS.search(name))


def _topic(path: str) -> str:
    """What the name of a requirements file says it is for; the plain one is for running."""
    pure = PurePosixPath(path)
    stem = re.sub(r"requirements?", "", pure.name.rpartition(".")[0]).strip("-_.")
    return stem or "all"
