"""Which modules a file would have loaded if it were read alone.

Many files are read in one process. A class that another file's packages bring in says nothing about this one, so the
modules that each import asks for are written down, and everything that looks around asks `is_loaded`.
"""

import builtins
import functools
import importlib
import importlib.util
import sys
import types

_asked_by = {}
"""Module -> modules that it asked for while it was executed."""
_running = []
"""Imports under way, the innermost last."""
_standing = set()
"""Modules that were there before anything was asked."""
_roots = set()
_closure = set()
_before = {}


def watch(prepare):
    """Write down what asks for what from now on. `prepare[root]` is called before the package `root` is."""
    _standing.update(sys.modules)
    _before.update(prepare)
    builtins.__import__ = _watched(builtins.__import__, _named_by_statement)
    importlib.import_module = _watched(importlib.import_module, _named_by_call)


def begin_file():
    """The next file has loaded nothing yet."""
    _roots.clear()
    _closure.clear()


def reached(name):
    """The file at hand has to do with this module."""
    if isinstance(name, str) and name not in _roots:
        _roots.add(name)
        _closure.clear()


def is_loaded(name):
    """Would this module be loaded if the file at hand were alone? One that goes by another name counts as loaded."""
    return name in _standing or name not in sys.modules or name in _reachable()


def _reachable():
    if not _closure:
        waiting = list(_roots)
        while waiting:
            name = waiting.pop()
            if name not in _closure:
                _closure.add(name)
                waiting.extend(_asked_by.get(name, ()))
                if "." in name:
                    waiting.append(name.rpartition(".")[0])
    return _closure


def _watched(ask, names_of):
    @functools.wraps(ask)
    def asked(*given, **options):
        name, more, importer = names_of(*given, **options)
        if name is None:
            return ask(*given, **options)
        ready = _before.pop(name.partition(".")[0], None) if _before else None
        if ready is not None:
            ready()
        asking = _note(name, importer)
        _running.append(name)
        try:
            return ask(*given, **options)
        finally:
            _running.pop()
            for inner in more:
                if inner in sys.modules:
                    _add(asking, inner)

    return asked


def _note(name, importer):
    spec = getattr(sys.modules.get(importer), "__spec__", None)
    if not getattr(spec, "_initializing", False):
        importer = _running[-1] if _running else None
    asking = _roots if importer is None else _asked_by.setdefault(importer, set())
    _add(asking, name)
    return asking


def _add(asking, name):
    # Most imports ask for what was asked for before, and following them all again takes long.
    if name not in asking:
        asking.add(name)
        _closure.clear()


def _named_by_statement(name, globals=None, locals=None, fromlist=(), level=0):
    space = globals if isinstance(globals, dict) else {}
    importer = space.get("__name__")
    if level:
        package = space.get("__package__")
        if not isinstance(package, str):
            package = importer if "__path__" in space else str(importer).rpartition(".")[0]
        base = package.rsplit(".", level - 1)[0] if level > 1 else package
        name = f"{base}.{name}" if name else base
    inner = [f"{name}.{one}" for one in fromlist or () if isinstance(one, str)] if isinstance(name, str) else ()
    return (name if isinstance(name, str) else None), inner, importer


def _named_by_call(name, package=None):
    if not isinstance(name, str):
        return None, (), None
    if name.startswith("."):
        try:
            name = importlib.util.resolve_name(name, package)
        except Exception:
            return None, (), None
    return name, (), None


def is_loaded_object(found):
    """Would the module be loaded that this object says it comes from?"""
    home = found.__name__ if isinstance(found, types.ModuleType) else getattr(found, "__module__", None)
    return not isinstance(home, str) or is_loaded(home)
