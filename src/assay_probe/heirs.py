"""A class that derives from one of the target, and objects of it: what somebody who uses the target may well have."""

import types

from assay_probe.encoding_objects import state_of
from assay_probe.variants import is_a

HEIR = "heir"


def heir_of(value):
    """A subclass of a class, or a copy of an object whose class is one. Raises what the target's own class raises.

    The state is the original's, not a copy of it: nothing but the class is another one.
    """
    if is_a(value, type):
        return _subclass(value)
    made = object.__new__(_subclass(type(value)))
    inner, slots = state_of(value, type(value))
    if inner is not None:
        object.__getattribute__(made, "__dict__").update(inner)
    for _, member in slots:
        try:
            member.__set__(made, member.__get__(value, type(value)))
        except AttributeError:
            continue
    return made


def is_heir(value):
    """Is this a class that was made here, or an object of one?"""
    kind = value if is_a(value, type) else type(value)
    return type.__getattribute__(kind, "__module__") == __name__


def _subclass(kind):
    return types.new_class(kind.__name__, (kind,), {}, lambda body: body.update(__module__=__name__, __slots__=()))
