"""Calls that reading cannot judge, made for real in a forked child that may touch nothing, each against its controls.

A keyword that disappears in `**kwargs` is refused where the library ends in an error that names it, ends in the same
error with a name that nobody ever heard of, and does not without it. So is an option. What is not written in the file
is stood in for; that can hide an error and make up none that speaks of this very word. Nothing is tried where no wall
stands between the interpreter and the machine, and a call that reaches for the world is stopped and says nothing.
"""

import ast
import inspect
import os
import re
import signal
import sys
import tempfile
import time
import types
import warnings

from assay_probe.reality import installed, literals, signatures, stand_ins, words
from assay_probe.reality.children import answers_of
from assay_probe.reality.claims import shown
from assay_probe.reality.signatures import name_of
from assay_probe.reality.words import speaks_of

MOST = 24
"""So many calls of one file are tried."""
CALL_LIMIT_S, PATIENCE_S, FILE_LIMIT_S = 1.0, 5.0, 4.0
"""Processor time of one call, silence, and processor time of all calls of one file."""
WALLS = 2
"""From this rung of isolation on nothing outside the run can be written, and nothing sent."""
NONSENSE = "zqvx"
LISTED = 3
"""So many of the words that an error lists are tried."""
_OFFERED = re.compile(
    r"(?:available|choose|one of|valid|supported|expected)[^:\[({]{0,30}[:\[({]([^.\])}]*)", re.IGNORECASE
)
_QUOTED = re.compile(r"['\"`](\w[\w+-]{0,29})['\"`]")
_DECIDED_BY_STATE = re.compile(r"NotFound|DoesNotExist|NotExist|Missing|Runtime|LookupError|Context|Registry")
_SAID_BY_STATE = re.compile(
    r"registered|not found|does not exist|doesn't exist|no such (?!option)|not defined|undefined|undeclared",
    re.IGNORECASE,
)
_SAYS_WHAT_IS_VALID = re.compile(r"must be|expected|one of|valid|unknown|support|recogni[sz]ed", re.IGNORECASE)
_SAYS_IT_IS_WRONG = re.compile(rf"{_SAYS_WHAT_IS_VALID.pattern}|match|allowed|available|no such option", re.IGNORECASE)
_OF_A_TABLE = re.compile(r"column|field|key|index|label|feature|axis|level", re.IGNORECASE)
"""What is looked up in a table that is stood in for is not there, whatever it is called."""
_OPEN = (OSError, MemoryError, RecursionError, EOFError, StopIteration)
_HARMLESS = (
    "import compile exec marshal. object. sys. code. function. gc. builtins. os.listdir os.scandir os.walk glob. "
    "pathlib. array. cpython. re. pickle.find_class ctypes. mmap. setopencode locale. time."
).split()
is_walled = [False]
"""Does something keep the child from the world, beside what is watched here?"""
waiting = []


class _Stopped(BaseException):
    """The call took too long, or reached for the world."""


class Trial:
    """One word of one call: a keyword, or the value of a parameter."""

    __slots__ = ("callee", "doubted", "given", "node", "parameter", "place", "role", "state", "value", "walk")

    def __init__(self, walk, node, callee, place, parameter, value, given):
        self.walk = walk
        self.node = node
        self.callee = callee
        self.place = place
        self.parameter = parameter
        self.value = value
        self.given = given
        self.role = _role(walk, node)
        self.state = walk.guards.state()
        self.doubted = callee.doubted


def note_keyword(walk, node, callee, keyword):
    """Try whether the call takes the keyword, once the file is read."""
    given = _given(walk, node, callee)
    if given is not None:
        waiting.append(Trial(walk, node, callee, keyword, keyword.arg, None, given))


def note_values(walk, node, callee, known):
    """Try the constants that look like options: `known` are those of the call by parameter."""
    places = literals.by_parameter(callee, node)
    values = [(name, places[name], value) for name, value in known.items()]
    for number, argument in enumerate(node.args):
        if argument not in places.values() and not literals.is_absent(literals.constant(walk, argument)):
            values.append((number, argument, literals.constant(walk, argument)))
    found = [(name, place, option) for name, place, value in values for option in words.options_in(value)]
    given = _given(walk, node, callee) if found else None
    for name, place, option in found if given is not None else ():
        if option.word not in walk.first_party and len(waiting) < MOST:
            waiting.append(Trial(walk, node, callee, place, name, option, given))


def _is_standard(called):
    root = (getattr(called, "__module__", None) or "builtins").partition(".")[0].lstrip("_")
    return root in installed.STANDARD or root in ("builtins", "unittest")


def _is_compiled_function(called):
    """Is it a function of a compiled module, and no method of an object?"""
    return isinstance(called, types.BuiltinFunctionType) and isinstance(called.__self__, (types.ModuleType, type(None)))


