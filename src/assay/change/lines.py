"""Which lines of a unit a change rewrote, and which identifiers stand on them."""

from __future__ import annotations

import ast
import difflib
import io
import keyword
import tokenize
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from assay.change.normalise import docstring_lines
from assay.change.syntax import Function, Module, blocks

_SILENT = frozenset(
    {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
)


@dataclass(frozen=True, slots=True)
class Line:
    """What stands on a line, free of comments and spacing."""

    words: tuple[str, ...]
    indent: int
    names: frozenset[str]


def read_lines(module: Module, function: Function) -> Mapping[int, Line]:
    """The lines of a unit that hold code, by their numbers in the file; its docstring aside."""
    words: dict[int, list[str]] = {}
    names: dict[int, set[str]] = {}
    indent: dict[int, int] = {}
    silent = docstring_lines(function.node)
    text = "\n".join(module.source(function))
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type in _SILENT:
                continue
            start = token.start[0] + function.first_line - 1
            for n, piece in enumerate(token.string.split("\n")):
                words.setdefault(start + n, []).append(piece)
                indent.setdefault(start + n, token.start[1] if n == 0 else -1)
            if token.type == tokenize.NAME and not keyword.iskeyword(token.string):
                names.setdefault(start, set()).add(token.string)
    except (tokenize.TokenError, SyntaxError):
        # The tree was parsed, so only the tail can be odd; the lines read so far stand.
        pass
    return {n: Line(tuple(w), indent[n], frozenset(names.get(n, ()))) for n, w in words.items() if n not in silent}


def changed_lines(old: Mapping[int, Line], new: Mapping[int, Line]) -> tuple[frozenset[int], frozenset[int]]:
    """Lines of the unit that only base has, and that only head has.

    A line that moved with its block to another depth counts only where nothing else differs.
    """
    before, after = sorted(old), sorted(new)
    for deep in (False, True):
        one = [(old[n].words, old[n].indent if deep else 0) for n in before]
        other = [(new[n].words, new[n].indent if deep else 0) for n in after]
        gone: set[int] = set()
        come: set[int] = set()
        for tag, a, b, c, d in difflib.SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
            if tag != "equal":
                gone.update(before[a:b])
                come.update(after[c:d])
        if gone or come:
            break
    return frozenset(gone), frozenset(come)


def names_on(lines: Mapping[int, Line], numbers: Iterable[int]) -> frozenset[str]:
    """Identifiers, attributes included, that stand on these lines."""
    return frozenset(name for n in numbers if n in lines for name in lines[n].names)


def starts_of(function: Function, numbers: Collection[int]) -> frozenset[int]:
    """First lines of the simple statements, and of the headers, to which these lines belong.

    An interpreter reports a statement over several lines by its first one.
    """
    starts: set[int] = set()
    waiting: list[ast.AST] = [function.node]
    while waiting:
        node = waiting.pop()
        inner = [statement for block in blocks(node) for statement in block]
        waiting += inner
        if isinstance(node, ast.stmt) and node is not function.node:
            last = min((s.lineno for s in inner), default=(node.end_lineno or node.lineno) + 1)
            if any(node.lineno <= n < last for n in numbers):
                starts.add(node.lineno)
    return frozenset(starts)
