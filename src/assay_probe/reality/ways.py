"""What several ways through a function have in common, and which of them an exception takes."""

import ast

from assay_probe.reality.decided import UNDECIDED


def mentions(node, names):
    """Does the expression read any of these names?"""
    return any(isinstance(inner, ast.Name) and inner.id in names for inner in ast.walk(node))


def agreed(each):
    """What all of several tables hold alike."""
    first, *others = each
    return {
        name: value for name, value in first.items() if all(other.get(name, UNDECIDED) is value for other in others)
    }


def catches(handler, exception):
    """Does the handler take an exception of this name?"""
    if handler.type is None:
        return True
    names = {getattr(node, "id", getattr(node, "attr", "")) for node in ast.walk(handler.type)}
    wider = {"KeyError": {"LookupError"}, "IndexError": {"LookupError"}}.get(exception, set())
    return bool(names & ({exception, "Exception", "BaseException"} | wider))


def words(node):
    """The constant texts of an expression."""
    constants = [inner.value for inner in ast.walk(node) if isinstance(inner, ast.Constant)]
    texts = [text for text in constants if isinstance(text, str)]
    return " ".join(" ".join(texts).split())[:200]


def fits(target, value):
    """Does the value unpack into the target's names, one each?"""
    plain = not any(isinstance(element, ast.Starred) for element in target.elts)
    return plain and isinstance(value, (tuple, list)) and len(value) == len(target.elts)
