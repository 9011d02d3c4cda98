"""What an attribute of an instance holds, by the annotations of its class and by what the methods store there."""

import ast
import sys

from assay_probe.reality import annotations
from assay_probe.reality.asking import answers, once
from assay_probe.reality.results import Reading, instance_only
from assay_probe.reality.sources import parameters_of, tree_of
from assay_probe.reality.values import UNKNOWN, function_of, joined, static


@answers("what an instance stores")
@once(meanwhile=UNKNOWN)
def stored(cls, name):
    """What the class annotates an attribute with, or what its methods store there, where they all agree on a class."""
    for base in cls.__mro__[:-1]:
        promised = (getattr(base, "__annotations__", None) or {}).get(name)
        if promised is not None:
            start = static(base, "__init__", None)
            try:
                return annotations.value_of(annotations.evaluate(promised, _Home(base, start)), cls)
            except Exception:
                return UNKNOWN
        found = list(_stores(base, name, cls))
        if found:
            return joined(found)
    return UNKNOWN


class _Home:
    """The namespace that annotations of a class are meant in, as `annotations.evaluate` asks for it."""

    def __init__(self, cls, start):
        self.__globals__ = vars(sys.modules[cls.__module__])
        self.__code__ = getattr(start, "__code__", None)


def _stores(base, name, cls):
    for held in list(base.__dict__.values()):
        function = function_of(held)
        tree = tree_of(function) if function is not None else None
        if tree is None or isinstance(tree, ast.Lambda) or name not in (function.__code__.co_names):
            continue
        for node in ast.walk(tree):
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            for target in targets:
                if isinstance(target, ast.Attribute) and target.attr == name and _is_self(target.value, tree):
                    yield _kept_by(node, Reading(function, cls))


def _is_self(node, tree):
    return isinstance(node, ast.Name) and parameters_of(tree)[:1] == [node.id]


def _kept_by(statement, reading):
    """What a statement stores, by the annotation there, else by the expression."""
    if isinstance(statement, ast.AnnAssign):
        try:
            promised = annotations.evaluate(ast.unparse(statement.annotation), reading.function)
            return annotations.value_of(promised, reading.owner)
        except Exception:
            return UNKNOWN
    return instance_only(reading.value(statement.value)) if isinstance(statement, ast.Assign) else UNKNOWN
