"""What the code around a line is prepared for: exceptions it catches, names it asks about, versions it tells apart."""

import ast
import builtins
import os
import platform
import re
import sys

EVERYTHING = "*"
_IMPORT_ERRORS = ("ImportError", "ModuleNotFoundError")
_VERSION_WORDS = re.compile(
    r"version|^_?PY_?\d|^_?IS_|^_?HAS_|^_?HAVE_|^_?WITH_|^_?USE_|available|windows|^_?WIN\d*|platform|linux|macos|darwin|posix"
    r"|implementation|pypy|cpython|installed|supports?_|^has_|^is_py|^is_win|compat|_v\d|V\d$",
    re.IGNORECASE,
)
_EXPECTING = ("raises", "assertRaises", "assertRaisesRegex", "suppress", "warns", "assertWarns", "deprecated_call")
_SKIPPING = ("skipif", "skipIf", "skipUnless", "skip", "requires", "xfail", "expectedFailure", "importorskip")


class Guards:
    """The state at the line that is being read."""

    def __init__(self):
        self.caught = frozenset()
        self.asked = frozenset()

    def forgive(self, raises, name):
        """Would the surrounding code survive this?"""
        if EVERYTHING in self.caught or name.rpartition(".")[2].partition("(")[0] in self.asked:
            return True
        if not raises:
            return False
        names = set(_ancestors(raises))
        if raises in _IMPORT_ERRORS or raises not in ("AttributeError", "TypeError"):
            return bool(names & self.caught)
        return bool((names - {"Exception", "BaseException"}) & self.caught)

    def state(self):
        """What `restore` brings back."""
        return self.caught, self.asked

    def restore(self, state):
        """Back to an earlier state."""
        self.caught, self.asked = state

    def catch(self, names):
        """These exceptions do no harm from here on."""
        self.caught = self.caught | frozenset(names)

    def ask(self, names):
        """The code has asked whether these names exist."""
        self.asked = self.asked | frozenset(names)


def _ancestors(name):
    found = getattr(builtins, name, None)
    if isinstance(found, type):
        return [cls.__name__ for cls in found.__mro__]
    return [name, "ValueError", "Exception", "BaseException"]


def known_to_come_and_go(tree):
    """Names of attributes that a file sets by name, or reads as one that may not be there, anywhere."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function, arguments = node.func, node.args
            called = getattr(function, "id", "")
            if (called in ("setattr", "delattr") or (called == "getattr" and len(arguments) == 3)) and len(
                arguments
            ) > 1:
                names |= _text_of(arguments[1])
            elif (
                isinstance(function, ast.Attribute) and getattr(function.value, "attr", "") == "__dict__" and arguments
            ):
                names |= _text_of(arguments[0])
        elif isinstance(node, ast.Subscript) and getattr(node.value, "attr", "") == "__dict__":
            names |= _text_of(node.slice)
    return names


def _text_of(node):
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


def caught_by(handlers):
    """Names of the exceptions that some handlers catch; a bare `except` catches all."""
    names = set()
    for handler in handlers:
        if handler.type is None:
            names.add("BaseException")
        else:
            names |= {
                node.id if isinstance(node, ast.Name) else node.attr
                for node in ast.walk(handler.type)
                if isinstance(node, (ast.Name, ast.Attribute))
            }
    if "BaseException" in names:
        names.add("Exception")
    if "Exception" in names:
        names |= {"ImportError", "ModuleNotFoundError"}
    return names


def optional_packages(tree):
    """Packages whose absence the file is prepared for somewhere: what it imports of them elsewhere waits for them."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Try) and caught_by(node.handlers) & set(_IMPORT_ERRORS):
            for inner in (inner for statement in node.body for inner in ast.walk(statement)):
                names = [alias.name for alias in inner.names] if isinstance(inner, ast.Import) else []
                if isinstance(inner, ast.ImportFrom) and not inner.level:
                    names = [inner.module or ""]
                found |= {name.partition(".")[0] for name in names}
    return found


def expected_in(items):
    """What the context managers of a `with` wait for: everything inside `pytest.raises`, `suppress` and the like."""
    for item in items:
        call = item.context_expr
        if isinstance(call, ast.Call) and _last_name(call.func) in _EXPECTING:
            return {EVERYTHING}
    return set()


def skipped_by(decorators):
    """Is a function or class only run under a condition that nobody here can judge?"""
    for decorator in decorators:
        for node in ast.walk(decorator):
            name = _last_name(node)
            if name in _SKIPPING or (name and _VERSION_WORDS.search(name)):
                return True
    return False


def _last_name(node):
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def names_asked(test):
    """Names whose existence a condition asks about: `hasattr(x, "name")`, `getattr(...)`, `"name" in dir(x)`."""
    names = set()
    for node in ast.walk(test):
        if isinstance(node, ast.Call) and _last_name(node.func) in ("hasattr", "getattr", "find_spec", "signature"):
            names |= {inner.value for inner in ast.walk(node) if isinstance(inner, ast.Constant)}
        elif isinstance(node, ast.Compare) and isinstance(node.left, ast.Constant):
            names.add(node.left.value)
    return {name for name in names if isinstance(name, str)}


def depends_on_version(test):
    """Does the condition tell versions, platforms or optional packages apart, in a way that cannot be worked out?"""
    return any(bool(name) and bool(_VERSION_WORDS.search(name)) for name in map(_told_by, ast.walk(test)))


def _told_by(node):
    """The name or the text that a part of a condition consists of."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value if node.value.isidentifier() else ""
    return _last_name(node) if isinstance(node, (ast.Name, ast.Attribute)) else ""


def truth(test):
    """True or False where a condition on version or platform is certain in this interpreter, else None."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = truth(test.operand)
        return None if inner is None else not inner
    if isinstance(test, ast.BoolOp):
        parts = [truth(part) for part in test.values]
        decisive = isinstance(test.op, ast.Or)
        if decisive in parts:
            return decisive
        return None if None in parts else not decisive
    if _last_name(test) == "TYPE_CHECKING":
        return False
    if not _is_about_interpreter(test):
        return None
    try:
        code = compile(ast.Expression(body=test), "<condition>", "eval")
        return bool(eval(code, {"__builtins__": {}, "sys": sys, "os": os, "platform": platform}))
    except Exception:
        return None


_ASKED = ("version_info", "platform", "name", "system", "hexversion", "implementation", "byteorder", "maxsize")


def _is_about_interpreter(test):
    """Only `sys`, `os` and `platform`, their telling attributes, and constants."""
    for node in ast.walk(test):
        if isinstance(node, ast.Name) and node.id not in ("sys", "os", "platform"):
            return False
        if isinstance(node, ast.Attribute) and node.attr not in (*_ASKED, "startswith", "major", "minor", "micro"):
            return False
        if isinstance(node, (ast.Lambda, ast.ListComp, ast.Await, ast.Yield)):
            return False
    return any(isinstance(node, ast.Attribute) for node in ast.walk(test))


def leaves(statements):
    """Does a block end without going on to the line after it?"""
    last = statements[-1] if statements else None
    if isinstance(last, ast.If):
        return bool(last.orelse) and leaves(last.body) and leaves(last.orelse)
    if isinstance(last, ast.Expr) and isinstance(last.value, ast.Call):
        return _last_name(last.value.func) in ("exit", "_exit", "skip", "fail", "abort", "skipTest")
    return isinstance(last, (ast.Return, ast.Raise, ast.Continue, ast.Break))
