"""What `ty` says of the canary, so that a fake lab can answer for it."""

from __future__ import annotations

from assay.evidence.remarks import CANARY_PATH
from assay.values.reality import Remark

SAYS = (
    ("import-not-found", "Module `re` has no member `nowhere`"),
    ("import-not-found", "Cannot resolve imported module `nowhere.at`"),
    ("unused-awaitable", "Object of type `CoroutineType[Any, Any, int]` is not awaited"),
    ("redundant-condition", "Expression `later()` is always truthy (has type `CoroutineType[Any, Any, int]`)"),
    (
        "not-subscriptable",
        "Cannot subscript object of type `CoroutineType[Any, Any, int]` with no `__getitem__` method",
    ),
    (
        "invalid-context-manager",
        "Object of type `Plain` cannot be used with `with` because it does not implement `__enter__` and `__exit__`",
    ),
    ("invalid-await", "`Literal[1]` is not awaitable"),
    ("not-iterable", "Object of type `CoroutineType[Any, Any, int]` is not iterable"),
    (
        "unsupported-operator",
        "Operator `+` is not supported between objects of type `CoroutineType[Any, Any, int]` and `Literal[1]`",
    ),
    ("missing-attribute", "Object of type `CoroutineType[Any, Any, int]` has no attribute `real`"),
    ("missing-attribute", "Object of type `None` has no attribute `real`"),
    ("missing-attribute", "Module `re` has no member `nothing`"),
    ("missing-attribute", "Object of type `Plain` has no attribute `nothing`"),
    ("missing-attribute", "Class `Plain` has no attribute `nothing`"),
    ("unknown-argument", "Argument `b` does not match any known parameter of bound method `Plain.method`"),
    (
        "too-many-positional-arguments",
        "Too many positional arguments to bound method `Plain.method`: expected 2, got 3",
    ),
    ("missing-argument", "No argument provided for required parameter `a` of bound method `Plain.method`"),
    ("not-callable", "Object of type `str` is not callable"),
    (
        "invalid-argument-type",
        'Argument to function `choose` is incorrect: Expected `Literal["r", "w"]`, found `Literal["x"]`',
    ),
    ("no-matching-overload", "No overload of function `over` matches arguments"),
    ("deprecated", "The function `old` is deprecated: gone"),
    ("unknown-typed-dict-constructor-key", 'Unknown key "two" for TypedDict `Keys`'),
    ("invalid-argument-type", "Argument to function `len` is incorrect: Expected `Sized`, found `map[str]`"),
)


def canary_remarks() -> list[Remark]:
    """One remark for each known mistake."""
    return [
        Remark(path=CANARY_PATH, line=1, column=1, last_line=1, last_column=2, rule=rule, message=message)
        for rule, message in SAYS
    ]
