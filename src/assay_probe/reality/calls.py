"""Checks the calls of a file against the real signatures, and says what they give."""

import ast
import inspect
import sys
import types
import typing

from assay_probe.reality import (
    adapters,
    deprecations,
    documented,
    handed,
    installed,
    instances,
    literals,
    misuse,
    refusals,
    results,
    signatures,
    spoken,
    trials,
)
from assay_probe.reality.claims import expression_of, shown
from assay_probe.reality.signatures import NAMED, POSITIONAL, name_of
from assay_probe.reality.values import (
    UNKNOWN,
    LocalClass,
    LocalFunction,
    LocalInstance,
    Pending,
    Thing,
    doubting,
    is_compiled,
)


def value_of_call(walk, node):
    """What a call in the file gives, after it was checked."""
    callee = instances.as_callable(walk.value(node.func))
    walk.note(node, callee)
    for argument in node.args:
        walk.value(argument.value if isinstance(argument, ast.Starred) else argument)
    for keyword in node.keywords:
        walk.value(keyword.value)
    if isinstance(callee, LocalClass):
        return LocalInstance(callee)
    if isinstance(callee, LocalFunction):
        handed.check(walk, node, callee)
        return _of_local(walk, callee)
    if not isinstance(callee, Thing) or callee.object is None:
        answer = adapters.unresolved(walk, node)
        return UNKNOWN if answer is None else answer.value
    if callee.object is super and not node.args:
        return walk.parent_instance()
    answer = adapters.called(walk, node, callee)
    if answer is not None:
        return answer.value
    check_call(walk, node, callee)
    found = literals.live_result(walk, node, callee) or results.of_call(callee)
    if found is UNKNOWN:
        found = _handed_back(walk, node, callee)
    return doubting(found) if callee.doubted else found


def _check_never(walk, node, callee):
    """A class whose `__call__` does nothing but raise: its instances are never called. Is this one?"""
    if getattr(callee.object, "__name__", "") != "__call__" or not isinstance(callee.object, types.FunctionType):
        return False
    if str(callee.object.__annotations__.get("return")).rpartition(".")[2] in ("NoReturn", "Never"):
        return False  # it says so itself: it is called for that, as `pytest.fail` is
    end = refusals.ending(callee, {}, set())
    if not isinstance(end, refusals.Raised) or end.ways or end.exception == "NotImplementedError":
        return False
    called = literals.shown(node.func)
    walk.claims.add(
        node,
        "missing-attribute",
        called,
        f"{called} is an instance of {name_of(callee.owner)}, whose __call__ only raises: {end.text}",
        root=callee.owner.__module__,
        raises=end.exception,
        certainty="static",
    )
    return True


def _handed_back(walk, node, callee):
    """The argument that the function returns just as it came."""
    if callee.object is typing.cast:
        return walk.annotation(node.args[0]) if len(node.args) == 2 else UNKNOWN
    name = results.parameter_returned(callee.object)
    given = literals.by_parameter(callee, node).get(name) if name else None
    return walk.silently(given) if given is not None else UNKNOWN


def check_call(walk, node, callee):
    """Hold one call against the real signature, what goes away, and what its constants do."""
    walk.claims.calls_bound += 1
    before, walk.claims.is_doubtful = walk.claims.is_doubtful, callee.doubted
    if not (misuse.check_module(walk, node, callee.object) or _check_never(walk, node, callee)):
        check_binding(walk, node, callee)
    _check_deprecation(walk, node, callee)
    trials.note_values(walk, node, callee, literals.check(walk, node, callee))
    walk.claims.is_doubtful = before


def _of_local(walk, callee):
    """What a function of the file gives, by its annotation."""
    node = callee.node
    if node.returns is None or node.decorator_list:
        return UNKNOWN
    before, walk.scopes = walk.scopes, callee.scopes
    try:
        value = walk.annotation(node.returns)
    finally:
        walk.scopes = before
    return Pending(value) if isinstance(node, ast.AsyncFunctionDef) else value


def check_binding(walk, node, callee):
    """Hold the keywords and the number of arguments against the real signature."""
    called = callee.object
    if hasattr(called, "__required_keys__") and hasattr(called, "__total__"):
        _check_keys(walk, node, callee)
        return
    if not _can_be_judged(called):
        return
    parameters = signatures.parameters(callee)
    if parameters is None or (isinstance(called, type) and not parameters and signatures.behind(callee)[0] is None):
        _check_documented(walk, node, callee)
        return
    given = signatures.given_by(callee, node)
    for keyword in node.keywords:
        if keyword.arg is not None and keyword.arg not in instances.also_taken(called):
            _check_keyword(walk, node, callee, keyword, given)
    _check_handed(walk, node, callee, None)
    if signatures.hands_on_unchanged(called):
        _check_count(walk, node, callee, parameters)


