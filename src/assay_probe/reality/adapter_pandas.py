"""pandas: a frame has columns as attributes, but a column cannot be called."""

import sys

from assay_probe.reality.members import MISSING, Member
from assay_probe.reality.values import UNKNOWN, Made


def member_of(walk, node, receiver):
    """A called attribute of a frame or series must be one of its class."""
    pandas = sys.modules["pandas"]
    if not isinstance(receiver, Made) or walk.call_of(node) is None:
        return None
    frames = tuple(filter(None, (getattr(pandas, name, None) for name in ("DataFrame", "Series"))))
    if any(cls not in frames or hasattr(cls, node.attr) for cls in receiver.classes):
        return None
    return Member(UNKNOWN, MISSING)
