"""Predicates that the code itself makes: its tests, with locals written out in terms of the parameters.

One forward pass over a function carries every local as an expression, joined over `if`/`else` as a conditional
expression; a test inside a loop becomes `any(... for target in items)`; every ordered comparison gives its boundary and
both strictnesses too, for that is where two versions part.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

LONGEST = 200
MOST = 120
FROM_TEST, FROM_COMPARISON, FROM_BOUNDARY, FROM_REFUSAL, FROM_NO_OP, FROM_LOOP = 0.9, 1.0, 1.1, 1.4, 1.9, 0.4
"""Costs: how far a predicate is from what the code says."""
_ORDERED = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
Environment = dict[str, ast.expr]


@dataclass(slots=True)
class Said:
    """Tests and numeric terms that a function speaks about, as source over its parameters."""

    tests: dict[str, float] = field(default_factory=dict)
    """Source with its cost, the cheapest where it is said twice."""
    terms: dict[str, float] = field(default_factory=dict)

    def add(self, text: str, cost: float) -> None:
        """Keep a test."""
        self.tests[text] = min(cost, self.tests.get(text, cost))


@lru_cache(maxsize=64)
def said_by(node: ast.FunctionDef | ast.AsyncFunctionDef, parameters: frozenset[str]) -> Said:
    """What one version of a function tests. Not to be altered: a version is asked about again with more calls."""
    stored = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    walk = _Walk(parameters, frozenset(stored) - parameters)
    walk.block(node.body, {}, [])
    walk.said.tests = dict(sorted(walk.said.tests.items(), key=lambda item: item[1])[:MOST])
    return walk.said


@dataclass(slots=True)
class _Walk:
    parameters: frozenset[str]
    locals: frozenset[str]
    said: Said = field(default_factory=Said)
    tried: int = 0

    def block(self, body: Sequence[ast.stmt], known: Environment, loops: list[tuple[ast.expr, ast.expr]]) -> None:
        """One sequence of statements; `known` is changed in place."""
        for statement in body:
            self._statement(statement, known, loops)

    def _statement(self, node: ast.stmt, known: Environment, loops: list[tuple[ast.expr, ast.expr]]) -> None:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self._expression(value, known, loops)
                self._bind(name, _written_out(value, known), known)
            case ast.AugAssign(target=ast.Name(id=name)):
                self._expression(node.value, known, loops)
                value = ast.BinOp(ast.Name(name, ast.Load()), node.op, node.value)
                self._bind(name, _written_out(value, known), known)
            case ast.If():
                self._test(node.test, known, loops)
                self._branches(node, known, loops)
            case ast.For() | ast.AsyncFor():
                self._forget(node, known)
                items = _written_out(node.iter, known)
                self._expression(node.iter, known, loops)
                targets = {n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)}
                inside = {name: value for name, value in known.items() if name not in targets}
                self.block(node.body, inside, [*loops, (node.target, items)])
                self.block(node.orelse, known, loops)
            case ast.While():
                self._test(node.test, known, loops)
                self._forget(node, known)
                self._test(node.test, known, loops)
                self.block(node.body, dict(known), loops)
            case ast.Try():
                self._refusals(node.body, known, loops)
                self.block(node.body, known, loops)
                for handler in node.handlers:
                    self.block(handler.body, dict(known), loops)
                self._forget(node, known)
                self.block(node.finalbody, known, loops)
            case ast.With() | ast.AsyncWith():
                self.block(node.body, known, loops)
            case ast.Return(value=ast.expr() as value) | ast.Expr(value=value):
                self._expression(value, known, loops)
            case ast.Assert():
                self._test(node.test, known, loops)
            case _:
                for part in ast.iter_child_nodes(node):
                    if isinstance(part, ast.expr):
                        self._expression(part, known, loops)
                self._forget(node, known)

    def _bind(self, name: str, value: ast.expr, known: Environment) -> None:
        if name in self.parameters:
            # From here on the parameter means something else; what it meant is written out.
            known[name] = value
        elif name in {n.id for n in ast.walk(value) if isinstance(n, ast.Name)}:
            known.pop(name, None)
        else:
            known[name] = value
        if name in known and len(ast.unparse(known[name])) > LONGEST:
            known[name] = _UNKNOWN

    def _branches(self, node: ast.If, known: Environment, loops: list[tuple[ast.expr, ast.expr]]) -> None:
        test, yes, no = _written_out(node.test, known), dict(known), dict(known)
        self.block(node.body, yes, loops)
        self.block(node.orelse, no, loops)
        leaves_yes, leaves_no = _leaves(node.body), _leaves(node.orelse)
        for name in yes.keys() | no.keys():
            ours, theirs = yes.get(name, _own_name(name)), no.get(name, _own_name(name))
            if leaves_yes and not leaves_no:
                known[name] = theirs
            elif (leaves_no and not leaves_yes) or ast.dump(ours) == ast.dump(theirs):
                known[name] = ours
            else:
                known[name] = ast.IfExp(test, ours, theirs)

    def _forget(self, node: ast.AST, known: Environment) -> None:
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                known[inner.id] = _UNKNOWN

    def _refusals(self, body: Sequence[ast.stmt], known: Environment, loops: list[tuple[ast.expr, ast.expr]]) -> None:
        """What may be refused inside `try`."""
        for statement in body:
            for node in ast.walk(statement):
                if isinstance(node, (ast.Call, ast.Subscript, ast.BinOp)) and isinstance(statement, _PLAIN):
                    asked = ast.Call(ast.Name("raises", ast.Load()), [_written_out(node, known)], [])
                    self._emit(asked, loops, FROM_REFUSAL)

    def _test(self, node: ast.expr, known: Environment, loops: list[tuple[ast.expr, ast.expr]]) -> None:
        self._emit(_written_out(node, known), loops, FROM_TEST)
        self._expression(node, known, loops)

    def _expression(self, node: ast.expr, known: Environment, loops: list[tuple[ast.expr, ast.expr]]) -> None:
        """Everything inside an expression that is, or could be, asked."""
        for inner in _outside_scopes(node):
            match inner:
                case ast.Compare(ops=[op], comparators=[right]):
                    self._comparison(inner, op, right, known, loops)
                case ast.BoolOp():
                    for part in inner.values:
                        self._emit(_written_out(part, known), loops, FROM_TEST)
                case ast.IfExp():
                    self._emit(_written_out(inner.test, known), loops, FROM_TEST)
                case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                    self._comprehension(inner.generators, known, loops)
                case ast.Call(func=ast.Name(id="isinstance" | "any" | "all" | "bool" | "hasattr" | "callable")):
                    self._emit(_written_out(inner, known), loops, FROM_COMPARISON)
                case ast.Call(func=ast.Attribute(attr=name)) if name.startswith(("is", "starts", "ends", "has")):
                    self._emit(_written_out(inner, known), loops, FROM_COMPARISON)
                case ast.BinOp(op=ast.Div() | ast.Mod() | ast.FloorDiv(), left=left):
                    self._term(left, known, loops)
                    rest = ast.BinOp(_written_out(left, known), ast.Mod(), _written_out(inner.right, known))
                    self._emit(ast.Compare(rest, [ast.Eq()], [ast.Constant(0)]), loops, FROM_REFUSAL)
                case ast.Call(func=ast.Name(), args=[_]):
                    self._term(inner, known, loops)
                case _:
                    pass
            if isinstance(inner, (ast.Call, ast.Subscript)) and not loops:
                self._no_op(_written_out(inner, known))

    def _comparison(
        self,
        node: ast.Compare,
        op: ast.cmpop,
        right: ast.expr,
        known: Environment,
        loops: list[tuple[ast.expr, ast.expr]],
    ) -> None:
        written = _written_out(node, known)
        assert isinstance(written, ast.Compare)
        self._emit(written, loops, FROM_COMPARISON)
        if isinstance(op, _ORDERED):
            for other in (ast.Eq(), ast.Lt(), ast.LtE()):
                self._emit(ast.Compare(written.left, [other], written.comparators), loops, FROM_BOUNDARY)
            self._term(node.left, known, loops)
            self._term(right, known, loops)

    def _comprehension(
        self, generators: Sequence[ast.comprehension], known: Environment, loops: list[tuple[ast.expr, ast.expr]]
    ) -> None:
        inner = list(loops)
        for generator in generators:
            inner.append((generator.target, _written_out(generator.iter, known)))
            bound = {n.id for n in ast.walk(generator.target) if isinstance(n, ast.Name)}
            free = {name: value for name, value in known.items() if name not in bound}
            for test in generator.ifs:
                self._test(test, free, inner)

    def _no_op(self, node: ast.expr) -> None:
        """`name.strip() == name`: does what the code does to a parameter leave it as it is?"""
        names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} & self.parameters
        for name in sorted(names)[:2]:
            self._emit(ast.Compare(node, [ast.Eq()], [ast.Name(name, ast.Load())]), [], FROM_NO_OP)

    def _term(self, node: ast.expr, known: Environment, loops: list[tuple[ast.expr, ast.expr]]) -> None:
        text = self._source(_written_out(node, known)) if not loops else None
        if text is not None and not isinstance(node, ast.Constant):
            self.said.terms.setdefault(text, 1.3)

    def _emit(self, node: ast.expr, loops: Sequence[tuple[ast.expr, ast.expr]], cost: float) -> None:
        self.tried += 1
        if self.tried > MOST * 12:
            return
        for target, items in reversed(loops):
            names = {n.id for n in ast.walk(target) if isinstance(n, ast.Name)}
            if names & {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}:
                loop = ast.comprehension(target=target, iter=items, ifs=[], is_async=0)
                node = ast.Call(ast.Name("any", ast.Load()), [ast.GeneratorExp(node, [loop])], [])
                cost += FROM_LOOP
        text = self._source(node)
        if text is not None:
            self.said.add(text, cost)

    def _source(self, node: ast.expr) -> str | None:
        """The expression as source, where it speaks of parameters and of nothing that is local."""
        free = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} - _bound_inside(node)
        if not free & self.parameters or free & self.locals or "?" in free:
            return None
        text = ast.unparse(node)
        return text if len(text) <= LONGEST else None


_UNKNOWN = ast.Name("?", ast.Load())
"""Stands for a local of which nothing is known any more."""
_PLAIN = (ast.Assign, ast.Return, ast.Expr, ast.AugAssign)


def _own_name(name: str) -> ast.expr:
    return ast.Name(name, ast.Load())


def _leaves(body: Sequence[ast.stmt]) -> bool:
    """Does a branch never come to its end?"""
    return bool(body) and isinstance(body[-1], (ast.Return, ast.Raise, ast.Continue, ast.Break))


def _outside_scopes(node: ast.expr) -> Iterable[ast.AST]:
    """The expression and its parts, without the insides of lambdas and comprehensions."""
    waiting: list[ast.AST] = [node]
    while waiting:
        inner = waiting.pop()
        yield inner
        if isinstance(inner, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
            waiting.append(inner.generators[0].iter)
        elif not isinstance(inner, ast.Lambda):
            waiting.extend(ast.iter_child_nodes(inner))


def _bound_inside(node: ast.expr) -> set[str]:
    """Names that comprehensions in the expression bind for themselves."""
    return {
        n.id
        for inner in ast.walk(node)
        if isinstance(inner, ast.comprehension)
        for n in ast.walk(inner.target)
        if isinstance(n, ast.Name)
    }


def _written_out(node: ast.expr, known: Environment) -> ast.expr:
    """The expression with every known local replaced by what it holds."""
    bound = _bound_inside(node)

    class Writer(ast.NodeTransformer):
        def visit_Name(self, name: ast.Name) -> ast.expr:
            """Replace one name."""
            value = known.get(name.id) if isinstance(name.ctx, ast.Load) and name.id not in bound else None
            return name if value is None else copy.deepcopy(value)

    written = Writer().visit(copy.deepcopy(node))
    assert isinstance(written, ast.expr)
    return written
