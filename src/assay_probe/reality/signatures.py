"""How real callables bind their arguments, and where a keyword that is only collected ends up."""

import ast
import inspect
import types

from assay_probe.reality.results import Reading
from assay_probe.reality.sources import parameters_of, tree_of
from assay_probe.reality.values import Thing, is_compiled, static

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
    answer = _forwarded(Reading(function, owner, given), keyword, depth)
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
    from assay_probe.reality import annotations

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


class _Uses:
    """How one function uses what its `**kwargs` collects."""

    def __init__(self, tree):
        self.name = tree.args.kwarg.arg
        self.parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        self.handed_to, self.read, self.is_closed, self.is_opaque = [], set(), False, False
        self.aliases = {self.name}
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and node.id == self.name:
                self._note(node)
        self.is_closed = self.is_closed or any(_refuses_rest(node, self.name) for node in ast.walk(tree))

    def _note(self, node):
        parent = self.parents.get(node)
        if isinstance(parent, ast.keyword) and parent.arg is None:
            self.handed_to.append(self.parents[parent])
        elif isinstance(parent, ast.Attribute) and parent.attr in ("pop", "get", "setdefault"):
            call = self.parents.get(parent)
            self._read_key(call.args[0] if isinstance(call, ast.Call) and call.args else None)
        elif isinstance(parent, ast.Subscript) and parent.value is node:
            self._read_key(parent.slice)
        elif isinstance(parent, ast.Compare) and isinstance(parent.ops[0], (ast.In, ast.NotIn)):
            self._read_key(parent.left)
        elif isinstance(parent, ast.Attribute) and parent.attr == "update":
            self._note_update(self.parents.get(parent))
        elif isinstance(parent, (ast.If, ast.IfExp, ast.BoolOp, ast.UnaryOp, ast.Assert, ast.While)):
            pass
        elif not self._is_in_refusal(node):
            self.is_opaque = True

    def _note_update(self, call):
        """`kwargs.update(...)` sets what the caller did not give, and takes nothing away that the caller gave."""
        if not isinstance(call, ast.Call):
            self.is_opaque = True

    def _read_key(self, key):
        if isinstance(key, ast.Constant):
            self.read.add(key.value)
        else:
            self.is_opaque = True

    def _is_in_refusal(self, node):
        while node in self.parents:
            node = self.parents[node]
            if isinstance(node, ast.Raise):
                return True
            if _refuses_rest(node, self.name):
                self.is_closed = True
                return True
        return False


def _refuses_rest(node, name):
    """Is it `if kwargs: raise ...`?"""
    return (
        isinstance(node, ast.If)
        and any(
            isinstance(inner, ast.Name) and inner.id == name for inner in (node.test, *ast.iter_child_nodes(node.test))
        )
        and not isinstance(node.test, ast.Compare)
        and any(isinstance(inner, ast.Raise) for inner in node.body)
    )


_uses = {}


def _uses_of(tree):
    if tree not in _uses:
        _uses[tree] = _Uses(tree)
    return _uses[tree]


def _forwarded(reading, keyword, depth):
    tree = reading.tree
    if tree is None or isinstance(tree, ast.Lambda) or tree.args.kwarg is None:
        return NOBODY_KNOWS
    uses = _uses_of(tree)
    if keyword in uses.read:
        return Consumer(not _is_read_to_refuse(tree, keyword))
    if uses.is_opaque:
        return NOBODY_KNOWS
    if not uses.handed_to:
        return Consumer(False) if uses.is_closed else NOBODY_KNOWS
    answers = [_handed_on(call, reading, keyword, depth) for call in uses.handed_to]
    for accepted in (True, None):
        found = next((answer for answer in answers if answer.accepts is accepted), None)
        if found is not None:
            return found
    return answers[0]


def _handed_on(call, reading, keyword, depth):
    if not isinstance(call, ast.Call):
        return NOBODY_KNOWS
    callee = reading.value(call.func)
    if not isinstance(callee, Thing) or callee.object is dict:
        return NOBODY_KNOWS
    if any(given.arg == keyword for given in call.keywords):
        return NOBODY_KNOWS
    return consumer_of(callee, keyword, given_by(callee, call), depth + 1)


def _is_read_to_refuse(tree, keyword):
    """Is the key only taken out to raise when it is there?"""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
            continue
        if _pops(node.value, keyword):
            name = node.targets[0].id
            return any(_raises_when_given(inner, name) for inner in ast.walk(tree))
    return any(
        isinstance(node, ast.If)
        and _asks_for(node.test, keyword)
        and len(node.body) == 1
        and isinstance(node.body[0], ast.Raise)
        for node in ast.walk(tree)
    )


def _asks_for(test, keyword):
    if not isinstance(test, ast.Compare) or not isinstance(test.ops[0], ast.In):
        return False
    return isinstance(test.left, ast.Constant) and test.left.value == keyword


def _pops(node, keyword):
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
        return False
    first = node.args[0]
    return node.func.attr in ("pop", "get") and isinstance(first, ast.Constant) and first.value == keyword


def _raises_when_given(node, name):
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Compare)
        and isinstance(node.test.left, ast.Name)
        and node.test.left.id == name
        and isinstance(node.test.ops[0], (ast.IsNot, ast.NotEq))
        and len(node.body) == 1
        and isinstance(node.body[0], ast.Raise)
    )


def names_reached(callee, depth=0):
    """Every keyword that a call can give, also those that `**kwargs` hands on: for the nearest name."""
    signature = signature_of(callee.object)
    if signature is None or depth > DEPTH:
        return set()
    found = {p.name for p in signature.parameters.values() if p.kind in NAMED}
    function, owner = behind(callee)
    tree = tree_of(function) if function is not None else None
    if tree is None or isinstance(tree, ast.Lambda) or tree.args.kwarg is None:
        return found
    uses, reading = _uses_of(tree), Reading(function, owner)
    found |= {key for key in uses.read if isinstance(key, str)}
    for call in uses.handed_to:
        inner = reading.value(call.func) if isinstance(call, ast.Call) else None
        if isinstance(inner, Thing) and inner.object is not dict:
            found |= names_reached(inner, depth + 1)
    return found


def given_by(callee, call):
    """Names of the parameters that a call fills, or None where it may fill any."""
    found = parameters(callee) or []
    if any(isinstance(argument, ast.Starred) for argument in call.args):
        return None
    positional = [p.name for p in found if p.kind in POSITIONAL][: len(call.args)]
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
