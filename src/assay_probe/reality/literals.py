"""Calls whose arguments stand in the file: made for real, each where it can harm nothing, to see what they say."""

import ast
import decimal
import enum
import os
import signal
import tempfile
import warnings

from assay_probe.reality import options, signatures
from assay_probe.reality.children import answers_of
from assay_probe.reality.literal_rules import CHECKED, FOR_ANY, LIVE, LIVE_METHODS, PURE, PURE_METHODS, UNSIGNED
from assay_probe.reality.members import is_deprecation
from assay_probe.reality.signatures import POSITIONAL, name_of
from assay_probe.reality.values import Made, Thing, wrap

_ABSENT = object()
BATCH_LIMIT_S = 20
OPEN_ERRORS = (
    "ImportError",
    "ModuleNotFoundError",
    "OSError",
    "FileNotFoundError",
    "PermissionError",
    "RecursionError",
    "MemoryError",
    "NotImplementedError",
    "TimeoutError",
)
"""What a call may raise here without being wrong elsewhere."""


class Literal:
    """One call to be made: `make` makes it, `text` shows it."""

    __slots__ = ("caught", "make", "name", "near", "node", "root", "state", "text", "walk")

    def __init__(self, walk, node, name, root, make, text, near=()):
        self.walk = walk
        self.node = node
        self.name = name
        self.root = root
        self.make = make
        self.text = text
        self.near = near
        self.state = walk.guards.state()


waiting = []


def constant(walk, node):
    """The value that an expression of literals and named constants has, or `_ABSENT`."""
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        pass
    if isinstance(node, ast.Name):
        if node.id not in walk.named:
            walk.named[node.id] = _named_constant(walk, node.id)
        if walk.named[node.id] is not _ABSENT:
            return walk.named[node.id]
    if isinstance(node, (ast.Attribute, ast.Name)):
        value = walk.silently(node)
        found = value.value if isinstance(value, Made) else None
        return found if isinstance(found, (str, bytes, int, float, enum.Enum)) else _ABSENT
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        left, right = constant(walk, node.left), constant(walk, node.right)
        return left | right if isinstance(left, int) and isinstance(right, int) else _ABSENT
    return _ABSENT


def _named_constant(walk, name):
    """The dictionary or list that a name of the file stands for, where it is bound once and nothing alters it."""
    uses = walk.uses.get(name, ())
    bound = [walk.parents[node] for node in uses if not isinstance(node.ctx, ast.Load)]
    if len(bound) != 1 or not isinstance(bound[0], ast.Assign) or not isinstance(bound[0].value, (ast.Dict, ast.List)):
        return _ABSENT
    if any(isinstance(walk.parents[node], (ast.Attribute, ast.Subscript, ast.AugAssign)) for node in uses):
        return _ABSENT
    try:
        return ast.literal_eval(bound[0].value)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return _ABSENT


def is_absent(value):
    """Did `constant` find nothing?"""
    return value is _ABSENT


def arguments(walk, node):
    """`(positional, by keyword)` where every argument is a constant, else None."""
    if any(isinstance(argument, ast.Starred) for argument in node.args) or any(k.arg is None for k in node.keywords):
        return None
    positional = [constant(walk, argument) for argument in node.args]
    named = {keyword.arg: constant(walk, keyword.value) for keyword in node.keywords}
    if _ABSENT in positional or _ABSENT in named.values():
        return None
    return positional, named


def check(walk, node, callee):
    """Put the calls that can be made, or the parts of them that can be tried, on the list; give the constants left."""
    called, name = callee.object, key_of(callee)
    given = by_parameter(callee, node)
    is_method = hasattr(called, "__objclass__")
    # `datetime.time` is a class, and the method of that name of `datetime` is called so as well.
    whole = arguments(walk, node) if name in (PURE_METHODS if is_method else PURE) else None
    tried, left = set(), {}
    for parameter, value_node in given.items():
        special = CHECKED.get(name, ()) if whole is None else ()
        if _check_parameter(walk, callee, parameter, value_node, given, special):
            tried.add(parameter)
    if whole is None and not any(keyword.arg is None for keyword in node.keywords):
        known = {parameter: constant(walk, value_node) for parameter, value_node in given.items()}
        known = {parameter: value for parameter, value in known.items() if value is not _ABSENT}
        before = len(walk.claims.found)
        options.check_refusal(walk, callee, given, known, tried)
        if len(walk.claims.found) == before:
            left = {name: value for name, value in known.items() if name not in tried}
    if whole is not None:
        receiver = _receiver(walk, node, callee) if is_method else None
        if receiver is not _ABSENT:
            positional, named = whole
            itself = [callee.owner] if callee.bound and not is_method and callee.owner is not None else []
            first = itself if receiver is None else [receiver]
            waiting.append(
                Literal(
                    walk,
                    node,
                    name,
                    options.root_of(called),
                    lambda: called(*first, *positional, **named),
                    shown(node),
                )
            )
    return left


def _receiver(walk, node, callee):
    if not callee.bound or not isinstance(node.func, ast.Attribute):
        return None
    return constant(walk, node.func.value)


def key_of(callee):
    """How the rules name a callable."""
    called = callee.object
    owner = getattr(called, "__objclass__", None)
    if owner is not None:
        return f"{owner.__name__}.{called.__name__}"
    itself = getattr(called, "__self__", None)
    if isinstance(itself, type):
        return f"{name_of(itself)}.{called.__name__}"
    return name_of(called)


