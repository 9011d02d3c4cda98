"""Real classes and callables behind the names by which a type checker shows them: `Response`, `Image.rotate`."""

import builtins
import re
import sys
import types

from assay_probe.reality import loading
from assay_probe.reality.values import Thing, static

_SHOWN = re.compile(r"(?:type\[|<class ')?([A-Za-z_][\w.]*)(?:\[.*\])?(?:\]|'>)?", re.DOTALL)
_index = {}
_indexed = set()


def classes(shown, roots):
    """The classes of this name in packages that the file imports, else in any that is loaded.

    Nothing where the type is a union, a type variable or `Self`.
    """
    match = _SHOWN.fullmatch(shown)
    if match is None:
        return []
    return [found for found in _objects(match.group(1), roots) if isinstance(found, type)]


def callables(shown, roots):
    """What a call of `name` or `Class.method` runs, as values that can be bound; nothing where it is not found."""
    owner, _, name = shown.rpartition(".")
    if not owner:
        return [Thing(found) for found in _objects(name, roots) if callable(found)]
    found = []
    for cls in classes(owner, roots):
        member = static(cls, name)
        if name in ("__init__", "__new__"):
            found.append(Thing(cls))
        elif isinstance(member, (classmethod, staticmethod)):
            found.append(Thing(member.__func__, cls, bound=isinstance(member, classmethod)))
        elif isinstance(member, (types.FunctionType, types.MethodDescriptorType)):
            found.append(Thing(member, cls, bound=True))
    return found


def _objects(name, roots):
    """Objects that say of themselves that this is their name."""
    _read_modules()
    last = name.rpartition(".")[2]
    found = [one for one in _index.get(last, {}).values() if loading.is_loaded_object(one)]
    if "." in name:
        found = [one for one in found if f"{one.__module__}.{one.__qualname__}".endswith(name)] or found
    near = [one for one in found if str(one.__module__).partition(".")[0] in roots]
    if not near and hasattr(builtins, last):
        return [getattr(builtins, last)]
    return near or (found if len(found) == 1 else [])


def _read_modules():
    for name, module in list(sys.modules.items()):
        if name not in _indexed and isinstance(module, types.ModuleType):
            _indexed.add(name)
            for key, found in list(vars(module).items()):
                # A lazy object wakes up when it is asked for its class, so its type is.
                if issubclass(type(found), (type, types.FunctionType)) and found.__name__ == key:
                    _index.setdefault(key, {})[id(found)] = found
