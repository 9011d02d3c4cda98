"""Syntax trees of library code: of one function, of the names a class sets on its instances, of stores in a package."""

import ast
import importlib.util
import linecache
import os
import re
import sys
import types

from assay_probe.reality import parsing
from assay_probe.reality.values import function_of

_functions = {}
_attributes = {}
_sources, _stores = {}, {}
_STORE = re.compile(rb"(?<![\w.])(?!self\.|cls\.)[A-Za-z_][\w.]*\.(\w+)(?:[ \t]*:[^=\n]+)?[ \t]*=[^=]")
_SETATTR = re.compile(rb"setattr\([^,\n]+,\s*[bru]?['\"](\w+)")
_DEFINITION = re.compile(rb"^[ \t]*(?:async )?def (\w+)", re.MULTILINE)
_NAMINGS = (
    re.compile(rb"\.(\w+)[ \t]*(?::[^=\n]+)?=[^=]"),
    re.compile(rb"^[ \t]+(\w+)[ \t]*(?::[^=\n]+)?=[^=]", re.MULTILINE),
    re.compile(rb"^[ \t]+(\w+)[ \t]*:[ \t]*\w", re.MULTILINE),
    re.compile(rb"^[ \t]*(?:async )?(?:def|class) (\w+)", re.MULTILINE),
    re.compile(rb"[\"'](\w+)[\"']"),
)
_named = {}
_COPYING = ("__setstate__", "__copy__", "__deepcopy__", "__reduce__", "__getstate__")
_FILLED = rb"^[ \t]+%s(?:\[[^\]\n]*\][ \t]*=[^=]|\.(?:update|setdefault)\()"
gone = set()
"""Names of the project that the change under check removed."""
first_party_roots = []
"""Folders of the project: what they set on foreign objects is no mistake."""
has_asked_project = [False]
"""Was anything looked for there? What is said from then on may hang on it, for answers are kept on the way."""


def tree_of(function):
    """The `def` or `lambda` of a function, or None where its source cannot be had."""
    code = getattr(function, "__code__", None)
    if code is None:
        return None
    if code not in _functions:
        try:
            _functions[code] = parsing.tree_of_code(code)
        except (SyntaxError, ValueError, RecursionError):
            _functions[code] = None
    return _functions[code]


def is_filled_later(table, module):
    """Is it a module's table that functions of its package store into, or the view of one that somebody else holds?"""
    if isinstance(table, types.MappingProxyType):
        return True
    root = (module or "").partition(".")[0]
    for name, found in list(sys.modules.items()):
        if name.partition(".")[0] == root and isinstance(found, types.ModuleType):
            held = [key for key, value in list(vars(found).items()) if value is table]
            text = bytes_of(getattr(found, "__file__", None) or "") if held else b""
            if any(re.search(_FILLED % re.escape(key.encode()), text, re.MULTILINE) for key in held):
                return True
    return False


def own_nodes(function):
    """The nodes of a function's body, without those of functions and classes inside it."""
    waiting = list(function.body) if isinstance(function.body, list) else [function.body]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            waiting.extend(ast.iter_child_nodes(node))


def parameters_of(tree):
    """Names of the parameters that are no collectors, in order."""
    return [argument.arg for argument in (*tree.args.posonlyargs, *tree.args.args, *tree.args.kwonlyargs)]


def set_on_instances(cls):
    """Names that a class and its bases set, annotate or reserve, and whether these are surely all."""
    if cls not in _attributes:
        names, is_whole = set(), True
        for base in cls.__mro__:
            if base is not object:
                names |= declared_by(base)
                found, whole = _set_in_methods(base)
                names |= found
                is_whole = is_whole and whole
        _attributes[cls] = names, is_whole
    return _attributes[cls]


def declared_by(cls):
    """Names that a class annotates or reserves, without its bases."""
    try:
        annotations = getattr(cls, "__annotations__", None)
    except Exception:
        annotations = None
    names = set(annotations) if isinstance(annotations, dict) else set()
    # Syntax tree nodes and records made in C list their members so.
    for attribute in ("__slots__", "_fields", "_attributes"):
        listed = cls.__dict__.get(attribute, ())
        if isinstance(listed, (str, tuple, list)):
            names |= {listed} if isinstance(listed, str) else {name for name in listed if isinstance(name, str)}
    return names


def _set_in_methods(cls):
    names, is_whole = set(), True
    for name, member in list(cls.__dict__.items()):
        function = function_of(member)
        tree = tree_of(function) if function is not None and name not in _COPYING else None
        if tree is None or not (tree.args.posonlyargs or tree.args.args):
            continue
        itself = (*tree.args.posonlyargs, *tree.args.args)[0].arg
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and _is_name(node.value, itself):
                if isinstance(node.ctx, ast.Store):
                    names.add(node.attr)
                is_whole = is_whole and node.attr != "__dict__"
            elif isinstance(node, ast.Call) and _is_name(node.func, "setattr") and node.args:
                is_whole = is_whole and not _is_name(node.args[0], itself)
    return names, is_whole


def stored_in_methods(cls):
    """Names that the methods of a class, without its bases, store on `self`."""
    if ("stored", cls) not in _attributes:
        _attributes["stored", cls] = _set_in_methods(cls)[0]
    return _attributes["stored", cls]


def _is_name(node, name):
    return isinstance(node, ast.Name) and node.id == name


