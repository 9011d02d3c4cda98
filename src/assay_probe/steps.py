"""Experiments in two steps: what a single call does not show, because it lies between two objects.

* `call.first`: the same call is made unaltered before, so that what it leaves behind is there.
* `ask.first`: an argument is asked for its hash and for what it shows before the call, and again afterwards.
* `copy.first`: an argument is copied before the call, and the copy is looked at afterwards.
* `then.result`: the result is changed after the call, and the arguments are looked at.
* `then.argument`: an argument is changed after the call, and the result is looked at.
* `then.use`: the object whose method was called is used after the call: each public method that simple values satisfy.
  Then the call is made again, and may answer as it did or otherwise.
"""

import copy
import inspect
import types

from assay_probe import determinism, encoding, generated, loops, outcomes
from assay_probe.encoding_walk import is_mutable
from assay_probe.variants import OPAQUE

CALL_FIRST, COPY_FIRST, ASK_FIRST = "call.first", "copy.first", "ask.first"
THEN_RESULT, THEN_ARGUMENT, THEN_USE = "then.result", "then.argument", "then.use"
OPERATORS = frozenset((CALL_FIRST, COPY_FIRST, ASK_FIRST, THEN_RESULT, THEN_ARGUMENT, THEN_USE))
CHANGED = "changed"
_VIEWS = ("as_", "to_", "dump", "items", "values", "getvalue")
MAX_VIEWS, MAX_USES = 8, 12
SIMPLE_ARGUMENTS, TRIES = 2, 3
"""A method that asks for more than so many is not used; so many values are tried for each."""


def offered(arguments):
    """`(argument, operators)` of every experiment in steps that says something at a call with these arguments."""
    changeable = [name for name, value in arguments.items() if _is_changeable(value)]
    out = [(name, [THEN_ARGUMENT]) for name in changeable]
    out += [(name, [ASK_FIRST]) for name in changeable if _is_hashed(arguments[name])]
    for name in changeable:
        if _copier(arguments[name]) is not None:
            out += [(name, [COPY_FIRST]), (name, [CALL_FIRST, COPY_FIRST])]
    if changeable:
        out.append((changeable[0], [THEN_RESULT]))
    if "self" in changeable[:1] and _uses(arguments["self"]):
        out.append(("self", [THEN_USE]))
    return out


def copied(arguments):
    """The first argument whose class makes copies of it, or None."""
    return next((name for name, x in arguments.items() if _is_changeable(x) and _copier(x) is not None), None)


def _is_hashed(value):
    """Does its class compute a hash of its own?"""
    return isinstance(getattr(type(value), "__hash__", None), types.FunctionType)


def _is_spent(value):
    """Would whoever reads it use it up?"""
    return hasattr(type(value), "__next__") or loops.waits(value)


def _is_changeable(value):
    kind = type(value)
    return is_mutable(kind) and not issubclass(kind, OPAQUE) and not hasattr(kind, "__next__")


def _copier(value):
    """What the object's own class offers for making copies."""
    kind = type(value)
    own = getattr(kind, "copy", None)
    if callable(own):
        return own
    return copy.copy if hasattr(kind, "__copy__") or kind in (list, dict, set) else None


