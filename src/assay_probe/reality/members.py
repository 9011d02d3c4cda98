"""What stands behind `value.name`: asked of the real object where that is safe, of its class where it is not."""

import importlib
import importlib.util
import inspect
import types
import warnings

from assay_probe.reality import installed, loading, sources
from assay_probe.reality.asking import ask
from assay_probe.reality.values import (
    UNKNOWN,
    LocalClass,
    LocalInstance,
    Made,
    Parent,
    Thing,
    in_compiled_wrapper,
    made,
    static,
    wrap,
)

FOUND, MISSING, OPEN, WARNS, RAISES = "found", "missing", "open", "warns", "raises"
"""It is there; it is not; nobody can tell; reading it warns; reading it raises something else than AttributeError."""

_ABSENT = object()
_PLAIN_GETATTRIBUTE = (int, str, bytes, list, dict, tuple, set, float, type, super, types.ModuleType)
SUBCLASSES_ASKED = 200


class Member:
    """The answer: a value, a status, and a text where the status has one."""

    __slots__ = ("status", "text", "value")

    def __init__(self, value, status, text=""):
        self.value = value
        self.status = status
        self.text = text


NOBODY_KNOWS = Member(UNKNOWN, OPEN)


def member(value, name):
    """What `value.name` is."""
    if isinstance(value, Parent):
        return _of_parent(value, name)
    if isinstance(value, Thing):
        if isinstance(value.object, types.ModuleType):
            return _of_module(value.object, name)
        if isinstance(value.object, type):
            return _of_class(value.object, name)
        return NOBODY_KNOWS
    if isinstance(value, Made):
        return _of_instance(value, name)
    if isinstance(value, (LocalClass, LocalInstance)):
        return NOBODY_KNOWS
    return NOBODY_KNOWS


def _of_parent(value, name):
    order = value.cls.__mro__
    own = next(
        (cls for cls in order if any(getattr(x, "__func__", x) is value.function for x in cls.__dict__.values())), None
    )
    if own is None:
        return NOBODY_KNOWS
    for cls in order[order.index(own) + 1 :]:
        if name in cls.__dict__:
            found = cls.__dict__[name]
            return Member(Thing(getattr(found, "__func__", found), value.cls, bound=True), FOUND)
    return NOBODY_KNOWS


def _of_module(module, name):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            found = getattr(module, name)
        except AttributeError:
            return _submodule(module, name)
        except BaseException as error:
            return Member(UNKNOWN, RAISES, f"{type(error).__name__}: {str(error)[:200]}")
    loading.reached(found.__name__ if isinstance(found, types.ModuleType) else getattr(found, "__module__", None))
    for warning in caught:
        text = str(warning.message)
        if is_deprecation(warning.category) and (name in text or "deprecated" in text.lower()):
            return Member(wrap(found), WARNS, text[:300])
    return Member(_replaceable(module, name, wrap(found)), FOUND)


_STREAMS = ("stdin", "stdout", "stderr", "__stdout__", "__stderr__", "displayhook", "excepthook")
_FIXED = (str, bytes, int, float, complex, bool, tuple, frozenset)


def _replaceable(module, name, value):
    """An object that a module holds may be another one of its kind when the line runs; the streams may be anything."""
    if not isinstance(value, Made) or issubclass(value.classes[0], _FIXED):
        return value
    if module.__name__ == "sys" and name in _STREAMS:
        return UNKNOWN
    return Made(value.classes, value=value.value)


def _submodule(module, name):
    if not hasattr(module, "__path__"):
        return NOBODY_KNOWS if sources.is_of_another_platform(module.__name__, name) else Member(UNKNOWN, MISSING)
    full = f"{module.__name__}.{name}"
    try:
        return Member(Thing(importlib.import_module(full)), FOUND)
    except ModuleNotFoundError as error:
        elsewhere = sources.is_of_another_platform(module.__name__, name)
        return Member(UNKNOWN, MISSING if error.name == full and not elsewhere else OPEN)
    except BaseException:
        return NOBODY_KNOWS


def is_deprecation(category):
    """Does this class of warning say that something will go away?"""
    return issubclass(category, (DeprecationWarning, PendingDeprecationWarning, FutureWarning)) or (
        "Deprecat" in category.__name__
    )


def _of_class(cls, name):
    stands = static(cls, name, _ABSENT)
    if stands is _ABSENT or not any(name in base.__dict__ for base in cls.__mro__):
        return _absent_from_class(cls, name)
    if isinstance(stands, classmethod):
        return Member(Thing(stands.__func__, cls, bound=True), FOUND)
    if isinstance(stands, staticmethod):
        return Member(Thing(stands.__func__), FOUND)
    if isinstance(stands, types.FunctionType):
        return Member(Thing(stands, cls), FOUND)
    if isinstance(stands, type):
        return Member(Thing(stands), FOUND)
    if isinstance(stands, types.ClassMethodDescriptorType):
        return Member(Thing(getattr(cls, name)), FOUND)
    if isinstance(stands, types.MethodDescriptorType):
        return Member(Thing(stands, cls), FOUND)
    if isinstance(stands, cls):
        return Member(Made((cls,)), FOUND)
    return Member(UNKNOWN, FOUND)


def _absent_from_class(cls, name):
    if name in sources.set_on_instances(cls)[0]:
        return NOBODY_KNOWS
    try:
        found = getattr(cls, name)
    except AttributeError:
        if sources.is_set_from_outside(cls.__module__, name):
            return NOBODY_KNOWS
        return Member(UNKNOWN, MISSING)
    except BaseException:
        return NOBODY_KNOWS
    return Member(wrap(found), FOUND)


def is_dynamic(cls):
    """May its instances have attributes that nothing written down tells of?"""
    return answers_for_any(cls) or _is_bag(cls)


