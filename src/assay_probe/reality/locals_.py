"""Classes that the file itself defines over real bases."""

import ast

from assay_probe.reality import installed, scopes
from assay_probe.reality.members import MISSING, OPEN, member
from assay_probe.reality.signatures import name_of
from assay_probe.reality.sources import is_defined_in_project, is_set_from_outside
from assay_probe.reality.values import UNKNOWN, LocalClass, LocalInstance, Made, Thing, joined, static

_ABSENT = object()
_BASES_THAT_SAY_NOTHING = (object, type)


def define(walk, node):
    """The class that a `class` statement makes; what its methods set is read when it is first asked for."""
    is_open = bool(node.keywords or node.decorator_list) or _is_dynamic(node)
    return LocalClass(node, [walk.silently(base) for base in node.bases], list(walk.scopes), is_open)


def _is_dynamic(node):
    """Does it answer for, or set, attributes whose names are not written down?"""
    for inner in ast.walk(node):
        if isinstance(inner, ast.FunctionDef) and inner.name in ("__getattr__", "__getattribute__"):
            return True
        if isinstance(inner, ast.Call) and getattr(inner.func, "id", "") in ("setattr", "vars", "locals"):
            return True
        if isinstance(inner, ast.Attribute) and inner.attr == "__dict__":
            return True
    return False


def attributes_of(walk, cls):
    """Names that the class sets, on itself or on its instances, with what they are as far as it is known."""
    if cls.attributes is None:
        cls.attributes = {}
        found = {}
        for statement in ast.walk(cls.node):
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                found.setdefault(statement.name, []).append(UNKNOWN)
        for name in scopes.bound_names(cls.node.body):
            found.setdefault(name, []).append(UNKNOWN)
        for method in cls.node.body:
            if isinstance(method, (ast.FunctionDef, ast.AsyncFunctionDef)) and method.args.args:
                for name, value in _set_by(walk, cls, method):
                    found.setdefault(name, []).append(value)
        cls.attributes = {name: joined(values) for name, values in found.items()}
    return cls.attributes


def _set_by(walk, cls, method):
    """What a method sets on its first parameter."""
    itself = method.args.args[0].arg
    scope = scopes.Scope("inner")
    for name in scopes.bound_names(method.body):
        scope.bind(name, UNKNOWN)
    for argument in (*method.args.args, *method.args.kwonlyargs, method.args.vararg, method.args.kwarg):
        if argument is not None:
            scope.bind(argument.arg, walk.annotation(argument.annotation) if argument.annotation else UNKNOWN)
    before, walk.scopes = walk.scopes, [*cls.scopes, scope]
    try:
        for node in ast.walk(method):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and _is_name(node.value, itself):
                yield node.attr, _stored(walk, node)
    finally:
        walk.scopes = before


def _is_name(node, name):
    return isinstance(node, ast.Name) and node.id == name


def _stored(walk, target):
    """What a statement stores in an attribute."""
    statement = walk.parents.get(target)
    if isinstance(statement, ast.AnnAssign):
        return walk.annotation(statement.annotation)
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        return walk.silently(statement.value)
    return UNKNOWN


def attribute(walk, node, receiver):
    """The value of an attribute of a class of the file; that nothing gives it is a claim where it is called."""
    cls = receiver.cls if isinstance(receiver, LocalInstance) else receiver
    found = _look_up(walk, cls, node.attr, isinstance(receiver, LocalInstance), 0)
    if found is not _ABSENT:
        return found
    real = _real_bases(cls)
    if walk.call_of(node) is None or not real or node.attr.startswith("__"):
        return UNKNOWN
    if is_set_from_outside("", node.attr) or node.attr in walk.defined or is_defined_in_project(node.attr):
        return UNKNOWN
    names = set(attributes_of(walk, cls)).union(*(dir(base) for base in real))
    whose = ", ".join(name_of(base) for base in real)
    walk.claims.add(
        node,
        "missing-attribute",
        f"{cls.node.name}.{node.attr}",
        f"neither class {cls.node.name} nor its base {whose} has an attribute {node.attr!r}",
        root=real[0].__module__,
        raises="AttributeError",
        near=installed.nearest(node.attr, names),
        reproducer=f"import {real[0].__module__}; {real[0].__module__}.{real[0].__qualname__}.{node.attr}",
    )
    return UNKNOWN


def _look_up(walk, cls, name, on_instance, depth):
    attributes = attributes_of(walk, cls)
    if name in attributes:
        return attributes[name]
    is_known = bool(cls.bases) and not cls.is_open and depth < 5
    for base in cls.bases:
        if isinstance(base, LocalClass):
            found = _look_up(walk, base, name, on_instance, depth + 1)
            if found is not _ABSENT:
                return found
        elif isinstance(base, Thing) and isinstance(base.object, type):
            answer = member(Made((base.object,), exact=True) if on_instance else base, name)
            if answer.status not in (MISSING, OPEN):
                return UNKNOWN if _builds_the_class(walk, cls, answer.value, base.object) else answer.value
            is_known = is_known and answer.status == MISSING
        else:
            is_known = False
    return _ABSENT if is_known else UNKNOWN


def _builds_the_class(walk, cls, value, base):
    """Is it a class method, which may build the class of the file with the parameters that it has of its own?"""
    is_of_class = (
        isinstance(value, Thing) and value.bound and isinstance(static(base, value.object.__name__), classmethod)
    )
    return is_of_class and any(is_given(walk, cls, name) for name in ("__init__", "__new__"))


def is_given(walk, cls, name):
    """Does the class, or one of the file that it is made from, set the attribute?"""
    return name in attributes_of(walk, cls) or any(
        is_given(walk, base, name) for base in cls.bases if isinstance(base, LocalClass) and base is not cls
    )


def all_real_bases(walk, cls, depth=0):
    """Every real class that a class of the file is made from; None where one is not known or it is dynamic."""
    found = []
    if depth > 5 or _is_dynamic(cls.node):
        return None
    for base in cls.bases:
        if isinstance(base, LocalClass):
            inner = all_real_bases(walk, base, depth + 1)
            if inner is None:
                return None
            found.extend(inner)
        elif isinstance(base, Thing) and isinstance(base.object, type):
            found.append(base.object)
        else:
            return None
    return found


def _real_bases(cls):
    found = []
    for base in cls.bases:
        if isinstance(base, LocalClass):
            found.extend(_real_bases(base))
        elif isinstance(base, Thing) and base.object not in _BASES_THAT_SAY_NOTHING:
            found.append(base.object)
    return found
