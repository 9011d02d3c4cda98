"""Observation points: the changed units themselves, and the callers through which they are seen."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from assay.change.layout import module_name
from assay.change.syntax import Function, Module, parse
from assay.codebase.asked import asked_of, branch_lines, no_longer_asked, own_types_dropped
from assay.codebase.definitions import definition_of
from assay.evidence.jobs import Material, Placement
from assay.values.change import ChangedUnit, FilePair, Side, Unit
from assay.values.experiment import ObservationPoint
from assay.values.lab import Source


class Places:
    """Functions of both sides by place and by name, parsed once."""

    def __init__(self, source: Source, files: Iterable[FilePair], roots: Sequence[str]) -> None:
        self._source, self._roots = source, roots
        self._parsed: dict[tuple[Side, str], Module | None] = {}
        self._renamed: Mapping[str, str | None] = {
            pair.base_path: pair.head_path for pair in files if pair.base_path is not None
        }

    def at(self, side: Side, path: str, first_line: int) -> Function | None:
        """The function that begins on this line."""
        return next((f for f in self._functions(side, path) if f.first_line == first_line), None)

    def named(self, side: Side, path: str, qualname: str, ordinal: int = 1) -> Function | None:
        """The function of this name, the `ordinal`-th of it in the file."""
        return next((f for f in self._functions(side, path) if (f.qualname, f.ordinal) == (qualname, ordinal)), None)

    def counterpart(self, path: str, function: Function) -> Unit | None:
        """The function of the same name on head, where the file still is."""
        head_path = self._renamed.get(path, path)
        if head_path is None:
            return None
        found = self.named("head", head_path, function.qualname, function.ordinal)
        return None if found is None else self.unit(head_path, found)

    def on_base(self, frame: tuple[str, int, str]) -> tuple[str, int, str] | None:
        """Where base has the function in which a frame of head runs; None where it has none."""
        path, line, name = frame
        function = self.at("head", path, line)
        base_path = next((old for old, new in self._renamed.items() if new == path), path)
        found = None if function is None else self.named("base", base_path, function.qualname, function.ordinal)
        return None if found is None else (base_path, found.first_line, name)

    def unit(self, path: str, function: Function) -> Unit:
        """The function as a unit."""
        return Unit(
            path=path,
            module=module_name(path, self._roots),
            qualname=function.qualname,
            first_line=function.first_line,
            last_line=function.last_line,
        )

    def is_exported(self, unit: Unit) -> bool:
        """Can callers name it without an underscore, by its own dotted name or by a package that re-exports it?"""
        if not _is_private(unit.name):
            return True
        parts = unit.qualname.split(".")
        if _is_private(unit.qualname):
            return False
        folders = unit.path.split("/")[:-1]
        for depth in range(len(folders), 0, -1):
            if folders[depth - 1].startswith("_"):
                continue
            module = self._module("base", "/".join([*folders[:depth], "__init__.py"]))
            if module is not None and _imports(module.tree, parts[0], unit.module.rsplit(".", 1)[-1]):
                return True
        return False

    def _functions(self, side: Side, path: str) -> tuple[Function, ...]:
        module = self._module(side, path)
        return () if module is None else module.functions

    def _module(self, side: Side, path: str) -> Module | None:
        key = (side, path)
        if key not in self._parsed:
            text = self._source.text(side, path)
            parsed = None if text is None else parse(path, module_name(path, self._roots), text)
            self._parsed[key] = parsed if isinstance(parsed, Module) else None
        return self._parsed[key]


def place_changed(places: Places, changed: ChangedUnit, material: Material) -> Placement | None:
    """The changed unit as an observation point; None where its function cannot be found at base."""
    assert changed.base is not None
    function = places.at("base", changed.base.path, changed.base.first_line)
    if function is None:
        return None
    theirs = None if changed.head is None else places.at("head", changed.head.path, changed.head.first_line)
    point = _point(places, changed.base, function, changed=True)
    if theirs is not None:
        dropped = no_longer_asked(function.node, theirs.node)
        point = replace(
            point,
            asked=(*point.asked, ("", dropped), *_dropped(function, theirs)),
            branches=branch_lines(function.node, changed.base_lines),
        )
    at_once = theirs is not None and _becomes_generator(function, theirs)
    return Placement(
        point=point,
        base=changed.base,
        head=changed.head,
        material=material,
        telling=changed.base_lines | frozenset(-line for line in changed.head_lines),
        subject="" if changed.changed_itself or not changed.origins else changed.origins[0],
        form=_form_of(function) if at_once or {"signature", "default"} & set(changed.why) else None,
        at_once=at_once,
    )


def place_one_sided(places: Places, unit: ChangedUnit, material: Material) -> Placement | None:
    """An added or removed function: a point on its own side, so that what stands above its calls is known."""
    side: Side = "head" if unit.base is None else "base"
    function = places.at(side, unit.unit.path, unit.unit.first_line)
    if function is None or "<locals>" in function.qualname:
        return None
    point = _point(places, unit.unit, function, changed=True)
    return Placement(point=point, base=unit.base, head=unit.head, material=material)


def _dropped(function: Function, theirs: Function) -> Iterator[tuple[str, frozenset[str]]]:
    """Kinds of value that only base is ready for, by the parameter that takes them."""
    for name in _gone(function, theirs):
        yield name, frozenset({"none"})
    for name in own_types_dropped(function.node, theirs.node):
        yield name, frozenset({"heir"})


def _gone(function: Function, theirs: Function) -> tuple[str, ...]:
    """Parameters that head refuses, whatever is given to them."""
    ours, left = (definition_of(f).parameters for f in (function, theirs))
    if any(parameter.kind == "stars" for parameter in left):
        return ()
    known = {parameter.name for parameter in left}
    return tuple(p.name for p in ours if p.kind in ("plain", "keyword") and p.name not in known)


def place_caller(places: Places, path: str, first_line: int, material: Material) -> Placement | None:
    """A function above a changed unit as an observation point, where head has it too."""
    function = places.at("base", path, first_line)
    if function is None or "<locals>" in function.qualname:
        return None
    base = places.unit(path, function)
    head = places.counterpart(path, function)
    if head is None:
        return None
    return Placement(point=_point(places, base, function, changed=False), base=base, head=head, material=material)


def _point(places: Places, unit: Unit, function: Function, *, changed: bool) -> ObservationPoint:
    definition = definition_of(function)
    named = [parameter for parameter in definition.parameters if parameter.kind not in ("star", "stars")]
    questions = asked_of(function.node)
    return ObservationPoint(
        id=definition.id_in(unit.path),
        name=unit.name,
        path=unit.path,
        line=unit.first_line,
        changed=changed,
        public=places.is_exported(unit),
        parameters=tuple(parameter.name for parameter in named),
        hints=tuple((p.name, p.hint) for p in named if p.hint is not None),
        defaults=tuple((p.name, p.default) for p in named if p.default is not None),
        asked=tuple((p.name, questions[p.name]) for p in definition.parameters if p.name in questions),
    )


def _becomes_generator(function: Function, theirs: Function) -> bool:
    """Did a call of it run it at once, and does it only make a generator now?"""
    ours, left = definition_of(function), definition_of(theirs)
    return left.is_generator and not (ours.is_generator or ours.is_async or left.is_async)


def _form_of(function: Function) -> tuple[tuple[str, str, bool], ...]:
    """`(name, kind, has a default)` of each parameter."""
    return tuple((p.name, p.kind, p.default is not None) for p in definition_of(function).parameters)


def _is_private(dotted: str) -> bool:
    return any(
        part.startswith("_") and not (part.startswith("__") and part.endswith("__")) for part in dotted.split(".")
    )


def _imports(tree: ast.Module, name: str, module: str) -> bool:
    """Does the package import this name, or everything, from the module?"""
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(origin)) if origin.rsplit(".", 1)[-1] == module:
                if any(alias.name in (name, "*") for alias in node.names):
                    return True
    return False
