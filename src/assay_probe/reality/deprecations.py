"""Does a library say that something, or a parameter of it, will go away?"""

import ast
import re
import types

from assay_probe.reality.members import is_deprecation
from assay_probe.reality.signatures import behind
from assay_probe.reality.sources import tree_of

WRAPPERS = 4
_ONE_USE = re.compile(
    r"\b(?:using|passing|calling|the (?:use|keyword|argument|parameter|option))\b.{0,80}?\bdeprecated\b", re.IGNORECASE
)
_known = {}
_DEPRECATORS = ("_deprecated", "warn_deprecated", "_warn_deprecated", "deprecation_warning", "_deprecate")
_CATEGORIES = ("DeprecationWarning", "PendingDeprecationWarning", "FutureWarning")


def of(callee):
    """`(text or None, {parameter: text})` for a callable."""
    called = callee.object
    try:
        if called not in _known:
            _known[called] = _find(callee)
        return _known[called]
    except TypeError:
        return None, {}


def _find(callee):
    called = callee.object
    marked = (
        called.__dict__ if isinstance(called, type) else {"__deprecated__": getattr(called, "__deprecated__", None)}
    )
    text = marked.get("__deprecated__")
    if isinstance(text, str):
        return text, {}
    function, parameters = behind(callee)[0], {}
    text = None
    for _ in range(WRAPPERS):
        tree = tree_of(function) if isinstance(function, types.FunctionType) else None
        if tree is not None and not isinstance(tree, ast.Lambda):
            text = text or _warned_at_once(tree, function)
            parameters = {**_warned_for_parameters(tree, function), **parameters}
        function = getattr(function, "__wrapped__", None)
    return text or _documented(called), parameters


def _warned_at_once(tree, function):
    for statement in tree.body:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            text = _warning(statement.value, function)
            if text:
                return text
    return None


def _warned_for_parameters(tree, function):
    names = {a.arg for a in (*tree.args.posonlyargs, *tree.args.args, *tree.args.kwonlyargs)}
    found = {}
    for statement in tree.body:
        if not isinstance(statement, ast.If) or not _asks_whether_given(statement.test):
            continue
        called = [node for inner in statement.body for node in ast.walk(inner) if isinstance(node, ast.Call)]
        texts = [_warning(node, function) for node in called]
        text = next(filter(None, texts), None)
        if text:
            for node in ast.walk(statement.test):
                if isinstance(node, ast.Name) and node.id in names:
                    found.setdefault(node.id, text)
    return found


def _asks_whether_given(test):
    if isinstance(test, ast.Compare):
        return isinstance(test.ops[0], (ast.IsNot, ast.NotEq))
    return isinstance(test, ast.Name)


def _warning(call, function):
    """The text of a call that warns of a deprecation, or None."""
    callee = call.func
    name = callee.attr if isinstance(callee, ast.Attribute) else getattr(callee, "id", "")
    mentioned = {getattr(node, "id", getattr(node, "attr", "")) for node in ast.walk(call)}
    says_so = any(word in _CATEGORIES or "Deprecat" in word for word in mentioned if isinstance(word, str))
    if "warn" in name and not says_so:
        given = (*call.args, *(keyword.value for keyword in call.keywords))
        says_so = any(_is_category(_object(node, function)) for node in given)
    if ("warn" in name and says_so) or name in _DEPRECATORS:
        texts = [
            node.value for node in ast.walk(call) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
        return " ".join(" ".join(texts).split())[:240] or "deprecated"
    return None


def _object(node, function):
    """What a name, or an attribute of a module, stands for inside the function; None where it is something else."""
    if isinstance(node, ast.Attribute):
        around = _object(node.value, function)
        return getattr(around, node.attr, None) if isinstance(around, types.ModuleType) else None
    if not isinstance(node, ast.Name):
        return None
    code = function.__code__
    if node.id in code.co_freevars:
        try:
            return function.__closure__[code.co_freevars.index(node.id)].cell_contents
        except (ValueError, TypeError):
            return None
    return None if node.id in code.co_varnames else function.__globals__.get(node.id)


def _is_category(found):
    return isinstance(found, type) and issubclass(found, Warning) and is_deprecation(found)


def _documented(called):
    text = getattr(called, "__doc__", None)
    if not isinstance(text, str) or isinstance(called, type):
        return None
    opening = text.strip()[:600].split("Parameters")[0]
    if opening.lower().startswith("deprecated") or ".. deprecated::" in opening:
        told = " ".join(opening[opening.lower().find("deprecated") :].split())
        # "Using f() with a Poly is deprecated", "The keyword x is": a part of its uses, not all of them.
        return None if _ONE_USE.search(told[:200]) else told[:160]
    return None
