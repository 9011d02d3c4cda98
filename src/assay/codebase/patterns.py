"""Regular expressions that a change rewrote, in pairs: it shows at texts that tell one from the other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from assay.change.project import Project
from assay.change.reads import own_nodes, reads_of
from assay.change.syntax import Function, Module
from assay.codebase.calls import inside, locate
from assay.values.change import ChangedUnit, Unit

MOST = 8
LONGEST = 4000
_DEEPEST = 4
_LOOKS_LIKE_ONE = re.compile(r"\[[^\]]+\]|\\[dwsbDWSB]|\(\?|[^\s(][*+?][)$|]|\)[*+?]")
_FLAGS = {"I": "i", "IGNORECASE": "i", "X": "x", "VERBOSE": "x", "S": "s", "DOTALL": "s", "M": "m", "MULTILINE": "m"}
_HAS_FLAGS = re.compile(r"\s*\(\?[aiLmsux]+\)")


def patterns_of_change(changed: ChangedUnit, base: Project, head: Project) -> tuple[tuple[str, str], ...]:
    """`(base's, head's)` of each expression that only one version of a unit, or of the constants it reads, has.

    The n-th that only base has goes with the n-th that only head has; what has no partner is left out.
    """
    if changed.base is None or changed.head is None:
        return ()
    ours, theirs = (
        list(dict.fromkeys(_patterns(unit, project))) for unit, project in ((changed.base, base), (changed.head, head))
    )
    gone, come = [p for p in ours if p not in theirs], [p for p in theirs if p not in ours]
    return tuple(zip(gone, come, strict=False))[:MOST]


def _patterns(unit: Unit, project: Project) -> Iterator[str]:
    located = locate(unit, project)
    if located is None:
        return
    module, function = located
    nodes: list[ast.AST] = [node for part in inside(module, function) for node in own_nodes(part.node)]
    nodes += _constants_read(module, function)
    flagged = {id(node.args[0]): _flags_of(node) for node in nodes if isinstance(node, ast.Call) and node.args}
    folded: set[int] = set()
    for node in nodes:
        if isinstance(node, ast.expr) and id(node) not in folded:
            text = _text_of(node, module)
            if text is not None:
                folded.update(id(inner) for inner in ast.walk(node))
                if len(text) <= LONGEST and _LOOKS_LIKE_ONE.search(text):
                    flags = flagged.get(id(node), "")
                    yield text if not flags or _HAS_FLAGS.match(text) else f"(?{flags}){text}"


def _constants_read(module: Module, function: Function) -> Iterable[ast.AST]:
    """All inside the statements that give the module's names that a function reads their values."""
    functions = {f.qualname: f for f in module.functions}
    names = {name for part in inside(module, function) for name in reads_of(part, functions).names}
    for statement in module.scopes[""].statements:
        if isinstance(statement, ast.Assign):
            targets = statement.targets
        elif isinstance(statement, ast.AnnAssign):
            targets = [statement.target]
        else:
            continue
        if any(isinstance(target, ast.Name) and target.id in names for target in targets):
            yield from ast.walk(statement)


def _flags_of(call: ast.Call) -> str:
    """Flags that a call names, as letters."""
    given = (*call.args[1:], *(keyword.value for keyword in call.keywords))
    names = (n.attr for value in given for n in ast.walk(value) if isinstance(n, ast.Attribute))
    return "".join(sorted({_FLAGS[name] for name in names if name in _FLAGS}))


def _text_of(node: ast.expr, module: Module, depth: int = 0) -> str | None:
    """The text of an expression made of constants, sums of them and names of the module's; else None."""
    if depth > _DEEPEST:
        return None
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _joined((left, right), module, depth)
        case ast.JoinedStr(values=values):
            return _joined((v.value if isinstance(v, ast.FormattedValue) else v for v in values), module, depth)
        case ast.Name(id=name):
            for statement in module.scopes[""].statements:
                if isinstance(statement, ast.Assign) and any(
                    isinstance(target, ast.Name) and target.id == name for target in statement.targets
                ):
                    return _text_of(statement.value, module, depth + 1)
        case _:
            pass
    return None


def _joined(parts: Iterable[ast.expr], module: Module, depth: int) -> str | None:
    texts = [_text_of(part, module, depth) for part in parts]
    return None if None in texts else "".join(text for text in texts if text is not None)
