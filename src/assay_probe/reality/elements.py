"""What iterating over a value and indexing it give, by the class's own methods."""

import types

from assay_probe.reality.results import of_function
from assay_probe.reality.values import UNKNOWN, Made, static


def element_of(value):
    """What iterating over the value gives."""
    if not isinstance(value, Made) or value.element is not UNKNOWN or len(value.classes) != 1:
        return value.element if isinstance(value, Made) else UNKNOWN
    cls = value.classes[0]
    iterate, one = static(cls, "__iter__"), static(cls, "__next__")
    found = of_function(iterate, cls) if isinstance(iterate, types.FunctionType) else UNKNOWN
    if isinstance(found, Made) and found.element is not UNKNOWN:
        return found.element
    return of_function(one, cls) if isinstance(one, types.FunctionType) else UNKNOWN


def of_index(value):
    """What `value[...]` gives, by the class's own `__getitem__`."""
    if not isinstance(value, Made) or len(value.classes) != 1:
        return UNKNOWN
    index = static(value.classes[0], "__getitem__")
    return of_function(index, value.classes[0]) if isinstance(index, types.FunctionType) else UNKNOWN
