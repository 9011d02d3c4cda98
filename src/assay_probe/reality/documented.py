"""What only a documentation string tells: the class of what a function gives, the signature of one written in C."""

import inspect
import re
import sys

from assay_probe.reality.values import UNKNOWN, Made, is_compiled

_NAME = r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*"
_CLASS = rf"(?::(?:py:)?class:)?[`'\"]{{0,2}}~?\.?(?P<name>{_NAME})(?:\s*<[^>`]*>)?[`'\"]{{0,2}}"
_MANY = r"(?:(?P<many>(?:an? )?(?:list|tuple|sequence|iterable|iterator|generator)\s*(?:of|\[)\s*))?"
_TYPE = rf"{_MANY}(?:an? |the )?(?:new |single )?{_CLASS}(?:\]| instances?| objects?)?"
_END = r"(?:\s+or\s+None|\s*\|\s*None)?\s*(?:,\s*optional)?\.?\s*$"
_UNDERLINED = re.compile(r"^[ \t]*(Returns|Yields)[ \t]*\n[ \t]*-{3,}[ \t]*\n(?P<first>[^\n]+)\n", re.MULTILINE)
_GOOGLE = re.compile(r"^[ \t]*(Returns|Yields):[ \t]*\n(?P<first>[ \t]+[^\n]+)", re.MULTILINE)
_SPHINX = re.compile(r"^[ \t]*:(?:rtype|returns?):[ \t]*(?P<first>[^\n]+)", re.MULTILINE)
_PROSE = re.compile(
    rf"\b(?:[Rr]eturns?|[Yy]ields?|(?P<many>yielding))\s+(?:an?|the)\s+(?:new\s+)?{_CLASS}\s+(?:instance|object)\b"
)
_OF_VALUE = re.compile(rf"(?:(?:\w+(?:,\s*\w+)*)\s*:\s+)?{_TYPE}{_END}")
_OF_VALUE_AT_START = re.compile(rf"{_TYPE}\s*(?::\s|,\s|$)")
_LINE = r"^\s*(?:[\w.]*\.)?{name}\((?P<inside>.*?)\)(?:\s*(?:->|--).*)?\s*$"
_WORDS = re.compile(r"[A-Za-z_]\w*")
_CONTAINERS = (list, tuple, dict, set, frozenset, str, bytes, int, float, bool, complex, object, type)


def returned(function, owner=None):
    """An instance of the class that the documentation of a callable says it gives, or UNKNOWN."""
    text = getattr(function, "__doc__", None)
    if not isinstance(text, str) or len(text) > 60000:
        return UNKNOWN
    text = inspect.cleandoc(text)
    for pattern, of_value in ((_UNDERLINED, _OF_VALUE), (_SPHINX, _OF_VALUE), (_GOOGLE, _OF_VALUE_AT_START)):
        found = pattern.search(text)
        if found is not None:
            told = of_value.match(found["first"].strip())
            gives_many = found.re is not _SPHINX and found[1] == "Yields"
            return _instance(told, function, owner, gives_many) if told is not None else UNKNOWN
    told = _PROSE.search(text.split("\n\n")[0])
    return _instance(told, function, owner, False) if told is not None else UNKNOWN


def _instance(told, function, owner, gives_many):
    cls = _class_called(told["name"], function, owner)
    if cls is None:
        return UNKNOWN
    if not (told["many"] or gives_many):
        return Made((cls,), doubted=True)
    return Made((list,), element=Made((cls,), doubted=True), doubted=True) if told["many"] else UNKNOWN


def _class_called(name, function, owner):
    """The class of that name, as the module of the function or its package knows it."""
    homes = [getattr(function, "__module__", None), getattr(owner, "__module__", None)]
    homes += [home.partition(".")[0] for home in homes if isinstance(home, str)]
    for home in filter(None, homes):
        found = _reached(sys.modules.get(home), name.split("."))
        if isinstance(found, type):
            return found if found not in _CONTAINERS and not inspect.isabstract(found) else None
    first, *others = name.split(".")
    found = _reached(sys.modules.get(first), others) if others else None
    return found if isinstance(found, type) and found not in _CONTAINERS else None


def _reached(place, parts):
    for part in parts:
        place = getattr(place, "__dict__", {}).get(part)
    return place


def names_in_signature(called):
    """Names in the signatures that the documentation begins with; None where there are none or they leave more open."""
    lines = _signature_lines(called)
    inside = " ".join(line["inside"] for line in lines)
    if not lines or "**" in inside or re.search(r"\b(?:kw\w*|options)\b", inside):
        return None
    return set(_WORDS.findall(inside))


def _signature_lines(called):
    text, name = getattr(called, "__doc__", None), getattr(called, "__name__", None)
    if not isinstance(text, str) or not isinstance(name, str):
        return []
    pattern = re.compile(_LINE.format(name=re.escape(name)))
    found = [pattern.match(line) for line in inspect.cleandoc(text[:4000]).splitlines()]
    return [line for line in found if line is not None] if found and found[0] is not None else []


def signature_line(called):
    """The first of them."""
    return next((line[0].strip() for line in _signature_lines(called)), "")


def speaks_of(called, word):
    """Does the documentation have the word anywhere, or that of its initialiser?"""
    texts = [getattr(called, "__doc__", None)]
    if isinstance(called, type):
        texts += [getattr(getattr(cls, "__init__", None), "__doc__", None) for cls in called.__mro__[:-1]]
        texts += [cls.__doc__ for cls in called.__mro__[:-1]]
    return any(isinstance(text, str) and re.search(rf"\b{re.escape(word)}\b", text) for text in texts)


def is_compiled_object(called):
    """Is it an instance of a class written in C that is called like a function, as ufuncs of numpy are?"""
    cls = type(called)
    is_plain = cls.__module__ != "builtins" and not is_compiled(called) and not isinstance(called, type)
    return is_plain and _is_of_c(cls) and bool(_signature_lines(called))


def _is_of_c(cls):
    return type(cls.__dict__.get("__call__")).__name__ == "wrapper_descriptor"
