"""matplotlib: functions whose documentation lists the properties that their keywords may set; settings."""

import re
import sys

from assay_probe.reality import installed, literals
from assay_probe.reality.signatures import name_of, signature_of
from assay_probe.reality.values import Made

_LISTED = re.compile(r"^    (\w+)(?: or (\w+(?:, \w+)*))?: ", re.MULTILINE)


def called(walk, node, callee):
    """`axes.plot(values, line_width=2)`: a keyword that no artist of these properties has; None."""
    function = callee.object
    text = getattr(function, "__doc__", None)
    if not (getattr(function, "__module__", None) or "").startswith("matplotlib.") or not isinstance(text, str):
        return
    listed = {
        name for found in _LISTED.findall(text.partition("Properties:")[2]) for name in re.split(", ", ", ".join(found))
    }
    signature = signature_of(function)
    if len(listed) < 10 or signature is None:
        return
    for keyword in node.keywords:
        word = keyword.arg
        if word is None or word in signature.parameters or re.search(rf"\b{re.escape(word)}\b", text):
            continue
        walk.claims.add(
            keyword,
            "unknown-parameter",
            f"{name_of(function)}({word}=)",
            f"{name_of(function)}() sets properties, and none of them is called {word!r}",
            root="matplotlib",
            raises="AttributeError",
            certainty="static",
            near=installed.nearest(word, listed | set(signature.parameters)),
        )


def subscripted(walk, node, receiver):
    """`matplotlib.rcParams["figure.size"]`: settings that are not there."""
    settings = sys.modules["matplotlib"].rcParams
    if not isinstance(receiver, Made) or receiver.value is not settings:
        return
    key = literals.constant(walk, node.slice)
    if isinstance(key, str) and key not in settings:
        walk.claims.add(
            node,
            "unknown-key",
            f"matplotlib.rcParams[{key!r}]",
            f"matplotlib has no setting {key!r}",
            root="matplotlib",
            raises="KeyError",
            near=installed.nearest(key, list(settings)),
            reproducer=f"import matplotlib; matplotlib.rcParams[{key!r}]",
        )
