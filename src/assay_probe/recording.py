"""Calls written down as the tests make them: arguments on arrival, what came of them when the call is over."""

from assay_probe import calls, encoding, outcomes, places
from assay_probe.encoding_plain import type_name
from assay_probe.entries import suspends
from assay_probe.kinds import kind_of
from assay_probe.wire import send

RECORDS_A_TEST = 40
RECORDS_A_POINT = 3000
CHAINS_A_POINT = 300
TREES_A_POINT = 150
MAX_ITEMS = 100
ITEM_NODES = 400
_ASYNC_GENERATOR, _COROUTINE = 0x200, 0x80


class Watch:
    """What the instrumentation fills while a call runs."""

    def __init__(self):
        self.lines = set()
        self.touched = set()
        self.inner = None
        """Arguments of the first call of each changed function below the observed one; None where nobody asks."""


class State:
    """Counters of one observation point."""

    def __init__(self):
        self.depth = 0
        self.in_scenario = {}
        self.records = 0
        self.chains = 0
        self.experiments = 0
        self.untouched = 0
        self.shapes = {}
        self.line_sets = set()
        self.kinds = {}
        self.plants = 0
        self.faults = {}
        self.leaks = False
        """Did a call leave something behind that the next one in the same process met?"""

    def is_new_shape(self, call):
        """Is this one of the first two calls of its shape?"""
        key = str(shape_of(call))
        count = self.shapes.get(key, 0)
        self.shapes[key] = count + 1
        return count < 2

    def runs_other_lines(self, lines):
        """Does a call run other changed lines than all calls before it?"""
        known = frozenset(lines) in self.line_sets
        self.line_sets.add(frozenset(lines))
        return not known

    def note_kinds(self, arguments):
        """Remember which kinds of value stand where."""
        for path, value in places.places(arguments, depth=2, limit=60):
            key = places.words_for(places.general(path))
            seen = self.kinds.setdefault(key, set())
            if len(seen) < 40:
                seen.add(kind_of(value))

    def note_fault(self, fault):
        """Remember that something of ours went wrong."""
        name = type(fault).__name__ + ": " + str(fault)[:200]
        self.faults[name] = self.faults.get(name, 0) + 1


class Running:
    """A call that began: what is known of it until it is over."""

    __slots__ = ("call", "end", "error", "is_counted", "items", "members", "outer", "point", "state", "value")

    def __init__(self, point, state, call, is_counted):
        self.point, self.state, self.call, self.is_counted = point, state, call, is_counted
        self.members = self.value = self.error = self.outer = None
        self.items, self.end = [], ""

    def note(self, item):
        """Write down what a generator yields."""
        if self.members is None:
            return
        if len(self.items) >= MAX_ITEMS:
            self.end = "more"
            return
        try:
            self.items.append(encoding.encode(item, nodes=ITEM_NODES))
        except Exception as fault:
            self.members = None
            self.state.note_fault(fault)


class Recorder:
    """Writes calls down and sends them. A fault of ours costs the record, never the call."""

    def __init__(self, now, watch, root):
        self._now, self._watch, self._root = now, watch, root

    def arrive(self, running, scenario, n, caller, deadline):
        """Write down a call that begins; `caller` is the frame it came from."""
        state = running.state
        if n >= RECORDS_A_TEST or state.records >= RECORDS_A_POINT or self._now() > deadline:
            return
        state.records += 1
        try:
            state.chains += 1
            before = running.call.tree()
            state.note_kinds(running.call.arguments)
            running.members = {
                "before": before,
                "test": scenario,
                "point": running.point.id,
                "n": n,
                "digest": encoding.digest(before),
                "args": running.call.literals(show=False),
                "chain": calls.chain(caller, self._root) if state.chains <= CHAINS_A_POINT else [],
                "tree": before if state.records <= TREES_A_POINT else None,
                "shape": encoding.digest(shape_of(running.call)),
            }
        except Exception as fault:
            running.members = None
            state.note_fault(fault)
            return
        watch = self._watch
        running.outer = set(watch.lines), set(watch.touched)
        watch.lines.clear()
        watch.touched.clear()

    def depart(self, running):
        """Send a call that is over."""
        watch, members = self._watch, running.members
        lines, touched = sorted(watch.lines), sorted(watch.touched)
        watch.lines |= running.outer[0]
        watch.touched |= running.outer[1]
        try:
            before = members.pop("before")
            outcome = self._outcome(running)
            after = running.call.tree()
            if after != before:
                outcome["before"], outcome["after"] = before, after
            send("call", lines=lines, touched=touched, outcome=outcome, **members)
        except Exception as fault:
            running.state.note_fault(fault)

    def _outcome(self, running):
        flags, error = running.point.code.co_flags, running.error
        if not suspends(running.point.code) or flags & _COROUTINE or (error is not None and not running.items):
            if error is not None and not isinstance(error, GeneratorExit):
                return outcomes.raised(error, self._root)
            if error is None:
                return outcomes.seen(running.value)
        end = running.end
        if isinstance(error, GeneratorExit):
            end = "left"
        elif error is not None:
            end = "!" + type_name(type(error))
        kind = "async_generator" if flags & _ASYNC_GENERATOR else "generator"
        returned = {} if running.value is None else {"return": encoding.encode(running.value)}
        return {"kind": "returned", "value": ["iter", kind, running.items, end, returned], "text": "", "shown": ""}


def shape_of(call):
    """Shapes of the arguments."""
    return [calls.shape(value) for value in call.arguments.values()]
