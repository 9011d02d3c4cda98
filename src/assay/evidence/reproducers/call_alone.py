"""The call alone, as code: where every argument, and the object it is made on, can be written down."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from assay.codebase.definitions import Definition
from assay.evidence.reproducers.drafts import Draft, Source

_SPELT = {
    "__call__": "{self}({arguments})",
    "__str__": "str({self})",
    "__repr__": "repr({self})",
    "__len__": "len({self})",
    "__iter__": "list({self})",
    "__bool__": "bool({self})",
    "__hash__": "hash({self})",
    "__eq__": "({self} == {arguments})",
    "__contains__": "({arguments} in {self})",
    "__getitem__": "{self}[{arguments}]",
    "__add__": "({self} + {arguments})",
    "__or__": "({self} | {arguments})",
    "__and__": "({self} & {arguments})",
}
"""How a caller spells what Python calls by a name between underscores."""


class Unwritable(Exception):
    """A sentence that says why no test can be written this way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A frame of the project above a call."""

    path: str
    first_line: int
    name: str
    line: int
    position: tuple[int, int, int, int] | None
    """Line, end line, column and end column of the expression that is being evaluated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Altered:
    """An edit as code: the value at the place before and after, where they can be written."""

    path: tuple[tuple[str, str | int], ...]
    old: Source | None
    new: Source | None
    twice: bool
    """Is the unaltered call made first?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Harvest:
    """What the probe told about one call."""

    scenario: str
    arguments: tuple[tuple[str, Source | None], ...]
    """As the experiment makes the call, after its edits."""
    edits: tuple[Altered, ...]
    owner: Source | None
    """The class of the first argument, or the first argument where it is a class."""
    home: str | None
    """The module from which the unit's outermost name is imported."""
    stack: tuple[Frame, ...]
    """Innermost first."""
    names: Mapping[str, Source]
    """Variables of the outermost frame in the test's own file."""


def draft_call(harvest: Harvest, unit: Definition, name: str, *, keeps: bool, folder: str) -> Draft:
    """The call with its arguments as code; with `keeps` they are variables, to be looked at afterwards.

    Raises:
        Unwritable: an argument, or the way to the unit, cannot be written down.
    """
    if "<locals>" in unit.qualname:
        raise Unwritable("it is defined inside another function")
    if any(edit.twice for edit in harvest.edits):
        raise Unwritable("what differs is the second of two calls on live objects")
    writing = _Writing(keeps=keeps)
    given = dict(harvest.arguments)
    last = unit.qualname.rpartition(".")[2]
    receiver = _receiver(unit)
    target, is_statement = _target(harvest, unit, writing, given, receiver), False
    arguments = _arguments(unit, given, writing)
    if last in ("__init__", "__new__"):
        call = f"{target}({arguments})"
    elif any(decorator.endswith(".setter") for decorator in unit.decorators):
        call, is_statement = f"{target}.{last} = {arguments}", True
    elif any("property" in decorator for decorator in unit.decorators):
        call = f"{target}.{last}"
    elif last in _SPELT and receiver:
        call = _SPELT[last].replace("{self}", target).replace("{arguments}", arguments)
    elif receiver or "." in unit.qualname:
        call = f"{target}.{last}({arguments})"
    else:
        call = f"{target}({arguments})"
    if unit.is_async:
        writing.imports.append("import asyncio")
        call = f"asyncio.run({call})"
    return Draft(
        form="call",
        name=name,
        folder=folder,
        call=call,
        is_statement=is_statement,
        imports=tuple(dict.fromkeys(writing.imports)),
        setup=tuple((0, f"{variable} = {code}") for variable, code in writing.variables),
        left=tuple(variable for variable, _ in writing.variables),
    )


class _Writing:
    """Imports and variables collected on the way."""

    def __init__(self, *, keeps: bool) -> None:
        self.imports: list[str] = []
        self.variables: list[tuple[str, str]] = []
        self._keeps = keeps
        self._bound: dict[str, str] = {}

    def use(self, name: str, source: Source | None, *, always: bool = False) -> str:
        """The code of a value, or the variable that holds it."""
        if source is None:
            raise Unwritable(f"`{name}` cannot be written as code")
        for statement in source.imports:
            self.take(statement)
        if not (self._keeps or always) or _is_constant(source.code):
            return source.code
        variable = name.strip("*_") or "value"
        variable = "it" if variable in ("self", "cls") else variable
        self.variables.append((variable, source.code))
        return variable

    def take(self, statement: str) -> None:
        """Import something; two things of one name cannot both be imported."""
        bound = statement.rpartition(" ")[2]
        if self._bound.setdefault(bound, statement) != statement:
            raise Unwritable(f"two things are called {bound}")
        self.imports.append(statement)


