"""A test of base cut down to the statements before one call, with the altered argument put in."""

from __future__ import annotations

import ast
import copy
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from assay.codebase.definitions import Definition
from assay.evidence.reproducers.call_alone import Altered, Frame, Harvest, Unwritable
from assay.evidence.reproducers.drafts import Draft, Source
from assay.evidence.reproducers.pruning import FunctionNode, names_in, prune, source_of

_EXPECTING = re.compile(r"\b(raises|assertRaises\w*|warns|assertWarns\w*|deprecated_call|subTest)\(")
_PARAMETRIZED = re.compile(r"parametrize\(\s*(\(.*?\)|\[.*?\]|'[^']*'|\"[^\"]*\")", re.DOTALL)


def draft_cut(harvest: Harvest, unit: Definition, name: str, path: str, text: str, *, keeps: bool) -> Draft:
    """The test's body up to the call, then the call as the experiment makes it.

    `path` and `text` are the test's file as base has it. With `keeps` the arguments are variables, to be looked at
    afterwards.

    Raises:
        Unwritable: the test does not make the call where it could be seen, or an alteration cannot be put in.
    """
    frame = next((f for f in reversed(harvest.stack) if f.path == path), None)
    if frame is None:
        raise Unwritable("no function of the test's own file makes the call")
    tree = ast.parse(text)
    owner, function = _function(tree, frame)
    cutting = _Cutting(lines=text.splitlines(), names=dict(harvest.names))
    target = cutting.down_to(function.body, frame, _callee(unit))
    is_direct = bool(harvest.stack) and harvest.stack[0] == frame
    parameters = _keep_parameters(function, owner, tree, cutting)
    call = _altered(target, harvest, unit, cutting, is_direct=is_direct)
    if keeps and is_direct:
        call = _hoisted(call, unit, cutting)
    cutting.drop_unused(call)
    needed = _needed(function, cutting, call, parameters)
    pruned = prune(text, tree, owner, needed)
    return Draft(
        form="test",
        name=name,
        folder=path.rpartition("/")[0],
        call=ast.unparse(call),
        is_async=isinstance(function, ast.AsyncFunctionDef),
        imports=tuple(dict.fromkeys(cutting.imports)),
        prelude=pruned.prelude,
        owner=pruned.owner,
        decorators=tuple(f"@{d}" for d in map(ast.unparse, function.decorator_list) if "parametrize" not in d),
        parameters=parameters,
        setup=tuple(cutting.setup),
        depth=cutting.depth,
        left=tuple(cutting.left),
        is_unittest=pruned.is_unittest,
    )


def without_class(draft: Draft) -> tuple[Draft, ...]:
    """The test as a function of its own, where it does not use its class; then as it is."""
    code = "\n".join([draft.call, *(text for _, text in draft.setup)])
    if not draft.owner or re.search(r"\bself\b", code):
        return (draft,)
    parameters = tuple(name for name in draft.parameters if name != "self")
    return (replace(draft, owner="", parameters=parameters, is_unittest=False), draft)