def answers_for_any(cls):
    """Does it make up attributes as they are asked for?"""
    for base in cls.__mro__:
        if base is object:
            continue
        if "__getattr__" in base.__dict__:
            return True
        if base not in _PLAIN_GETATTRIBUTE and isinstance(base.__dict__.get("__getattribute__"), types.FunctionType):
            return True
    return cls.__module__ == "unittest.mock"


def _is_bag(cls):
    """A class written in C whose instances take any attribute, such as `threading.local` and `SimpleNamespace`."""
    own = [base for base in cls.__mro__ if base is not object]
    if any(isinstance(base.__dict__.get("__setattr__"), types.WrapperDescriptorType) for base in own):
        return cls not in _PLAIN_GETATTRIBUTE
    if not getattr(cls, "__dictoffset__", 0) or issubclass(cls, BaseException):
        return False
    return not any(isinstance(member, types.FunctionType) for base in own for member in base.__dict__.values())


def _of_instance(value, name):
    if value.live:
        return _of_live(value, name)
    found, missing = [], 0
    for cls in value.classes:
        if cls in (type(None), types.ModuleType):
            missing += cls is type(None)
            continue
        answer = _of_one(value, cls, name)
        if answer.status == OPEN:
            return answer
        if answer.status == MISSING:
            missing += 1
        else:
            found.append(answer)
    if missing == len(value.classes):
        return Member(UNKNOWN, MISSING)
    return found[0] if len(found) == 1 and not missing else Member(UNKNOWN, FOUND)


def _of_live(value, name):
    try:
        return Member(wrap(getattr(value.value, name)), FOUND)
    except AttributeError:
        return Member(UNKNOWN, MISSING)
    except BaseException:
        return NOBODY_KNOWS


def _of_one(value, cls, name):
    if value.value is not None and name in _own_attributes(value.value):
        return Member(UNKNOWN, FOUND)
    stands = static(cls, name, _ABSENT)
    if stands is _ABSENT:
        return _absent_from_instance(value, cls, name)
    plain = isinstance(stands, (types.FunctionType, types.MethodDescriptorType))
    if plain or in_compiled_wrapper(stands) is not None:
        return Member(Thing(stands, cls, bound=True), FOUND)
    if isinstance(stands, (classmethod, staticmethod)):
        return Member(Thing(stands.__func__, cls, bound=isinstance(stands, classmethod)), FOUND)
    if isinstance(stands, type):
        return Member(Thing(stands), FOUND)
    if isinstance(stands, property) and stands.fget is not None:
        return Member(ask("what a function gives", stands.fget, cls), FOUND)
    if hasattr(stands, "func") and type(stands).__name__ == "cached_property":
        return Member(ask("what a function gives", stands.func, cls), FOUND)
    return Member(UNKNOWN, FOUND)


def _own_attributes(value):
    """What the instance holds itself, without waking it up."""
    try:
        return object.__getattribute__(value, "__dict__")
    except AttributeError:
        return ()


def _absent_from_instance(value, cls, name):
    names, is_whole = sources.set_on_instances(cls)
    if name in names:
        return Member(ask("what an instance stores", cls, name), OPEN)
    if is_dynamic(cls):
        return _absent_from_dynamic(cls, name)
    # A real object at hand holds what its own methods have set.
    if not (is_whole or value.value is not None):
        return NOBODY_KNOWS
    if not value.exact and subclass_has(cls, name):
        return NOBODY_KNOWS
    if sources.is_set_from_outside(cls.__module__, name) or not sources.initialiser_is_readable(cls):
        return NOBODY_KNOWS
    if not value.exact and sources.is_set_by(installed.imported_packages(), name):
        return NOBODY_KNOWS
    if _is_protocol(cls):
        return NOBODY_KNOWS
    return Member(UNKNOWN, MISSING)


def _absent_from_dynamic(cls, name):
    """A class that answers for names as they are asked for: what does its `__getattr__` say to this one?"""
    if not answers_for_any(cls) or _is_bag(cls):
        return NOBODY_KNOWS
    if ask("does __getattr__ refuse", cls, name) and not subclass_has(cls, name):
        is_set = sources.is_set_from_outside(cls.__module__, name)
        return NOBODY_KNOWS if is_set else Member(UNKNOWN, MISSING)
    return Member(ask("what __getattr__ makes up", cls, name), OPEN)


def _is_protocol(cls):
    return getattr(cls, "_is_protocol", False) or (inspect.isabstract(cls) and cls.__module__ == "collections.abc")


def subclass_has(cls, name, depth=0):
    """Does a class that the file loads, and that is made from this one, have such a member?"""
    try:
        subclasses = [found for found in type.__subclasses__(cls) if loading.is_loaded_object(found)]
    except Exception:
        return True
    for subclass in subclasses[:SUBCLASSES_ASKED]:
        if name in subclass.__dict__ or name in sources.set_on_instances(subclass)[0]:
            return True
        if depth < 3 and subclass_has(subclass, name, depth + 1):
            return True
    return len(subclasses) > SUBCLASSES_ASKED


def names_of(value):
    """Names that a person may have meant instead."""
    if isinstance(value, Thing):
        return [name for name in dir(value.object) if not name.startswith("__")]
    if isinstance(value, Made):
        found = set()
        for cls in value.classes:
            found |= set(dir(cls)) | sources.set_on_instances(cls)[0]
        return sorted(name for name in found if not name.startswith("__"))
    return []


def instance_of(cls):
    """What calling a class gives."""
    new = getattr(static(cls, "__new__"), "__func__", static(cls, "__new__"))
    return made((cls,), exact=not isinstance(new, types.FunctionType))
