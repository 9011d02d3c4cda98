"""What `__getattr__` of a class says to one name: read from its source with the name put in, and never called."""

import types

from assay_probe.reality import refusals, results
from assay_probe.reality.asking import answers, once
from assay_probe.reality.sources import parameters_of, set_on_instances, tree_of
from assay_probe.reality.values import UNKNOWN, Thing, static


@answers("does __getattr__ refuse")
@once(meanwhile=False)
def refuses(cls, name):
    """Does every way through its `__getattr__` end in an exception?"""
    answer = _getattr_of(cls)
    if answer is None or name in set_on_instances(cls)[0]:
        return False
    if str(getattr(answer, "__annotations__", {}).get("return")).rpartition(".")[2] in ("NoReturn", "Never"):
        return True
    itself, asked, *_ = [*parameters_of(tree_of(answer)), None, None]
    if asked is None or itself is None:
        return False
    end = refusals.ending(Thing(answer, cls, bound=True), {asked: name}, {asked})
    return isinstance(end, refusals.Raised) and not end.ways


@answers("what __getattr__ makes up")
def made_up(cls, name):
    """What the class makes up for a name that nothing else gives it, by the annotation of its `__getattr__`."""
    answer = _getattr_of(cls)
    if answer is None or name in set_on_instances(cls)[0]:
        return UNKNOWN
    return results.annotated(answer, cls)


def _getattr_of(cls):
    """Its `__getattr__` in Python, where no `__getattribute__` of its own comes first."""
    answer, first = static(cls, "__getattr__", None), static(cls, "__getattribute__", None)
    if not isinstance(answer, types.FunctionType) or isinstance(first, types.FunctionType):
        return None
    return answer if tree_of(answer) is not None and cls.__module__ != "unittest.mock" else None
