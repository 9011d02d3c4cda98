"""What only one package knows about itself. An adapter is a module with any of nine functions, each asked in turn.

`member_of(walk, node, receiver)` and `called(walk, node, callee)` answer in place of the general rules,
`unresolved(walk, node)` for calls of which they know nothing, `decorated(walk, node)` and
`own_argument(walk, node)` for decorated functions; `assigned(walk, target, value)`,
`subscripted(walk, node, receiver)` and `defined(walk, cls)` look on. `unknown_keys(path)` gives each key of the
package's section of a `pyproject.toml` that it does not know, with the names that may have been meant.
A distribution adds one of its own under the entry point group `assay.reality`, named after the package it is about.
"""

import importlib
import importlib.metadata
import sys

from assay_probe.reality import loading

OWN = {
    "argparse": "adapter_argparse",
    "boto3": "adapter_boto3",
    "bs4": "adapter_bs4",
    "celery": "adapter_celery",
    "django": "adapter_django",
    "flask": "adapter_flask",
    "jinja2": "adapter_jinja2",
    "marshmallow": "adapter_marshmallow",
    "matplotlib": "adapter_matplotlib",
    "os": "adapter_os",
    "pandas": "adapter_pandas",
    "pydantic": "adapter_pydantic",
    "sklearn": "adapter_sklearn",
    "sqlalchemy": "adapter_sqlalchemy",
}
GROUP = "assay.reality"
_loaded = {}
_foreign = []


class Answer:
    """What an adapter says an expression stands for."""

    __slots__ = ("value",)

    def __init__(self, value):
        self.value = value


def prepare():
    """Find the adapters that other distributions bring."""
    try:
        points = importlib.metadata.entry_points()
        found = points.select(group=GROUP) if hasattr(points, "select") else points.get(GROUP, ())
        _foreign.extend((point.name, point) for point in found)
    except Exception:
        _foreign.clear()


def _active():
    """The adapters whose package the file has imported, and that load."""
    for package, name in OWN.items():
        if _is_imported(package):
            yield _load(package, lambda name=name: importlib.import_module(f"assay_probe.reality.{name}"))
    for package, point in _foreign:
        if _is_imported(package):
            adapter = _load(f"{package} by {point.value}", point.load)
            if adapter is not None:
                yield adapter


def bringing(question):
    """`(package, function)` for each adapter of another distribution that answers this question."""
    for package, point in _foreign:
        answer = getattr(_load(f"{package} by {point.value}", point.load), question, None)
        if answer is not None:
            yield package, answer


def _is_imported(package):
    return package in sys.modules and loading.is_loaded(package)


def _load(key, load):
    if key not in _loaded:
        try:
            _loaded[key] = load()
        except Exception:
            _loaded[key] = None
    return _loaded[key]


def _ask(question, *arguments):
    for adapter in _active():
        answer = getattr(adapter, question, None)
        if answer is not None:
            found = answer(*arguments)
            if found is not None:
                return found
    return None


def member_of(walk, node, receiver):
    """The member in place of the general rules, or None."""
    return _ask("member_of", walk, node, receiver)


def called(walk, node, callee):
    """An `Answer` in place of the general rules, or None."""
    return _ask("called", walk, node, callee)


def assigned(walk, target, value):
    """A target is bound to an expression."""
    for adapter in _active():
        if hasattr(adapter, "assigned"):
            adapter.assigned(walk, target, value)


def subscripted(walk, node, receiver):
    """`receiver[...]` is read or stored to."""
    for adapter in _active():
        if hasattr(adapter, "subscripted"):
            adapter.subscripted(walk, node, receiver)


def unresolved(walk, node):
    """A call of something that the general rules know nothing of: an `Answer`, or None."""
    return _ask("unresolved", walk, node)


def decorated(walk, node):
    """A function of the file under decorators: an `Answer` for what its name stands for, or None."""
    return _ask("decorated", walk, node) if node.decorator_list else None


def own_argument(walk, node):
    """What a decorator gives a function as its first argument: an `Answer`, or None."""
    return _ask("own_argument", walk, node) if node.decorator_list else None


def defined(walk, cls):
    """The file defines a class."""
    for adapter in _active():
        if hasattr(adapter, "defined"):
            adapter.defined(walk, cls)
