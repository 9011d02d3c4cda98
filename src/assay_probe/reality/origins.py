"""Where the object that an expression stands for comes from: from another package for certain, or perhaps not.

A type checker infers what an attribute of the project's own classes holds from the assignments that it sees; others put
something else there. What another package makes, or an annotation promises, it knows.
"""

import ast

DEEPEST = 4
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def is_from_abroad(walk, node, depth=0):
    """Does everything that this expression reads come from other packages, literals and annotations?"""
    if depth > DEEPEST:
        return False
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call, ast.Await, ast.Starred)):
        node = node.func if isinstance(node, ast.Call) else node.value
    if not isinstance(node, ast.Name):
        return isinstance(node, (ast.Constant, ast.List, ast.Dict, ast.Set, ast.Tuple, ast.JoinedStr))
    if node.id in walk.imported:
        return walk.imported[node.id] not in ("", *walk.first_party)
    bindings = list(_bindings(walk, node))
    return bool(bindings) and all(
        value is True or (value is not None and is_from_abroad(walk, value, depth + 1)) for value in bindings
    )


def _bindings(walk, name):
    """What the name is bound to in the nearest scope that binds it: expressions, True for an annotation, or None."""
    scope = walk.parents.get(name)
    while scope is not None:
        if isinstance(scope, (*_FUNCTIONS, ast.Module)):
            found = list(_bound_in(scope, name.id))
            if found:
                return found
        scope = walk.parents.get(scope)
    return []


def _bound_in(scope, name):
    if isinstance(scope, _FUNCTIONS):
        every = scope.args
        for argument in (*every.posonlyargs, *every.args, *every.kwonlyargs, every.vararg, every.kwarg):
            if argument is not None and argument.arg == name:
                yield True if argument.annotation is not None else None
    for node in ast.walk(scope):
        if isinstance(node, ast.AnnAssign) and _is(node.target, name):
            yield True
        elif isinstance(node, ast.Assign) and any(_names(target, name) for target in node.targets):
            yield node.value if any(_is(target, name) for target in node.targets) else None
        elif isinstance(node, (ast.AugAssign, ast.NamedExpr)) and _is(node.target, name):
            yield node.value
        elif isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)) and _names(node.target, name):
            yield node.iter
        elif isinstance(node, ast.withitem) and node.optional_vars is not None and _names(node.optional_vars, name):
            yield node.context_expr


def _is(target, name):
    return isinstance(target, ast.Name) and target.id == name


def _names(target, name):
    return any(_is(node, name) for node in ast.walk(target))
