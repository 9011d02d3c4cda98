"""Beautiful Soup: a tag has its children as attributes, but a child is not there to be called by any name."""

import sys

from assay_probe.reality.members import MISSING, Member
from assay_probe.reality.values import UNKNOWN, Made


def member_of(walk, node, receiver):
    """A called attribute of a tag must be one of its class."""
    tag = sys.modules["bs4"].Tag
    if not isinstance(receiver, Made) or walk.call_of(node) is None:
        return None
    if any(not issubclass(cls, tag) or hasattr(cls, node.attr) for cls in receiver.classes):
        return None
    return Member(UNKNOWN, MISSING)
