"""Which functions read a name, in its own file and in files that import it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from assay.change.bindings import ChangedName
from assay.change.project import Project, Target
from assay.change.reads import Reads, computed_names, name_fits, reads_of
from assay.change.syntax import Function, Module

MOST_READERS = 50
"""Readers of one name beyond these are not named."""
MOST_FILES = 300
"""Other files beyond these are not searched for readers, whatever the change; a remark says so."""
_CLASS_WORDS = frozenset({"self", "cls", "super", "type", "klass", "mcs"})


class Readers:
    """Finds readers at head; answers about a function are kept."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._reads: dict[Function, Reads] = {}
        self._opened: set[str] = set()
        self.exhausted = False
        """Were there more files than the budget allows?"""

    def of(self, changed: ChangedName, module: Module) -> list[tuple[Module, Function]]:
        """Functions that read a changed name of `module`, those of the same file first."""
        found = self._of_attribute(changed, module) if changed.scope else self._of_global(changed, module)
        unique: dict[Function, Module] = {}
        for owner, function in found:
            unique.setdefault(function, owner)
            if len(unique) == MOST_READERS:
                break
        if not unique and changed.scope:
            unique = {function: owner for owner, function in self._by_computed_name(changed, module)}
        return [(owner, function) for function, owner in unique.items()]

    def _reading(self, module: Module, *words: str) -> Iterator[tuple[Function, Reads]]:
        functions = {f.qualname: f for f in module.functions}
        for function in module.functions_mentioning(*words):
            if function not in self._reads:
                self._reads[function] = reads_of(function, functions)
            yield function, self._reads[function]

    def _of_global(self, changed: ChangedName, module: Module) -> Iterator[tuple[Module, Function]]:
        name = changed.name
        yield from ((module, f) for f, reads in self._reading(module, name) if name in reads.names)
        if changed.base is None and not changed.because:
            # No other file can have read what was not there.
            return
        goal = Target(module.name, name)
        for other in self._open(self._importers(changed, module), module):
            imports = self._project.imports(other)
            local = {n for n, t in imports.names.items() if t.name == name or t.name.startswith(f"{name}.")}
            local = {n for n in local if imports.names[n] == goal or self._project.canonical(imports.names[n]) == goal}
            if module.name in imports.stars:
                local.add(name)
            for function, reads in self._reading(other, name, *local):
                words = {word for word, attribute in reads.attributes if attribute == name and word in imports.names}
                if local & reads.names or any(self._leads_to(imports.names[w], goal) for w in words):
                    yield other, function

    def _leads_to(self, target: Target, goal: Target) -> bool:
        """Is it the module, or a package above it?"""
        canonical = self._project.canonical(target)
        return not canonical.name and (
            canonical.module == goal.module or goal.module.startswith(canonical.module + ".")
        )

    def _importers(self, changed: ChangedName, module: Module) -> list[str]:
        """Files that may import the name, or reach it through its module; those of the same folder first."""
        name = changed.name
        doors = self._doors(module, name)
        imported = re.compile(rf"\bimport\b(?:[^\n(]*|\s*\([^)]*)\b{re.escape(name)}\b")
        reached = re.compile(rf"\.{re.escape(name)}\b")
        folder = module.path.rpartition("/")[0]
        found: list[str] = []
        for path in self._project.code_mentioning(name):
            text = self._project.text(path)
            # A file that knows the name mentions its module, or a package that hands it on.
            near = any(door in text for door in doors) or (len(doors) > 1 and "from ." in text)
            through = not changed.is_import and (reached.search(text) or "import *" in text)
            if near and (through or imported.search(text)):
                found.append(path)
        return sorted(found, key=lambda p: (not p.startswith(folder), p))

    def _open(self, paths: Iterable[str], module: Module) -> Iterator[Module]:
        """Other modules that can be parsed, as far as the budget of files goes."""
        for path in paths:
            if path == module.path:
                continue
            if path not in self._opened and len(self._opened) == MOST_FILES:
                self.exhausted = True
                continue
            self._opened.add(path)
            other = self._project.module(path)
            if other is not None:
                yield other

    def _doors(self, module: Module, name: str) -> set[str]:
        """Last words of the modules through which `module.name` can be reached: its own, packages that hand it on."""
        parts = module.name.split(".")
        doors = {parts[-1]}
        for n in range(1, len(parts)):
            package = ".".join(parts[:n])
            if self._project.canonical(Target(package, name)) == Target(module.name, name):
                doors.add(parts[n - 1])
        return doors

    def _of_attribute(self, changed: ChangedName, module: Module) -> Iterator[tuple[Module, Function]]:
        name, owner = changed.name, changed.scope.rpartition(".")[2]
        related = self._relatives(module, changed.scope) if module.functions_mentioning(name) else set()
        sought = (name, owner) if changed.makes_fields else (name,)
        for function, reads in self._reading(module, *sought):
            words = {word for word, n in reads.attributes if n == name}
            kin = any(function.qualname.startswith(f"{r}.") for r in related)
            if words - _CLASS_WORDS or (words and kin) or (changed.makes_fields and owner in reads.names):
                yield module, function
        for parent, scope in self._project.bases(module, changed.scope):
            for function, reads in self._reading(parent, name):
                inside = function.qualname.startswith(f"{scope.qualname}.")
                if inside and any(n == name and word in _CLASS_WORDS for word, n in reads.attributes):
                    yield parent, function
        for other in self._open(self._project.code_mentioning(name, owner), module):
            if not self._knows(other, owner, module):
                continue
            for function, reads in self._reading(other, *sought):
                if any(n == name for _, n in reads.attributes) or (changed.makes_fields and owner in reads.names):
                    yield other, function

    def _by_computed_name(self, changed: ChangedName, module: Module) -> Iterator[tuple[Module, Function]]:
        """Methods of the class and its bases that read attributes by names put together at run time."""
        classes = [(module, changed.scope), *((m, s.qualname) for m, s in self._project.bases(module, changed.scope))]
        for owner, qualname in classes:
            for function in owner.functions_mentioning("getattr("):
                inside = function.qualname.startswith(f"{qualname}.")
                if inside and any(name_fits(parts, changed.name) for parts in computed_names(function)):
                    yield owner, function

    def _relatives(self, module: Module, qualname: str) -> set[str]:
        """The class and those of its file that inherit from it or from which it inherits."""
        above = {scope.qualname for owner, scope in self._project.bases(module, qualname) if owner is module}
        below = {
            other
            for other in module.scopes
            if other and any((o, s.qualname) == (module, qualname) for o, s in self._project.bases(module, other))
        }
        return {qualname} | above | below

    def _knows(self, other: Module, owner: str, module: Module) -> bool:
        imports = self._project.imports(other)
        return module.name in imports.modules or any(
            target.name == owner and self._project.canonical(target).module == module.name
            for target in imports.names.values()
        )