@dataclass(slots=True)
class _Cutting:
    """Statements that are kept, in order, with their depth; and what they need."""

    lines: Sequence[str]
    names: dict[str, Source]
    setup: list[tuple[int, str]] = field(default_factory=list)
    imports: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    depth: int = 0

    def down_to(self, body: Sequence[ast.stmt], frame: Frame, callee: str) -> ast.expr:
        """Keep what comes before the frame's line, and return the expression that makes the call."""
        for statement in body:
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                continue
            if (statement.end_lineno or statement.lineno) < frame.line:
                self.setup.append((self.depth, source_of(statement, self.lines)))
                continue
            return self._into(statement, frame, callee)
        raise Unwritable("the call is not in the body of the test")

    def _into(self, statement: ast.stmt, frame: Frame, callee: str) -> ast.expr:
        """Go into the statement in which the call is made; expectations around it are left out."""
        match statement:
            case ast.With(body=inner, items=items) | ast.AsyncWith(body=inner, items=items):
                if frame.line < inner[0].lineno and not _is_within(frame, inner):
                    return _expression(items, frame, callee)
                words = ", ".join(map(ast.unparse, items))
                if not _EXPECTING.search(words):
                    kind = "async with" if isinstance(statement, ast.AsyncWith) else "with"
                    self.setup.append((self.depth, f"{kind} {words}:"))
                    self.depth += 1
                return self.down_to(inner, frame, callee)
            case ast.For(body=inner, target=target, iter=values) if _is_within(frame, inner):
                for node in ast.walk(target):
                    if isinstance(node, ast.Name):
                        self.fix(node.id, f"the loop over {ast.unparse(values)}")
                return self.down_to(inner, frame, callee)
            case ast.If() | ast.Try() | ast.While() | ast.For() | ast.AsyncFor() | ast.Match():
                return self._into_block(statement, frame, callee)
            case _:
                return _expression([statement], frame, callee)

    def _into_block(self, statement: ast.stmt, frame: Frame, callee: str) -> ast.expr:
        blocks = [getattr(statement, name, []) for name in ("body", "orelse", "finalbody")]
        blocks += [handler.body for handler in getattr(statement, "handlers", [])]
        inner = next((block for block in blocks if block and _is_within(frame, block)), None)
        if inner is None:
            return _expression([statement], frame, callee)
        return self.down_to(inner, frame, callee)

    def drop_unused(self, call: ast.expr) -> None:
        """Leave out assignments of plain values to names that nothing later reads."""
        used = names_in(call) | set(self.left)
        kept: list[tuple[int, str]] = []
        for depth, text in reversed(self.setup):
            tree = _parsed_statement(text)
            match tree.body:
                case [ast.Assign(targets=[ast.Name(id=name)], value=value)] if name not in used and not any(
                    isinstance(node, ast.Call | ast.Attribute) for node in ast.walk(value)
                ):
                    continue
            used |= names_in(tree)
            kept.insert(0, (depth, text))
        self.setup = kept

    def fix(self, name: str, what: str) -> None:
        """Give a variable the value that it had when the call was made."""
        value = self.names.get(name)
        if value is None:
            raise Unwritable(f"`{name}` of {what} cannot be written as code")
        self.imports += value.imports
        self.setup.append((self.depth, f"{name} = {value.code}"))


def _parsed_statement(text: str) -> ast.Module:
    """A statement of the set-up; the header of a block gets an empty body."""
    code = textwrap.dedent(text)
    return ast.parse(code + "\n    pass" if code.rstrip().endswith(":") else code)


def _is_within(frame: Frame, block: Sequence[ast.stmt]) -> bool:
    return block[0].lineno <= frame.line <= (block[-1].end_lineno or block[-1].lineno)


def _function(tree: ast.Module, frame: Frame) -> tuple[ast.ClassDef | None, FunctionNode]:
    holders: list[ast.Module | ast.ClassDef] = [tree, *(n for n in tree.body if isinstance(n, ast.ClassDef))]
    for holder in holders:
        for node in holder.body:
            if isinstance(node, FunctionNode) and node.name == frame.name:
                first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
                if first <= frame.first_line <= node.lineno:
                    return (holder if isinstance(holder, ast.ClassDef) else None), node
    raise Unwritable(f"`{frame.name}` is no function or method at the top of the test's file")


def _callee(unit: Definition) -> str:
    """The name by which the unit is called."""
    parts = unit.qualname.split(".")
    return parts[-2] if parts[-1] in ("__init__", "__new__", "__call__") and len(parts) > 1 else parts[-1]


def _expression(nodes: Sequence[ast.AST], frame: Frame, callee: str) -> ast.expr:
    """The expression at the frame's position; without one the call of that name, else the statement's own value."""
    inside = [n for node in nodes for n in ast.walk(node) if isinstance(n, ast.expr)]
    exact = [n for n in inside if (n.lineno, n.end_lineno, n.col_offset, n.end_col_offset) == frame.position]
    calls = [n for n in inside if isinstance(n, ast.Call)]
    named = [n for n in calls if _last(n.func) == callee]
    usual = [n for n in calls if not ast.unparse(n.func).startswith(("self.assert", "pytest.", "print", "len"))]
    # `self.assertIn(day, self.holidays)`, `assert day in self.holidays`: what is asked of an object.
    asked = [n for n in inside if isinstance(n, ast.Compare)]
    told = [_claimed(n) for n in calls if ast.unparse(n.func).startswith("self.assert") and n.args]
    for found in (exact, named, usual, asked, told):
        if found:
            return _outside(found[0], nodes)
    raise Unwritable("the expression that makes the call was not found")


def _claimed(call: ast.Call) -> ast.expr:
    """What an assertion of unittest claims, as an expression of its own."""
    words = {"assertIn": ast.In(), "assertNotIn": ast.NotIn(), "assertEqual": ast.Eq(), "assertIs": ast.Is()}
    operator = words.get(_last(call.func))
    if operator is None or len(call.args) < 2:
        return call.args[0]
    return ast.Compare(left=call.args[0], ops=[operator], comparators=[call.args[1]])


