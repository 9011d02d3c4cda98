"""Jinja: a template that is written as a constant is compiled, with the filters and tests that Jinja brings."""

import sys

from assay_probe.reality import literals
from assay_probe.reality.signatures import name_of

_TAKERS = ("jinja2.environment.Environment.from_string", "jinja2.environment.Template")


def called(walk, node, callee):
    """Note what the compiler says of a constant template; None."""
    if name_of(callee.object) not in _TAKERS:
        return
    source = literals.constant(walk, literals.by_parameter(callee, node).get("source")) if node.args else None
    if not isinstance(source, str) or any(word in walk.text for word in ("extensions", "_string=", "overlay")):
        return
    jinja2 = sys.modules["jinja2"]
    try:
        jinja2.Environment().parse(source)
        if ".filters" not in walk.text and ".tests" not in walk.text:
            jinja2.Environment().compile(source)
    except jinja2.TemplateError as error:
        walk.claims.add(
            node.args[0],
            "wrong-literal",
            f"{name_of(callee.object)}()",
            f"Jinja refuses this template: {type(error).__name__}: {error}"[:300],
            root="jinja2",
            raises=type(error).__name__,
        )
