"""What type checkers accept, and what does nothing the second time: iterators that are used up."""

import ast
import itertools
import sys
import types

from assay_probe.reality import installed, loading, results, scopes, sources
from assay_probe.reality.values import LocalFunction, Made, Managed, Thing, static

_ITERATORS = (zip, map, filter, enumerate, reversed, iter)
_HANDING_ON = ("enumerate", "map", "filter", "iter")
"""What they give is used up together with what they are given."""
_USING_UP = "list tuple set frozenset sorted sum max min dict join extend update".split()
_WAYS = (ast.If, ast.IfExp, ast.BoolOp, ast.Try, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler)
_WAYS = (*_WAYS, *filter(None, (getattr(ast, name, None) for name in ("Match", "match_case", "TryStar"))))


def check(walk, function):
    """Note iterators that a function, or the module itself, uses up twice: the second use sees nothing."""
    own = list(sources.own_nodes(function))
    for name, (made, bound_to) in _made_once(function, own).items():
        uses = [node for node in own if isinstance(node, ast.Name) and node.id == name]
        if isinstance(function, ast.Module) and len(uses) != len(walk.uses.get(name, ())):
            continue
        loads = [node for node in uses if isinstance(node.ctx, ast.Load) and not _only_looks(walk, node)]
        eating = sorted(
            filter(lambda node: _uses_up(walk, node), loads), key=lambda node: (node.lineno, node.col_offset)
        )
        if len(eating) < 2 or len(eating) != len(loads):
            continue
        second = eating[-1]
        words = any(_comes_before(walk, first, second) for first in eating[:-1]) and _words_for(walk, made, bound_to)
        if not words:
            continue
        walk.claims.add(
            second,
            "misuse",
            name,
            f"{name} is {words}, which was used up before: this sees nothing",
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


def check_module(walk, node, module):
    """Note a module that is called as if it were the function or class inside it; was it one?"""
    if type(module) is not types.ModuleType or not loading.is_loaded(module.__name__):
        return False
    package, _, last = module.__name__.rpartition(".")
    around = sys.modules.get(package)
    if hasattr(around, "__getattr__"):
        return True  # which of the two a name stands for hangs on what was asked for first
    inside = [f"{module.__name__}.{name}" for name in (last, last.title()) if callable(getattr(module, name, None))]
    walk.claims.add(
        node,
        "misuse",
        module.__name__,
        f"{module.__name__} is a module, and no function or class",
        root=module.__name__,
        raises="TypeError",
        near=inside or installed.nearest(last, dir(around)),
        reproducer=f"import {package or last}; {module.__name__}()",
    )
    return True


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


def _made_once(function, own):
    """Names that are bound once, with the expression and what tells what it gives to the name."""
    bound, made = {}, {}
    for node in own:
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            bound[node.id] = bound.get(node.id, 0) + 1
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            made[node.targets[0].id] = node.value, _itself
        if isinstance(node, ast.withitem) and isinstance(node.optional_vars, ast.Name):
            made[node.optional_vars.id] = node.context_expr, results.entered
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            bound.update(dict.fromkeys(node.names, 2))
    for argument in ast.walk(function.args) if hasattr(function, "args") else ():
        bound[getattr(argument, "arg", None)] = 2
    return {name: one for name, one in made.items() if bound[name] == 1}


def _itself(value):
    return value


def _words_for(walk, node, bound_to):
    """What the expression gives, where that is an iterator, else nothing."""
    if isinstance(node, ast.GeneratorExp):
        return "a generator"
    if not isinstance(node, ast.Call):
        return ""
    name = getattr(node.func, "id", "")
    is_own = any(name == made.__name__ for made in _ITERATORS) and scopes.is_builtin(walk.scopes, name)
    callee = walk.silently(node.func)
    is_file = isinstance(callee, Thing) and callee.object is open
    if is_own or is_file or _is_generator(callee) or _is_iterator(bound_to(walk.silently(node))):
        return f"what {ast.unparse(node.func)}() gives"
    return ""


def _is_generator(callee):
    """Is it a generator function of the file?"""
    if not isinstance(callee, LocalFunction) or not isinstance(callee.node, ast.FunctionDef):
        return False
    nodes = sources.own_nodes(callee.node)
    return not callee.node.decorator_list and any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in nodes)


def _is_iterator(value):
    """Is it an instance of a class that gives itself when it is iterated over?"""
    if not isinstance(value, Made) or len(value.classes) != 1 or value.doubted:
        return False
    cls = value.classes[0]
    follows, starts = static(cls, "__next__", None), static(cls, "__iter__", None)
    if follows is None or starts is None:
        return False
    if isinstance(starts, types.FunctionType):
        tree = sources.tree_of(starts)
        returned = [node for node in getattr(tree, "body", ()) if isinstance(node, ast.Return)]
        return len(returned) == 1 and getattr(returned[0].value, "id", None) == sources.parameters_of(tree)[0]
    # What is written in C does not show it. The interpreter's own keep to the protocol of iterators.
    return cls.__module__.partition(".")[0] in (*installed.STANDARD, "builtins")


def _only_looks(walk, node):
    """Does the expression take no more than an element, or an attribute that is not called?"""
    parent = walk.parents.get(node)
    if isinstance(parent, ast.Attribute):
        above = walk.parents.get(parent)
        return isinstance(parent.ctx, ast.Load) and not (isinstance(above, ast.Call) and above.func is parent)
    return isinstance(parent, ast.Call) and getattr(parent.func, "id", "") == "next" and parent.args[:1] == [node]


def _uses_up(walk, node):
    """Is the value iterated over here to its end, as far as one can see?"""
    parent = walk.parents.get(node)
    if isinstance(parent, (ast.For, ast.comprehension)):
        return parent.iter is node and not _leaves_early(parent)
    if isinstance(parent, ast.Starred):
        return True
    if isinstance(parent, ast.Call) and node in parent.args:
        name = getattr(parent.func, "id", getattr(parent.func, "attr", ""))
        return name in _USING_UP or (name in _HANDING_ON and _uses_up(walk, parent))
    return False


def _leaves_early(loop):
    return any(isinstance(node, (ast.Break, ast.Return, ast.Raise)) for node in ast.walk(loop))


def _comes_before(walk, first, second):
    """Has every run that comes to the second place been at the first one?"""
    around = set(map(id, _upwards(walk, second)))
    common = next(node for node in _upwards(walk, first) if id(node) in around)
    below = []
    for start in (first, second):
        child = start
        for parent in itertools.takewhile(lambda node: node is not common, _upwards(walk, walk.parents[start])):
            if isinstance(parent, _WAYS) and child is not getattr(parent, "iter", None):
                return False
            child = parent
        below.append(child)
    if not isinstance(common, _WAYS):
        return True
    blocks = [getattr(common, name, ()) for name in ("body", "orelse", "finalbody")]
    return any(isinstance(block, list) and all(child in block for child in below) for block in blocks)


def _upwards(walk, node):
    while node is not None:
        yield node
        node = walk.parents.get(node)


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
