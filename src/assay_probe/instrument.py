"""Observation points: functions of whose calls the observer is told, with their signature left as it is.

A source file that holds an observation point is compiled as usual, except that

* the body of the function tells the observer when it is entered, what it yields and returns, and when it is left
  (see `entries`);
* where head binds its arguments otherwise, the code object of the function is replaced by a trampoline that takes any
  arguments and hands them to the hook, and the hook runs the original code; the same where head made a generator of it,
  whose call is then seen when it is made, and not only once somebody reads it; `__signature__` tells whoever asks what
  the original takes;
* every statement of a changed function first adds its line number to a set.

Nothing is patched from outside: whoever holds the function, under whatever name, decorated or in a closure, calls this.
"""

import ast
import functools
import importlib
import importlib.machinery
import inspect
import sys
import types
import warnings

from assay_probe.entries import (
    ACTIONS,
    ANY,
    LINES,
    MARK,
    SIGNED,
    add_entries,
    add_line_probes,
    add_signing,
    holders_of,
)

_HOOK, _KEY = "\0assay hook", "\0assay key"
_ASYNC_GENERATOR, _COROUTINE, _GENERATOR = 0x200, 0x80, 0x20
_OPTIMIZED = 0x01
_HAS_DOCSTRING = 0x4000000
_FLAGS_ARE_WORDS = (3, 11)
"""Since then the flag alone makes no generator: an instruction does, and the flag only tells who asks `inspect`."""


class Point:
    """One function to observe: where it stands, and what was learned while instrumenting it."""

    def __init__(self, description):
        self.id = description["id"]
        self.path = description["path"]
        self.qualname = description["qualname"]
        self.line = description["line"]
        self.changed = description["changed"]
        self.form = description.get("form")
        self.at_once = description.get("at_once", False)
        self.code = None
        self.problem = None


class Instrumentation:
    """Rewrites the given points when their files are imported."""

    def __init__(self, root, points, observer):
        self.points = {}
        self._observer = observer
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
        """The module's code with its points observed; the plain code where that fails."""
        points = self._files[path]
        try:
            return self._instrumented(source, path, points)
        except Exception as error:
            plain = compile(source, path, "exec", dont_inherit=True)
            for point in points:
                point.problem = "could not be instrumented: %s: %s" % (type(error).__name__, error)
            return plain

    def _instrumented(self, source, path, points):
        found = {(point.qualname, point.line): point for point in points}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source, path)
            holders = holders_of(tree, {point.line for point in points})
            add_line_probes(holders, {point.line for point in points if point.changed})
            shapes = compile(_only(holders, tree), path, "exec", dont_inherit=True)
            for key, code in _codes_of(shapes, ""):
                point = found.get(key)
                if point is not None:
                    point.code = code
            told = {
                (point.line, point.code.co_name): (number, point.code)
                for number, point in enumerate(points)
                if point.code is not None
            }
            add_entries(holders, told)
            add_signing(holders, {key: number for key, (number, _) in told.items() if points[number].form is not None})
            code = compile(tree, path, "exec", dont_inherit=True)
        rewritten = self._rewrite(code, "", found, points)
        for point in points:
            if point.code is None and point.problem is None:
                point.problem = "is not where its source says it is once the file is compiled"
        return rewritten

    def _rewrite(self, code, prefix, wanted, points):
        constants = []
        for constant in code.co_consts:
            if isinstance(constant, types.CodeType):
                key, inner = _key_of(constant, prefix)
                constant = self._rewrite(constant, inner, wanted, points)
                point = wanted.get(key) if constant.co_flags & _OPTIMIZED else None
                if point is not None:
                    point.code = constant
                    if point.form is not None:
                        constant = self._trampoline(constant, point)
            elif isinstance(constant, str) and constant.startswith(MARK):
                constant = self._meaning(constant, points)
            constants.append(constant)
        return code.replace(co_consts=tuple(constants))

    def _meaning(self, mark, points):
        if mark == LINES:
            return self._observer.watch.lines.add
        if mark == ANY:
            return BaseException
        action, _, number = mark[len(MARK) :].partition(" ")
        if action == SIGNED:
            return functools.partial(_signed, points[int(number)])
        if action not in ACTIONS or not number.isdigit():
            return mark
        return functools.partial(getattr(self._observer, action), points[int(number)])

    def _trampoline(self, code, point):
        if code.co_flags & _ASYNC_GENERATOR:
            point.problem = "is an asynchronous generator, and head binds its arguments otherwise"
            return code
        at_once = point.at_once and code.co_flags & _GENERATOR and sys.version_info >= _FLAGS_ARE_WORDS
        made = _compile_trampoline(code.replace(co_flags=code.co_flags & ~_GENERATOR) if at_once else code)
        if made is None:
            point.problem = "its closure could not be reproduced"
            return code
        constants = tuple(
            self._observer.hook if constant == _HOOK else point if constant == _KEY else constant
            for constant in made.co_consts
        )
        changes = {"co_consts": constants, "co_name": code.co_name, "co_filename": code.co_filename}
        changes["co_firstlineno"] = code.co_firstlineno
        if hasattr(code, "co_qualname"):
            changes["co_qualname"] = code.co_qualname
        if at_once:
            changes["co_flags"] = made.co_flags | _GENERATOR
        return made.replace(**changes)