def _role(walk, node):
    """What the file does with the result at once: enters it, decorates with it, or nothing of these."""
    parent = walk.parents.get(node)
    if isinstance(parent, ast.withitem) and parent.context_expr is node:
        return "with"
    if node in getattr(parent, "decorator_list", ()):
        return "decorator"
    return ""


def _given(walk, node, callee):
    """The arguments as functions that make them, with the receiver first, or None where it is not for trying."""
    called = callee.object
    if not is_walled[0] or len(waiting) >= MOST or callee.doubted or inspect.iscoroutinefunction(called):
        return None
    if not isinstance(called, (type, types.FunctionType, types.MethodType)) and not _is_compiled_function(called):
        return None
    if _is_standard(called):
        return None
    if isinstance(called, types.FunctionType) and callee.bound and not stand_ins.needs_receiver(callee):
        return None
    given = stand_ins.arguments(walk, node, callee)
    if given is None:
        return None
    first = [stand_ins.receiver(walk, node, callee)] if stand_ins.needs_receiver(callee) else []
    return first, *given


def make_all():
    """Try what waits, and claim what the libraries refuse by its name."""
    trials, waiting[:] = list(waiting), []
    start, left_s, found = 0, FILE_LIMIT_S, []
    while start < len(trials) and left_s > 0:
        answers, taken_s = answers_of(_in_child, trials[start:], PATIENCE_S)
        left_s -= max(taken_s, 1.0)
        found += [(trial, *answer) for trial, answer in zip(trials[start:], answers) if answer is not None]
        start += len(answers) + 1
    # What is said of a word inside is said of the whole around it too.
    innermost = {
        (id(trial.place), text): (trial, exception, text) for trial, exception, text in sorted(found, key=_depth)
    }
    for trial, exception, text in innermost.values():
        _claim(trial, exception, text)


def _depth(one):
    return len(one[0].value.path) if one[0].value is not None else 0


def _in_child(trials):
    """For each trial None or `[exception, text]`."""
    os.chdir(tempfile.mkdtemp())
    empty = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(empty, descriptor)
    signal.signal(signal.SIGPROF, _stop)
    sys.addaudithook(_watch)
    ends_at = time.process_time() + FILE_LIMIT_S
    for trial in trials:
        try:
            answer = _judged(trial) if time.process_time() < ends_at else None
        except BaseException:
            answer = None
        yield answer


def _stop(*_):
    raise _Stopped


def _watch(event, arguments):
    """Nothing may be written, started, sent or removed."""
    if event == "open":
        mode, flags = arguments[1], arguments[2]
        writes = isinstance(mode, str) and set(mode) & set("wax+")
        if writes or (isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)):
            raise _Stopped
    elif not event.startswith(tuple(_HARMLESS)):
        raise _Stopped


def _judged(trial):
    """`[exception, text]` where the word was refused and its controls say that it was the word."""
    option = trial.value
    if option is None:
        word, strange = trial.parameter, NONSENSE
        wrong = _outcome(trial, word)
        ways = [lambda: _outcome(trial, strange), lambda: _outcome(trial, None)]
    else:
        wrong = _outcome(trial, trial.parameter, option.whole)
        option = option.refused_in(wrong[1]) if wrong is not None else None
        if option is None or (_is_of_state(trial, wrong) and not _lists_what_is_taken(trial, wrong)):
            return None
        trial.value, word, strange = option, option.word, option.word[:1] + NONSENSE
        ways = [
            lambda: _outcome(trial, trial.parameter, option.replaced(strange)),
            lambda: _outcome(trial, trial.parameter if option.path else None, option.replaced(None)),
        ]
    if wrong is None:
        return None
    other = ways[0]()
    if option is not None and (_names_others(trial, wrong, other) or _names_parameter(trial, wrong, other, ways[1])):
        return wrong
    if not speaks_of(wrong[1], word) or other is None or other[0] != wrong[0] or not speaks_of(other[1], strange):
        return None
    without = ways[1]()
    if without is None or _lacks(without):
        return wrong
    is_other = not speaks_of(without[1], word) and (without[0] != wrong[0] or _is_written(trial))
    return wrong if is_other else None


def _makers(trial):
    first, positional, named = trial.given
    return (*first, *positional, *named.values())


def _is_written(trial):
    """Does the file say all that the call is given?"""
    return all(maker.kind is stand_ins.SURE for maker in _makers(trial))


def _names_parameter(trial, wrong, other, without):
    """Does the error say that the parameter is not right, whatever the word, and is there none without it?"""
    option, name = trial.value, trial.parameter
    if option.path or option.is_phrase or not isinstance(name, str) or wrong != other or len(name) < 4:
        return False
    if not speaks_of(wrong[1], name) or _SAYS_WHAT_IS_VALID.search(wrong[1]) is None:
        return False
    makers = _makers(trial)
    return all(maker.kind in (stand_ins.SURE, stand_ins.PLAIN) for maker in makers) and without() is None


