"""Flask: keys of `app.config` that are one slip away from a key that Flask itself reads."""

import ast
import sys

from assay_probe.reality import installed
from assay_probe.reality.values import Made


def subscripted(walk, node, receiver):
    """`app.config["SESION_COOKIE_SECURE"]`."""
    key = node.slice
    if not isinstance(node.value, ast.Attribute) or node.value.attr != "config" or not isinstance(key, ast.Constant):
        return
    app = walk.silently(node.value.value)
    if not isinstance(app, Made) or not any(cls.__module__.split(".")[0] == "flask" for cls in app.classes):
        return
    del receiver
    known = list(sys.modules["flask"].Flask.default_config)
    near = installed.nearest(key.value, known, 0.88, 1) if isinstance(key.value, str) else []
    if near and key.value not in known:
        walk.claims.add(
            node,
            "unknown-key",
            f"app.config[{key.value!r}]",
            f"Flask reads no configuration key {key.value!r}",
            root="flask",
            raises="",
            certainty="ignored",
            near=near,
        )
