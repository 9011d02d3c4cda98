"""Scenarios for code that no test reaches: the examples of its docstring, then calls with simple values."""

import ast
import contextlib
import doctest
import functools
import importlib
import inspect
import io
import itertools
import random

CALLS = 60
_BY_HINT = {
    "int": (1, 0, 12, 111, -3),
    "str": ("a", "a b", "12"),
    "float": (1.5, 2.0, 0.0),
    "bool": (True, False),
    "list": ([1, 2], ["a"], []),
    "tuple": ((1, 2), ()),
    "dict": ({"a": 1}, {}),
    "bytes": (b"a", b""),
}
_ANYTHING = (1, "a", [1, 2], 1.5, {"a": 1}, ("x", "y"), None, "12", 0, b"a")


def run(script, seed, constructions):
    """Run one script: `kind` is `doctest` or `calls`.

    `constructions` has `(arguments, keywords)`, as source text, that tests give to classes, by their names.
    """
    module = importlib.import_module(script["module"])
    owner, target = None, module
    for name in script["qualname"].split("."):
        owner, target = target, getattr(target, name)
    if script["kind"] == "doctest":
        _run_examples(script, module, target)
    else:
        for bound in _bound(owner, script["qualname"].split(".")[-1], target, constructions):
            _run_calls(bound, seed)


def _run_examples(script, module, target):
    finder = doctest.DocTestFinder(recurse=False)
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.ELLIPSIS)
    for test in finder.find(target, script["qualname"], module=module):
        if test.examples:
            with contextlib.redirect_stdout(io.StringIO()):
                runner.run(test, out=lambda _text: None)


def _bound(owner, name, target, constructions):
    """What to call: the function itself, or the method or property of objects of its class."""
    if not inspect.isclass(owner) or isinstance(inspect.getattr_static(owner, name), (staticmethod, classmethod)):
        return [target] if callable(target) else []
    if name in ("__init__", "__new__"):
        return [owner]
    bound = []
    for arguments, keywords in [*map(ast.literal_eval, constructions.get(owner.__name__, ())), ((), {})]:
        try:
            receiver = owner(*arguments, **keywords)
        except Exception:
            continue
        bound.append(
            functools.partial(_read, receiver, name) if isinstance(target, property) else getattr(receiver, name)
        )
    return [each for each in bound if callable(each)]


def _read(receiver, name):
    return getattr(receiver, name)


def _run_calls(target, seed):
    combinations = list(itertools.islice(itertools.product(*[values_for(p) for p in required(target)]), 4000))
    random.Random(seed).shuffle(combinations)
    for arguments in combinations[:CALLS]:
        try:
            target(*arguments)
        except Exception:
            continue


def required(target):
    """The parameters that a call by position has to give."""
    return [
        p
        for p in inspect.signature(target).parameters.values()
        if p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
    ]


def values_for(parameter):
    """Simple values for one parameter, by its hint where it has one."""
    hint = (
        ""
        if parameter.annotation is parameter.empty
        else str(getattr(parameter.annotation, "__name__", parameter.annotation))
    )
    for word, values in _BY_HINT.items():
        if word in hint.lower():
            return values
    return _ANYTHING
