"""Environment variables: names that no package of the file reads, one slip away from one that such a package reads."""

import ast
import os
import re

from assay_probe.reality import installed, sources, spoken
from assay_probe.reality.values import Made

_READ = re.compile(
    rb"""(?:\benv(?:iron)?(?:\.(?:get|pop|setdefault)\(|\[)|getenv\()\s*(?:["']([A-Z][A-Z0-9_]{4,})["']|([A-Za-z_]\w*)\s*[,\])])"""
)
_NAMED = rb"""^%s\s*(?::[^=\n]+)?=\s*["']([A-Z][A-Z0-9_]{4,})["']"""
_METHODS = ("get", "pop", "setdefault", "__getitem__", "__setitem__")
_read = {}


def subscripted(walk, node, receiver):
    """`os.environ["DJANGO_SETTING_MODULE"]`, read or stored to."""
    if isinstance(node.slice, ast.Constant) and _is_environment(receiver):
        _check(walk, node, node.slice.value)


def called(walk, node, callee):
    """`os.getenv(name)`, `os.environ.get(name)`; None, so that the general rules are asked too."""
    function = node.func
    is_method = isinstance(function, ast.Attribute) and function.attr in _METHODS
    is_asked = callee.object is os.getenv or (is_method and _is_environment(walk.silently(function.value)))
    if is_asked and node.args and isinstance(node.args[0], ast.Constant):
        _check(walk, node.args[0], node.args[0].value)


def _is_environment(value):
    """Is it `os.environ`?"""
    return getattr(value, "object", None) is os.environ or (isinstance(value, Made) and value.value is os.environ)


def _check(walk, node, name):
    """A name that the packages of the file never say, while one of them reads a variable that is called almost so."""
    if not isinstance(name, str) or not re.fullmatch(r"[A-Z][A-Z0-9_]{4,}", name):
        return
    for root in installed.asked_packages():
        known = _read_by(root)
        near = installed.nearest(name, known, 0.88, 1)
        if name in known or spoken.is_spoken_of(root, name):
            return
        if near and len(near[0]) > 7 and not sources.is_named_in_project(name):
            walk.claims.add(
                node,
                "unknown-key",
                f"os.environ[{name!r}]",
                f"{root} reads no environment variable {name!r}",
                root=root,
                raises="",
                certainty="ignored",
                near=near,
            )
            return


def _read_by(root):
    """Names of the environment variables that the sources of a package read, by constants as well."""
    if root not in _read:
        found, texts = set(), [text for _, text in spoken.texts_of(root)]
        for text in texts:
            for name, constant in _READ.findall(text) if b"env" in text else ():
                found.update([name] if name else re.findall(_NAMED % constant, text, re.MULTILINE))
        _read[root] = {name.decode() for name in found}
    return _read[root]
