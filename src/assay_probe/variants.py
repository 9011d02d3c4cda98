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


LONGEST, MOST_LENGTHS = 200, 6
"""Nothing is made longer than this; so many lengths are tried."""


def lengths(numbers, present):
    """Lengths at the borders of the code's own numbers: one more than each, as many, one less."""
    own = [number for number in numbers if type(number) is int and 1 < number < LONGEST]
    found = dict.fromkeys(number + step for step in (1, 0, -1) for number in own)
    return [length for length in found if length != present][:MOST_LENGTHS]


def as_long(value, length):
    """A text or sequence repeated until it is so long."""
    return (value * (length // len(value) + 1))[:length]
