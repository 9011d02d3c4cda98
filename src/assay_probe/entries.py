"""What is added to the body of an observed function, so that the observer hears of each call in the call's own frame.

    def f(a, *rest, k=1):                def f(a, *rest, k=1):
        "What it does."                      "What it does."
        return g(a)                          CALLED(lambda: (), (a,), rest, {'k': k}, None)
                                             try:
                                                 return KEEP(g(a))
                                             except BaseException:
                                                 RAISED()
                                                 raise
                                             finally:
                                                 LEFT()

No frame of ours stands between the caller and the function, no local variable is added, and a generator, coroutine
or asynchronous generator stays what it is; of what it yields, `ITEM` and `EACH` are told. The names in capitals are
constants that the loader puts in place of marked texts, so that the target cannot shadow them.
"""

import ast
import types

LINES = "\0assay lines"
MARK = "\0assay "
ACTIONS = ("called", "keep", "item", "each", "raised", "left")
SIGNED = "signed"
ANY = MARK + "any exception"
_VARARGS, _VARKEYWORDS = 0x04, 0x08
_COROUTINE, _ASYNC_GENERATOR = 0x80, 0x200
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def first_line(node):
    """The line on which a function begins: that of its first decorator, where it has one."""
    return min([node.lineno] + [decorator.lineno for decorator in node.decorator_list])


def holders_of(tree, lines):
    """The statements of the module, none of those inside them, that have one of these lines."""
    return [node for node in tree.body if any(_begin_of(node) <= line <= node.end_lineno for line in lines)]


def _begin_of(statement):
    return first_line(statement) if hasattr(statement, "decorator_list") else statement.lineno


def add_line_probes(holders, first_lines):
    """Let each statement of the functions that begin on these lines add its line to the set of executed lines."""
    for holder in holders:
        for node in ast.walk(holder):
            if isinstance(node, _FUNCTIONS) and first_line(node) in first_lines:
                _probe_blocks(node, skip_docstring=True)
        ast.fix_missing_locations(holder)


def _probe_blocks(node, skip_docstring=False):
    for field in ("body", "orelse", "finalbody"):
        block = getattr(node, field, None)
        if not isinstance(block, list):
            continue
        start = 0
        if skip_docstring and field == "body" and _is_docstring(block[0]):
            start = 1
        new = block[:start]
        for statement in block[start:]:
            if not isinstance(statement, (*_FUNCTIONS, ast.ClassDef)):
                _probe_blocks(statement)
            new.append(_line_probe(statement))
            new.append(statement)
        setattr(node, field, new)
    for child in list(getattr(node, "handlers", ())) + list(getattr(node, "cases", ())):
        _probe_blocks(child)


def _is_docstring(statement):
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def _line_probe(statement):
    call = ast.Call(func=ast.Constant(LINES), args=[ast.Constant(statement.lineno)], keywords=[])
    return ast.copy_location(ast.Expr(value=ast.copy_location(call, statement)), statement)


def add_entries(holders, codes):
    """Tell the observer of the functions in `codes`: `{(first line, name): (number, code object)}`."""
    for holder in holders:
        for node in ast.walk(holder):
            if isinstance(node, _FUNCTIONS):
                known = codes.get((first_line(node), node.name))
                if known is not None:
                    _add_entry(node, *known)
        ast.fix_missing_locations(holder)


def add_signing(holders, numbers):
    """Hand the functions in `numbers`, `{(first line, name): number}`, to `SIGNED` when they are made."""
    for holder in holders:
        for node in ast.walk(holder):
            if isinstance(node, _FUNCTIONS) and (first_line(node), node.name) in numbers:
                number = numbers[first_line(node), node.name]
                signed = ast.Constant("%s%s %d" % (MARK, SIGNED, number))
                node.decorator_list.append(ast.copy_location(signed, node))


def _add_entry(node, number, code):
    start = 1 if _is_docstring(node.body[0]) else 0
    body = node.body[start:] or [ast.copy_location(ast.Pass(), node.body[0])]
    at = body[0]
    told = _Told(number, bool(code.co_flags & _ASYNC_GENERATOR))
    body = [told.visit(statement) for statement in body]
    handler = ast.ExceptHandler(type=ast.Constant(ANY), name=None, body=[_tell(number, "raised"), ast.Raise()])
    guarded = ast.Try(body=body, handlers=[handler], orelse=[], finalbody=[_tell(number, "left")])
    new = [_tell(number, "called", *_arguments(code)), guarded]
    node.body[start:] = [_settle(ast.copy_location(statement, at), at) for statement in new]


