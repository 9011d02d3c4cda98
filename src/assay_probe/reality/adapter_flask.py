"""Flask: keys of `app.config` that are one slip away from a key that Flask itself reads."""

import ast
import os
import re

from assay_probe.reality import installed
from assay_probe.reality.values import Made


def subscripted(walk, node, receiver):
    """`app.config["SESION_COOKIE_SECURE"]`."""
    del receiver
    if isinstance(node.slice, ast.Constant) and _is_config(walk, node.value):
        _check_key(walk, node, node.slice.value, _app_of(walk, node.value))


def called(walk, node, callee):
    """The same where the class says what its configuration is; None, so that the general rules are asked too."""
    del callee
    unresolved(walk, node)


def unresolved(walk, node):
    """`app.config.update(SESION_COOKIE_SECURE=True)`, or the same with a dictionary."""
    function = node.func
    if not isinstance(function, ast.Attribute) or function.attr not in ("update", "from_mapping", "setdefault", "get"):
        return
    if not _is_config(walk, function.value):
        return
    for keyword in node.keywords:
        if function.attr in ("update", "from_mapping") and keyword.arg:
            _check_key(walk, keyword.value, keyword.arg, _app_of(walk, function.value))
    for argument in node.args[:1]:
        for key in argument.keys if isinstance(argument, ast.Dict) else [argument]:
            if isinstance(key, ast.Constant):
                _check_key(walk, key, key.value, _app_of(walk, function.value))


def _is_config(walk, node):
    if not isinstance(node, ast.Attribute) or node.attr != "config":
        return False
    return _app_of(walk, node) is not None


def _app_of(walk, node):
    """The class of the application, Flask's or one over the same base, as Quart's is."""
    app = walk.silently(node.value)
    found = app.classes[:1] if isinstance(app, Made) else ()
    return next((cls for cls in found if any(base.__module__.split(".")[0] == "flask" for base in cls.__mro__)), None)


_READ = re.compile(r"""config(?:\.(?:get|setdefault|pop)\(\s*|\[)["']([A-Z][A-Z0-9_]+)["']""")
_extensions = {}


def _read_by_extensions():
    """Keys that the imported extensions read, by their sources."""
    for file in installed.imported_packages():
        if file not in _extensions:
            found = set()
            folder = os.path.dirname(file) if os.path.basename(os.path.dirname(file)).startswith("flask") else None
            for name in sorted(os.listdir(folder)) if folder else ():
                if name.endswith(".py"):
                    with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as text:
                        found |= set(_READ.findall(text.read()))
            _extensions[file] = found
        yield from _extensions[file]


def _check_key(walk, node, key, app):
    known = {*getattr(app, "default_config", ()), *_read_by_extensions()}
    near = installed.nearest(key, known, 0.88, 1) if isinstance(key, str) else []
    if near and key not in known:
        walk.claims.add(
            node,
            "unknown-key",
            f"app.config[{key!r}]",
            f"{app.__name__} reads no configuration key {key!r}",
            root=app.__module__,
            raises="",
            certainty="ignored",
            near=near,
        )