def _check_documented(walk, node, callee):
    """Keywords of a callable written in C whose documentation begins with its signature and says nothing of them."""
    called = callee.object
    names = documented.names_in_signature(called)
    for keyword in node.keywords:
        if names is None and keyword.arg is not None:
            trials.note_keyword(walk, node, callee, keyword)
        elif keyword.arg is not None and not documented.speaks_of(called, keyword.arg):
            name = name_of(called)
            walk.claims.add(
                _at_keyword(node, keyword),
                "unknown-parameter",
                f"{name}({keyword.arg}=)",
                f"{name}() has no parameter {keyword.arg!r}, says its documentation",
                root=_root(called),
                raises="TypeError",
                certainty="static",
                near=installed.nearest(keyword.arg, names),
                signature=documented.signature_line(called),
            )


def _can_be_judged(called):
    """Does calling it mean what its signature says?"""
    if isinstance(called, type):
        meta = type(called)
        plain = meta is type or meta.__name__ in ("ABCMeta", "_ProtocolMeta") or "__call__" not in meta.__dict__
        return plain and not (issubclass(called, tuple) and not hasattr(called, "_fields"))
    return inspect.isroutine(called) or is_compiled(called) or documented.is_compiled_object(called)


def _check_keys(walk, node, callee):
    keys = set(callee.object.__required_keys__) | set(callee.object.__optional_keys__)
    for keyword in node.keywords:
        if keyword.arg and keyword.arg not in keys:
            walk.claims.add(
                keyword.value,
                "unknown-key",
                f"{name_of(callee.object)}({keyword.arg}=)",
                f"{name_of(callee.object)} has no key {keyword.arg!r}",
                root=callee.object.__module__,
                raises="KeyError",
                certainty="ignored",
                near=installed.nearest(keyword.arg, keys),
                signature=", ".join(sorted(keys)),
            )


def _check_keyword(walk, node, callee, keyword, given):
    parameters = signatures.parameters(callee)
    if any(p.name == keyword.arg and p.kind in NAMED for p in parameters):
        return
    answer = signatures.consumer_of(callee, keyword.arg, given)
    if answer.accepts is None and not _check_refused(walk, node, callee, keyword):
        is_told = _check_slip(walk, node, callee, keyword)
        if not is_told and not _check_dropped(walk, node, callee, keyword, answer):
            trials.note_keyword(walk, node, callee, keyword)
    if answer.accepts is not False:
        return
    last = answer.chain[-1] if answer.chain else callee
    near = installed.nearest(keyword.arg, signatures.names_reached(callee)) or _takers(callee, keyword.arg)
    name = name_of(callee.object)
    chain = [name_of(step.object) for step in answer.chain]
    text = f"{name}() has no parameter {keyword.arg!r}"
    if len(chain) > 1:
        text = f"{name}() hands **kwargs on to {chain[-1]}(), which has no parameter {keyword.arg!r}"
    walk.claims.add(
        _at_keyword(node, keyword),
        "unknown-parameter",
        f"{name}({keyword.arg}=)",
        text,
        root=_root(callee.object),
        raises="TypeError",
        certainty="static" if _collects(last) else "proven",
        near=near,
        chain=chain,
        signature=shown(callee),
        reproducer="" if _collects(last) else _binding(last, f".bind_partial({keyword.arg}=None)"),
    )


def _check_refused(walk, node, callee, keyword):
    """A keyword that the library collects, looks at and refuses: `for key in kwargs: if key not in KNOWN: raise`."""
    filled = signatures.given_by(callee, node)
    if filled is None or any(other.arg is None for other in node.keywords):
        return False
    end = refusals.refuses_keyword(callee, keyword.arg, filled)
    if end is None:
        return False
    near = installed.nearest(keyword.arg, signatures.names_reached(callee))
    says = f"refuses a keyword {keyword.arg!r}: {end.exception}: {end.text}"
    _claim_keyword(walk, node, callee, keyword, says, raises=end.exception, certainty="static", near=near)
    return True


def _check_dropped(walk, node, callee, keyword, answer):
    """A keyword of a class that does nothing with what it collects, while a parameter is called almost so. Is it?"""
    taken = signatures.names_reached(callee)
    near = [name for name in taken if name.endswith(f"_{keyword.arg}") or keyword.arg.endswith(f"_{name}")]
    if answer is not signatures.DROPS or not isinstance(callee.object, type) or not near:
        return False
    says = f"takes any keyword and does nothing with {keyword.arg!r}"
    _claim_keyword(walk, node, callee, keyword, says, raises="", certainty="ignored", near=near)
    return True


def _claim_keyword(walk, node, callee, keyword, says, **rest):
    name = name_of(callee.object)
    walk.claims.add(
        _at_keyword(node, keyword),
        "unknown-parameter",
        f"{name}({keyword.arg}=)",
        f"{name}() {says}",
        root=_root(callee.object),
        signature=shown(callee),
        **rest,
    )


