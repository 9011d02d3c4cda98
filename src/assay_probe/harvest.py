"""What a test needs to make one experiment's call by itself: arguments as expressions, and where the test stands."""

import signal

from assay_probe import applying, contents, forks, steps
from assay_probe.expressions import expression, home_of, name_of
from assay_probe.wire import send

ALARM_S = 5.0
FRAMES = 40
LOCALS = 40


def tell(point, scenario, n, m, call, edits, context, root, caller):
    """Send one `harvest` frame for a call as it arrived and the edits that an experiment makes on it."""
    frames = _frames(root, caller)
    own = [frame for frame in frames if _is_of(scenario, frame.f_code.co_filename[len(root) + 1 :])] or frames
    names = own[-1].f_locals if own else {}
    answer = forks.ask(lambda: _describe(call, edits, context, dict(names)), ALARM_S)
    answer["home"] = home_of(call.function.__globals__.get("__name__"), point.qualname.split(".")[0])
    send("harvest", test=scenario, point=point.id, n=n, m=m, stack=[_shown(f, root) for f in frames], **answer)


def _describe(call, edits, context, names):
    """In a child: expressions for the arguments after the edits, and for each edited place before and after."""
    signal.setitimer(signal.ITIMER_REAL, ALARM_S)
    first = next(iter(call.arguments.values()), None)
    owner = name_of(first if isinstance(first, type) else type(first))
    told = []
    for edit in edits:
        twice = edit.operator == steps.CALL_FIRST
        is_given = edit.path[0][1] in call.arguments
        old = _source(applying.value_at(call.arguments, edit.path)) if is_given else None
        if edit.operator not in steps.OPERATORS | contents.OPERATORS:
            applying.apply(call.arguments, edit, context)
        new = _source(applying.value_at(call.arguments, edit.path))
        told.append({"path": edit.to_json()["path"], "twice": twice, "old": old, "new": new})
    rows = [[name, _source(value)] for name, value in call.arguments.items()]
    here = [[name, _source(value)] for name, value in list(names.items())[:LOCALS] if name.isidentifier()]
    return {"locals": here, "arguments": rows, "edits": told, "owner": owner and owner.to_json()}


def _is_of(scenario, path):
    """Is this the file of the test, whose identifier begins with its path, or with its dotted name?"""
    return scenario.startswith((path, path[:-3].replace("/", ".") + "."))


def _source(value):
    found = expression(value)
    return found and found.to_json()


def _frames(root, frame):
    """The project's frames from the caller's on, innermost first."""
    out = []
    while frame is not None:
        if frame.f_code.co_filename.startswith(root + "/"):
            out.append(frame)
        frame = frame.f_back
    return [*out[:FRAMES], *out[FRAMES:][-2:]]


def _shown(frame, root):
    """`[path, line of def, name, line, position]`; the last is `[line, end line, column, end column]` or None."""
    code = frame.f_code
    path = code.co_filename[len(root) + 1 :]
    return [path, code.co_firstlineno, code.co_name, frame.f_lineno, _position(frame)]


def _position(frame):
    if not hasattr(frame.f_code, "co_positions"):
        return None
    positions = list(frame.f_code.co_positions())
    index = frame.f_lasti // 2
    found = positions[index] if 0 <= index < len(positions) else (None,)
    return None if None in found else list(found)