class Steps:
    """The steps around one call, in a forked child."""

    def __init__(self, call, edits):
        self._call = call
        self._wanted = [(edit.operator, edit.path[0][1]) for edit in edits if edit.operator in OPERATORS]
        self._hashes = {}
        self.looked_at = ""

    def take(self, edit):
        """Take the step where its turn is now; answers as other edits are answered."""
        name = edit.path[0][1]
        if edit.operator == CALL_FIRST:
            self._call_first()
        if edit.operator == ASK_FIRST:
            asked = self._call.arguments[name]
            views_of(asked)
            self._hashes[name] = hash(asked)
        words = {
            CALL_FIRST: "after the same call unaltered",
            COPY_FIRST: "a copy of %s, made before, is looked at" % name,
            ASK_FIRST: "%s was asked for its hash before" % name,
            THEN_RESULT: "then the result is changed",
            THEN_ARGUMENT: "then %s is changed" % name,
            THEN_USE: "then methods of %s are called" % name,
        }[edit.operator]
        return ["", "", words, {}]

    @property
    def copies(self):
        """Names of the arguments of which a copy is looked at later."""
        return [name for operator, name in self._wanted if operator == COPY_FIRST]

    def copy(self):
        """Make the copies. Raises what the live objects raise."""
        arguments = self._call.arguments
        for name in self.copies:
            arguments["copy of " + name] = _copier(arguments[name])(arguments[name])

    def _call_first(self):
        determinism.begin_call()
        try:
            value = self._call.make()
            if loops.waits(value):
                loops.finish(value)
        except outcomes.Blocked:
            raise
        except BaseException:
            pass

    def _again(self, first):
        """Does the call answer as it did? Not with what: a hash, for one, depends on the process."""
        if first is None:
            return ""
        try:
            value = self._call.make()
            if _is_spent(value):
                return ""
            same = encoding.digest(encoding.encode(value)) == first
        except (Exception, outcomes.Blocked) as error:
            return "\nmade again: %s" % type(error).__name__
        return "\nmade again: %s" % ("as before" if same else "another answer")

    def after(self, value):
        """What comes after the call returned `value`. Raises what the live objects raise."""
        arguments = self._call.arguments
        for operator, name in self._wanted:
            if operator == THEN_RESULT:
                change(value)
                self.looked_at += "".join(map(views_of, arguments.values()))
            elif operator == THEN_ARGUMENT:
                change(arguments[name])
            elif operator == THEN_USE:
                first = None if _is_spent(value) else encoding.digest(encoding.encode(value))
                self.looked_at += _used(arguments[name]) + self._again(first)
            elif operator == ASK_FIRST:
                same = hash(arguments[name]) == self._hashes[name]
                words = "the hash of %s is %s\n" % (name, "as before" if same else "another one")
                self.looked_at += words + views_of(arguments[name])
            elif operator == COPY_FIRST:
                self.looked_at += views_of(arguments["copy of " + name])


def views_of(value):
    """What others see of an object whose state is private: its text, and what it gives when asked for plain values."""
    kind, out = type(value), [encoding.visible(value)]
    names = [name for name in dir(kind) if name.startswith(_VIEWS)] if kind.__module__ != "builtins" else []
    for name in names[:MAX_VIEWS]:
        try:
            given = getattr(value, name)()
            given = list(given) if hasattr(given, "__next__") else given
        except Exception:
            continue
        out.append("%s() -> %s" % (name, encoding.shown(given, 200)))
    return "\n".join(filter(None, out))


def _uses(value):
    """`(name, lists of arguments to try)` of the public methods of an object's own classes that ask for little."""
    found = {}
    for kind in type(value).__mro__:
        for name, method in vars(kind).items() if kind.__module__ != "builtins" else ():
            found.setdefault(name, method)
    out = []
    for name, method in sorted(found.items()):
        if type(method) is types.FunctionType and not name.startswith("_"):
            wanted = generated.required(method)[1:]
            if len(wanted) <= SIMPLE_ARGUMENTS and not inspect.iscoroutinefunction(method):
                tries = list(zip(*[generated.values_for(parameter)[:TRIES] for parameter in wanted])) or [()]
                out.append((name, tries))
    return out[:MAX_USES]


def _used(value):
    """What the methods of an object answer, one after the other; those that refuse are passed over."""
    out = []
    for name, tries in _uses(value):
        for given in tries:
            try:
                answer = getattr(value, name)(*given)
                answer = list(answer) if hasattr(type(answer), "__next__") else answer
            except (Exception, outcomes.Blocked):
                continue
            out.append("%s(%s) -> %s" % (name, ", ".join(map(repr, given)), encoding.shown(answer, 200)))
            break
    return encoding.strip_addresses("\n".join(out))


def change(value):
    """Change an object as somebody would who owns it; nothing where there is no way to.

    A list gets an item, a mapping a key, a set a member, an object with such methods the same. Of any other object each
    public attribute is changed, a container so and whatever else to another value: what is done to one attribute must
    not hang on which others there are, for the other version may have one more.
    """
    if not _is_changeable(value) or _add_to(value):
        return
    own = getattr(value, "__dict__", None)
    names = [name for name in sorted(own, key=str) if not str(name).startswith("_")] if type(own) is dict else []
    for name in names:
        if not (_is_changeable(own[name]) and _add_to(own[name])):
            object.__setattr__(value, name, CHANGED)


def _add_to(value):
    for name, arguments in _ADDING:
        method = getattr(type(value), name, None)
        if callable(method):
            method(value, *arguments)
            return True
    return False


_ADDING = (("append", (CHANGED,)), ("add", (CHANGED,)), ("__setitem__", (CHANGED, CHANGED)))
