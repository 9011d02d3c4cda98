"""marshmallow: what stands in `class Meta` of a schema, and no option is called so."""

import ast
import sys

from assay_probe.reality import installed
from assay_probe.reality.values import Thing


def defined(walk, cls):
    """Note names in the class `Meta` of a schema that are one slip away from an option."""
    schema = sys.modules["marshmallow"].Schema
    if not any(isinstance(b, Thing) and isinstance(b.object, type) and issubclass(b.object, schema) for b in cls.bases):
        return
    known = {name for name in vars(schema.OPTIONS_CLASS(schema.Meta)) if not name.startswith("_")}
    for inner in cls.node.body:
        for node in inner.body if isinstance(inner, ast.ClassDef) and inner.name == "Meta" else ():
            name = getattr(node.targets[0], "id", "") if isinstance(node, ast.Assign) else ""
            near = installed.nearest(name, known, 0.8) if name else []
            if near and name not in known:
                walk.claims.add(
                    node,
                    "unknown-key",
                    f"Meta.{name}",
                    f"a schema has no option {name!r}",
                    root="marshmallow",
                    raises="",
                    certainty="ignored",
                    near=near,
                )
