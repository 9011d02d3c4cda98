"""Constants and small pure functions of a module, carried out by us when a predicate names them.

A function is read when all it does is compute: assignments to names, `if`, loops, `return`, `raise`, and growing a
collection that it made itself. Anything else, and any call of such a function that takes too long, is undefined.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence

from assay.change.project import Project
from assay.change.syntax import Module
from assay.evidence.conditions import words
from assay.evidence.conditions.language import (
    ACCIDENTS,
    NotInLanguageError,
    Reader,
    Run,
    Step,
    assign,
    iterate,
)
from assay.evidence.conditions.things import UndefinedError

MAX_STATEMENTS = 40
DEEPEST_CONSTANT = 8
_GROWING = {"append": list.append, "extend": list.extend, "add": set.add, "update": dict.update, "insert": list.insert}
_Carry = Callable[[Run], object]
_GO_ON, _BREAK, _AGAIN = object(), object(), object()
Function = Callable[[Run, list[object]], object]


class RefusedError(ValueError):
    """A function of the module raised on purpose."""


class ModuleScope:
    """What the names of one module mean. Constants are computed when they are first asked for."""

    def __init__(self, project: Project, module: Module, depth: int = DEEPEST_CONSTANT) -> None:
        self._project, self._module, self._depth = project, module, depth
        self._constants: dict[str, Step | None] = {}
        self._functions: dict[str, Function | None] = {}

    def constant(self, name: str) -> Step | None:
        """The value of a name that the module assigns once at its top; None where it has no such name."""
        if name not in self._constants:
            self._constants[name] = None
            self._constants[name] = self._read_constant(name)
        return self._constants[name]

    def function(self, name: str) -> Function | None:
        """A function of the module that only computes; None where it has no such function."""
        if name not in self._functions:
            self._functions[name] = _Later(self, name).call
            try:
                self._functions[name] = self._read_function(name)
            except NotInLanguageError:
                self._functions[name] = None
        return self._functions[name]

    def _read_constant(self, name: str) -> Step | None:
        values = [value for target, value in _assignments(self._module) if target == name]
        if len(values) != 1 or self._depth == 0:
            other = self._elsewhere(name)
            return None if other is None else other[0].constant(other[1])
        try:
            step = Reader(frozenset(), self).read(values[0])
            value = step(Run({}))
        except (NotInLanguageError, UndefinedError, *ACCIDENTS):
            return None
        return lambda _run: value

    def _read_function(self, name: str) -> Function | None:
        found = [f for f in self._module.functions if f.qualname == name]
        if len(found) != 1:
            other = self._elsewhere(name)
            return None if other is None else other[0].function(other[1])
        node = found[0].node
        if isinstance(node, ast.AsyncFunctionDef) or node.decorator_list or len(list(ast.walk(node))) > 400:
            return None
        return _read_body(node, self)

    def _elsewhere(self, name: str) -> tuple[ModuleScope, str] | None:
        target = self._project.resolve(self._module, name)
        module = self._project.module(self._project.path_of(target.module))
        if module is None or not target.name or module is self._module or "." in target.name or self._depth == 0:
            return None
        return ModuleScope(self._project, module, self._depth - 1), target.name


class _Later:
    """A function that is still being read: it may call itself."""

    def __init__(self, scope: ModuleScope, name: str) -> None:
        self._scope, self._name = scope, name

    def call(self, run: Run, arguments: list[object]) -> object:
        """Carry it out."""
        function = self._scope.function(self._name)
        if function is None or function == self.call:
            raise UndefinedError(self._name)
        return function(run, arguments)


def _assignments(module: Module) -> Iterable[tuple[str, ast.expr]]:
    for statement in module.scopes[""].statements:
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target = statement.targets[0]
            if isinstance(target, ast.Name):
                yield target.id, statement.value
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value:
            yield statement.target.id, statement.value


def _read_body(node: ast.FunctionDef, scope: ModuleScope) -> Function:
    arguments = node.args
    if arguments.vararg or arguments.kwarg or arguments.kwonlyargs:
        raise NotInLanguageError(node.name)
    names = [a.arg for a in (*arguments.posonlyargs, *arguments.args)]
    stored = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    reader = Reader(frozenset(names) | stored, scope)
    body = _Body(reader, _own_collections(node, names))
    carry = body.block(node.body)
    defaults = [reader.read(default) for default in arguments.defaults]

    def function(run: Run, given: list[object]) -> object:
        run.tick()
        missing = len(names) - len(given)
        if not 0 <= missing <= len(defaults):
            raise UndefinedError(node.name)
        inner = Run({}, run.left)
        rest = [default(inner) for default in defaults[len(defaults) - missing :]]
        inner.values.update(zip(names, [*given, *rest], strict=True))
        try:
            result = carry(inner)
        finally:
            run.left = inner.left
        return result[0] if isinstance(result, _Returned) else None

    return function


def _own_collections(node: ast.FunctionDef, names: Sequence[str]) -> set[str]:
    """Locals that only ever hold collections made here, so that growing them touches nobody else's."""
    made: dict[str, bool] = {}
    for statement in ast.walk(node):
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        for target in targets:
            for name in (n.id for n in ast.walk(target) if isinstance(n, ast.Name)):
                value = statement.value if isinstance(statement, ast.Assign) else None
                fresh = isinstance(target, ast.Name) and isinstance(
                    value, (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.SetComp, ast.DictComp)
                )
                made[name] = made.get(name, True) and fresh
    loops = [n.target for n in ast.walk(node) if isinstance(n, (ast.For, ast.comprehension))]
    looped = {n.id for target in loops for n in ast.walk(target) if isinstance(n, ast.Name)}
    return {name for name, fresh in made.items() if fresh and name not in names and name not in looped}


