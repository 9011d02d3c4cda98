"""What type checkers accept, and what does nothing the second time: iterators that are used up."""

import ast

from assay_probe.reality import scopes, sources
from assay_probe.reality.values import LocalFunction, Made, Managed

_ITERATORS = (zip, map, filter, enumerate, reversed, iter)
_USING_UP = "list tuple set frozenset sorted sum max min dict join extend update".split()
_WAYS = (ast.If, ast.IfExp, ast.BoolOp, ast.Try, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler)
_WAYS = (*_WAYS, *filter(None, (getattr(ast, name, None) for name in ("Match", "match_case", "TryStar"))))


def check(walk, function):
    """Note iterators that a function uses up twice: the second use sees nothing."""
    for name, made in _made_once(walk, function).items():
        uses = [node for node in sources.own_nodes(function) if isinstance(node, ast.Name) and node.id == name]
        eating = [node for node in uses if isinstance(node.ctx, ast.Load) and _uses_up(walk, node)]
        loads = [node for node in uses if isinstance(node.ctx, ast.Load)]
        if len(eating) < 2 or len(eating) != len(loads):
            continue
        if not all(_is_on_every_way(walk, node, function) for node in eating):
            continue
        second = max(eating, key=lambda node: (node.lineno, node.col_offset))
        walk.claims.add(
            second,
            "misuse",
            name,
            f"{name} is {_shown(made)}, which was used up before: this sees nothing",
            root="builtins",
            raises="",
            certainty="suspect",
        )


def check_awaited(walk, node, callee):
    """Note an asynchronous generator of the file that is awaited instead of iterated over."""
    if not isinstance(callee, LocalFunction) or not isinstance(callee.node, ast.AsyncFunctionDef):
        return
    if callee.node.decorator_list or not any(isinstance(inner, ast.Yield) for inner in sources.own_nodes(callee.node)):
        return
    walk.claims.add(
        node,
        "misuse",
        callee.node.name,
        f"{callee.node.name}() is an asynchronous generator: `async for` reads it, `await` cannot",
        root="builtins",
        raises="TypeError",
        certainty="static",
    )


def check_dropped(walk, node, value):
    """Note a context manager that is made and neither entered nor kept: it does nothing so."""
    if not isinstance(node, ast.Call):
        return
    made = value.classes[0] if isinstance(value, Made) and len(value.classes) == 1 else None
    if (isinstance(value, Managed) and value.is_lazy) or (made is not None and value.exact and _only_manages(made)):
        name = ast.unparse(node.func)
        walk.claims.add(
            node,
            "misuse",
            name,
            f"{name}() gives a context manager, which does nothing until `with` enters it",
            root=getattr(made, "__module__", "builtins"),
            raises="",
            certainty="ignored",
        )


def _only_manages(cls):
    """Is entering it all that its instances are good for?"""
    has = [
        any(hasattr(cls, name) for name in pair) for pair in (("__enter__", "__aenter__"), ("__exit__", "__aexit__"))
    ]
    return all(has) and cls.__module__ in ("contextlib", "warnings") and not any(n[0] != "_" for n in dir(cls))


def _made_once(walk, function):
    """Names that are bound once, to an iterator, with the expression."""
    bound, made = {}, {}
    for node in sources.own_nodes(function):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            bound[node.id] = bound.get(node.id, 0) + 1
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            if _is_iterator(walk, node.value):
                made[node.targets[0].id] = node.value
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            bound.update(dict.fromkeys(node.names, 2))
    arguments = function.args
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        bound[argument.arg] = 2
    return {name: value for name, value in made.items() if bound[name] == 1}


def _is_iterator(walk, node):
    if isinstance(node, ast.GeneratorExp):
        return True
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        return False
    return any(node.func.id == made.__name__ for made in _ITERATORS) and scopes.is_builtin(walk.scopes, node.func.id)


def _uses_up(walk, node):
    """Is the name iterated over here to its end, as far as one can see?"""
    parent = walk.parents.get(node)
    if isinstance(parent, (ast.For, ast.comprehension)):
        return parent.iter is node and not _leaves_early(parent)
    if isinstance(parent, ast.Starred):
        return True
    if isinstance(parent, ast.Call) and node in parent.args:
        name = getattr(parent.func, "id", getattr(parent.func, "attr", ""))
        return name in _USING_UP
    return False


def _leaves_early(loop):
    return any(isinstance(node, (ast.Break, ast.Return, ast.Raise)) for node in ast.walk(loop))


def _is_on_every_way(walk, node, function):
    """Does every run of the function that gets so far come by here exactly once?"""
    while node is not function:
        parent = walk.parents[node]
        if isinstance(parent, _WAYS) and node is not getattr(parent, "iter", None):
            return False
        node = parent
    return True


def _shown(node):
    return "a generator" if isinstance(node, ast.GeneratorExp) else f"what {node.func.id}() gives"


def made_by(walk, node):
    """The method call that gives what an expression uses: on the spot, or kept in a name just before. None else."""
    while not isinstance(node, (ast.Name, ast.Call)):
        node = next((child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)), None)
        if node is None:
            return None
    made = node if isinstance(node, ast.Call) else _bound_to(walk, node)
    if not isinstance(made, ast.Call) or not isinstance(made.func, ast.Attribute):
        return None
    # What the project keeps in its own attributes may be another function than the first one.
    is_own = any(isinstance(inner, ast.Name) and inner.id in ("self", "cls") for inner in ast.walk(made.func))
    return None if is_own else ast.unparse(made.func)


def _bound_to(walk, name):
    """What the name was bound to last before this place, where a plain assignment did it."""
    bound = [
        use for use in walk.uses.get(name.id, ()) if not isinstance(use.ctx, ast.Load) and use.lineno < name.lineno
    ]
    statement = walk.parents.get(max(bound, key=lambda use: use.lineno)) if bound else None
    return statement.value if isinstance(statement, ast.Assign) else None
