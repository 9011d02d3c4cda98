"""Options: values that a parameter's annotation lists, and values that the library's own code refuses."""

import typing

from assay_probe.reality import annotations, installed, refusals, signatures
from assay_probe.reality.signatures import NAMED, POSITIONAL, name_of


def root_of(called):
    """The module that a callable belongs to, under its public name."""
    return (getattr(called, "__module__", None) or "builtins").lstrip("_")


def check_choices(walk, node, callee, parameter, value):
    """A parameter annotated `Literal[...]` takes these and nothing else; is this one refused?"""
    if not isinstance(value, str):
        return False
    choices = choices_of(callee, parameter)
    if choices and value not in choices:
        name = name_of(callee.object)
        walk.claims.add(
            node,
            "wrong-literal",
            f"{name}({parameter}={value!r})",
            f"{name}() takes for {parameter} one of {', '.join(map(repr, choices))}, not {value!r}",
            root=root_of(callee.object),
            raises="ValueError",
            certainty="static",
            near=installed.nearest(value, choices, 0.4),
        )
        return True
    return False


def check_refusal(walk, callee, given, known, tried):
    """Does the library's own code lead to a `raise` with these constants, and to none without one of them?"""
    if not any(isinstance(value, str) for value in known.values()):
        return
    filled = set(given)
    found = refusals.refusal(callee, known, filled)
    if found is None:
        return
    for name, value in known.items():
        others = {other: kept for other, kept in known.items() if other != name}
        if not isinstance(value, str) or name in tried:
            continue
        without = refusals.refusal(callee, others, filled)
        if without is None or without.ways > found.ways:
            called = name_of(callee.object)
            walk.claims.add(
                given[name],
                "wrong-literal",
                f"{called}({name}={value!r})",
                f"{called}() takes no {value!r} for {name}: {found.exception}: {found.text}",
                root=root_of(callee.object),
                raises=found.exception,
                certainty="static",
            )
            return


def choices_of(callee, parameter):
    """The strings that a parameter's annotation allows, or nothing where it allows anything else."""
    signature = signatures.signature_of(callee.object)
    found = signature.parameters.get(parameter) if signature is not None else None
    if found is None or found.kind not in (*NAMED, *POSITIONAL) or found.annotation is found.empty:
        return ()
    try:
        promised = annotations.evaluate(found.annotation, signatures.function_behind(callee.object))
    except Exception:
        return ()
    return tuple(_choices_in(promised))


def _choices_in(promised):
    origin, parts = typing.get_origin(promised), typing.get_args(promised)
    if origin is typing.Literal:
        return (
            [part for part in parts if isinstance(part, str)]
            if all(isinstance(p, (str, bool, int, type(None))) for p in parts)
            else []
        )
    if origin is typing.Union or type(promised).__name__ == "UnionType":
        found = []
        for part in parts:
            if part in (type(None), bool, int, float):
                continue
            inner = _choices_in(part)
            if not inner:
                return []
            found.extend(inner)
        return found
    return []