def _names_others(trial, wrong, other):
    """Does the error list what may stand here, is it the same for a made-up word, and is one of the listed taken?"""
    option = trial.value
    listed = [word for word in _QUOTED.findall(wrong[1]) if word != option.word]
    if len(listed) < 2 or wrong != other or option.is_key or option.is_phrase:
        return False
    return any(_outcome(trial, trial.parameter, option.replaced(word)) is None for word in listed[:LISTED])


def _lists_what_is_taken(trial, wrong):
    """Does a function end in a list of what there is, and is one of these taken? Then it looked where it looks."""
    offered = _OFFERED.search(wrong[1])
    listed = re.findall(r"\w[\w+-]*", offered[1]) if offered is not None else []
    if trial.value.path or trial.given[0] or len(listed) < 2 or trial.value.word in listed:
        return False
    return any(_outcome(trial, trial.parameter, trial.value.replaced(word)) is None for word in listed[:LISTED])


def _is_of_state(trial, outcome):
    """Does the program decide it when it runs, by what it has registered before, or an argument that is not known?"""
    exception, text = outcome
    is_import = "Import" in exception or exception == "ModuleNotFoundError"
    if not is_import and (_DECIDED_BY_STATE.search(exception) or _SAID_BY_STATE.search(text)):
        return True
    if trial.value.is_phrase and (is_import or _SAYS_IT_IS_WRONG.search(text) is None):
        return True  # a path, a text, an address
    is_lookup = exception in ("KeyError", "IndexError", "AttributeError")
    if is_lookup and any(maker.kind != stand_ins.SURE for maker in trial.given[0]):
        return True  # what was put into the instance before
    kinds = {maker.kind for maker in _makers(trial)}
    if stand_ins.TABLE in kinds and (is_lookup or _OF_A_TABLE.search(text)):
        return True
    return bool(kinds & {stand_ins.BLANK, stand_ins.TABLE}) and _SAYS_WHAT_IS_VALID.search(text) is None


def _lacks(outcome):
    """Is it only that the argument must be given?"""
    return outcome[0] == "TypeError" and "missing" in outcome[1] and "required" in outcome[1]


def _outcome(trial, parameter, value=None):
    """How the call ends with the word in its place: `[exception, text]`, or None where it does not raise."""
    first, positional, named = trial.given
    names = [p.name for p in signatures.parameters(trial.callee) or () if p.kind in signatures.POSITIONAL]
    place = names.index(trial.parameter) if trial.parameter in names else len(positional)
    place = trial.parameter if isinstance(trial.parameter, int) else place
    arguments = {name: make for name, make in named.items() if name != trial.parameter}
    before = positional[:place]
    if parameter is None and place < len(positional):
        # What comes after a place that is left out goes by name.
        arguments.update(zip(names[place + 1 :], positional[place + 1 :]))
    elif place < len(positional):
        before = [*before, lambda: value, *positional[place + 1 :]]
    elif parameter is not None:
        arguments[parameter] = named[trial.parameter] if trial.value is None else lambda: value
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        signal.setitimer(signal.ITIMER_PROF, CALL_LIMIT_S)
        try:
            _make(trial, [make() for make in (*first, *before)], {name: make() for name, make in arguments.items()})
        except _OPEN:
            return None
        except Exception as error:
            return [type(error).__name__, str(error)[:2000]]
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    told = [warning for warning in caught if not issubclass(warning.category, (DeprecationWarning, FutureWarning))]
    return [told[0].category.__name__, str(told[0].message)[:2000]] if told else None


def _make(trial, positional, named):
    """Make the call, and do with its result what the file does at once."""
    result = trial.callee.object(*positional, **named)
    if trial.role == "decorator" and callable(result):
        result(stand_ins.standing)
    elif trial.role == "with" and hasattr(type(result), "__enter__"):
        type(result).__enter__(result)


def _claim(trial, exception, text):
    walk, called = trial.walk, trial.callee.object
    name, is_keyword = name_of(called), trial.value is None
    shown_value = trial.parameter if is_keyword else f"{trial.parameter}={trial.value.word!r}"
    if isinstance(trial.parameter, int):
        shown_value = repr(trial.value.word)
    before = walk.guards.state()
    walk.guards.restore(trial.state)
    is_warning = "Warning" in exception
    refused = "warns about" if is_warning else "refuses"
    walk.claims.add(
        trial.place if hasattr(trial.place, "lineno") else trial.node,
        "unknown-parameter" if is_keyword else "unknown-key" if trial.value.is_key else "wrong-literal",
        f"{name}({shown_value}{'=' if is_keyword else ''})",
        f"{name}() {refused} {shown_value}: {exception}: {' '.join(text.split())[:200]}",
        root=(getattr(called, "__module__", None) or "builtins"),
        raises="" if is_warning else exception,
        certainty="ignored" if is_warning else "static" if is_keyword else "suspect",
        near=installed.nearest(trial.parameter, signatures.names_reached(trial.callee)) if is_keyword else (),
        signature=shown(trial.callee),
    )
    walk.guards.restore(before)
