"""A test in the making: statements, one call, and what is asserted of it. Pure text; nothing is run here."""

from __future__ import annotations

import ast
import io
import re
import textwrap
import tokenize
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

LONGEST_LINE = 100
_INDENT = "    "
_PLAIN_TEXT = re.compile(r"^'[^'\"\\]*'$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An expression, and the import statements that it needs."""

    code: str
    imports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One way of making the call in a test file of its own."""

    form: Literal["call", "test"]
    name: str
    """Of the test function, without `test_`."""
    folder: str
    """Where the file has to stand, so that its imports and fixtures are found."""
    call: str
    """An expression, or a statement where `is_statement`."""
    is_statement: bool = False
    is_async: bool = False
    imports: tuple[str, ...] = ()
    prelude: str = ""
    """Module-level code of the test's own file that it needs, imports included."""
    owner: str = ""
    """The class around the test: its header and the members that stay."""
    decorators: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    setup: tuple[tuple[int, str], ...] = ()
    """Statements before the call, each with its depth inside the function."""
    depth: int = 0
    """Depth of the call."""
    left: tuple[str, ...] = ()
    """Variables whose values after the call matter."""
    is_unittest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Saw:
    """What a draft's call did on one side."""

    raised: Source | None
    """The type of the exception as an expression, where one was raised that can be imported."""
    bases: tuple[str, ...]
    """Qualified names of the exception's classes; empty where nothing was raised."""
    seen: tuple[tuple[str, Source], ...]
    """What could be asserted of the result: `("len({})", "3")`."""
    left: Mapping[str, tuple[tuple[str, Source], ...]]
    out: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """What base did, as statements around the call."""

    lines: tuple[str, ...]
    imports: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()


def seeing(draft: Draft, key: str) -> str:
    """The draft as a file that tells what its call does."""
    call = draft.call if draft.is_statement else f"seen.result = {draft.call}"
    kept = "{" + ", ".join(f"{name!r}: {name}" for name in draft.left) + "}"
    lines = [f"with __assay_watch__({key!r}) as seen:", f"{_INDENT}{call}", f"{_INDENT}seen.left = {kept}"]
    return _file(draft, lines, (), (), "")


def finished(draft: Draft, assertion: Assertion, title: str) -> str:
    """The draft as a test file that a maintainer could take."""
    return _file(draft, assertion.lines, assertion.imports, assertion.parameters, title)


def assertions(draft: Draft, base: Saw, head: Saw) -> tuple[Assertion, ...]:
    """What base did and head does not, the plainest statement first; at most three."""
    if base.bases:
        return _raising(draft, base, head)
    if draft.is_statement:
        found = [*_left(draft, base, head)]
    else:
        told = dict(head.seen)
        found = [_of_result(draft, t, s) for t, s in base.seen if head.bases or _tells(s, told.get(t))]
        found += _left(draft, base, head)
    if head.bases:
        found = [*found[:1], Assertion(lines=(draft.call,))]
    elif base.out != head.out and base.out:
        found.append(_of_output(draft, base.out))
    return tuple(found[:3])


def _raising(draft: Draft, base: Saw, head: Saw) -> tuple[Assertion, ...]:
    if base.raised is None or (head.bases and base.bases[0] in head.bases):
        return ()
    code = base.raised.code
    opening = f"with self.assertRaises({code}):" if draft.is_unittest else f"with pytest.raises({code}):"
    imports = base.raised.imports + (() if draft.is_unittest else ("import pytest",))
    return (Assertion(lines=(opening, f"{_INDENT}{draft.call}"), imports=imports),)


def _tells(base: Source, head: Source | None) -> bool:
    """Are these two different values, rather than two spellings of one?"""
    if head is None or base.code == head.code:
        return head is None
    try:
        return bool(ast.literal_eval(base.code) != ast.literal_eval(head.code))
    except (ValueError, SyntaxError, TypeError):
        return True


def _of_result(draft: Draft, template: str, source: Source) -> Assertion:
    whole = _equals(draft, template.replace("{}", draft.call, 1), source.code)
    is_step = template.startswith("{}") and template != "{}"
    if len(whole) <= LONGEST_LINE and not is_step:
        return Assertion(lines=(whole,), imports=source.imports)
    lines = (f"result = {draft.call}", _equals(draft, template.replace("{}", "result", 1), source.code))
    return Assertion(lines=lines, imports=source.imports)


def _left(draft: Draft, base: Saw, head: Saw) -> list[Assertion]:
    found = []
    for name in draft.left:
        told = dict(head.left.get(name, ()))
        for template, source in base.left.get(name, ()):
            if _tells(source, told.get(template)):
                lines = (draft.call, _equals(draft, template.replace("{}", name, 1), source.code))
                found.append(Assertion(lines=lines, imports=source.imports))
                break
    return found


def _of_output(draft: Draft, out: str) -> Assertion:
    if not draft.is_unittest:
        return Assertion(lines=(draft.call, f"assert capsys.readouterr().out == {out!r}"), parameters=("capsys",))
    opening = "with contextlib.redirect_stdout(io.StringIO()) as out:"
    lines = (opening, f"{_INDENT}{draft.call}", f"self.assertEqual(out.getvalue(), {out!r})")
    return Assertion(lines=lines, imports=("import contextlib", "import io"))


def _equals(draft: Draft, left: str, right: str) -> str:
    if draft.is_unittest:
        return f"self.assertEqual({left}, {right})"
    operator = "is" if right in {"True", "False", "None"} else "=="
    try:
        needs = not isinstance(ast.parse(left, mode="eval").body, ast.Call | ast.Name | ast.Attribute | ast.Subscript)
    except SyntaxError:
        needs = False
    return f"assert {f'({left})' if needs else left} {operator} {right}"


def _file(draft: Draft, lines: Sequence[str], imports: Sequence[str], parameters: Sequence[str], title: str) -> str:
    body = [*draft.setup, (draft.depth, "\n".join(lines))]
    code = "\n".join(textwrap.indent(textwrap.dedent(text).strip("\n"), _INDENT * depth) for depth, text in body)
    own = ("self",) if draft.is_unittest and not draft.owner else ()
    names = dict.fromkeys((*own, *draft.parameters, *parameters))
    head = f"{'async ' if draft.is_async else ''}def test_{draft.name}({', '.join(names)}):"
    function = "\n".join([*draft.decorators, head, textwrap.indent(code, _INDENT)])
    if draft.owner:
        function = f"{draft.owner}\n\n{textwrap.indent(function, _INDENT)}"
    needed = [*draft.imports, *imports]
    if draft.is_unittest and not draft.owner:
        needed.append("import unittest")
        function = (
            f"class Test{draft.name.title().replace('_', '')}(unittest.TestCase):\n{textwrap.indent(function, _INDENT)}"
        )
    opening = f'"""{title}"""\n\n' if title else ""
    return _tidy(f"{opening}{_import_block(needed, draft.prelude)}\n\n\n{function}\n")


def _import_block(imports: Sequence[str], prelude: str) -> str:
    """All imports in one block, those from one module together, and then the rest of the prelude."""
    lines = prelude.splitlines()
    told = {line for line in lines if re.match(r"(import \w|from [.\w]+ import (?!\())", line)}
    rest = "\n".join(line for line in lines if line not in told)
    homes: dict[str, set[str]] = {}
    whole = set()
    for line in {*imports, *told}:
        home, _, names = line.partition(" import ")
        if home.startswith("from "):
            homes.setdefault(home, set()).update(name.strip() for name in names.split(","))
        else:
            whole.add(line)
    parts = sorted(whole) + [f"{home} import {', '.join(sorted(names))}" for home, names in sorted(homes.items())]
    parts.sort(key=lambda line: not line.startswith("from __future__"))
    return "\n".join([*parts, rest]).strip("\n")


def _tidy(text: str) -> str:
    """Double quotes where that changes nothing, and no more than two empty lines."""
    out = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            plain = token.type == tokenize.STRING and _PLAIN_TEXT.match(token.string)
            out.append((token.type, f'"{token.string[1:-1]}"' if plain else token.string, *token[2:]))
        text = tokenize.untokenize(out)
    except (tokenize.TokenError, IndentationError, SyntaxError):
        pass
    return re.sub(r"\n{4,}", "\n\n\n", text)
