"""pydantic: a configuration that is written as a plain dictionary has the keys of `ConfigDict`."""

import ast
import sys

from assay_probe.reality import installed
from assay_probe.reality.values import Thing


def assigned(walk, target, value):
    """`model_config = {"extras": "forbid"}` in the body of a model."""
    if getattr(target, "id", "") != "model_config" or not isinstance(value, ast.Dict) or walk.current_class is None:
        return
    model = sys.modules["pydantic"].BaseModel
    bases = [base.object for base in walk.current_class.bases if isinstance(base, Thing)]
    if not any(isinstance(base, type) and issubclass(base, model) for base in bases):
        return
    known = set(sys.modules["pydantic"].ConfigDict.__annotations__)
    for base in bases:
        known |= set(getattr(base, "model_config", ()))
    for key in value.keys:
        name = getattr(key, "value", None)
        near = installed.nearest(name, known) if isinstance(name, str) else []
        if isinstance(name, str) and name not in known and near:
            walk.claims.add(
                key,
                "unknown-key",
                f"model_config[{name!r}]",
                f"pydantic reads no key {name!r} of model_config",
                root="pydantic",
                raises="",
                certainty="ignored",
                near=near,
            )