def _signed(point, function):
    """The function, its `__signature__` that of the code that stands behind the trampoline."""
    if function.__code__ is point.code:
        return function
    cells = tuple(types.CellType() for _ in point.code.co_freevars)
    original = types.FunctionType(point.code, function.__globals__, function.__name__, function.__defaults__, cells)
    original.__kwdefaults__ = function.__kwdefaults__
    if sys.version_info >= (3, 14):
        # Annotations are worked out when somebody asks for them, and `inspect` calls what it finds.
        original.__annotate__ = function.__annotate__
        function.__signature__ = functools.partial(_signature, original)
    else:
        original.__annotations__ = function.__annotations__
        function.__signature__ = inspect.signature(original)
    return function


def _signature(function):
    try:
        return inspect.signature(function)
    except NameError:
        formats = importlib.import_module("annotationlib").Format
        options = {"annotation_format": formats.FORWARDREF}
        return inspect.signature(function, **options)


def _only(statements, tree):
    """A module of some statements of another, compiled as they are compiled there: what they bind is the same."""
    future = [n for n in tree.body if isinstance(n, ast.ImportFrom) and n.module == "__future__" and not n.level]
    return ast.Module(body=[*future, *statements], type_ignores=[])


def _key_of(code, prefix):
    """`(qualified name, first line)` of a code object, and the prefix of the names inside it."""
    qualname = prefix + code.co_name
    if code.co_name.startswith("<generic parameters of "):
        return (qualname, code.co_firstlineno), prefix  # PEP 695: a scope of its own that has no part in names
    inner = qualname + (".<locals>." if code.co_flags & _OPTIMIZED else ".")
    return (qualname, code.co_firstlineno), inner


def _codes_of(code, prefix):
    """Every function's code object by `(qualified name, first line)`."""
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            key, inner = _key_of(constant, prefix)
            if constant.co_flags & _OPTIMIZED:
                yield key, constant
            yield from _codes_of(constant, inner)


def _compile_trampoline(code):
    """Code that takes any arguments, with the free variables of `code`, that calls the hook; None where that fails."""
    cells = "".join(name + ", " for name in code.co_freevars)
    call = "%r(%r, lambda: (%s), (), args, {}, kwargs)" % (_HOOK, _KEY, cells)
    prefix, body = "", "return " + call
    if code.co_flags & _COROUTINE:
        prefix, body = "async ", "return await " + call
    elif code.co_flags & _GENERATOR:
        body = "return (yield from " + call + ")"
    source = "def outer(%s):\n %sdef inner(*args, **kwargs):\n  %s%s\n" % (
        ", ".join(code.co_freevars),
        prefix,
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


def origin_of(name):
    """The file a loaded module came from, or None."""
    module = sys.modules.get(name)
    return getattr(module, "__file__", None)
