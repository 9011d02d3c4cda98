"""What a type checker claims of a file is put to the real objects before anybody sees it.

Refuted: dropped. Confirmed on the real class: `static`, on a real module: `proven`. Where no object could be asked,
`suspect`. A claim about a line that the walk did not reach, or that a guard forgives, is dropped as well.
"""

import ast
import inspect
import traceback
import types

from assay_probe.reality import installed, locals_, misuse, named, origins, signatures, sources
from assay_probe.reality.members import FOUND, MISSING, answers_for_any, member, names_of, subclass_has
from assay_probe.reality.signatures import name_of
from assay_probe.reality.values import UNKNOWN, LocalClass, LocalFunction, LocalInstance, Made, Thing

PROJECT = "this project"
_RAISES = {"missing-attribute": "AttributeError", "missing-name": "ImportError"}
_ROOTS_OF_ALL = ("object.__init__", "object.__new__", "type.__call__")


class Case:
    """One claim about one file, with the place it is about."""

    __slots__ = ("claim", "node", "state", "told", "value", "walk")

    def __init__(self, walk, claim, node, value, state):
        self.walk = walk
        self.claim = claim
        self.told = claim["told"]
        self.node = node
        self.value = value
        self.state = state

    def add(self, certainty, *, root, text=None, name=None, raises=None, kind=None, **more):
        """Note it, where nothing forgives it."""
        walk, before = self.walk, self.walk.guards.state()
        walk.guards.restore(self.state)
        kind = kind or self.claim["class"]
        text = text or self.claim["message"].replace("`", "")
        raises = _RAISES.get(kind, "TypeError") if raises is None else raises
        walk.claims.add(
            self.node, kind, name or _name(self), text, root=root, raises=raises, certainty=certainty, **more
        )
        walk.guards.restore(before)


def judge(walk, claims):
    """Put each claim to the objects; what the walk has said of a line itself stands."""
    said = {line for found in walk.claims.found for line in range(found["line"], found["end"] + 1)}
    places = _places(walk)
    for claim in claims:
        if claim["line"] not in said:
            case = _case(walk, claim, places)
            if case is not None:
                _hear(case)


def _hear(case):
    """What foreign objects say; one that fails when it is looked at costs this claim only."""
    before = case.walk.guards.state()
    try:
        _JUDGES[case.claim["class"]](case)
    except Exception:
        case.walk.claims.faults.append(f"line {case.claim['line']}: {traceback.format_exc()[-2000:]}")
        case.walk.guards.restore(before)


def _places(walk):
    """Nodes by the line and column where they begin, and attributes by where they end.

    Both are counted from 1 and in characters, as the checker does.
    """
    begun, ended, lines = {}, {}, walk.text.splitlines()
    for node in walk.parents:
        if hasattr(node, "lineno") and node.end_lineno <= len(lines):
            begin = _characters(lines[node.lineno - 1], node.col_offset)
            begun.setdefault((node.lineno, begin + 1), []).append(node)
            if isinstance(node, ast.Attribute):
                end = _characters(lines[node.end_lineno - 1], node.end_col_offset)
                ended.setdefault((node.end_lineno, end + 1), []).append(node)
    return begun, ended


def _characters(line, n_bytes):
    return n_bytes if line.isascii() else len(line.encode()[:n_bytes].decode("utf-8", "replace"))


def _case(walk, claim, places):
    """The node that the claim is about, with what the walk saw there; None where it never came there."""
    begun, ended = places
    nodes = begun.get((claim["line"], claim["column"])) or ended.get((claim["end_line"], claim["end_column"]), ())
    kind = claim["class"]
    for node in nodes:
        if kind == "missing-attribute" and getattr(node, "attr", None) != claim["told"]["member"]:
            continue
        node = _call_around(walk, node) if kind in _ABOUT_CALLS else node
        reached = node
        while reached is not None and reached not in walk.seen and kind in _ABOUT_PLACES:
            reached = walk.parents.get(reached)
        if reached in walk.seen:
            value, state = walk.seen[reached]
            return Case(walk, claim, node, value if reached is node else UNKNOWN, state)
    return None


def _call_around(walk, node):
    """The call that the node is an argument of, or is."""
    if isinstance(node, ast.Call):
        return node
    while node is not None:
        parent = walk.parents.get(node)
        if isinstance(parent, ast.Call) and node is not parent.func:
            return parent
        node = parent
    return None


def _name(case):
    told = case.told
    whose = told.get("callee") or told.get("module") or told.get("type") or told.get("class") or ""
    what = told.get("member") or told.get("parameter") or ""
    return f"{whose}({what}=)" if "parameter" in told else f"{whose}.{what}".strip(".")


