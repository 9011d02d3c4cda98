"""Writers of objects, exceptions, enumerations, classes and functions."""

from __future__ import annotations

import builtins
import types
from weakref import ref

from assay_probe.encoding_plain import (
    PLAIN,
    has_base,
    leaf,
    mro_of,
    names_of,
    package_name,
    type_name,
)

# The functions below look names up here, so what the target patches into builtins later does not reach them.
__builtins__ = dict(vars(builtins))

MAX_CELLS = 12
OWN = "_own"
"""Where a function's own state stands in its tree."""

_Member = types.MemberDescriptorType
_GetSet = types.GetSetDescriptorType
_Wrapper = types.WrapperDescriptorType
_Module = types.ModuleType
_args_of = BaseException.__dict__["args"].__get__
_PLACES = {}
"""What `_places_of` found, by identity of the type; a weak reference tells whether it is still that type."""
_HIDDEN = {OSError: ("filename", "filename2"), ImportError: ("name", "path")}


def attributes_of(value, kind):
    """Live attributes by name, from `__dict__` and slots (mangled names too), read without code of the target."""
    found = {}
    inner, slots = state_of(value, kind)
    for name, member in slots:
        try:
            found[name] = member.__get__(value, kind)
        except AttributeError:
            continue
    if inner is not None:
        for name, attribute in dict.items(inner):
            if type(name) is str:
                found[name] = attribute
            elif has_base(type(name), str):
                found[str.__str__(name)] = attribute
    return found


def state_of(value, kind):
    """Where an object keeps its attributes: its `__dict__`, or None, and `(name, descriptor)` of its slots."""
    known = _PLACES.get(id(kind))
    _, get_dict, slots = known if known is not None and known[0]() is kind else _places_of(kind)
    try:
        return get_dict(value) if get_dict is not None else None, slots
    except AttributeError:
        # Compiled classes may announce a `__dict__` that their objects lack.
        return None, slots


def _places_of(kind):
    """Where objects of this type keep their attributes: a reader of `__dict__`, and named slots."""
    slots = []
    get_dict = None
    for cls in mro_of(kind):
        names = names_of(cls)
        if "__slots__" in names:
            slots += [pair for pair in names.items() if type(pair[1]) is _Member and type(pair[0]) is str]
        if get_dict is None:
            getter = names.get("__dict__")
            if type(getter) is _GetSet or type(getter) is _Member:
                get_dict = getter.__get__
    _PLACES[id(kind)] = places = (ref(kind), get_dict, tuple(slots))
    return places


def write_object(walk, value, depth, path):
    """An object nobody knows: its attributes; an iterator; or the `repr` that C code makes of it."""
    kind = type(value)
    if _has(kind, "__next__"):
        return walk.iterator(value, depth, path)
    walk.track(value, path)
    attributes = walk.attributes(value, kind, depth, path)
    if not attributes and kind is not object:
        written = _c_repr(kind)
        if written is not None:
            try:
                return leaf(type_name(kind), written(value))
            except Exception:
                return ["opaque", type_name(kind)]
        if not _is_of_python(kind):
            return ["opaque", type_name(kind)]
    return ["obj", type_name(kind), attributes]


def _has(kind, name):
    return any(name in names_of(cls) for cls in mro_of(kind))


def _is_of_python(kind):
    """Was the class made by a `class` statement? Such classes offer weak references, or slots."""
    return any("__slots__" in names_of(cls) or "__weakref__" in names_of(cls) for cls in mro_of(kind))


def _c_repr(kind):
    """The `__repr__` of a type, where C code wrote it and it is not the one all objects have."""
    for cls in mro_of(kind):
        written = names_of(cls).get("__repr__")
        if written is not None:
            return written if type(written) is _Wrapper and cls is not object else None
    return None


def scalar_subclass(base, exact):
    """Make the writer for subclasses of a builtin scalar: the exact scalar, and what hangs off it."""
    write_exact = PLAIN[id(base)]

    def write(walk, value, depth, path):
        kind = type(value)
        return ["sub", type_name(kind), write_exact(exact(value)), walk.attributes(value, kind, depth, path)]

    return write


def write_enum(walk, value, depth, path):
    """A member of an enumeration, by name and value."""
    found = attributes_of(value, type(value))
    name = found.get("_name_")
    inside = walk.attribute("value", found.get("_value_"), depth, path)
    return ["enum", type_name(type(value)), name if type(name) is str else "", inside]