def _check_slip(walk, node, callee, keyword):
    """A keyword nobody could follow: one slip away from one that is taken, and a word its package never says. Is it?"""
    name, root = name_of(callee.object), _root(callee.object)
    modules = signatures.modules_reached(callee)
    if any(spoken.is_spoken_of(module, keyword.arg) for module in modules):
        return False
    reached = signatures.names_reached(callee)
    if isinstance(callee.object, type):
        reached |= {name for name, kept in vars(callee.object).items() if not callable(kept)}
    near = installed.nearest(keyword.arg, reached, 0.78) or _spelt_alike(keyword.arg, modules)
    if not near:
        return False
    walk.claims.add(
        _at_keyword(node, keyword),
        "unknown-parameter",
        f"{name}({keyword.arg}=)",
        f"nothing in {root.partition('.')[0]} speaks of {keyword.arg!r}, which {name}() is given",
        root=root,
        raises="TypeError",
        certainty="suspect",
        near=near,
        signature=shown(callee),
    )
    return True


def _spelt_alike(word, modules):
    """Names in the packages that differ from the word by underscores and case alone."""
    if len(word.replace("_", "")) <= 3:
        return []
    return sorted(set().union(*(spoken.spelt_alike(module, word) for module in modules)))[:3]


def _check_handed(walk, node, callee, given):
    """`asyncio.to_thread(requests.get, url, time_out=3)`: the keywords are for the callable among the arguments."""
    place = signatures.callable_with_arguments(callee)
    argument = literals.by_parameter(callee, node).get(place)
    inner = walk.silently(argument) if argument is not None else None
    if not isinstance(inner, Thing) or inner.object is None or not callable(inner.object):
        return
    own = {p.name for p in signatures.parameters(callee) or () if p.kind in NAMED}
    for keyword in node.keywords:
        if keyword.arg is not None and keyword.arg not in own:
            _check_keyword(walk, node, inner, keyword, given)


def _takers(callee, keyword):
    """Public callables of the same package that do have the parameter: `AsyncHTTPTransport(retries=)`."""
    package = sys.modules.get(_root(callee.object).partition(".")[0])
    found = []
    for name, other in sorted(vars(package).items()) if package is not None else ():
        if not name.startswith("_") and (inspect.isclass(other) or inspect.isroutine(other)):
            signature = signatures.signature_of(other)
            if signature is not None and keyword in signature.parameters:
                found.append(f"{name}({keyword}=)")
    return found[:3]


def _collects(callee):
    """Does it take any keyword and refuse some of them only when it runs?"""
    found = signatures.parameters(callee) or ()
    return any(p.kind is inspect.Parameter.VAR_KEYWORD for p in found)


def _at_keyword(node, keyword):
    """The keyword's own place: its line, where a call runs over several."""
    return keyword if hasattr(keyword, "lineno") else node


def _root(called):
    owner = getattr(called, "__objclass__", None)
    return getattr(called, "__module__", None) or getattr(owner, "__module__", None) or "builtins"


def _binding(callee, bind):
    """A line that binds the arguments as the call does."""
    path = expression_of(callee.object)
    if path is None:
        return ""
    setup, expression = path
    return f"import inspect{setup.replace('import ', ', ')}; inspect.signature({expression}){bind}"


def _check_count(walk, node, callee, parameters):
    if any(isinstance(argument, ast.Starred) for argument in node.args):
        return
    positional = [p for p in parameters if p.kind in POSITIONAL]
    keywords = {keyword.arg for keyword in node.keywords}
    name, n = name_of(callee.object), len(node.args)
    takes_more = any(p.kind is inspect.Parameter.VAR_POSITIONAL for p in parameters)
    itself = (
        ["None"] if callee.bound and isinstance(callee.object, (types.FunctionType, types.MethodDescriptorType)) else []
    )
    placed = ", ".join([*itself, *["None"] * n, *(f"{keyword}=None" for keyword in sorted(filter(None, keywords)))])
    more = {
        "root": _root(callee.object),
        "raises": "TypeError",
        "signature": shown(callee),
        "reproducer": _binding(callee, f".bind({placed})"),
    }
    if n > len(positional) and not takes_more:
        text = f"{name}() takes {len(positional)} positional arguments, and {n} are given"
        walk.claims.add(node, "wrong-arity", f"{name}()", text, **more)
    if None in keywords:
        return
    needed = [p.name for p in positional[n:]] + [p.name for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY]
    required = {p.name for p in parameters if p.default is inspect.Parameter.empty}
    missing = [parameter for parameter in needed if parameter in required and parameter not in keywords]
    if missing:
        text = f"{name}() needs {', '.join(missing)}"
        walk.claims.add(node, "missing-argument", f"{name}()", text, **more)


def _check_deprecation(walk, node, callee):
    text, parameters = deprecations.of(callee)
    name, root = name_of(callee.object), _root(callee.object)
    if text:
        walk.claims.deprecated(node, name, f"{name}() is deprecated: {text}", root=root)
    for keyword in node.keywords:
        if keyword.arg in parameters and not (isinstance(keyword.value, ast.Constant) and keyword.value.value is None):
            walk.claims.deprecated(
                _at_keyword(node, keyword),
                f"{name}({keyword.arg}=)",
                f"{name}() warns about {keyword.arg}=: {parameters[keyword.arg]}",
                root=root,
            )
