"""How real callables bind their arguments, and where a keyword that is only collected ends up."""

import ast
import contextlib
import dataclasses
import inspect
import types

from assay_probe.reality import annotations, spoken
from assay_probe.reality.forwarding import copied_to, is_read_to_refuse, uses_of
from assay_probe.reality.results import Reading
from assay_probe.reality.sources import parameters_of, tree_of
from assay_probe.reality.values import Thing, function_of, is_compiled, static

DEPTH = 7
NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
_PLAIN_METACLASSES = ("ABCMeta", "EnumMeta", "EnumType", "ModelMetaclass", "SQLModelMetaclass", "_ProtocolMeta")
_known = {}


class Consumer:
    """Where a keyword goes: `accepts` is True, False or None for unknown; `chain` holds the callables on its way."""

    __slots__ = ("accepts", "chain")

    def __init__(self, accepts, chain=()):
        self.accepts = accepts
        self.chain = tuple(chain)


NOBODY_KNOWS = Consumer(None)
DROPS, _GIVES_BACK = Consumer(None), Consumer(None)
"""The function does nothing with what it collects; it returns all of it."""
_asked = []


def signature_of(called):
    """`inspect.signature`, or None; a class whose `__new__` only collects is told by its `__init__`."""
    key = id(called)
    if key not in _known:
        try:
            found = None if _has_empty_default(called) else _constructor(called) or inspect.signature(called)
        except Exception:
            found = None
        _known[key] = called, found
    return _known[key][1]


def _has_empty_default(called):
    """Is a default the very mark by which `inspect` says that there is none? Its signature would then say so."""
    for function in (
        (called, static(called, "__init__"), static(called, "__new__")) if isinstance(called, type) else (called,)
    ):
        function = getattr(function, "__func__", function)
        defaults = (
            *(getattr(function, "__defaults__", None) or ()),
            *(getattr(function, "__kwdefaults__", None) or {}).values(),
        )
        if any(default is inspect.Parameter.empty for default in defaults):
            return True
    return False


def _constructor(called):
    if not isinstance(called, type) or type(called).__call__ is not type.__call__:
        return None
    new, init = static(called, "__new__"), static(called, "__init__")
    new = getattr(new, "__func__", new)
    if not isinstance(new, types.FunctionType) or not isinstance(init, types.FunctionType):
        return None
    if not any(p.kind is inspect.Parameter.VAR_KEYWORD for p in inspect.signature(new).parameters.values()):
        return None
    return inspect.Signature(list(inspect.signature(init).parameters.values())[1:])


def parameters(callee):
    """The parameters that a caller of the value can fill, or None where they cannot be known."""
    called = callee.object
    signature = signature_of(called)
    if signature is None:
        return None
    found = list(signature.parameters.values())
    if callee.bound and (isinstance(called, (types.FunctionType, types.MethodDescriptorType)) or is_compiled(called)):
        if found and found[0].kind in POSITIONAL:
            return found[1:]
        return found
    return found


def behind(callee):
    """The plain function that runs when the value is called, and the class it runs on; None where there is none."""
    called = callee.object
    if isinstance(called, type):
        meta = type(called)
        if isinstance(static(meta, "__call__"), types.FunctionType) and meta.__name__ not in _PLAIN_METACLASSES:
            return None, None
        init, new = static(called, "__init__"), static(called, "__new__")
        for function in (init, getattr(new, "__func__", new)):
            if isinstance(function, types.FunctionType):
                return function, called
        return None, called
    if isinstance(called, types.MethodType):
        itself = called.__self__
        return called.__func__, itself if isinstance(itself, type) else type(itself)
    if isinstance(called, types.FunctionType):
        return called, callee.owner
    return None, None


def name_of(called):
    """`requests.api.get`, as the object calls itself."""
    module = getattr(called, "__module__", None) or getattr(getattr(called, "__objclass__", None), "__module__", None)
    name = getattr(called, "__qualname__", getattr(called, "__name__", type(called).__name__))
    return f"{module}.{name}" if module and module != "builtins" else str(name)


def consumer_of(callee, keyword, given=None, depth=0):
    """Does a call accept this keyword, through all that `**kwargs` is handed on to?

    `given` are the names of the parameters that the call fills, None where that is unknown.
    """
    if depth > DEPTH or not isinstance(callee, Thing):
        return NOBODY_KNOWS
    called = callee.object
    own = _own_parameters(called)
    signature = signature_of(called)
    if signature is None or own is None:
        return NOBODY_KNOWS
    names = {p.name for p in (*signature.parameters.values(), *own) if p.kind in NAMED}
    chain = [callee]
    if keyword in names:
        return Consumer(True, chain)
    collects = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in own)
    if not collects:
        return Consumer(False, chain)
    keys = _typed_keys(own, called)
    if keys is not None:
        return Consumer(keyword in keys, chain)
    function, owner = behind(callee)
    if function is None or _has_other_signature(called):
        return NOBODY_KNOWS
    if function.__code__.co_filename == contextlib.__file__ and hasattr(function, "__wrapped__"):
        # A context manager made of a generator function starts it with just what it is given.
        return consumer_of(Thing(function.__wrapped__, callee.owner, callee.bound), keyword, given, depth + 1)
    question = function, owner, keyword
    if question in _asked:
        return Consumer(False)  # it calls itself: that way takes nothing that the others do not
    _asked.append(question)
    try:
        answer = _forwarded(Reading(function, owner, given), keyword, depth)
    finally:
        _asked.pop()
    if answer in (DROPS, _GIVES_BACK):
        return answer
    return Consumer(answer.accepts, (*chain, *answer.chain))


