"""scikit-learn: estimators write down which values they take and look only when they are fitted."""

import importlib

from assay_probe.reality import installed, literals, signatures
from assay_probe.reality.claims import shown
from assay_probe.reality.signatures import name_of


def called(walk, node, callee):
    """Note values that an estimator's table refuses, and names that `set_params` does not know; None."""
    made = callee.object
    if isinstance(made, type) and hasattr(made, "_parameter_constraints") and hasattr(made, "get_params"):
        _check_values(walk, node, callee, made)
    elif getattr(made, "__name__", "") == "set_params" and hasattr(callee.owner, "_get_param_names"):
        _check_names(walk, node, callee)


def _check_values(walk, node, callee, made):
    validate = importlib.import_module("sklearn.utils._param_validation").validate_parameter_constraints
    for name, expression in literals.by_parameter(callee, node).items():
        value = literals.constant(walk, expression)
        if literals.is_absent(value) or name not in made._parameter_constraints:
            continue
        try:
            validate(made._parameter_constraints, {name: value}, made.__name__)
        except (ValueError, TypeError) as error:
            walk.claims.add(
                expression,
                "wrong-literal",
                f"{name_of(made)}({name}={value!r})",
                f"{error}"[:300],
                root="sklearn",
                raises=type(error).__name__,
                signature=shown(callee),
            )
        except Exception:
            continue


def _check_names(walk, node, callee):
    known = set(callee.owner._get_param_names())
    if any(p.kind is p.VAR_KEYWORD for p in signatures.parameters(callee) or ()):
        for keyword in node.keywords:
            if keyword.arg and "__" not in keyword.arg and keyword.arg not in known and known:
                walk.claims.add(
                    keyword,
                    "unknown-parameter",
                    f"{name_of(callee.owner)}.set_params({keyword.arg}=)",
                    f"{callee.owner.__name__} has no parameter {keyword.arg!r}",
                    root="sklearn",
                    raises="ValueError",
                    near=installed.nearest(keyword.arg, known),
                )
