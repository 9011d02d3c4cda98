"""What an annotation of a library stands for."""

import ast
import builtins
import collections.abc
import importlib
import importlib.util
import inspect
import linecache
import types
import typing

from assay_probe.reality.values import UNKNOWN, Made, Managed, Pending, Thing

_typing_only = {}
_ITERABLES = frozenset(
    "list List set Set frozenset FrozenSet tuple Tuple deque Deque Iterable Iterator Sequence MutableSequence "
    "Collection Generator AsyncIterator AsyncIterable AsyncGenerator KeysView ValuesView".split()
)
_AWAITABLES = frozenset(("Awaitable", "Coroutine", "Future", "Task"))


def evaluate(annotation, function):
    """An annotation that was kept as text, or the annotation itself. Raises whatever evaluating it raises."""
    namespace = getattr(function, "__globals__", {})
    if isinstance(annotation, str):
        try:
            annotation = eval(annotation, namespace)
        except NameError:
            annotation = eval(annotation, {"__builtins__": {}}, _Names(function, namespace))
    if "ForwardRef" not in repr(annotation) or not typing.get_args(annotation):
        return annotation

    def holder():
        pass

    holder.__annotations__ = {"it": annotation}
    try:
        return typing.get_type_hints(holder, {}, _Names(function, namespace))["it"]
    except Exception:
        return annotation


class _Names(dict):
    """The names that an annotation of a function may use, those for type checkers included."""

    def __init__(self, function, namespace):
        super().__init__()
        self._namespace = namespace
        self._function = function

    def __missing__(self, name):
        if name in self._namespace:
            return self._namespace[name]
        hidden = _hidden_imports(self._function, self._namespace)
        if name in hidden:
            module, attribute = hidden[name]
            found = importlib.import_module(module)
            return getattr(found, attribute) if attribute else found
        return getattr(builtins, name)


def _hidden_imports(function, namespace):
    """What the function's module imports under `if TYPE_CHECKING`: name -> (module, attribute or None)."""
    module = namespace.get("__name__") or ""
    if module not in _typing_only:
        found = {}
        package = namespace.get("__package__") or module.rpartition(".")[0]
        try:
            text = "".join(linecache.getlines(function.__code__.co_filename))
            tree = ast.parse(text if "TYPE_CHECKING" in text else "")
        except (SyntaxError, ValueError, RecursionError):
            tree = ast.Module(body=[], type_ignores=[])
        for node in ast.walk(tree):
            if isinstance(node, ast.If) and _asks_type_checking(node.test):
                for inner in ast.walk(node):
                    _note_import(inner, package, found)
        _typing_only[module] = found
    return _typing_only[module]


def _asks_type_checking(test):
    return any(getattr(node, "id", getattr(node, "attr", "")) == "TYPE_CHECKING" for node in ast.walk(test))


def _note_import(node, package, found):
    if isinstance(node, ast.Import):
        for alias in node.names:
            found[alias.asname or alias.name] = alias.name, None
    elif isinstance(node, ast.ImportFrom):
        dots = "." * node.level + (node.module or "")
        module = importlib.util.resolve_name(dots, package) if node.level else node.module
        for alias in node.names:
            found[alias.asname or alias.name] = module, alias.name


def value_of(annotation, owner=None):
    """An instance as the annotation promises it, or UNKNOWN where it promises nothing that could be checked."""
    if annotation is None or annotation is type(None):
        return Thing(None)
    if _is_self(annotation):
        return Made((owner,)) if owner is not None else UNKNOWN
    if isinstance(annotation, typing.TypeVar) or annotation is typing.Any:
        return UNKNOWN
    origin = typing.get_origin(annotation)
    if origin is typing.Union or type(annotation).__name__ == "UnionType":
        return _of_union(annotation, owner)
    if type(annotation).__name__ == "_AnnotatedAlias":
        return value_of(annotation.__origin__, owner)
    if isinstance(origin, type):
        return _of_generic(annotation, origin, owner)
    if isinstance(annotation, type) and _is_checkable(annotation):
        return Made((annotation,))
    return UNKNOWN


def _is_self(annotation):
    if isinstance(annotation, typing.TypeVar):
        return annotation.__name__ in ("Self", "_Self")
    return repr(annotation) in ("typing.Self", "typing_extensions.Self")


def _is_checkable(cls):
    return (
        cls.__module__ not in ("typing", "typing_extensions", "collections.abc")
        and not getattr(cls, "_is_protocol", False)
        and cls not in (object, type)
    )


def _of_union(annotation, owner):
    classes = []
    for part in typing.get_args(annotation):
        if part is type(None):
            continue
        value = value_of(part, owner)
        if not isinstance(value, Made):
            return UNKNOWN
        classes.extend(value.classes)
    return Made(tuple(dict.fromkeys(classes))) if classes else UNKNOWN


def _of_generic(annotation, origin, owner):
    name = getattr(origin, "__name__", "")
    arguments = typing.get_args(annotation)
    if name in _AWAITABLES and arguments:
        return Pending(value_of(arguments[-1], owner))
    if origin is type or name == "Callable":
        return UNKNOWN
    if name in ("AbstractContextManager", "AbstractAsyncContextManager") and arguments:
        return Managed(value_of(arguments[0], owner))
    element = value_of(arguments[0], owner) if name in _ITERABLES and arguments else UNKNOWN
    if name in ("dict", "Dict", "Mapping", "MutableMapping", "defaultdict") and len(arguments) > 1:
        element = UNKNOWN
    if inspect.isabstract(origin) or origin.__module__ == "collections.abc":
        return Made((_Some,), element=element) if isinstance(element, Made) else UNKNOWN
    return Made((origin,), element=element)


class _Some(collections.abc.Iterable):
    """Stands for an iterable of which nothing but its elements is known."""

    def __getattr__(self, name):
        raise AttributeError(name)

    def __iter__(self):
        return iter(())


def is_generator_like(function):
    """Does calling it give something else than what its `return` statements say?"""
    return (
        inspect.isgeneratorfunction(function)
        or inspect.isasyncgenfunction(function)
        or isinstance(function, types.BuiltinFunctionType)
    )
