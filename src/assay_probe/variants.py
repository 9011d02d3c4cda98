"""What the operators have in common."""

import functools
import types

OPAQUE = (
    type,
    types.FunctionType,
    types.ModuleType,
    types.BuiltinFunctionType,
    types.MethodType,
    types.CodeType,
    types.FrameType,
)


def no_value():
    """The operator that takes the value away."""
    return ("none", [lambda: None])


def constants(*values):
    """Variants that are these values."""
    return [functools.partial(identity, value) for value in values]


def identity(value):
    """The value itself."""
    return value


def is_a(value, kinds):
    """Is the value of one of these kinds? Unlike `isinstance` it never asks the object, which may answer anything."""
    return issubclass(type(value), kinds)
