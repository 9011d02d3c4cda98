"""One question: is this name there, and could it be called so?"""

import ast
import types

from assay_probe.reality import calls, deprecations, history, installed, literals, signatures, trials
from assay_probe.reality.claims import Claims, shown
from assay_probe.reality.guards import Guards
from assay_probe.reality.members import FOUND, WARNS, member
from assay_probe.reality.reproducers import reproduce
from assay_probe.reality.signatures import name_of
from assay_probe.reality.values import Made, Thing
from assay_probe.reality.walk import Walk


def answer(question):
    """What is known of `package.Class.method(arguments)`; the arguments may be left out."""
    try:
        node = ast.parse(question.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        return {"error": "This is no name and no call of one."}
    name = node.func if isinstance(node, ast.Call) else node
    parts = _dotted(name)
    if parts is None:
        return {"error": "Give a dotted name, such as json.dumps, with or without arguments."}
    claims = Claims("", Guards())
    walk = Walk(claims, frozenset())
    walk.parents = {child: parent for parent in ast.walk(node) for child in ast.iter_child_nodes(parent)}
    root = _root(walk, name, parts)
    found = _resolve(walk, name, root)
    if isinstance(found, Thing) and isinstance(node, ast.Call):
        calls.check_call(walk, node, found)
        literals.make_all()
        trials.make_all()
    told = _told(found) if isinstance(found, Thing) else {}
    return {
        "claims": history.dated(reproduce(claims.whole())),
        "is_known": found is not None or not claims.found,
        **told,
    }


def _dotted(node):
    parts = []
    while isinstance(node, ast.Attribute):
        parts.insert(0, node.attr)
        node = node.value
    return [node.id, *parts] if isinstance(node, ast.Name) else None


def _root(walk, node, parts):
    """Bind the first name as a file would that imports what it needs."""
    if parts[0] in dir(__builtins__) or (isinstance(__builtins__, dict) and parts[0] in __builtins__):
        return None
    for end in range(len(parts), 0, -1):
        path = ".".join(parts[:end])
        if isinstance(installed.module(path), types.ModuleType):
            statement = ast.Import(names=[ast.alias(name=path, asname=None)])
            walk.block([ast.copy_location(statement, node)])
            return path
    walk.block([ast.copy_location(ast.Import(names=[ast.alias(name=parts[0], asname=None)]), node)])
    return parts[0]


def _resolve(walk, node, root):
    """The value of the name. A method is asked of an instance, as it will be called."""
    if isinstance(node, ast.Name):
        return walk.value(node)
    around = _resolve(walk, node.value, root)
    if around is None:
        return None
    if isinstance(around, Thing) and isinstance(around.object, type):
        as_class = member(around, node.attr)
        if as_class.status in (FOUND, WARNS) and isinstance(as_class.value, Thing) and as_class.value.owner:
            return member(Made((around.object,), exact=True), node.attr).value
    return walk.attribute(node)


def _told(callee):
    """What the object says of itself: signature, parameters and who takes each, version, deprecation."""
    called = callee.object
    module = (
        called.__name__ if isinstance(called, types.ModuleType) else getattr(called, "__module__", None) or "builtins"
    )
    is_callable = callable(called)
    text = deprecations.of(callee)[0] if is_callable else None
    return {
        "found": module if isinstance(called, types.ModuleType) else name_of(called),
        "installed": installed.version_of(module),
        "signature": shown(callee) if is_callable else "",
        "parameters": _parameters(callee) if is_callable else [],
        "deprecated": text or "",
    }


def _parameters(callee):
    told = []
    own = [str(p).partition(":")[0].partition("=")[0] for p in signatures.parameters(callee) or ()]
    for name in [*own, *sorted(signatures.names_reached(callee) - set(own))]:
        consumer = signatures.consumer_of(callee, name) if name not in own else None
        taken_by = name_of(consumer.chain[-1].object) if consumer is not None and consumer.chain else ""
        told.append({"name": name, "taken_by": taken_by or name_of(callee.object)})
    return [entry for entry in told if entry["name"] != "self"]