def _member(case):
    told = case.told
    if "module" in told:
        _member_of_module(case)
        return
    receiver = case.value
    if isinstance(receiver, (LocalClass, LocalInstance)):
        _member_of_local(case, receiver.cls if isinstance(receiver, LocalInstance) else receiver)
        return
    if isinstance(receiver, Thing) and not isinstance(receiver.object, type):
        return
    found = [receiver.object] if isinstance(receiver, Thing) else getattr(receiver, "classes", None)
    if found is None:
        shown = told.get("type") or told["class"]
        local = case.walk.classes.get(shown.partition("[")[0])
        if _is_of_project(case, shown.partition("[")[0]):
            _member_of_project(case, shown)
            return
        if local is not None:
            _member_of_local(case, local)
            return
        found = named.classes(shown, case.walk.roots)
    elif member(receiver, told["member"]).status in (FOUND, MISSING):
        return
    _member_of_classes(case, found)


def _is_of_project(case, name):
    """Does the file import this name from the project itself?"""
    return case.walk.imported.get(name) in ("", *case.walk.first_party)


def _member_of_project(case, shown):
    name = case.told["member"]
    if case.walk.judges_project and not _is_itself(case.node.value) and not sources.is_named_in_project(name):
        case.add("suspect", root=PROJECT, text=f"class {shown} has no attribute {name!r}")


def _member_of_classes(case, found):
    name = case.told["member"]
    if not found or type in found or object in found or any(_may_have(cls, name) for cls in found):
        return
    cls = found[0]
    case.add(
        "static" if _is_certain(case, found) else "suspect",
        root=cls.__module__,
        name=f"{name_of(cls)}.{name}",
        text=f"class {name_of(cls)} has no attribute {name!r}",
        near=installed.nearest(name, names_of(Made((cls,)))),
    )


def _is_certain(case, found):
    """Is it one concrete class, and did the project have no hand in what stands there?"""
    cls = found[0]
    if len(found) > 1 or answers_for_any(cls) or inspect.isabstract(cls):
        return False
    return case.value is not UNKNOWN or origins.is_from_abroad(case.walk, case.node.value)


def _may_have(cls, name):
    """Does the real class, or what is done with it anywhere, speak for such an attribute?"""
    if _has(cls, name) or name in sources.set_on_instances(cls)[0]:
        return True
    if answers_for_any(cls) and not _hides_its_getattr(cls):
        return True
    return subclass_has(cls, name) or sources.is_set_from_outside(cls.__module__, name)


def _has(cls, name):
    return any(name in base.__dict__ for base in cls.__mro__)


def _hides_its_getattr(cls):
    """Did the author keep `__getattr__` from type checkers, so that they report what is not declared?"""
    base = next((base for base in cls.__mro__ if "__getattr__" in base.__dict__), None)
    return base is not None and sources.is_kept_from_checkers(base.__dict__["__getattr__"])


def _member_of_local(case, cls):
    name, walk = case.told["member"], case.walk
    if _is_itself(case.node.value) or name in sources.stores_in(walk.text.encode()):
        return
    if name in walk.defined or sources.is_defined_in_project(name) or sources.is_set_from_outside("", name):
        return
    if sources.is_named_in_project(name):
        return
    real = locals_.all_real_bases(walk, cls)
    if real is None or any(_may_have(base, name) for base in real) or locals_.is_given(walk, cls, name):
        return
    case.add("suspect", root=PROJECT, text=f"class {cls.node.name} has no attribute {name!r}")


def _is_itself(node):
    """Is it `self`? What a mixin calls there, another class gives."""
    return isinstance(node, ast.Name) and node.id in ("self", "cls")


def _member_of_module(case):
    module, name = case.told["module"], case.told["member"]
    if module.partition(".")[0] in case.walk.first_party:
        if case.walk.judges_project:
            case.add("suspect", root=PROJECT)
        return
    found = installed.module(module)
    if isinstance(found, types.ModuleType) and member(Thing(found), name).status == MISSING:
        case.add(
            "proven",
            root=module,
            name=f"{module}.{name}",
            text=f"module {module} has no attribute {name!r}",
            near=installed.nearest(name, dir(found)),
            reproducer=f"import {module}; {module}.{name}",
        )


def _module(case):
    """Modules of others are asked for by the walk; one of the project that is gone is told."""
    if case.told["module"].partition(".")[0] in case.walk.first_party and case.walk.judges_project:
        case.add("suspect", root=PROJECT, raises="ImportError")


def _callees(case):
    """What may be called here, and whether it is the project's own."""
    if isinstance(case.value, Thing):
        return [case.value], False
    if isinstance(case.value, Made) and callable(case.value.value):
        return [Thing(case.value.value)], False
    shown = case.told.get("callee")
    if isinstance(case.value, LocalFunction) or shown is None:
        return [], shown is not None or not _begins_abroad(case)
    if shown.partition(".")[0] in case.walk.classes:
        return [], True
    found = named.callables(shown, case.walk.roots)
    return found, not found and not _begins_abroad(case)


def _begins_abroad(case):
    """Is what is called reached from a name that the file imports from another package?"""
    node = case.node
    while node is not None and not isinstance(node, ast.Name):
        node = _first_part(node)
    return node is not None and case.walk.imported.get(node.id, PROJECT) not in (PROJECT, *case.walk.first_party)


