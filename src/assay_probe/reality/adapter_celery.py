"""Celery: keys of `app.conf`, and functions that a decorator of an app turns into tasks."""

import ast
import importlib

from assay_probe.reality import installed
from assay_probe.reality.adapters import Answer
from assay_probe.reality.members import MISSING, Member
from assay_probe.reality.values import UNKNOWN, Made, Thing

_UPDATERS = ("update", "setdefault")


def unresolved(walk, node):
    """`app.conf.update(worker_prefetch_count=1)`."""
    function = node.func
    if isinstance(function, ast.Attribute) and function.attr in _UPDATERS and _is_conf(walk, function.value):
        keys = [(keyword.value, keyword.arg) for keyword in node.keywords if keyword.arg]
        if function.attr == "update":
            for argument in node.args[:1]:
                given = argument.keys if isinstance(argument, ast.Dict) else ()
                keys += [(key, key.value) for key in given if isinstance(key, ast.Constant)]
        _check(walk, keys)


def assigned(walk, target, value):
    """`app.conf.worker_prefetch_count = 1`."""
    del value
    if isinstance(target, ast.Attribute) and _is_conf(walk, target.value):
        _check(walk, [(target, target.attr)])


def subscripted(walk, node, receiver):
    """`app.conf["worker_prefetch_count"]`."""
    del receiver
    if isinstance(node.slice, ast.Constant) and _is_conf(walk, node.value):
        _check(walk, [(node, node.slice.value)])


def decorated(walk, node):
    """`@app.task` and `@shared_task` give a task."""
    for decorator in node.decorator_list:
        inner = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(inner, ast.Attribute) and inner.attr == "task":
            if _is_app(walk.silently(inner.value)) and not _names_a_base(decorator):
                return Answer(_task())
        value = walk.silently(inner)
        if isinstance(value, Thing) and getattr(value.object, "__name__", "") == "shared_task":
            if not _names_a_base(decorator):
                return Answer(_task())
    return None


def member_of(walk, node, receiver):
    """A called attribute of a task must be one of its class: what a task keeps for itself is not called."""
    if not isinstance(receiver, Made) or receiver.classes != _task().classes or walk.call_of(node) is None:
        return None
    return None if hasattr(receiver.classes[0], node.attr) else Member(UNKNOWN, MISSING)


def own_argument(walk, node):
    """The first parameter of a task that is bound to itself."""
    bound = any(
        isinstance(decorator, ast.Call)
        and any(k.arg == "bind" and getattr(k.value, "value", None) is True for k in decorator.keywords)
        for decorator in node.decorator_list
    )
    return decorated(walk, node) if bound else None


def _task():
    return Made((importlib.import_module("celery.app.task").Task,))


def _names_a_base(decorator):
    return isinstance(decorator, ast.Call) and any(keyword.arg in ("base", None) for keyword in decorator.keywords)


def _is_app(value):
    cls = importlib.import_module("celery.app.base").Celery
    return isinstance(value, Made) and all(issubclass(one, cls) for one in value.classes)


def _is_conf(walk, node):
    return isinstance(node, ast.Attribute) and node.attr == "conf" and _is_app(walk.silently(node.value))


def _check(walk, keys):
    defaults = importlib.import_module("celery.app.defaults")
    new, old = set(defaults.SETTING_KEYS), set(defaults._OLD_SETTING_KEYS)
    all_old = all(name in old for _, name in keys)
    for node, name in keys:
        if not isinstance(name, str) or name in new or (name in old and all_old):
            continue
        near = [defaults._TO_NEW_KEY[name]] if name in old else installed.nearest(name, new, 0.7)
        if near:
            text = "is of the old form, which cannot stand beside the new" if name in old else "is no key of Celery's"
            walk.claims.add(
                node,
                "unknown-key",
                f"app.conf.{name}",
                f"{name!r} {text} configuration" if name not in old else f"{name!r} {text} one",
                root="celery",
                raises="ImproperlyConfigured",
                certainty="static" if name in old else "ignored",
                near=near,
            )
