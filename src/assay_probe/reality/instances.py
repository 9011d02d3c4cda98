"""Objects that are called like functions: instances with `__call__`, and wrappers that are no functions themselves."""

import inspect
import types

from assay_probe.reality import documented
from assay_probe.reality.members import FOUND, member
from assay_probe.reality.signatures import NAMED, signature_of
from assay_probe.reality.values import Made, Thing, static

WRAPPERS = 10
_also_taken = {}
"""Keywords that wrappers take beside those of the function that they wrap, by that function."""


def as_callable(value):
    """What runs when the value is called, where that is known better than by the value itself."""
    if isinstance(value, Thing):
        wrapped = _wrapped(value.object) if _wraps_an_object(value.object) else None
        return value if wrapped is None else wrapped
    if not isinstance(value, Made) or len(value.classes) != 1:
        return value
    wrapped = _wrapped(value.value)
    if wrapped is not None:
        return wrapped
    if documented.is_compiled_object(value.value):
        return Thing(value.value)
    cls = value.classes[0]
    if cls.__module__ == "unittest.mock" or not isinstance(static(cls, "__call__"), types.FunctionType):
        return value
    answer = member(value, "__call__")
    return answer.value if answer.status == FOUND and isinstance(answer.value, Thing) else value


def _wraps_an_object(function):
    """Is there something else than functions between it and what it wraps in the end?"""
    seen = 0
    while isinstance(function, types.FunctionType) and hasattr(function, "__wrapped__") and seen < WRAPPERS:
        function, seen = function.__wrapped__, seen + 1
    return seen > 0 and not isinstance(function, types.FunctionType) and hasattr(function, "__wrapped__")


def _wrapped(itself):
    """The function that an instance wraps and dispatches to. What else the wrapper does with a call, it alone knows."""
    if itself is None or "__wrapped__" not in getattr(itself, "__dict__", {}):
        return None
    call = itself if isinstance(itself, types.FunctionType) else static(type(itself), "__call__", None)
    inner = inspect.unwrap(itself)
    if not isinstance(inner, types.FunctionType) or not isinstance(call, types.FunctionType):
        return None
    signatures = [signature_of(itself), inspect.signature(call, follow_wrapped=False)]
    named = {p.name for found in signatures if found for p in found.parameters.values() if p.kind in NAMED}
    if None in signatures or any(
        p.kind is inspect.Parameter.VAR_KEYWORD for p in signature_of(inner).parameters.values()
    ):
        return None
    _also_taken[inner] = named
    return Thing(inner, doubted=True)


def also_taken(called):
    """Keywords that the wrapper around the function takes."""
    return _also_taken.get(called, ()) if isinstance(called, types.FunctionType) else ()