def _outside(node: ast.expr, roots: Sequence[ast.AST]) -> ast.expr:
    """The node, or what stands around it where it cannot stand alone: a comprehension, a lambda, an `await`."""
    for root in roots:
        for outer in ast.walk(root):
            bound = isinstance(outer, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp | ast.Lambda)
            waits = isinstance(outer, ast.Await) and outer.value is node
            if (bound or waits) and any(inner is node for inner in ast.walk(outer)):
                assert isinstance(outer, ast.expr)
                return outer
    return node


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _keep_parameters(
    function: FunctionNode, owner: ast.ClassDef | None, tree: ast.Module, cutting: _Cutting
) -> tuple[str, ...]:
    """Fixtures stay parameters; what `parametrize` gave becomes a variable."""
    marks = [*function.decorator_list, *(owner.decorator_list if owner else ())]
    marks += [n.value for n in tree.body if isinstance(n, ast.Assign) and "pytestmark" in ast.unparse(n.targets[0])]
    given = {
        name
        for mark in marks
        for listed in _PARAMETRIZED.findall(ast.unparse(mark))
        for name in re.findall(r"\w+", listed)
    }
    kept = []
    arguments = [a.arg for a in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]
    rows = []
    for name in arguments:
        if name not in given:
            kept.append(name)
            continue
        value = cutting.names.get(name)
        if value is None:
            raise Unwritable(f"the test's parameter `{name}` cannot be written as code")
        cutting.imports += value.imports
        rows.append((0, f"{name} = {value.code}"))
    cutting.setup[:0] = rows
    return tuple(kept)


def _altered(target: ast.expr, harvest: Harvest, unit: Definition, cutting: _Cutting, *, is_direct: bool) -> ast.expr:
    """The call with every edit put into it, or made on a variable before it."""
    call = copy.deepcopy(target)
    for edit in harvest.edits:
        if edit.twice:
            cutting.setup.append((cutting.depth, ast.unparse(call)))
        elif is_direct and isinstance(call, ast.Call):
            call = _put(call, edit, unit, cutting, dict(harvest.arguments))
        elif is_direct and isinstance(call, ast.Attribute) and edit.path[0][1] == "self":
            call.value = _mutated(call.value, edit, cutting)
        else:
            call = _lifted(call, edit, cutting)
    return call


def _put(
    call: ast.Call, edit: Altered, unit: Definition, cutting: _Cutting, after: dict[str, Source | None]
) -> ast.Call:
    name, rest = str(edit.path[0][1]), edit.path[1:]
    receiver = unit.parameters[0].name if unit.in_class and unit.parameters else ""
    if name == receiver:
        if not isinstance(call.func, ast.Attribute):
            raise Unwritable("the object that was altered does not exist before the call")
        call.func.value = _mutated(call.func.value, edit, cutting)
        return call
    plain = [p.name for p in unit.parameters if p.kind in ("positional", "plain") and p.name != receiver]
    index = plain.index(name) if name in plain else None
    if name.startswith("*") and not name.startswith("**") and rest:
        index, rest = len(plain) + int(rest[0][1]), rest[1:]
    new = edit.new if not rest else after.get(name) if not name.startswith("*") else None
    if index is not None and index < len(call.args):
        if any(isinstance(a, ast.Starred) for a in call.args[: index + 1]):
            raise Unwritable("the test spreads a sequence over the arguments")
        call.args[index] = _given(call.args[index], edit, new, cutting)
        return call
    key = str(rest[0][1]) if name.startswith("**") and rest else name
    keyword = next((k for k in call.keywords if k.arg == key), None)
    if keyword is not None:
        keyword.value = _given(keyword.value, edit, edit.new if name.startswith("**") else new, cutting)
    elif new is not None and not name.startswith("*"):
        call.keywords.append(ast.keyword(arg=name, value=_parsed(new, cutting)))
    else:
        raise Unwritable(f"`{name}` is not among the arguments that the test gives")
    return call


def _given(node: ast.expr, edit: Altered, new: Source | None, cutting: _Cutting) -> ast.expr:
    """The new value as code, or the old expression in a variable that is altered before the call."""
    return _parsed(new, cutting) if new is not None else _mutated(node, edit, cutting)


