"""From paired files to a `Change`: the units that differ, why, and what could not be read."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from assay.change.bindings import (
    METADATA,
    ChangedName,
    changed_effects,
    changed_names,
    changed_versions,
    is_alias_of_types,
)
from assay.change.compare import Comparison, class_changes, compare
from assay.change.kinds import kind_of
from assay.change.lines import Line, changed_lines, names_on, read_lines, starts_of
from assay.change.moves import Placed, pair_moved
from assay.change.normalise import is_only_for_types, parts_of, shape
from assay.change.project import Project, Target, of_typing
from assay.change.readers import MOST_FILES, Readers
from assay.change.reads import lines_reading
from assay.change.syntax import Function, Module, dotted
from assay.change.unread import unread_module_level, unread_of, unread_syntax
from assay.change.uses import uses_of
from assay.values.change import Change, ChangedUnit, FilePair, Revision, Unit, Unread
from assay.values.lab import Source


def read_change(base: Revision, head: Revision, files: Sequence[FilePair], source: Source) -> Change:
    """What differs between two sides, told from syntax trees alone. Runs nothing."""
    reader = _Reader(source)
    tests: list[FilePair] = []
    for pair in files:
        kind = reader.kind(pair)
        if kind == "test":
            tests.append(pair)
        elif kind == "code":
            reader.read_file(pair)
        else:
            reader.unread += unread_of(pair, kind, reader.old, reader.new)
    units = list(reader.units())
    return Change(
        base=base,
        head=head,
        files=tuple(files),
        units=tuple(sorted(units, key=lambda u: (u.unit.path, u.unit.first_line, u.unit.qualname))),
        unread=tuple(dict.fromkeys(reader.unread)),
        tests=tuple(tests),
        remarks=tuple(reader.remarks()),
    )


@dataclass(slots=True)
class _Draft:
    """A unit of the change while reasons for it are gathered."""

    base: Function
    head: Function
    old: Module
    new: Module
    why: list[str] = field(default_factory=list)
    base_lines: set[int] = field(default_factory=set)
    head_lines: set[int] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    origins: list[str] = field(default_factory=list)

    def add_origin(self, module: Module, name: str) -> None:
        """Name a changed constant or class once."""
        dotted = f"{module.name}.{name}".strip(".")
        if dotted not in self.origins:
            self.origins.append(dotted)


class _Reader:
    """Gathers what changed, file by file."""

    def __init__(self, source: Source) -> None:
        self.old = Project(source, "base")
        self.new = Project(source, "head")
        self.unread: list[Unread] = []
        self._comparisons: list[Comparison] = []
        self._readers = Readers(self.new)
        self._drafts: dict[tuple[str, int, str], _Draft] = {}
        self._renamed: dict[str, str] = {}
        self._moved: dict[Target, Target] = {}
        self._lines: dict[Function, Mapping[int, Line]] = {}

    def kind(self, pair: FilePair) -> str:
        """What kind of file it is: at head, where it still exists."""
        places = self.new.places if pair.head_path is not None else self.old.places
        return kind_of(pair.path, places)

    def read_file(self, pair: FilePair) -> None:
        """Compare the functions of one file."""
        sides = self.old.parsed(pair.base_path), self.new.parsed(pair.head_path)
        broken = [unread_syntax(pair, side, where) for side, where in zip(sides, ("base", "head"), strict=True)]
        self.unread += [b for b in broken if b is not None]
        if any(broken):
            return
        base, head = (side if isinstance(side, Module) else None for side in sides)
        if base is None and head is None:
            return
        if base is not None and head is not None and base.name != head.name:
            self._renamed[base.name] = head.name
        self._comparisons.append(compare(base, head))

    def units(self) -> Iterator[ChangedUnit]:
        """All units of the change; every file must have been read."""
        moved = self._pair_moved()
        for comparison in self._comparisons:
            for pair in comparison.pairs:
                if pair.why:
                    assert comparison.base is not None
                    assert comparison.head is not None
                    self._draft(comparison.base, comparison.head, pair.base, pair.head, *pair.why)
        for one, other in moved:
            why = parts_of(one.function, one.reading).differences(parts_of(other.function, other.reading))
            if not why and "<locals>" in other.function.qualname:
                # It moved along with the function around it.
                continue
            word = "moved" if one.function.node.name == other.function.node.name else "renamed"
            self._draft(one.module, other.module, one.function, other.function, word, *why)
        for comparison in self._comparisons:
            if comparison.base is not None and comparison.head is not None:
                self._read_bodies(comparison, comparison.base, comparison.head)
        yield from (self._finish(draft) for draft in self._drafts.values())
        for comparison in self._comparisons:
            yield from (self._added(comparison, f) for f in comparison.added)
            yield from (self._removed(comparison, f) for f in comparison.removed)

    def remarks(self) -> Iterator[str]:
        """What a person should know and no experiment asks."""
        for comparison in self._comparisons:
            if comparison.base is not None and comparison.head is not None:
                for name, before, after in changed_versions(comparison.base, comparison.head):
                    where = comparison.head.name or comparison.head.path
                    yield f"{where}.{name} went from {before} to {after}; what only shows it does not count as changed."

        if self._readers.exhausted:
            yield f"Functions that read changed names were sought in {MOST_FILES} other files only."

    def _pair_moved(self) -> list[tuple[Placed, Placed]]:
        removed = [self._place(c, c.base, f) for c in self._comparisons for f in c.removed if c.base]
        added = [self._place(c, c.head, f) for c in self._comparisons for f in c.added if c.head]
        pairs = pair_moved(removed, added)
        gone = {one.function for one, _ in pairs}
        come = {other.function for _, other in pairs}
        for comparison in self._comparisons:
            comparison.removed = [f for f in comparison.removed if f not in gone]
            comparison.added = [f for f in comparison.added if f not in come]
        for one, other in pairs:
            old, new = one.function.qualname.partition(".")[0], other.function.qualname.partition(".")[0]
            self._moved[Target(one.module.name, old)] = Target(other.module.name, new)
        return pairs

    def _place(self, comparison: Comparison, module: Module, function: Function) -> Placed:
        return Placed(module, function, self._lines_of(module, function), comparison.reading)

    def _lines_of(self, module: Module, function: Function) -> Mapping[int, Line]:
        if function not in self._lines:
            self._lines[function] = read_lines(module, function)
        return self._lines[function]

    def _draft(self, old: Module, new: Module, base: Function, head: Function, *why: str) -> _Draft:
        key = (new.path, head.first_line, head.qualname)
        draft = self._drafts.setdefault(key, _Draft(base, head, old, new))
        draft.why += [reason for reason in why if reason not in draft.why]
        return draft

    def _read_bodies(self, comparison: Comparison, base: Module, head: Module) -> None:
        """Find the readers of changed names of module and class bodies."""
        unread: list[tuple[str, ast.AST | None]] = []
        names = [c for c in changed_names(base, head, self._same) if not self._is_handed_on(c, base, head)]
        found = [(changed, self._readers.of(changed, head)) for changed in names]
        sources = {changed.because for changed, readers in found if readers}
        for changed, readers in found:
            for module, function in readers:
                self._note(changed, head, module, function)
            known = bool(readers) or changed.name in sources or bool(changed.because)
            if not known and self._matters(changed, head):
                where = changed.head or changed.base
                word = changed.name if not changed.scope else f"{changed.scope}.{changed.name}"
                unread.append((word, where.nodes[0] if where else None))
        for new, why in class_changes(base, head, lambda one, other: self._means_same(one, base, other, head)):
            methods = [p for p in comparison.pairs if p.head.in_class and p.head.owner == new.qualname]
            for pair in methods:
                self._draft(base, head, pair.base, pair.head, why).add_origin(head, new.qualname)
            if not methods:
                unread.append((new.qualname, new.node))
        unread += [("", node) for node in changed_effects(base, head)]
        if unread:
            self.unread.append(unread_module_level(comparison, unread))

    def _note(self, changed: ChangedName, home: Module, module: Module, function: Function) -> None:
        """One more reason for a reader, with the lines on which it reads."""
        found = self._counterpart(module, function)
        if found is None:
            return
        old, before = found
        if changed.base is None and (module.path, function.first_line, function.qualname) in self._drafts:
            # A function that changed itself is where a new name comes from.
            return
        draft = self._draft(old, module, before, function, changed.label)
        draft.base_lines |= lines_reading(before, changed.name)
        draft.head_lines |= lines_reading(function, changed.name)
        draft.names.add(changed.name)
        draft.add_origin(home, changed.scope or changed.origin)
        named_by = []
        for binding in (changed.base, changed.head):
            nodes = (
                n for node in (binding.nodes if binding else ()) if isinstance(node, ast.stmt) for n in ast.walk(node)
            )
            named = {
                n.id if isinstance(n, ast.Name) else n.attr for n in nodes if isinstance(n, (ast.Name, ast.Attribute))
            }
            named_by.append(named)
            draft.names |= named if len(named) <= 20 else set()
        only_one = named_by[0] ^ named_by[1]
        draft.names |= only_one if len(only_one) <= 20 else set()

    def _counterpart(self, module: Module, function: Function) -> tuple[Module, Function] | None:
        """The same function at base, None where it was added."""
        for comparison in self._comparisons:
            if comparison.head is module:
                pair = next((p for p in comparison.pairs if p.head is function), None)
                return (comparison.base, pair.base) if pair is not None and comparison.base is not None else None
        old = self.old.module(module.path)
        same = [
            f
            for f in (old.functions if old else ())
            if (f.qualname, f.ordinal) == (function.qualname, function.ordinal)
        ]
        return (old, same[0]) if old is not None and same else None

    def _same(self, before: object, after: object) -> bool:
        if isinstance(before, Target) and isinstance(after, Target) and before != after:
            one, other = self.old.canonical(before), self.new.canonical(after)
            moved = self._moved.get(one, one)
            moved = replace(moved, module=self._renamed.get(moved.module, moved.module))
            return other in {one, moved} or of_typing(one) == of_typing(other)
        return before == after

    def _means_same(self, one: ast.AST, base: Module, other: ast.AST, head: Module) -> bool:
        """Do two expressions at the top of a module name the same thing?"""
        ours, theirs = (dotted(node) if isinstance(node, ast.expr) else "" for node in (one, other))
        if not ours or not theirs:
            return shape(one) == shape(other)
        return self._same(self.old.resolve(base, ours), self.new.resolve(head, theirs))

    def _is_handed_on(self, changed: ChangedName, base: Module, head: Module) -> bool:
        """Is a name that one side imports by name what the other one imports by `*`?"""
        one, other = (binding.shapes[-1] if binding else None for binding in (changed.base, changed.head))
        if isinstance(one, Target) and other is None:
            return any(self._same(one, found) for found in self.new.starred(head, changed.name))
        if isinstance(other, Target) and one is None:
            return any(self._same(found, other) for found in self.old.starred(base, changed.name))
        return False

    def _matters(self, changed: ChangedName, head: Module) -> bool:
        """May a changed name that no function reads make a difference all the same?"""
        binding = changed.head or changed.base
        if changed.base is None or binding is None or changed.name in METADATA or is_alias_of_types(binding):
            return False
        if changed.is_import:
            own = any(isinstance(s, Target) and self.old.path_of(s.module) for s in changed.base.shapes)
            return own and changed.head is None and head.is_package and not changed.name.startswith("_")
        scope = head.scopes.get(changed.scope)
        if scope is not None and is_only_for_types(scope):
            return False
        private = any(part.startswith("_") for part in (*head.name.split("."), changed.name))
        return changed.head is not None or not private

    def _finish(self, draft: _Draft) -> ChangedUnit:
        old, new = self._lines_of(draft.old, draft.base), self._lines_of(draft.new, draft.head)
        gone, come = changed_lines(old, new)
        return ChangedUnit(
            kind="changed",
            base=unit_of(draft.old, draft.base),
            head=unit_of(draft.new, draft.head),
            why=tuple(draft.why),
            base_lines=gone | starts_of(draft.base, gone) | draft.base_lines,
            head_lines=come | starts_of(draft.head, come) | draft.head_lines,
            names=names_on(old, gone) | names_on(new, come) | draft.names,
            origins=tuple(draft.origins),
        )

    def _added(self, comparison: Comparison, function: Function) -> ChangedUnit:
        module = comparison.head
        assert module is not None
        lines = self._lines_of(module, function)
        numbers = frozenset(lines)
        return ChangedUnit(
            kind="added",
            base=None,
            head=unit_of(module, function),
            why=("added",),
            head_lines=numbers,
            names=names_on(lines, numbers),
        )

    def _removed(self, comparison: Comparison, function: Function) -> ChangedUnit:
        module = comparison.base
        assert module is not None
        lines = self._lines_of(module, function)
        numbers = frozenset(lines)
        return ChangedUnit(
            kind="removed",
            base=unit_of(module, function),
            head=None,
            why=("removed",),
            base_lines=numbers,
            names=names_on(lines, numbers),
            used_by=uses_of(module, function, self.new),
        )


def unit_of(module: Module, function: Function) -> Unit:
    """The value that other rooms know."""
    return Unit(
        path=module.path,
        module=module.name,
        qualname=function.qualname,
        first_line=function.first_line,
        last_line=function.last_line,
    )
