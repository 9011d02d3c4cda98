"""Names and what they are bound to while a file is read."""

import ast
import builtins

from assay_probe.reality.values import UNKNOWN, joined, wrap


class Scope:
    """The names of a module, class, function or comprehension.

    `names` is the state at the line that is read, `every` all bindings there ever were: what a function that runs
    later may find.
    """

    __slots__ = ("every", "is_open", "kind", "names")

    def __init__(self, kind):
        self.kind = kind
        self.names = {}
        self.every = {}
        self.is_open = False

    def bind(self, name, value):
        """From here on the name means this."""
        self.names[name] = value
        known = self.every.setdefault(name, [])
        if not any(value is other for other in known):
            known.append(value)


def find(scopes, name, shared):
    """What a name means at the innermost of the scopes; `shared` are names that some function rebinds globally."""
    is_current = True
    for index in range(len(scopes) - 1, -1, -1):
        scope = scopes[index]
        if scope.kind == "class" and index < len(scopes) - 1:
            continue
        if name in scope.every:
            if name in shared:
                return UNKNOWN
            if is_current and name in scope.names:
                return scope.names[name]
            return joined(scope.every[name])
        if scope.is_open:
            return UNKNOWN
        is_current = is_current and scope.kind == "inner"
    if name in shared:
        return UNKNOWN
    return wrap(builtins.__dict__[name]) if name in builtins.__dict__ else UNKNOWN


def is_builtin(scopes, name):
    """Does the name mean the builtin here?"""
    return not any(name in scope.every or scope.is_open for scope in scopes)


def bound_names(statements):
    """Names that some statements bind, without those inside functions and classes."""
    names, waiting = set(), list(statements)
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
            continue
        if isinstance(node, ast.Lambda):
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
            names.add(node.id)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names |= {alias.asname or alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ExceptHandler) and node.name:
            names.add(node.name)
        waiting.extend(ast.iter_child_nodes(node))
    return names


def shared_names(tree):
    """Names that some function declares `global` or `nonlocal`."""
    return {name for node in ast.walk(tree) if isinstance(node, (ast.Global, ast.Nonlocal)) for name in node.names}


def merged(ends):
    """The state after several ways through the code."""
    names = dict.fromkeys(name for end in ends for name in end)
    return {name: joined([end[name] for end in ends if name in end]) for name in names}