def _first_part(node):
    return next((child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)), None)


def _parameter(case):
    keyword, shown = case.told["parameter"], case.told.get("callee", "")
    found, is_own = _callees(case)
    if shown in _ROOTS_OF_ALL or (is_own and not case.walk.judges_project):
        return
    given = {keyword.arg for keyword in case.node.keywords}
    answers = [signatures.consumer_of(one, keyword, given).accepts for one in found] if keyword in given else []
    if not is_own and (True in answers or keyword not in given):
        return
    _add_call(case, found, "static" if answers and None not in answers else "suspect")


def _count(case):
    found, is_own = _callees(case)
    if case.told.get("callee", "") in (*_ROOTS_OF_ALL, "") or (is_own and not case.walk.judges_project):
        return
    node = case.node
    if isinstance(case.value, Thing) or _spreads(node) or any(_binds(one, node) for one in found):
        return
    _add_call(case, found, "static" if found else "suspect")


def _binds(callee, node):
    parameters = signatures.parameters(callee)
    if parameters is None:
        return True
    try:
        inspect.Signature(parameters).bind(*node.args, **{keyword.arg: None for keyword in node.keywords})
    except (TypeError, ValueError):
        return False
    return True


def _add_call(case, found, certainty, **more):
    if not found:
        name = case.told.get("callee", "")
        root = PROJECT if _is_of_project(case, name) else case.walk.imported.get(name, PROJECT)
        case.add(certainty, root=root, **more)
        return
    called = found[0].object
    root = getattr(called, "__module__", None) or getattr(getattr(called, "__objclass__", None), "__module__", None)
    signature = signatures.signature_of(called)
    shown = f"{name_of(called)}{signature}" if signature is not None else ""
    case.add(certainty, root=root or "builtins", signature=shown, **more)


def _foreign(case):
    """About a callable that is not the project's own, by what its stubs or annotations say."""
    found, is_own = _callees(case)
    # Which overload a function fits that is handed on is what checkers are wrong about most.
    is_guess = (
        case.claim["class"] == "no-overload" and _hands_functions(case) and all(_binds(f, case.node) for f in found)
    )
    if not is_own and not is_guess and not _spreads(case.node):
        _add_call(case, found, "suspect", raises="ValueError")


def _hands_functions(case):
    """Is a function or method among the arguments?"""
    nodes = (*case.node.args, *(keyword.value for keyword in case.node.keywords))
    return any(
        isinstance(node, ast.Lambda) or (isinstance(value, Thing) and inspect.isroutine(value.object))
        for node, value in ((node, case.walk.silently(node)) for node in nodes)
    )


def _spreads(call):
    """Does it hand on arguments that are not written down?"""
    return any(isinstance(argument, ast.Starred) for argument in call.args) or any(k.arg is None for k in call.keywords)


def _key(case):
    found = named.classes(case.told["callee"], case.walk.roots)
    if found and case.told["callee"] not in case.walk.classes:
        case.add("ignored", root=found[0].__module__, raises="KeyError")


def _deprecated(case):
    found = named.callables(case.told["callee"], case.walk.roots)
    if found:
        _add_call(case, found, "deprecated", raises="DeprecationWarning")


def _misuse(case):
    if case.told.get("type") == "None":
        made = misuse.made_by(case.walk, case.node)
        if made is not None:
            text = f"{made}() gives nothing back: this is None"
            case.add("suspect", root=PROJECT, name=f"{made}()", text=text)
        return
    case.add("suspect", root=_root(case.value) if isinstance(case.value, Thing) else PROJECT)


def _root(value):
    return getattr(value.object, "__module__", None) or "builtins"


def _not_callable(case):
    called = case.node.value if isinstance(case.node, ast.Expr) else case.node
    callee = called.func if isinstance(called, ast.Call) else called
    if isinstance(callee, ast.Name):
        return  # what a variable holds by then, of all that was assigned to it, is a guess
    found = named.classes(case.told["type"], case.walk.roots)
    if not found or case.told["type"].partition("[")[0] in case.walk.classes or found == [type(None)]:
        return
    if not any(cls is object or _has(cls, "__call__") or answers_for_any(cls) for cls in found):
        certainty = "static" if origins.is_from_abroad(case.walk, callee) else "suspect"
        case.add(certainty, root=found[0].__module__, kind="misuse")


_ABOUT_CALLS = ("unknown-parameter", "wrong-arity", "missing-argument", "no-overload", "wrong-literal", "unknown-key")
_ABOUT_PLACES = ("missing-name", "missing-module", "misuse", "not-callable", "deprecated")
_JUDGES = {
    "missing-attribute": _member,
    "missing-name": _member_of_module,
    "missing-module": _module,
    "unknown-parameter": _parameter,
    "wrong-arity": _count,
    "missing-argument": _count,
    "no-overload": _foreign,
    "wrong-literal": _foreign,
    "unknown-key": _key,
    "deprecated": _deprecated,
    "misuse": _misuse,
    "not-callable": _not_callable,
}