def _own_parameters(called):
    """Parameters of the outermost wrapper itself."""
    if hasattr(called, "__wrapped__") and isinstance(called, types.FunctionType):
        try:
            return list(inspect.signature(called, follow_wrapped=False).parameters.values())
        except (TypeError, ValueError):
            return None
    signature = signature_of(called)
    return None if signature is None else list(signature.parameters.values())


def _has_other_signature(called):
    return "__signature__" in (getattr(called, "__dict__", None) or {})


def _typed_keys(own, called):
    """Keys of `**kwargs: Unpack[SomeTypedDict]`, or None."""
    collector = next(p for p in own if p.kind is inspect.Parameter.VAR_KEYWORD)
    try:
        promised = annotations.evaluate(collector.annotation, function_behind(called))
    except Exception:
        return None
    if "Unpack[" not in repr(promised):
        return None
    for keys in getattr(promised, "__args__", ()):
        if hasattr(keys, "__required_keys__"):
            return set(keys.__required_keys__) | set(keys.__optional_keys__)
    return None


def function_behind(called):
    """The function whose globals an annotation of the callable is meant in."""
    function = behind(Thing(called))[0]
    return inspect.unwrap(function) if function is not None else called


def _forwarded(reading, keyword, depth, name=None):
    """Where a key of what `name` collects ends up."""
    tree = reading.tree
    if tree is None or isinstance(tree, ast.Lambda) or (name is None and tree.args.kwarg is None):
        return NOBODY_KNOWS
    uses = uses_of(tree, name or tree.args.kwarg.arg)
    if keyword in uses.read:
        return Consumer(not is_read_to_refuse(tree, keyword))
    tables = [_table(reading, expression) for expression in uses.looped]
    if uses.is_opaque or None in tables:
        return NOBODY_KNOWS
    if any(keyword in table for table in tables):
        return Consumer(True)
    if uses.is_shut:
        return Consumer(False)
    if not (uses.handed_to or uses.handed_as or uses.stored):
        return Consumer(False) if uses.is_closed else _GIVES_BACK if uses.is_returned else DROPS
    return _together(_each_way(uses, reading, keyword, depth))


def _table(reading, expression):
    """The keys that a loop goes over: those of a table of the class, or of a copy that the function makes of one."""
    if not isinstance(expression, ast.Attribute) or getattr(expression.value, "id", "") != "self":
        return None
    name = copied_to(reading.tree, expression.attr) or expression.attr
    found = static(reading.owner, name, None) if isinstance(reading.owner, type) else None
    return set(found) if isinstance(found, (dict, tuple, list, set, frozenset)) else None


def _each_way(uses, reading, keyword, depth):
    for call in uses.handed_to:
        answer = _handed_on(call, reading, keyword, depth)
        around = uses.parents.get(call)
        if answer is _GIVES_BACK and isinstance(around, ast.keyword) and around.arg is None:
            answer = _handed_on(uses.parents[around], reading, keyword, depth)
        yield answer
    for call, place in uses.handed_as:
        yield _handed_as(call, place, reading, keyword, depth)
    for attribute in uses.stored:
        yield _kept(attribute, reading, keyword, depth)


def _together(answers):
    """One way that takes it is enough; one that nobody knows leaves it open."""
    answers = list(answers)
    answers = [answer for answer in answers if answer is not DROPS] or answers
    for accepted in (True, None):
        found = next((answer for answer in answers if answer.accepts is accepted), None)
        if found is not None:
            return found
    return answers[0] if answers else NOBODY_KNOWS


def _handed_on(call, reading, keyword, depth):
    if not isinstance(call, ast.Call):
        return NOBODY_KNOWS
    callee = reading.value(call.func)
    if not isinstance(callee, Thing) or callee.object is dict:
        return NOBODY_KNOWS
    if any(given.arg == keyword for given in call.keywords):
        return NOBODY_KNOWS
    is_plain = isinstance(callee.object, types.FunctionType) and callee.owner is None
    is_of_itself = bool(call.args) and getattr(call.args[0], "id", "") == "self"
    if callee.object is dataclasses.replace and is_of_itself and isinstance(reading.owner, type):
        return consumer_of(Thing(reading.owner), keyword, frozenset(), depth + 1)
    if is_plain and is_of_itself:
        callee = Thing(callee.object, reading.owner)
    return consumer_of(callee, keyword, given_by(callee, call), depth + 1)


