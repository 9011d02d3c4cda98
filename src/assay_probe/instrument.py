"""Observation points: functions whose calls pass through a hook, with their signature left as it is.

A source file that holds an observation point is compiled as usual, except that

* the code object of the function is replaced by a trampoline with the same name, arguments, defaults, closure
  and kind, which hands the bound arguments to the hook, and the hook runs the original code;
* every statement of a changed function first adds its line number to a set.

Nothing is patched from outside: whoever holds the function, under whatever name, decorated or in a closure,
calls the trampoline.
"""

import ast
import importlib.machinery
import sys
import types
import warnings

_HOOK, _KEY, _LINES = "\0assay hook", "\0assay key", "\0assay lines"
_ASYNC_GENERATOR, _COROUTINE, _GENERATOR = 0x200, 0x80, 0x20
_VARARGS, _VARKEYWORDS = 0x04, 0x08
_OPTIMIZED = 0x01
_HAS_DOCSTRING = 0x4000000


class Point:
    """One function to observe: where it stands, and what was learned while instrumenting it."""

    def __init__(self, description):
        self.id = description["id"]
        self.path = description["path"]
        self.qualname = description["qualname"]
        self.line = description["line"]
        self.changed = description["changed"]
        self.form = description.get("form")
        self.code = None
        self.problem = None


class Instrumentation:
    """Rewrites the code of the given points when their files are imported."""

    def __init__(self, root, points, hook, lines):
        self.points = {}
        self._hook = hook
        self._lines = lines
        self._files = {}
        self.loaded = {}
        for point in points:
            self.points[point.id] = point
            self._files.setdefault(root + "/" + point.path, []).append(point)

    def install(self):
        """Take over `get_code` of the loader for source files; files without a point are none of our business."""
        original = importlib.machinery.SourceFileLoader.get_code

        def get_code(loader, fullname):
            path = loader.get_filename(fullname)
            if path not in self._files:
                return original(loader, fullname)
            self.loaded[fullname] = path
            return self.compile(loader.get_data(path), path)

        importlib.machinery.SourceFileLoader.get_code = get_code

    def compile(self, source, path):
        """The module's code with trampolines in place of the points; the plain code where that fails."""
        points = self._files[path]
        plain = compile(source, path, "exec", dont_inherit=True)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(source, path)
                _add_line_probes(tree, {point.line for point in points if point.changed})
                code = compile(tree, path, "exec", dont_inherit=True)
            wanted = {(point.qualname, point.line): point for point in points}
            rewritten = self._rewrite(code, "", wanted)
            for point in points:
                if point.code is None and point.problem is None:
                    point.problem = "is not where its source says it is once the file is compiled"
            return rewritten
        except Exception as error:
            for point in points:
                point.problem = "could not be instrumented: %s: %s" % (type(error).__name__, error)
            return plain

    def _rewrite(self, code, prefix, wanted):
        constants = []
        for constant in code.co_consts:
            if isinstance(constant, types.CodeType):
                qualname = prefix + constant.co_name
                is_function = constant.co_flags & _OPTIMIZED
                inner = qualname + (".<locals>." if is_function else ".")
                if constant.co_name.startswith("<generic parameters of "):
                    inner = prefix  # PEP 695: a scope of its own that has no part in qualified names
                constant = self._rewrite(constant, inner, wanted)
                point = wanted.get((qualname, constant.co_firstlineno)) if is_function else None
                if point is not None:
                    constant = self._trampoline(constant, point)
            elif isinstance(constant, str) and constant == _LINES:
                constant = self._lines.add
            constants.append(constant)
        return code.replace(co_consts=tuple(constants))

    def _trampoline(self, code, point):
        if code.co_flags & _ASYNC_GENERATOR:
            point.problem = "asynchronous generators are not observed"
            return code
        point.code = code
        made = _compile_trampoline(code, point.form is not None)
        if made is None:
            point.problem = "its closure could not be reproduced"
            return code
        constants = tuple(
            self._hook if constant == _HOOK else point if constant == _KEY else constant for constant in made.co_consts
        )
        changes = {"co_consts": constants, "co_name": code.co_name, "co_filename": code.co_filename}
        changes["co_firstlineno"] = code.co_firstlineno
        if hasattr(code, "co_qualname"):
            changes["co_qualname"] = code.co_qualname
        return made.replace(**changes)


def _compile_trampoline(code, is_open):
    """Code with the arguments and free variables of `code` that calls the hook; None where they cannot be had.

    An open one takes any arguments, because base and head bind theirs differently and the hook wants the call as given.
    """
    if is_open:
        return _compile(code, ["*args", "**kwargs"], "(), args, {}, kwargs")
    names = code.co_varnames
    n_positional, n_named = code.co_argcount, code.co_kwonlyargcount
    positional, named = names[:n_positional], names[n_positional : n_positional + n_named]
    rest = n_positional + n_named
    parts = list(positional)
    if code.co_posonlyargcount:
        parts.insert(code.co_posonlyargcount, "/")
    star = double_star = None
    if code.co_flags & _VARARGS:
        star, rest = names[rest], rest + 1
        parts.append("*" + star)
    elif named:
        parts.append("*")
    parts.extend(named)
    if code.co_flags & _VARKEYWORDS:
        double_star = names[rest]
        parts.append("**" + double_star)
    handed_over = "(%s), %s, {%s}, %s" % (
        "".join(name + ", " for name in positional),
        star,
        ", ".join("%r: %s" % (name, name) for name in named),
        double_star,
    )
    return _compile(code, parts, handed_over)


def _compile(code, parts, handed_over):
    cells = "".join(name + ", " for name in code.co_freevars)
    call = "%r(%r, lambda: (%s), %s)" % (_HOOK, _KEY, cells, handed_over)
    prefix, body = "", "return " + call
    if code.co_flags & _COROUTINE:
        prefix, body = "async ", "return await " + call
    elif code.co_flags & _GENERATOR:
        body = "return (yield from " + call + ")"
    source = "def outer(%s):\n %sdef inner(%s):\n  %s%s\n" % (
        ", ".join(code.co_freevars),
        prefix,
        ", ".join(parts),
        _docstring_of(code),
        body,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = compile(source, "<trampoline>", "exec", dont_inherit=True)
    outer = next(c for c in module.co_consts if isinstance(c, types.CodeType))
    inner = next(c for c in outer.co_consts if isinstance(c, types.CodeType))
    return inner if inner.co_freevars == code.co_freevars else None


def _docstring_of(code):
    """Source of the function's docstring as a statement, or nothing: it lives in the code object."""
    first = code.co_consts[0] if code.co_consts else None
    has_one = bool(code.co_flags & _HAS_DOCSTRING) if sys.version_info >= (3, 14) else True
    return "%r\n  " % first if has_one and isinstance(first, str) else ""


def _add_line_probes(tree, first_lines):
    """Let each statement of the functions that begin on these lines add its line to the set of executed lines."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            line = min([node.lineno] + [decorator.lineno for decorator in node.decorator_list])
            if line in first_lines:
                _probe_blocks(node, skip_docstring=True)
    ast.fix_missing_locations(tree)


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
            if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
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
    call = ast.Call(func=ast.Constant(_LINES), args=[ast.Constant(statement.lineno)], keywords=[])
    return ast.copy_location(ast.Expr(value=ast.copy_location(call, statement)), statement)


def origin_of(name):
    """The file a loaded module came from, or None."""
    module = sys.modules.get(name)
    return getattr(module, "__file__", None)