def _receiver(unit: Definition) -> str:
    if not unit.in_class or "staticmethod" in unit.decorators or not unit.parameters:
        return ""
    return unit.parameters[0].name


def _target(
    harvest: Harvest, unit: Definition, writing: _Writing, given: Mapping[str, Source | None], receiver: str
) -> str:
    """What stands before the brackets, or before the dot."""
    last = unit.qualname.rpartition(".")[2]
    if receiver and (last in ("__init__", "__new__") or "classmethod" in unit.decorators):
        if harvest.owner is None:
            raise Unwritable("the class cannot be imported by name")
        return writing.use(receiver, harvest.owner)
    if receiver:
        return writing.use(receiver, given.get(receiver))
    if harvest.home is None:
        raise Unwritable("it cannot be imported by name")
    first = unit.qualname.partition(".")[0]
    writing.take(f"from {harvest.home} import {first}")
    return unit.qualname.rpartition(".")[0] or first


def _arguments(unit: Definition, given: Mapping[str, Source | None], writing: _Writing) -> str:
    """The arguments as a caller would give them: what equals its default is left out."""
    receiver = _receiver(unit)
    star = next((p.name for p in unit.parameters if p.kind == "star"), None)
    rest = _spread(given[f"*{star}"], "*") if f"*{star}" in given else []
    rest += [writing.use(name, source) for name, source in given.items() if star and name.startswith(f"*{star}[")]
    parts: list[str] = []
    by_name = False
    for parameter in unit.parameters:
        if parameter.name == receiver or parameter.name not in given:
            by_name = by_name or parameter.name != receiver
            continue
        source = given[parameter.name]
        if not rest and source is not None and parameter.default is not None and _same(source.code, parameter.default):
            by_name = True
            continue
        code = writing.use(parameter.name, source)
        plain = parameter.kind in ("positional", "plain") and not by_name and (rest or parameter.default is None)
        must = parameter.kind == "positional"
        parts.append(code if plain or must else f"{parameter.name}={code}")
    n_plain = sum(p.kind in ("positional", "plain") and p.name != receiver and p.name in given for p in unit.parameters)
    parts[n_plain:n_plain] = rest
    stars = next((p.name for p in unit.parameters if p.kind == "stars"), None)
    known = {p.name for p in unit.parameters}
    if stars and f"**{stars}" in given:
        parts += _spread(given[f"**{stars}"], "**")
    parts += [f"{name}={writing.use(name, given[name])}" for name in given if name.isidentifier() and name not in known]
    for source in (given.get(f"*{star}"), given.get(f"**{stars}")):
        for statement in source.imports if source else ():
            writing.take(statement)
    return ", ".join(parts)


def _spread(source: Source | None, mark: str) -> list[str]:
    """The items of a tuple or dictionary as arguments of their own."""
    if source is None:
        raise Unwritable(f"`{mark}` arguments cannot be written as code")
    tree = ast.parse(source.code, mode="eval").body
    match tree:
        case ast.Tuple(elts=items):
            return [ast.unparse(item) for item in items]
        case ast.Dict(keys=keys, values=values) if all(
            isinstance(key, ast.Constant) and isinstance(key.value, str) and key.value.isidentifier() for key in keys
        ):
            pairs = zip(keys, values, strict=True)
            return [f"{key.value!s}={ast.unparse(value)}" for key, value in pairs if isinstance(key, ast.Constant)]
        case _:
            return [f"{mark}{source.code}"]


def _is_constant(code: str) -> bool:
    try:
        return isinstance(ast.parse(code, mode="eval").body, ast.Constant | ast.Name)
    except SyntaxError:
        return False


def _same(code: str, default: str) -> bool:
    try:
        return ast.dump(ast.parse(code, mode="eval")) == ast.dump(ast.parse(default, mode="eval"))
    except SyntaxError:
        return False