class _Returned(tuple[object]):
    """What a function gave back."""

    __slots__ = ()


class _Body:
    """Statements as steps; a step says whether to go on, or what is given back."""

    def __init__(self, reader: Reader, own: set[str]) -> None:
        self._reader, self._own, self._room = reader, own, MAX_STATEMENTS

    def block(self, statements: Sequence[ast.stmt]) -> _Carry:
        """Statements one after the other."""
        steps = [self._statement(statement) for statement in statements]

        def carry(run: Run) -> object:
            for step in steps:
                run.tick()
                result = step(run)
                if result is not _GO_ON:
                    return result
            return _GO_ON

        return carry

    def _statement(self, node: ast.stmt) -> _Carry:
        self._room -= 1
        if self._room < 0:
            raise NotInLanguageError("too long a function")
        match node:
            case ast.Return():
                value = self._reader.read(node.value) if node.value else None
                return lambda run: _Returned((value(run) if value else None,))
            case ast.If():
                test, yes, no = self._reader.read(node.test), self.block(node.body), self.block(node.orelse)
                return lambda run: yes(run) if words.truth(test(run)) else no(run)
            case ast.For(orelse=[]):
                return self._for(node)
            case ast.While(orelse=[]):
                return self._while(node)
            case ast.Raise() | ast.Assert():
                return self._refusal(node)
            case ast.Pass():
                return lambda _run: _GO_ON
            case ast.Break():
                return lambda _run: _BREAK
            case ast.Continue():
                return lambda _run: _AGAIN
            case ast.Assign(targets=[target]) | ast.AnnAssign(target=target) if node.value is not None:
                return self._assignment(target, self._reader.read(node.value))
            case ast.AugAssign(target=ast.Name() as name):
                loaded = ast.Name(name.id, ast.Load())
                return self._assignment(name, self._reader.read(ast.BinOp(loaded, node.op, node.value)))
            case ast.Expr(value=ast.Constant()):
                return lambda _run: _GO_ON
            case ast.Expr(value=ast.Call() as call):
                return self._growth(call)
            case _:
                raise NotInLanguageError(ast.unparse(node))

    def _assignment(self, target: ast.expr, value: Step) -> _Carry:
        if isinstance(target, ast.Subscript):
            if not isinstance(target.value, ast.Name) or target.value.id not in self._own:
                raise NotInLanguageError(ast.unparse(target))
            holder, key = self._reader.read(target.value), self._reader.read(target.slice)

            def put(run: Run) -> object:
                holder(run)[key(run)] = value(run)  # type: ignore[index]
                return _GO_ON

            return put

        def carry(run: Run) -> object:
            assign(run, target, value(run))
            return _GO_ON

        return carry

    def _growth(self, call: ast.Call) -> _Carry:
        function = call.func
        is_own = isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name)
        if not is_own or function.attr not in _GROWING or function.value.id not in self._own or call.keywords:  # type: ignore[attr-defined]
            raise NotInLanguageError(ast.unparse(call))
        holder, name = self._reader.read(function.value), function.attr  # type: ignore[attr-defined]
        given = [self._reader.read(argument) for argument in call.args]

        def carry(run: Run) -> object:
            target = holder(run)
            getattr(target, name)(*(part(run) for part in given))
            if len(target) > words.LONGEST:  # type: ignore[arg-type]
                raise UndefinedError("too long")
            return _GO_ON

        return carry

    def _refusal(self, node: ast.Raise | ast.Assert) -> _Carry:
        test = self._reader.read(node.test) if isinstance(node, ast.Assert) else None

        def carry(run: Run) -> object:
            if test is None or not words.truth(test(run)):
                raise RefusedError
            return _GO_ON

        return carry

    def _for(self, node: ast.For) -> _Carry:
        items = self._reader.read(node.iter)

        def rounds(run: Run) -> Iterator[None]:
            for item in iterate(items(run)):
                run.tick()
                assign(run, node.target, item)
                yield

        return self._loop(rounds, node.body)

    def _while(self, node: ast.While) -> _Carry:
        test = self._reader.read(node.test)

        def rounds(run: Run) -> Iterator[None]:
            while words.truth(test(run)):
                run.tick()
                yield

        return self._loop(rounds, node.body)

    def _loop(self, rounds: Callable[[Run], Iterator[None]], statements: Sequence[ast.stmt]) -> _Carry:
        body = self.block(statements)

        def carry(run: Run) -> object:
            for _ in rounds(run):
                result = body(run)
                if result is _BREAK:
                    break
                if result is not _GO_ON and result is not _AGAIN:
                    return result
            return _GO_ON

        return carry