def write_class(walk, value, depth, path):
    """A class, by its name."""
    return ["class", type_name(value)]


def write_module(walk, value, depth, path):
    """A module, by its name."""
    name = attributes_of(value, type(value)).get("__name__")
    return ["module", name if type(name) is str else ""]


def write_function(walk, value, depth, path):
    """A Python function: its name, what it closes over, its defaults, and what was hung on it.

    What it keeps on itself for its own next call is private, whatever its name: nobody else is meant to read it.
    """
    found = {}
    if value.__closure__ or value.__dict__:
        walk.track(value, path)
    if value.__closure__:
        found["closure"] = ["obj", "closure", _cells(walk, value, depth, path + ".closure")]
    if value.__defaults__:
        found["defaults"] = walk.visit(value.__defaults__, depth, path + ".defaults")
    if value.__kwdefaults__:
        found["kwdefaults"] = walk.visit(value.__kwdefaults__, depth, path + ".kwdefaults")
    if value.__dict__:
        found.update(_hung_on(walk, value, depth, path))
    return ["fn", package_name(value.__module__, str.__str__(value.__qualname__)), found]


def _hung_on(walk, function, depth, path):
    """Attributes of a function; those that it keeps for itself stand together below a private name."""
    kept = _kept_on_itself(function)
    own = {name: item for name, item in attributes_of(function, type(function)).items() if name in kept}
    found = walk.attributes(function, type(function), depth, path, apart=own)
    if own:
        walk.quiet += 1
        state = {name: walk.visit(own[name], depth, f"{path}.{OWN}.{name}") for name in sorted(own)}
        walk.quiet -= 1
        found[OWN] = ["obj", "state", state]
    return found


def _kept_on_itself(function):
    """Names that the function's own code asks for, where it can reach itself: by its closure or its name."""
    code = function.__code__
    if _is_in_a_cell(function) or dict.get(function.__globals__, code.co_name) is function:
        return code.co_names
    return ()


def _is_in_a_cell(function):
    for cell in function.__closure__ or ():
        try:
            if cell.cell_contents is function:
                return True
        except ValueError:
            continue
    return False


def _cells(walk, function, depth, path):
    cells = {}
    # What a function closes over is its private business: nothing there is read away.
    walk.quiet += 1
    for name, cell in list(zip(function.__code__.co_freevars, function.__closure__))[:MAX_CELLS]:
        try:
            inside = cell.cell_contents
        except ValueError:
            cells[name] = ["opaque", "empty cell"]
        else:
            cells[name] = walk.visit(inside, depth, f"{path}.{name}")
    walk.quiet -= 1
    return cells


def write_builtin(walk, value, depth, path):
    """A function of C code, or such a method with the object it is bound to."""
    name = package_name(value.__module__, str.__str__(value.__qualname__))
    owner = value.__self__
    if owner is None or type(owner) is _Module:
        return ["fn", name, {}]
    return ["obj", "method", {"function": name, "self": walk.visit(owner, depth, path + ".self")}]


def write_descriptor(walk, value, depth, path):
    """A method of a C type, not bound to anything."""
    return ["fn", str.__str__(value.__qualname__), {}]


def write_method(walk, value, depth, path):
    """A bound method: its function and its object."""
    function = walk.visit(value.__func__, depth, path + ".function")
    return ["obj", "method", {"function": function, "self": walk.visit(value.__self__, depth, path + ".self")}]


def write_exception(walk, value, depth, path):
    """An exception: type, arguments, attributes; its cause and traceback are no part of its value."""
    walk.track(value, path)
    kind = type(value)
    items = walk.items(_args_of(value)[: walk.width], depth, path + ".args")
    attributes = walk.attributes(value, kind, depth, path)
    for base, names in _HIDDEN.items():
        if has_base(kind, base):
            for name in names:
                inside = names_of(base)[name].__get__(value)
                attributes.setdefault(name, walk.attribute(name, inside, depth, path))
    return ["exc", type_name(kind), items, attributes]


def write_opaque(walk, value, depth, path):
    """Something whose inside belongs to the machine, not to the program."""
    return ["opaque", type_name(type(value))]
