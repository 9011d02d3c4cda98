"""What a library's function gives, by its annotation, else by reading what it returns. Nothing is called."""

import ast
import builtins
import csv
import inspect
import logging
import pathlib
import re
import sys
import types
import typing

from assay_probe.reality import annotations, documented, installed, loading
from assay_probe.reality.asking import answers
from assay_probe.reality.members import instance_of, member
from assay_probe.reality.sources import own_nodes, parameters_of, tree_of
from assay_probe.reality.values import (
    UNKNOWN,
    Made,
    Managed,
    Parent,
    Pending,
    Thing,
    in_compiled_wrapper,
    is_compiled,
    joined,
    static,
    wrap,
)

DEPTH = 5
_known = {}
"""What was found for the file at hand: it may hang on the modules that the file loads."""
_GIVES = {
    logging.getLogger: logging.Logger,
    re.compile: re.Pattern,
    csv.reader: type(csv.reader(())),
    re.finditer: type(re.finditer("", "")),
    len: int,
    repr: str,
    ascii: str,
    sorted: list,
    chr: str,
    hex: str,
    oct: str,
    bin: str,
    format: str,
    id: int,
    hash: int,
    ord: int,
    bool: bool,
}
_GIVES_ITSELF = (
    "lower upper strip lstrip rstrip replace join title capitalize ljust rjust zfill translate center expandtabs"
).split()
_METHODS = {(str, "encode"): bytes, (bytes, "decode"): str, (dict, "copy"): dict, (list, "copy"): list}
_METHODS[re.Pattern, "finditer"] = type(re.finditer("", ""))
_METHODS[str, "format"] = _METHODS[str, "casefold"] = _METHODS[str, "removeprefix"] = _METHODS[str, "removesuffix"] = (
    str
)
for _cls in (str, bytes):
    _METHODS.update({(_cls, _name): _cls for _name in _GIVES_ITSELF})
    _METHODS.update({(_cls, _name): list for _name in ("split", "splitlines", "rsplit")})
_PATHS = (
    "with_name with_suffix with_stem joinpath relative_to absolute resolve expanduser parent readlink rename replace "
    "samefile cwd home"
).split()
_OWN_CALL_IS_PLAIN = ("ABCMeta", "ModelMetaclass", "SQLModelMetaclass", "EnumMeta", "EnumType", "_ProtocolMeta")
_NOT_BUILT = (type, super, property, classmethod, staticmethod)


def of_call(callee):
    """What calling the value gives."""
    if not isinstance(callee, Thing):
        return UNKNOWN
    called = callee.object
    if isinstance(called, type):
        return _of_class(called)
    if isinstance(called, types.MethodType):
        itself = called.__self__
        return of_function(called.__func__, itself if isinstance(itself, type) else type(itself))
    if isinstance(called, (types.FunctionType, types.BuiltinFunctionType)) and called in _GIVES:
        return Made((_GIVES[called],), exact=True)
    called = in_compiled_wrapper(called) or called
    if isinstance(called, types.FunctionType):
        return of_function(called, callee.owner)
    if isinstance(called, types.MethodDescriptorType):
        gives = _METHODS.get((called.__objclass__, called.__name__))
        if gives:
            return Made((gives,), exact=True)
    if isinstance(called, types.MethodDescriptorType) or inspect.isroutine(called) or is_compiled(called):
        return documented.returned(called, callee.owner)
    return UNKNOWN


def _of_class(cls):
    meta = type(cls)
    if cls in _NOT_BUILT or ("__call__" in meta.__dict__ and meta.__name__ not in (*_OWN_CALL_IS_PLAIN, "type")):
        return UNKNOWN
    return instance_of(cls)


def begin_file():
    """What one file's modules told says nothing about the next."""
    _known.clear()


@answers("what a function gives")
def of_function(function, owner=None):
    """What the function returns when it is called on `owner`."""
    if isinstance(owner, type) and issubclass(owner, pathlib.PurePath) and function.__name__ in _PATHS:
        return Made((owner,))
    try:
        known = (function, owner) in _known
    except TypeError:
        return UNKNOWN
    if not known:
        _known[function, owner] = UNKNOWN
        _known[function, owner] = _of_function(function, owner)
    return _known[function, owner]


def _of_function(function, owner):
    inner = inspect.unwrap(function) if isinstance(function, types.FunctionType) else function
    value = annotated(inner, owner)
    if value is UNKNOWN:
        value = _returned(inner, owner)
    if value is UNKNOWN:
        value = documented.returned(inner, owner)
    return Pending(value) if inspect.iscoroutinefunction(inner) else value


def annotated(function, owner=None):
    """What its annotation says that it returns."""
    promised = (getattr(function, "__annotations__", None) or {}).get("return", UNKNOWN)
    if promised is UNKNOWN:
        return UNKNOWN
    try:
        value = annotations.value_of(annotations.evaluate(promised, function), owner)
    except Exception:
        return UNKNOWN
    if _is_context_manager(function):
        return Managed(value.element, is_lazy=True) if isinstance(value, Made) else UNKNOWN
    return value


