"""What an expression stands for, as far as it is known without running the project."""

import inspect
import types

UNKNOWN = None

FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.MethodDescriptorType)


class Thing:
    """A real object: a module, a class, a function. `bound` says that its first parameter is given already."""

    __slots__ = ("bound", "doubted", "object", "owner")

    def __init__(self, object, owner=None, bound=False, doubted=False):
        self.object = object
        self.owner = owner
        self.bound = bound
        self.doubted = doubted


class Made:
    """An instance of one of some classes.

    `exact` says that no subclass is meant, `value` is a stand-in where there is one, `live` that its attributes may
    be read, and `element` is what it gives when it is iterated over or indexed. `doubted`, here as in a `Thing`: only
    a documentation says so.
    """

    __slots__ = ("classes", "doubted", "element", "exact", "live", "value")

    def __init__(self, classes, exact=False, value=None, live=False, element=UNKNOWN, doubted=False):
        self.classes = tuple(classes)
        self.exact = exact
        self.value = value
        self.live = live
        self.element = element
        self.doubted = doubted


class Pending:
    """What a coroutine function gives; to await it gives `result`."""

    __slots__ = ("result",)

    def __init__(self, result):
        self.result = result


class Managed:
    """A context manager; to enter it gives `result`. Until then one that is `is_lazy`, a decorated generator, waits."""

    __slots__ = ("is_lazy", "result")

    def __init__(self, result, is_lazy=False):
        self.result = result
        self.is_lazy = is_lazy


class LocalClass:
    """A class of the file itself, over bases of which some may be real."""

    __slots__ = ("attributes", "bases", "is_open", "node", "scopes")

    def __init__(self, node, bases, scopes, is_open):
        self.node = node
        self.bases = bases
        self.scopes = scopes
        self.is_open = is_open
        self.attributes = None


class LocalFunction:
    """A function of the file, with the scopes that stand around it."""

    __slots__ = ("node", "scopes")

    def __init__(self, node, scopes):
        self.node = node
        self.scopes = scopes


class LocalInstance:
    """An instance of a class of the file."""

    __slots__ = ("cls",)

    def __init__(self, cls):
        self.cls = cls


class Parent:
    """What `super()` gives inside a method of `cls`: the members after `function`'s class in its order."""

    __slots__ = ("cls", "function")

    def __init__(self, cls, function):
        self.cls = cls
        self.function = function


def wrap(object):
    """The value of a real object that was found somewhere."""
    # A lazy object wakes up when it is asked for its class, so its type is.
    if object is None or issubclass(type(object), (type, types.ModuleType, *FUNCTIONS)) or is_compiled(object):
        return Thing(object)
    return Made((type(object),), exact=True, value=object)


def is_compiled(object):
    """Is it a function that Cython compiled, or one behind `functools.lru_cache`?"""
    return type(object).__name__ in ("cython_function_or_method", "fused_cython_function", "_lru_cache_wrapper")


def in_compiled_wrapper(object):
    """The plain function that a compiled wrapper stands around, or None where it is no such wrapper."""
    return function_of(object) if is_compiled(object) else None


def made(classes, **more):
    """An instance of one of the classes, or nothing where none is known."""
    return Made(classes, **more) if classes else UNKNOWN


def doubting(value):
    """The same value, of which only a documentation told."""
    if isinstance(value, Thing) and value.object is not None:
        return Thing(value.object, value.owner, value.bound, doubted=True)
    if isinstance(value, Made):
        return Made(value.classes, element=doubting(value.element), doubted=True)
    if isinstance(value, Pending):
        return Pending(doubting(value.result))
    return Managed(doubting(value.result), value.is_lazy) if isinstance(value, Managed) else value


def is_doubted(value):
    """Was it only a documentation that told of it?"""
    return isinstance(value, (Thing, Made)) and value.doubted


def same(one, other):
    """Do two values mean the same, as far as a reader of attributes can tell?"""
    if one is other:
        return True
    if isinstance(one, Thing) and isinstance(other, Thing):
        return one.object is other.object and one.owner is other.owner
    if isinstance(one, Made) and isinstance(other, Made):
        return set(one.classes) == set(other.classes)
    if isinstance(one, LocalInstance) and isinstance(other, LocalInstance):
        return one.cls is other.cls
    return False


def joined(values):
    """The value of a name that was bound to each of these on some way."""
    values = list(values)
    first = values[0] if values else UNKNOWN
    if any(value is UNKNOWN for value in values):
        return UNKNOWN
    if all(same(first, value) for value in values[1:]):
        if isinstance(first, Made) and len(values) > 1:
            is_one = all(value.value is first.value and value.live == first.live for value in values)
            return Made(
                first.classes,
                exact=all(value.exact for value in values),
                value=first.value if is_one else None,
                live=is_one and first.live,
                element=first.element if all(value.element is first.element for value in values) else UNKNOWN,
                doubted=any(value.doubted for value in values),
            )
        return first
    present = [value for value in values if not (isinstance(value, Thing) and value.object is None)]
    if len(present) < len(values) and present:
        return joined(present)
    if all(isinstance(value, Made) for value in values):
        classes = dict.fromkeys(cls for value in values for cls in value.classes)
        is_doubtful = any(value.doubted for value in values)
        return Made(classes, exact=all(value.exact for value in values), doubted=is_doubtful)
    return UNKNOWN


def static(cls, name, missing=UNKNOWN):
    """The attribute as it stands in the class, without running a descriptor."""
    try:
        return inspect.getattr_static(cls, name)
    except AttributeError:
        return missing


def function_of(member):
    """The plain function inside a method, property, cached property or chain of wrappers, or None."""
    for name in ("__func__", "fget", "func"):
        inner = getattr(member, name, None) if not isinstance(member, types.FunctionType) else None
        if inner is not None:
            member = inner
    seen = 0
    while hasattr(member, "__wrapped__") and seen < 20:
        member, seen = member.__wrapped__, seen + 1
    return member if isinstance(member, types.FunctionType) else None
