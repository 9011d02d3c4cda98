"""Arguments and receivers for calls that are tried: what the file writes down, else something of the right class."""

import ast
import pathlib
import types
import unittest.mock

from assay_probe.reality import annotations, literals, signatures
from assay_probe.reality.values import Made, Thing

DEPTH = 3
_SAMPLES = {
    str: "a",
    int: 1,
    float: 1.0,
    bool: True,
    bytes: b"a",
    list: [],
    dict: {},
    tuple: (),
    set: set(),
    type(None): None,
}


SURE, PLAIN, BLANK, TABLE = "sure", "plain", "blank", "table"
"""It is written in the file; something of its class; something that passes for anything; something that looks up."""


class Maker:
    """Makes one argument when it is called."""

    __slots__ = ("kind", "make")

    def __init__(self, make, kind):
        self.make = make
        self.kind = kind

    def __call__(self):
        """The argument."""
        return self.make()


def arguments(walk, node, callee, depth=0):
    """`(positional, by keyword)` as makers of each argument, or None where it is not sure which are given."""
    if any(isinstance(a, ast.Starred) for a in node.args) or any(k.arg is None for k in node.keywords):
        return None
    names = {id(argument): name for name, argument in literals.by_parameter(callee, node).items()}

    def maker(argument):
        promised = _promised(callee, names.get(id(argument)))
        return of_expression(walk, argument, promised, depth)

    return [maker(a) for a in node.args], {k.arg: maker(k.value) for k in node.keywords}


def needs_receiver(callee):
    """Is it a method that takes an instance first?"""
    return isinstance(callee.object, types.FunctionType) and isinstance(callee.owner, type) and callee.bound


def receiver(walk, node, callee):
    """Makes the instance that the method is called on."""
    is_named = isinstance(node.func, ast.Attribute) and not isinstance(walk.silently(node.func.value), Thing)
    if is_named:
        return of_expression(walk, node.func.value, Made((callee.owner,)), 0)
    return Maker(lambda: of_class(callee.owner), kind_of(callee.owner))


def of_expression(walk, node, promised, depth):
    """Makes the constant, the object that is named, what a call gives, or something of its class."""
    constant = "__main__" if getattr(node, "id", "") == "__name__" else literals.constant(walk, node)
    if not literals.is_absent(constant):
        return Maker(lambda: constant, SURE)
    value = walk.silently(node)
    if isinstance(value, Thing) and value.object is not None:
        return Maker(lambda: value.object, SURE)
    if isinstance(value, Made) and value.value is not None:
        return Maker(lambda: value.value, SURE)
    value = value if isinstance(value, Made) else promised
    cls = value.classes[0] if isinstance(value, Made) and len(value.classes) == 1 else None
    call = _call_behind(walk, node)
    made = _of_call(walk, call, depth + 1) if call is not None and depth < DEPTH else None
    if made is not None:
        return Maker(lambda: _first_that_works(made, cls), kind_of(cls))
    return Maker(lambda: of_class(cls), kind_of(cls))


def kind_of(cls):
    """What something of the class can hide: what is looked up in it is not there."""
    if cls is None:
        return BLANK
    return PLAIN if cls in (str, bytes) or not hasattr(cls, "__getitem__") else TABLE


def _call_behind(walk, node):
    """The call that an expression is, or that the only assignment to a name makes."""
    if isinstance(node, ast.Name):
        bound = [walk.parents[use] for use in walk.uses.get(node.id, ()) if not isinstance(use.ctx, ast.Load)]
        node = bound[0].value if len(bound) == 1 and isinstance(bound[0], ast.Assign) else None
    return node if isinstance(node, ast.Call) else None


def _of_call(walk, call, depth):
    callee = walk.silently(call.func)
    if not isinstance(callee, Thing) or not isinstance(callee.object, (type, types.FunctionType, types.MethodType)):
        return None
    given = arguments(walk, call, callee, depth)
    if given is None:
        return None
    first = [receiver(walk, call, callee)] if needs_receiver(callee) else []
    return lambda: callee.object(
        *[make() for make in (*first, *given[0])], **{name: make() for name, make in given[1].items()}
    )


def _first_that_works(made, cls):
    try:
        return made()
    except Exception:
        return of_class(cls)


def _promised(callee, parameter):
    """What the annotation of the parameter says."""
    signature = signatures.signature_of(callee.object)
    found = signature.parameters.get(parameter) if signature is not None and parameter else None
    if found is None or found.annotation is found.empty:
        return None
    try:
        return annotations.value_of(annotations.evaluate(found.annotation, signatures.function_behind(callee.object)))
    except Exception:
        return None


def of_class(cls):
    """Something of the class: a sample, one that is made of nothing or of a number, or what passes for it."""
    if cls is None:
        return unittest.mock.MagicMock()
    if cls in _SAMPLES:
        return _SAMPLES[cls]
    if issubclass(cls, pathlib.PurePath):
        return cls("a")
    for given in ((), (1,)):
        try:
            return cls(*given)
        except Exception:
            continue
    return unittest.mock.MagicMock(spec=cls)


def standing():
    """A function to be decorated."""