def initialiser_is_readable(cls):
    """Is the source of every `__init__` and `__new__` known, so that no attribute is set out of sight?"""
    for base in cls.__mro__:
        for name in ("__init__", "__new__") if base is not object else ():
            function = function_of(base.__dict__.get(name))
            if function is not None and tree_of(function) is None and not _is_generated(function):
                return False
    return True


def _is_generated(function):
    """Was it written by a decorator such as `dataclass`, which sets what the class declares?"""
    file = function.__code__.co_filename
    return file.startswith("<") and not file.startswith("<frozen")


def is_set_from_outside(module, name):
    """Does the package around `module`, or the project, store an attribute of this name on some other object?"""
    package = sys.modules.get((module or "").partition(".")[0])
    file = getattr(package, "__file__", None)
    if isinstance(file, str) and os.path.basename(file) == "__init__.py" and not _is_standard(package.__name__):
        if _is_stored_below(os.path.dirname(file), name):
            return True
    return any(_is_stored_below(folder, name) for folder in _project())


def _project():
    has_asked_project[0] = True
    return first_party_roots


def is_set_by(packages, name):
    """Does any of these packages store an attribute of this name on some object?"""
    folders = [os.path.dirname(file) for file in packages if os.path.basename(file) == "__init__.py"]
    return any(_is_stored_below(folder, name) for folder in folders)


def files_below(folder):
    """Every file in a folder and the folders inside it."""
    for directory, _, names in os.walk(folder):
        yield from (os.path.join(directory, name) for name in names)


def texts_of(package):
    """The sources of an installed package, which need not be imported for it."""
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):
        spec = None
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        yield from (bytes_of(path).decode("utf-8", "replace") for path in files_below(folder) if path.endswith(".py"))


def _is_standard(name):
    return name in getattr(sys, "stdlib_module_names", ())


def _is_stored_below(folder, name, said="{}"):
    """Does a source below the folder store an attribute of this name, or say `said` of it? See `stores_in`.

    One name is asked about and there may be thousands of files: only those that hold it are taken apart.
    """
    asked, sought = name.encode("utf-8", "replace"), said.format(name)
    if folder not in _sources:
        _sources[folder] = [(path, bytes_of(path)) for path in files_below(folder) if path.endswith(".py")]
    for path, text in _sources[folder]:
        if asked in text:
            if path not in _stores:
                _stores[path] = stores_in(text)
            if sought in _stores[path]:
                return True
    return False


def is_defined_in_project(name):
    """Does the project define a function or method of this name anywhere?"""
    return any(_is_stored_below(folder, name, "def {}") for folder in _project())


def is_named_in_project(name):
    """Does the project bind, store or quote the name anywhere? What it puts together as it runs may then have it.

    A name that the change took away is no such name, whatever else is called so.
    """
    if name in gone:
        return False
    for folder in _project():
        if folder not in _named:
            found = set()
            for path in files_below(folder):
                if path.endswith((".py", ".pyi")):
                    text = bytes_of(path)
                    found.update(*(pattern.findall(text) for pattern in _NAMINGS))
            _named[folder] = {word.decode() for word in found}
        if name in _named[folder]:
            return True
    return False


def stores_in(text):
    """Names of attributes that some source stores on objects other than `self`, and `def name` of what it defines."""
    stored = {name.decode() for pattern in (_STORE, _SETATTR) for name in pattern.findall(text)}
    return stored | {f"def {name.decode()}" for name in _DEFINITION.findall(text)}


def is_of_another_platform(module, name):
    """Does the standard library itself speak of `module.name`, which this interpreter does not have?

    Or does the module bind the name under a condition? `sys.getwindowsversion`, `ctypes.windll` and `os.O_BINARY`
    are missing here and no mistake.
    """
    if not _is_standard(module.partition(".")[0]):
        return False
    own = getattr(sys.modules.get(module), "__file__", None)
    word = re.escape(name).encode()
    bound = re.compile(rb"^\s+(?:(?:def|class|from .* import .*) )?\b%s\b(?: *=|[(,:]|$)" % word, re.MULTILINE)
    if isinstance(own, str) and own.endswith(".py") and bound.search(bytes_of(own)):
        return True
    spoken = {"posixpath": "os.path", "ntpath": "os.path"}.get(module, module)
    pattern = re.compile(rb"\b%s\.%s\b" % (re.escape(spoken).encode(), re.escape(name).encode()))
    if "" not in _texts:
        _texts[""] = b"\n".join(bytes_of(path) for path in _standard_files())
    return pattern.search(_texts[""]) is not None


_texts = {}


def _standard_files():
    folder = os.path.dirname(os.__file__)
    for place in (
        folder,
        *(os.path.join(folder, name) for name in ("asyncio", "ctypes", "multiprocessing", "concurrent")),
    ):
        if os.path.isdir(place):
            yield from (os.path.join(place, name) for name in sorted(os.listdir(place)) if name.endswith(".py"))


def bytes_of(path):
    """What a file holds, or nothing where it cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def is_kept_from_checkers(function):
    """Does it stand under `if not TYPE_CHECKING:`?"""
    function = function_of(function)
    tree = tree_of(function) if function is not None else None
    if tree is None:
        return False
    for line in reversed(linecache.getlines(function.__code__.co_filename)[: tree.lineno - 1]):
        if line.strip() and len(line) - len(line.lstrip()) < tree.col_offset:
            return re.match(r"\s*if not (typing\.)?TYPE_CHECKING\b", line) is not None
    return False


def is_plain_function(value):
    """Is it a function written in Python?"""
    return isinstance(value, types.FunctionType)