def by_parameter(callee, node):
    """The expressions of a call by the name of the parameter that they fill, as far as it is sure."""
    found = {}
    parameters = signatures.parameters(callee)
    if parameters is None:
        names = UNSIGNED.get(key_of(callee), ())
    else:
        names = [p.name for p in parameters if p.kind in POSITIONAL]
    for name, argument in zip(names, node.args):
        if isinstance(argument, ast.Starred):
            break
        found[name] = argument
    found.update({keyword.arg: keyword.value for keyword in node.keywords if keyword.arg})
    return found


def _check_parameter(walk, callee, parameter, value_node, given, special):
    """Try one constant argument by the rules of this callable and by those for any; is there one?"""
    value = constant(walk, value_node)
    if value is _ABSENT or value is None:
        return False
    if parameter in ("encoding", "errors", "dialect") and walk.registers_codecs:
        return True
    root = options.root_of(callee.object)
    name = key_of(callee)
    for rules in (special, FOR_ANY):
        for rule in rules:
            if rule.fits(parameter, value, root) and not set(rule.unless) & set(given):
                waiting.append(
                    Literal(
                        walk,
                        value_node,
                        f"{name}({parameter}=)",
                        rule.root or root,
                        lambda r=rule: r.make(value),
                        f"{parameter}={value!r}",
                        rule.near(value),
                    )
                )
                return True
    return options.check_choices(walk, value_node, callee, parameter, value)


def shown(node):
    """The expression as it is written."""
    try:
        return ast.unparse(node)
    except (ValueError, RecursionError):
        return "..."


def live_result(walk, node, callee):
    """What a harmless call with constant arguments gives: the real value, so that its class is certain."""
    name = key_of(callee)
    is_method = hasattr(callee.object, "__objclass__")
    if name not in (LIVE_METHODS if is_method else LIVE):
        return None
    whole = arguments(walk, node)
    if whole is None:
        return None
    first = []
    if is_method:
        receiver = walk.silently(node.func.value) if isinstance(node.func, ast.Attribute) else None
        if not isinstance(receiver, Made) or receiver.value is None:
            return None
        first = [receiver.value]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = callee.object(*first, *whole[0], **whole[1])
    except Exception:
        return None
    return None if result is None else wrap(result)


def make_all():
    """Make the waiting calls in a forked child and claim those that raise."""
    calls, waiting[:] = list(waiting), []
    start = 0
    while start < len(calls):
        answers, _ = answers_of(_in_child, calls[start:], BATCH_LIMIT_S)
        for call, answer in zip(calls[start:], answers):
            if answer:
                _claim(call, *answer)
        start += max(1, len(answers) + (start + len(answers) < len(calls)))


def _in_child(calls):
    """For each call None or `[exception, text]`."""
    os.chdir(tempfile.mkdtemp())
    signal.alarm(BATCH_LIMIT_S)
    for call in calls:
        answer = None
        try:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                call.make()
            gone = [warning for warning in caught if is_deprecation(warning.category)]
            if gone:
                answer = [gone[0].category.__name__, str(gone[0].message)[:300]]
        except Exception as error:
            cause = f" <- {error.__cause__}" if error.__cause__ is not None else ""
            kinds = [cls.__name__ for cls in type(error).__mro__]
            if not any(kind in OPEN_ERRORS for kind in kinds) or "LookupError" in kinds:
                answer = [kinds[0], f"{error}{cause}"[:300]]
        except BaseException:
            answer = None
        yield answer


def _claim(call, exception, text):
    state = call.walk.guards.state()
    call.walk.guards.restore(call.state)
    if "Warning" in exception:
        call.walk.claims.deprecated(call.node, call.name, f"{call.text}: {text}", root=call.root, raises=exception)
        call.walk.guards.restore(state)
        return
    call.walk.claims.add(
        call.node,
        "wrong-literal",
        call.name,
        f"{call.text}: {exception}: {text}",
        root=call.root,
        raises=exception,
        near=call.near,
    )
    call.walk.guards.restore(state)


_SAMPLES = {int: 1, float: 1.5, str: "a", decimal.Decimal: decimal.Decimal("1.5"), bool: True}


def check_format(walk, node, value):
    """`f"{amount:,.2c}"`: the specification, tried on a value of this kind."""
    spec = node.format_spec
    parts = spec.values if isinstance(spec, ast.JoinedStr) else ()
    if node.conversion != -1 or len(parts) != 1 or not isinstance(parts[0], ast.Constant):
        return
    if not isinstance(value, Made) or len(value.classes) != 1 or value.classes[0] not in _SAMPLES:
        return
    sample, text = _SAMPLES[value.classes[0]], parts[0].value
    # A function that says float is given an int as well.
    others = [_SAMPLES[int]] if isinstance(sample, float) and not value.exact else []

    def make():
        errors = []
        for one in (sample, *others):
            try:
                format(one, text)
            except ValueError as error:
                errors.append(error)
        if len(errors) > len(others):
            raise errors[0]

    waiting.append(Literal(walk, node, f"format({text!r})", "builtins", make, f"format {text!r}"))


def thing(found):
    """A callable as the rules want it."""
    return Thing(found)