def _handed_as(call, place, reading, keyword, depth):
    """The collected keywords as one argument of another function of the library."""
    callee = reading.value(call.func)
    function, owner = behind(callee) if isinstance(callee, Thing) else (None, None)
    if depth > DEPTH or function is None or tree_of(function) is None or isinstance(tree_of(function), ast.Lambda):
        return NOBODY_KNOWS
    names = [p.name for p in parameters(callee) or () if p.kind in POSITIONAL]
    name = place if isinstance(place, str) else names[place] if place < len(names) else None
    inner = Reading(function, owner, given_by(callee, call))
    if name not in inner.parameters:
        return NOBODY_KNOWS
    return _forwarded(inner, keyword, depth + 1, name)


def _kept(attribute, reading, keyword, depth):
    """The collected keywords as an attribute of the instance, handed on by other methods of its class.

    Other code may read the attribute too: a word that stands anywhere in the package is not denied.
    """
    owner = reading.owner
    if not isinstance(owner, type) or spoken.is_spoken_of(owner.__module__, keyword):
        return NOBODY_KNOWS
    answers = []
    names = [attribute, *(f.__name__ for f in _methods_of(owner) if _only_returns(tree_of(f), attribute))]
    for function in _methods_of(owner):
        for name in names:
            for call in uses_of(tree_of(function), name, is_attribute=True).handed_to:
                answers.append(_handed_on(call, Reading(function, owner), keyword, depth + 1))
    return _together(answers) if any(answer.accepts is False for answer in answers) else NOBODY_KNOWS


def _only_returns(tree, attribute):
    """Is it a property that shows the attribute?"""
    last = tree.body[-1]
    found = last.value if isinstance(last, ast.Return) and tree.decorator_list else None
    return isinstance(found, ast.Attribute) and found.attr == attribute and getattr(found.value, "id", "") == "self"


def _methods_of(owner):
    for base in owner.__mro__:
        for member in list(base.__dict__.values()) if base is not object else ():
            function = function_of(member)
            tree = tree_of(function) if function is not None else None
            if isinstance(tree, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield function


def modules_reached(callee):
    """Modules of everything that `**kwargs` may be handed on to, the callable's own first."""
    found = set()
    names_reached(callee, 0, found)
    return sorted(found)


def names_reached(callee, depth=0, modules=None):
    """Every keyword that a call can give, also those that `**kwargs` hands on: for the nearest name."""
    signature = signature_of(callee.object)
    if modules is not None:
        modules.add(getattr(callee.object, "__module__", None) or "builtins")
    if signature is None or depth > DEPTH:
        return set()
    found = {p.name for p in signature.parameters.values() if p.kind in NAMED}
    function, owner = behind(callee)
    tree = tree_of(function) if function is not None else None
    if tree is None or isinstance(tree, ast.Lambda) or tree.args.kwarg is None:
        return found
    uses, reading = uses_of(tree, tree.args.kwarg.arg), Reading(function, owner, frozenset())
    found |= {key for key in uses.read if isinstance(key, str)}
    for call in (*uses.handed_to, *(call for call, _ in uses.handed_as)):
        inner = reading.value(call.func) if isinstance(call, ast.Call) else None
        if isinstance(inner, Thing) and inner.object is not dict:
            found |= names_reached(inner, depth + 1, modules)
    return found


def given_by(callee, call):
    """Names of the parameters that a call fills, or None where it may fill any."""
    found = parameters(callee) or []
    places = [p.name for p in found if p.kind in POSITIONAL]
    starred = next((n for n, argument in enumerate(call.args) if isinstance(argument, ast.Starred)), None)
    if starred is not None and starred < len(places):
        return None
    positional = places[: len(call.args)]
    return frozenset(positional) | {keyword.arg for keyword in call.keywords if keyword.arg}


def hands_on_unchanged(called):
    """For a wrapped callable: do all wrappers pass positional arguments on just as they came?"""
    seen = 0
    while hasattr(called, "__wrapped__") and seen < DEPTH:
        if isinstance(called, types.FunctionType) and not _passes_all(called):
            return False
        called, seen = called.__wrapped__, seen + 1
    return True


def _passes_all(wrapper):
    tree = tree_of(wrapper)
    if tree is None or isinstance(tree, ast.Lambda):
        return False
    if tree.args.vararg is None or parameters_of(tree):
        return False
    name = tree.args.vararg.arg
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and any(isinstance(a, ast.Starred) and getattr(a.value, "id", "") == name for a in node.args)
    ]
    return bool(calls) and all(len(call.args) == 1 for call in calls)


def callable_with_arguments(callee):
    """The parameter that a callable hands all its other arguments to, as `asyncio.to_thread` does; None without one."""
    function, _ = behind(callee)
    tree = tree_of(function) if function is not None else None
    if tree is None or isinstance(tree, ast.Lambda) or tree.args.kwarg is None or tree.args.vararg is None:
        return None
    for call in uses_of(tree, tree.args.kwarg.arg).handed_to:
        starred = [a.value for a in call.args if isinstance(a, ast.Starred)]
        if [getattr(value, "id", "") for value in starred] == [tree.args.vararg.arg]:
            before = [call.func, *call.args[: len(call.args) - 1]]
            named = getattr(before[-1], "id", None)
            if named in parameters_of(tree) and named not in ("self", "cls"):
                return named
    return None