def _settle(node, at):
    """Give what was added the place of the first statement: the end of a block would be a line of its own."""
    for child in ast.walk(node):
        if "lineno" in child._attributes and not hasattr(child, "lineno"):
            ast.copy_location(child, at)
    return node


def _call(number, action, *arguments):
    return ast.Call(func=ast.Constant("%s%s %d" % (MARK, action, number)), args=list(arguments), keywords=[])


def _tell(number, action, *arguments):
    return ast.Expr(value=_call(number, action, *arguments))


def _name(name):
    return ast.Name(id=name, ctx=ast.Load())


def _arguments(code):
    """Closure cells, then the arguments of the function with this code, as expressions inside it."""
    names = code.co_varnames
    n_positional, rest = code.co_argcount, code.co_argcount + code.co_kwonlyargcount
    named = names[n_positional:rest]
    star = double_star = ast.Constant(None)
    if code.co_flags & _VARARGS:
        star, rest = _name(names[rest]), rest + 1
    if code.co_flags & _VARKEYWORDS:
        double_star = _name(names[rest])
    nothing = ast.arguments(
        posonlyargs=[], args=[], vararg=None, kwonlyargs=[], kw_defaults=[], kwarg=None, defaults=[]
    )
    cells = ast.Lambda(args=nothing, body=ast.Tuple(elts=[_name(name) for name in code.co_freevars], ctx=ast.Load()))
    return (
        cells,
        ast.Tuple(elts=[_name(name) for name in names[:n_positional]], ctx=ast.Load()),
        star,
        ast.Dict(keys=[ast.Constant(name) for name in named], values=[_name(name) for name in named]),
        double_star,
    )


class _Told(ast.NodeTransformer):
    """Passes what a function returns and yields through the observer; functions inside it are their own business."""

    def __init__(self, number, is_async_generator):
        self._number, self._is_async_generator = number, is_async_generator

    def visit(self, node):
        """Leave alone what is a scope of its own."""
        return node if isinstance(node, (*_FUNCTIONS, ast.ClassDef, ast.Lambda)) else super().visit(node)

    def _passed(self, action, value):
        return ast.copy_location(_call(self._number, action, value), value)

    def visit_Return(self, node):
        """Keep the value."""
        self.generic_visit(node)
        if node.value is not None and not self._is_async_generator:
            node.value = self._passed("keep", node.value)
        return node

    def visit_Yield(self, node):
        """Keep the item."""
        self.generic_visit(node)
        value = node.value or ast.copy_location(ast.Constant(None), node)
        node.value = self._passed("item", value)
        return node

    def visit_YieldFrom(self, node):
        """Keep each item."""
        self.generic_visit(node)
        node.value = self._passed("each", node.value)
        return node


def suspends(code):
    """Does a call of it only make something that runs later?"""
    return bool(code.co_flags & (_COROUTINE | _ASYNC_GENERATOR | 0x20))


def waits(code):
    """May it wait for something, so that it takes a loop to run it?"""
    return bool(code.co_flags & (_COROUTINE | _ASYNC_GENERATOR))


class Watched:
    """The iterator below a `yield from`, passed through; `tell` is called with each item."""

    def __init__(self, items, tell):
        self._items, self._tell = iter(items), tell

    def __iter__(self):
        return self

    def __next__(self):
        item = next(self._items)
        self._tell(item)
        return item

    def __getattr__(self, name):
        if name not in ("send", "throw", "close"):
            raise AttributeError(name)
        method = getattr(self._items, name)
        if name == "close":
            return method

        def told(*arguments):
            item = method(*arguments)
            self._tell(item)
            return item

        return told


def is_plain_iterable(value):
    """May another iterator stand in its place? Not for coroutines of the old kind."""
    return not isinstance(value, types.CoroutineType) and not (
        isinstance(value, types.GeneratorType) and value.gi_code.co_flags & 0x100
    )