def _mutated(node: ast.expr, edit: Altered, cutting: _Cutting) -> ast.expr:
    if edit.new is None or len(edit.path) < 2:
        raise Unwritable(f"what `{edit.path[0][1]}` was altered to cannot be written as code")
    if not isinstance(node, ast.Name):
        name = str(edit.path[0][1]).strip("*_")
        name = "it" if name in ("self", "cls") else name
        cutting.setup.append((cutting.depth, f"{name} = {ast.unparse(node)}"))
        node = ast.Name(id=name, ctx=ast.Load())
    steps = "".join(f".{step}" if kind in ("attr", "flag", "set") else f"[{step!r}]" for kind, step in edit.path[1:])
    cutting.imports += edit.new.imports
    cutting.setup.append((cutting.depth, f"{node.id}{steps} = {edit.new.code}"))
    return node


def _parsed(source: Source, cutting: _Cutting) -> ast.expr:
    cutting.imports += source.imports
    return ast.parse(source.code, mode="eval").body


def _lifted(call: ast.expr, edit: Altered, cutting: _Cutting) -> ast.expr:
    """Where the unit is called by something that the test calls: the old value is looked for in the test itself."""
    if edit.new is None or edit.old is None:
        raise Unwritable(f"`{edit.path[0][1]}` is altered further inside, and cannot be written as code")
    old = ast.dump(ast.parse(edit.old.code, mode="eval").body)
    new = _parsed(edit.new, cutting)
    keyword = next((n for n in ast.walk(call) if isinstance(n, ast.keyword) and n.arg == edit.path[0][1]), None)
    if keyword is not None and len(edit.path) == 1:
        keyword.value = new
        return call

    def is_old(node: ast.AST) -> bool:
        known = cutting.names.get(node.id) if isinstance(node, ast.Name) else None
        return ast.dump(node) == old or (known is not None and ast.dump(ast.parse(known.code, mode="eval").body) == old)

    for node in ast.walk(call):
        if isinstance(node, ast.expr) and node is not call and is_old(node):
            replaced = _Replace(node, new).visit(call)
            assert isinstance(replaced, ast.expr)
            return replaced
    for row, (depth, text) in reversed(list(enumerate(cutting.setup))):
        again = _replaced(text, old, new)
        if again is not None:
            cutting.setup[row] = (depth, again)
            return call
    raise Unwritable(f"the value of `{edit.path[0][1]}` that was altered is not written in the test")


def _replaced(text: str, old: str, new: ast.expr) -> str | None:
    """A statement with the one place in it that is written as `old`; None where there is none, or more than one."""
    code = textwrap.dedent(text)
    if code.rstrip().endswith(":"):
        return None
    tree = ast.parse(code)
    found = [node for node in ast.walk(tree) if isinstance(node, ast.expr) and ast.dump(node) == old]
    return ast.unparse(_Replace(found[0], new).visit(tree)) if len(found) == 1 else None


class _Replace(ast.NodeTransformer):
    """Puts one node in the place of another."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self._old, self._new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self._new if node is self._old else self.generic_visit(node)


def _hoisted(call: ast.expr, unit: Definition, cutting: _Cutting) -> ast.expr:
    """The call with its object and arguments in variables."""
    if not isinstance(call, ast.Call):
        return call
    receiver = unit.parameters[0].name if unit.in_class and unit.parameters else ""
    plain = [p.name for p in unit.parameters if p.kind in ("positional", "plain") and p.name != receiver]
    if isinstance(call.func, ast.Attribute) and receiver not in ("", "cls"):
        call.func.value = _variable(call.func.value, "it", cutting)
    for index, argument in enumerate(call.args):
        if not isinstance(argument, ast.Constant | ast.Starred) and index < len(plain):
            call.args[index] = _variable(argument, plain[index], cutting)
    for keyword in call.keywords:
        if keyword.arg is not None and not isinstance(keyword.value, ast.Constant):
            keyword.value = _variable(keyword.value, keyword.arg, cutting)
    return call


def _variable(node: ast.expr, name: str, cutting: _Cutting) -> ast.expr:
    if not isinstance(node, ast.Name):
        cutting.setup.append((cutting.depth, f"{name} = {ast.unparse(node)}"))
        node = ast.Name(id=name, ctx=ast.Load())
    cutting.left.append(node.id)
    return node


def _needed(function: FunctionNode, cutting: _Cutting, call: ast.expr, parameters: Sequence[str]) -> frozenset[str]:
    """Names, attributes and fixtures that the cut test uses."""
    names = set(parameters)
    for node in function.decorator_list:
        names |= names_in(node)
    for _, text in cutting.setup:
        tree = _parsed_statement(text)
        names |= names_in(tree) | {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
    return frozenset(names | names_in(call) | {n.attr for n in ast.walk(call) if isinstance(n, ast.Attribute)})
