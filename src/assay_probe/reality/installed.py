"""What is installed here: imports under a time limit, distributions and their versions, public paths of objects."""

import contextlib
import difflib
import importlib
import importlib.metadata
import os
import pkgutil
import re
import signal
import sys
import sysconfig
import types
import warnings

from assay_probe import wire
from assay_probe.reality import loading

IMPORT_LIMIT_S = 60.0


def _standard():
    """Names of the standard modules; Python 3.9 does not list them, and its folders do."""
    listed = getattr(sys, "stdlib_module_names", None)
    if listed is None:
        home = sysconfig.get_path("stdlib")
        listed = {info.name for info in pkgutil.iter_modules([home, os.path.join(home, "lib-dynload")])}
    return frozenset(listed) | frozenset(sys.builtin_module_names)


STANDARD = _standard()
denied = set()
"""Packages that brought an earlier run down; they are not imported again."""
_modules = {}
_begun = set()
_asked = set()
"""Top-level packages that the file at hand has had to do with."""
_versions = {}
_by_module = {}


class TooSlow(BaseException):
    """Importing a package took longer than it may."""


class NotImported:
    """Why a module could not be imported: `missing` names the module that is not there, if that was it."""

    __slots__ = ("missing", "text")

    def __init__(self, missing, text):
        self.missing = missing
        self.text = text


def module(name):
    """The module, or a `NotImported`. A package that crashes, hangs or ends the process costs itself only."""
    root = name.partition(".")[0]
    _asked.add(root)
    loading.reached(name)
    if name not in _modules:
        if root in denied:
            return NotImported(None, "it brought the interpreter down")
        if root not in _begun:
            _begun.add(root)
            wire.send("importing", package=root)
        _modules[name] = _import(name)
    return _modules[name]


def _import(name):
    try:
        with warnings.catch_warnings(), _limited(IMPORT_LIMIT_S):
            warnings.simplefilter("ignore")
            found = importlib.import_module(name)
    except ModuleNotFoundError as error:
        return NotImported(error.name or name, str(error))
    except BaseException as error:
        return NotImported(None, f"{type(error).__name__}: {str(error)[:200]}")
    return found if isinstance(found, types.ModuleType) else NotImported(None, "it is no module")


@contextlib.contextmanager
def _limited(seconds):
    def stop(_signal, _frame):
        raise TooSlow

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def begin_file():
    """What other files import says nothing about the next one."""
    _asked.clear()
    loading.begin_file()


def imported_packages():
    """Files of the third-party packages that the file at hand has imported so far."""
    for root in sorted(_asked - STANDARD):
        file = getattr(sys.modules.get(root), "__file__", None)
        if isinstance(file, str):
            yield file


def asked_packages():
    """Names of the third-party packages that the file at hand has to do with and that are imported."""
    return sorted(root for root in _asked - STANDARD if root in sys.modules)


def distribution_of(module_name):
    """The name of the distribution that a top-level module comes from, or the module's own name."""
    root = module_name.partition(".")[0]
    if not _by_module:
        _by_module.update(_read_distributions())
    return _by_module.get(root, root)


def _read_distributions():
    """Top-level module -> distribution, from the metadata of all distributions."""
    found = {}
    for distribution in importlib.metadata.distributions():
        try:
            name = distribution.metadata["Name"]
            tops = (distribution.read_text("top_level.txt") or "").split()
            if not tops:
                tops = {str(file).partition("/")[0].partition(".")[0] for file in distribution.files or ()}
            for top in tops:
                if top and top.isidentifier():
                    found.setdefault(top, name)
        except Exception:
            continue
    return found


def distributions():
    """Name -> version of every installed distribution, the names as they are compared (PEP 503)."""
    found = {}
    for distribution in importlib.metadata.distributions():
        try:
            found.setdefault(re.sub(r"[-_.]+", "-", distribution.metadata["Name"]).lower(), distribution.version)
        except Exception:
            continue
    return found


def version_of(module_name):
    """`httpx 0.28.1`, `Python 3.12.1` for the standard library, or the bare name."""
    root = module_name.partition(".")[0]
    if root not in _versions:
        _versions[root] = _version(root)
    return _versions[root]


def _version(root):
    if not root.isidentifier():
        return root
    if root in STANDARD or root in ("builtins", ""):
        return "Python {}.{}.{}".format(*sys.version_info[:3])
    name = distribution_of(root)
    try:
        return f"{name} {importlib.metadata.version(name)}"
    except importlib.metadata.PackageNotFoundError:
        return name if root in sys.modules else "not installed"


def is_first_party_file(module, roots):
    """Does the module come from the tree of the project?"""
    file = getattr(module, "__file__", None)
    return isinstance(file, str) and any(file.startswith(root + os.sep) for root in roots)


def top_level_names():
    """Names of everything that could be imported."""
    return sorted({info.name for info in pkgutil.iter_modules()} | STANDARD)


def submodules(package):
    """Names of the modules inside a package."""
    return [info.name for info in pkgutil.iter_modules(getattr(package, "__path__", ()))]


def nearest(name, names, cutoff=0.6, n=3):
    """The names most like it, ones that differ in case or underscores first."""
    candidates = sorted({str(other) for other in names if isinstance(other, str) and other != name})
    bare = _bare(name)
    alike = [other for other in candidates if _bare(other) == bare]
    close = difflib.get_close_matches(name, candidates, n=n, cutoff=cutoff)
    return list(dict.fromkeys([*alike, *close]))[:n]


def _bare(name):
    return name.replace("_", "").replace("-", "").lower()


def path_of(found):
    """`(module, qualname)` under which the object can be imported, the shortest public one, or None."""
    name = getattr(found, "__name__", None)
    if isinstance(found, types.ModuleType):
        return found.__name__, ""
    home = getattr(found, "__module__", None) or "builtins"
    qualname = getattr(found, "__qualname__", name)
    if not isinstance(home, str) or not isinstance(qualname, str) or not isinstance(name, str):
        return None
    root = home.partition(".")[0].lstrip("_")
    for place, path in ((root, qualname), (home, qualname)):
        if place in sys.modules and _resolves(sys.modules[place], path, found):
            return place, path
    return None


def _resolves(place, path, found):
    for part in path.split("."):
        try:
            place = getattr(place, part)
        except Exception:
            return False
    return place is found or place == found
