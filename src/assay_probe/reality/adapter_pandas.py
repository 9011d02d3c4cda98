"""pandas: a frame has columns as attributes, but a column cannot be called."""

import sys

from assay_probe.reality import literals
from assay_probe.reality.members import FOUND, MISSING, Member
from assay_probe.reality.values import UNKNOWN, Made, static

_OPTIONS = ("set_option", "get_option", "reset_option", "describe_option", "option_context")


def called(walk, node, callee):
    """`pandas.set_option("display.maximum_rows", 5)`: options that pandas itself does not find; None."""
    pandas = sys.modules["pandas"]
    name = next((name for name in _OPTIONS if getattr(pandas, name, None) is callee.object), None)
    if name is None:
        return
    every = node.args if name in ("set_option", "option_context") else node.args[:1]
    for argument in every[::2] if len(every) > 1 else every:
        key = literals.constant(walk, argument)
        if isinstance(key, str):
            try:
                pandas.get_option(key)
            except (KeyError, AttributeError) as error:
                walk.claims.add(
                    argument,
                    "unknown-key",
                    f"pandas.{name}({key!r})",
                    f"pandas has no option {key!r}: {error}"[:300],
                    root="pandas",
                    raises="OptionError",
                    reproducer=f"import pandas; pandas.get_option({key!r})",
                )


def member_of(walk, node, receiver):
    """A called attribute of a frame or series must be one of its class."""
    pandas = sys.modules["pandas"]
    accessor = _accessor(receiver, node.attr)
    if accessor is not None:
        return Member(Made((accessor,)), FOUND)
    if not isinstance(receiver, Made) or walk.call_of(node) is None:
        return None
    frames = tuple(filter(None, (getattr(pandas, name, None) for name in ("DataFrame", "Series"))))
    if any(cls not in frames or hasattr(cls, node.attr) for cls in receiver.classes):
        return None
    return Member(UNKNOWN, MISSING)


def _accessor(receiver, name):
    """The class behind `series.str` or `series.dt`."""
    if not isinstance(receiver, Made) or len(receiver.classes) != 1:
        return None
    stands = static(receiver.classes[0], name)
    accessor = getattr(stands, "_accessor", None)
    return accessor if isinstance(accessor, type) else None