def _is_context_manager(function):
    tree = tree_of(function)
    decorators = getattr(tree, "decorator_list", ())
    return any("contextmanager" in ast.dump(decorator) for decorator in decorators)


def _returned(function, owner):
    tree = tree_of(function) if isinstance(function, types.FunctionType) else None
    if tree is None or isinstance(tree, ast.Lambda) or _is_context_manager(function):
        return UNKNOWN
    reading = Reading(function, owner)
    if annotations.is_generator_like(function):
        yielded = [node for node in own_nodes(tree) if isinstance(node, (ast.Yield, ast.YieldFrom))]
        values = [reading.value(node.value) if isinstance(node, ast.Yield) else UNKNOWN for node in yielded]
        element = joined(map(instance_only, values))
        is_known = element is not UNKNOWN and inspect.isgeneratorfunction(function)
        return Made((types.GeneratorType,), element=element) if is_known else UNKNOWN
    returns = [node for node in own_nodes(tree) if isinstance(node, ast.Return)]
    if any(node.value is None for node in returns):
        return UNKNOWN
    narrowed = _narrowed(tree)
    return joined(instance_only(reading.value(narrowed.get(node, node.value))) for node in returns)


def _narrowed(tree):
    """Returns of a name right below `if isinstance(name, Class)`, with a call of the class that stands for it."""
    found = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.If) or not isinstance(node.test, ast.Call) or len(node.test.args) != 2:
            continue
        name, cls = node.test.args
        if getattr(node.test.func, "id", "") == "isinstance" and isinstance(cls, (ast.Name, ast.Attribute)):
            for statement in node.body:
                if isinstance(statement, ast.Return) and getattr(statement.value, "id", None) == getattr(
                    name, "id", ""
                ):
                    found[statement] = ast.Call(func=cls, args=[], keywords=[])
    return found


def parameter_returned(function):
    """The parameter that a plain function gives back whatever it does, or None."""
    tree = tree_of(function) if isinstance(function, types.FunctionType) else None
    if tree is None or isinstance(tree, (ast.Lambda, ast.AsyncFunctionDef)) or tree.decorator_list:
        return None
    returns = [node.value for node in own_nodes(tree) if isinstance(node, ast.Return)]
    names = {getattr(value, "id", None) for value in returns}
    if len(names) != 1 or annotations.is_generator_like(function):
        return None
    name = names.pop()
    stored = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    return name if name in parameters_of(tree) and name not in stored else None


def instance_only(value):
    """A value that a return statement gives; classes and functions that are returned stay out of it."""
    return value if isinstance(value, Made) or (isinstance(value, Thing) and value.object is None) else UNKNOWN


