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

from assay_probe.reality import installed, literals, signatures, stand_ins
from assay_probe.reality.children import answers_of
from assay_probe.reality.claims import shown
from assay_probe.reality.signatures import name_of

MOST = 24
"""So many calls of one file are tried."""
CALL_LIMIT_S, PATIENCE_S, FILE_LIMIT_S = 1.0, 5.0, 4.0
"""Processor time of one call, silence, and processor time of all calls of one file."""
WALLS = 2
"""From this rung of isolation on nothing outside the run can be written, and nothing sent."""
NONSENSE = "zqvx"
LISTED = 3
"""So many of the words that an error lists are tried."""
_QUOTED = re.compile(r"['\"`](\w[\w+-]{0,29})['\"`]")
_OPTION = re.compile(r"\w[\w+-]{0,29}")
_DECIDED_BY_STATE = re.compile(r"NotFound|DoesNotExist|NotExist|Missing|Runtime|LookupError|Context|Registry")
_SAID_BY_STATE = re.compile(r"registered|not found|does not exist|doesn't exist|no such", re.IGNORECASE)
_SAYS_WHAT_IS_VALID = re.compile(r"must be|expected|one of|valid|unknown|support|recogni[sz]ed", re.IGNORECASE)
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
    words = [(*one, path, word) for one in values for path, word in _words_in(one[2], ())]
    given = _given(walk, node, callee) if words else None
    # What is looked up in a table that is stood in for is not there, whatever it is called.
    if given is None or any(maker.kind is stand_ins.TABLE for maker in (*given[0], *given[1], *given[2].values())):
        return
    for name, place, value, path, word in words:
        if word not in walk.first_party and len(waiting) < MOST:
            waiting.append(Trial(walk, node, callee, place, name, Option(value, path, word), given))


class Option:
    """A word in a constant: the constant itself, or a key or a value inside it."""

    __slots__ = ("path", "whole", "word")

    def __init__(self, whole, path, word):
        self.whole = whole
        self.path = path
        self.word = word

    @property
    def is_key(self):
        """Is it a key of a dictionary?"""
        return bool(self.path) and self.path[-1][0] == "key"

    def replaced(self, word):
        """The constant with another word in this place, or without this place where it is None."""
        return _replaced(self.whole, self.path, word)


def _words_in(value, path):
    """Every word in a constant that looks like an option, with the way to it."""
    if isinstance(value, str):
        if _OPTION.fullmatch(value):
            yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(key, str) and _OPTION.fullmatch(key):
                yield (*path, ("key", key)), key
            yield from _words_in(inner, (*path, ("value", key)))
    elif isinstance(value, (list, tuple)):
        for number, inner in enumerate(value):
            yield from _words_in(inner, (*path, ("value", number)))


def _replaced(value, path, word):
    if not path:
        return word
    (kind, key), *inner = path
    if isinstance(value, dict):
        if kind == "key" or (word is None and not inner):
            others = {name: kept for name, kept in value.items() if name != key}
            return others if word is None else {**others, word: value[key]}
        return {**value, key: _replaced(value[key], inner, word)}
    if word is None and not inner:
        return type(value)([kept for number, kept in enumerate(value) if number != key])
    return type(value)([_replaced(kept, inner, word) if number == key else kept for number, kept in enumerate(value)])


def _is_standard(called):
    root = (getattr(called, "__module__", None) or "builtins").partition(".")[0].lstrip("_")
    return root in installed.STANDARD or root in ("builtins", "unittest")


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
    if not isinstance(called, (type, types.FunctionType, types.MethodType)) or _is_standard(called):
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
    option, strange = trial.value, NONSENSE
    if option is None:
        word = trial.parameter
        ways = [lambda: _outcome(trial, word), lambda: _outcome(trial, strange), lambda: _outcome(trial, None)]
    else:
        word = option.word
        strange = word[:1] + NONSENSE
        ways = [
            lambda: _outcome(trial, trial.parameter, option.whole),
            lambda: _outcome(trial, trial.parameter, option.replaced(strange)),
            lambda: _outcome(trial, trial.parameter if option.path else None, option.replaced(None)),
        ]
    wrong = ways[0]()
    if wrong is not None and option is not None and _names_others(trial, wrong, ways[1]()):
        return wrong
    if wrong is None or not _speaks_of(wrong[1], word) or (option is not None and _is_of_state(trial, wrong)):
        return None
    other = ways[1]()
    if other is None or other[0] != wrong[0] or not _speaks_of(other[1], strange):
        return None
    without = ways[2]()
    if without is not None and (_speaks_of(without[1], word) or without[0] == wrong[0]) and not _lacks(without):
        return None
    return wrong


def _names_others(trial, wrong, other):
    """Does the error list what may stand here, is it the same for a made-up word, and is one of the listed taken?"""
    option = trial.value
    listed = [word for word in _QUOTED.findall(wrong[1]) if word != option.word]
    if len(listed) < 2 or wrong != other or option.is_key or _is_of_state(trial, wrong):
        return False
    return any(_outcome(trial, trial.parameter, option.replaced(word)) is None for word in listed[:LISTED])


def _is_of_state(trial, outcome):
    """Does the program decide it when it runs, by what it has registered before, or an argument that is not known?"""
    exception, text = outcome
    is_import = "Import" in exception or exception == "ModuleNotFoundError"
    if not is_import and (_DECIDED_BY_STATE.search(exception) or _SAID_BY_STATE.search(text)):
        return True
    first, positional, named = trial.given
    if exception in ("KeyError", "IndexError", "AttributeError") and any(
        maker.kind != stand_ins.SURE for maker in first
    ):
        return True  # what was put into the instance before
    is_blank = any(maker.kind is stand_ins.BLANK for maker in (*first, *positional, *named.values()))
    return is_blank and _SAYS_WHAT_IS_VALID.search(text) is None


def _speaks_of(text, word):
    return re.search(rf"(?<![\w]){re.escape(word)}(?![\w])", text, re.IGNORECASE) is not None


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
