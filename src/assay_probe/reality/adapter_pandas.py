"""pandas: a frame has columns as attributes, but a column cannot be called."""

import sys

from assay_probe.reality.members import FOUND, MISSING, Member
from assay_probe.reality.values import UNKNOWN, Made, static


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