class Reading:
    """Evaluates expressions inside one library function in terms of its globals; calls nothing."""

    def __init__(self, function, owner=None, given=None):
        self.function = function
        self.owner = owner
        self.given = given
        self.tree = tree_of(function)
        self.parameters = parameters_of(self.tree) if self.tree is not None else []
        self._bindings = None
        self._busy = set()

    def value(self, node, depth=0):
        """What the expression stands for."""
        if node is None or depth > DEPTH or self.tree is None:
            return UNKNOWN
        if isinstance(node, ast.Name):
            return self._name(node.id, depth)
        if isinstance(node, ast.Attribute):
            receiver = self.value(node.value, depth + 1)
            found = member(receiver, node.attr).value
            return self._kept_default(node) if found is UNKNOWN else found
        if isinstance(node, ast.Call):
            return self._call(node, depth)
        if isinstance(node, ast.Constant):
            return Thing(None) if node.value is None else Made((type(node.value),), exact=True)
        if isinstance(node, ast.Await):
            value = self.value(node.value, depth + 1)
            return value.result if isinstance(value, Pending) else UNKNOWN
        if isinstance(node, ast.IfExp):
            return joined([self.value(node.body, depth + 1), self.value(node.orelse, depth + 1)])
        for kinds, cls in (
            ((ast.List, ast.ListComp), list),
            ((ast.Dict, ast.DictComp), dict),
            ((ast.Set, ast.SetComp), set),
            ((ast.JoinedStr,), str),
            ((ast.Tuple,), tuple),
        ):
            if isinstance(node, kinds):
                return Made((cls,), exact=True)
        return UNKNOWN

    def _call(self, node, depth):
        if isinstance(node.func, ast.Name) and node.func.id == "super" and self.owner is not None:
            return Parent(self.owner, self.function)
        callee = self._own_class(node.func, depth) or self.value(node.func, depth + 1)
        if isinstance(callee, Thing) and callee.object is typing.cast and len(node.args) == 2:
            told = of_call(self.value(node.args[0], depth + 1))
            return self.value(node.args[1], depth + 1) if told is UNKNOWN else told
        if isinstance(callee, Thing) and parameter_returned(callee.object) is not None and node.args:
            names = parameters_of(tree_of(callee.object))
            place = names.index(parameter_returned(callee.object)) - callee.bound
            return self.value(node.args[place], depth + 1) if 0 <= place < len(node.args) else UNKNOWN
        return of_call(callee)

    def _own_class(self, node, depth):
        """`value.__class__` and `type(value)`: what calling it gives is of the value's class."""
        itself = node.value if isinstance(node, ast.Attribute) and node.attr == "__class__" else None
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "type" and len(node.args) == 1:
            itself = node.args[0]
        value = self.value(itself, depth + 1) if itself is not None else UNKNOWN
        return Thing(value.classes[0]) if isinstance(value, Made) and len(value.classes) == 1 else UNKNOWN

    def _name(self, name, depth):
        if self.owner is not None and self.parameters[:1] == [name] and name in ("self", "cls"):
            return Made((self.owner,)) if name == "self" else Thing(self.owner)
        bound = self.bindings().get(name)
        if isinstance(bound, list) and len(bound) == 1 and isinstance(bound[0], Thing):
            return bound[0]
        if bound is not None:
            if name in self._busy or (name in self.parameters and (self.given is None or name in self.given)):
                return UNKNOWN
            self._busy.add(name)
            values = [self.value(node, depth + 1) for node in bound]
            self._busy.discard(name)
            return joined(values)
        if name in self.parameters:
            return self._parameter(name)
        free = self.function.__code__.co_freevars
        if name in free:
            try:
                return wrap(self.function.__closure__[free.index(name)].cell_contents)
            except (ValueError, TypeError, IndexError):
                return UNKNOWN
        for namespace in (self.function.__globals__, builtins.__dict__):
            if name in namespace:
                return wrap(namespace[name])
        return UNKNOWN

    def _kept_default(self, node):
        """`self.factory`, where `__init__` keeps a parameter so whose default is a class."""
        if getattr(node.value, "id", "") != "self" or not isinstance(self.owner, type):
            return UNKNOWN
        start = static(self.owner, "__init__", None)
        tree = tree_of(start) if isinstance(start, types.FunctionType) else None
        for inner in ast.walk(tree) if tree is not None else ():
            if isinstance(inner, ast.Assign) and isinstance(inner.value, ast.Name):
                target = inner.targets[0]
                if isinstance(target, ast.Attribute) and target.attr == node.attr:
                    given = inspect.signature(start).parameters.get(inner.value.id)
                    if given is not None and isinstance(given.default, type) and given.default is not given.empty:
                        return Thing(given.default)
        return UNKNOWN

    def _parameter(self, name):
        promised = (getattr(self.function, "__annotations__", None) or {}).get(name)
        if promised is None:
            return UNKNOWN
        try:
            return annotations.value_of(annotations.evaluate(promised, self.function), self.owner)
        except Exception:
            return UNKNOWN

    def bindings(self):
        """Every local name with the expressions it is bound to; None stands for one that cannot be read."""
        if self._bindings is None:
            self._bindings = {}
            for node in ast.walk(self.tree):
                for name, bound in _bound_by(node):
                    self._bindings.setdefault(name, []).append(bound)
                if isinstance(node, ast.ImportFrom):
                    for name, bound in self._imported(node):
                        self._bindings.setdefault(name, []).append(bound)
        return self._bindings

    def _imported(self, node):
        """What a `from` import inside the function binds, where the module is loaded already."""
        package = self.function.__globals__.get("__package__") or ""
        parts = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
        name = ".".join([*parts, *filter(None, [node.module])])
        own = self.function.__globals__.get("__name__", "").partition(".")[0]
        module = sys.modules.get(name) if loading.is_loaded(name) else None
        if module is None and name.partition(".")[0] == own:
            module = installed.module(name)
        for alias in node.names:
            if isinstance(module, types.ModuleType) and alias.name in vars(module):
                yield alias.asname or alias.name, wrap(vars(module)[alias.name])


def _bound_by(node):
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Name):
                yield target.id, node.value
            elif not isinstance(target, (ast.Attribute, ast.Subscript)):
                yield from ((inner.id, None) for inner in ast.walk(target) if isinstance(inner, ast.Name))
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
        yield node.target.id, node.value
    elif isinstance(node, (ast.With, ast.AsyncWith)):
        for item in node.items:
            if isinstance(item.optional_vars, ast.Name):
                yield item.optional_vars.id, item.context_expr
    elif isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
        yield from ((inner.id, None) for inner in ast.walk(node.target) if isinstance(inner, ast.Name))
    elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        yield node.target.id, None


def entered(value, name="__enter__"):
    """What `with value as x` binds."""
    if isinstance(value, Managed):
        return value.result
    if isinstance(value, Made) and len(value.classes) == 1:
        enter = static(value.classes[0], name)
        enter = in_compiled_wrapper(enter) or enter
        if isinstance(enter, types.FunctionType):
            found = of_function(enter, value.classes[0])
            found = found.result if isinstance(found, Pending) else found
            if isinstance(found, Made) and found.classes == value.classes:
                return value
            return found
    return UNKNOWN
