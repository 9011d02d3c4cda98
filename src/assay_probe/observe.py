"""Behind every observation point: records calls as tests make them, and forks experiments at chosen ones.

Three modes, one of them a run:

* `record`: every outermost call is written down in place, unperturbed; nothing is forked.
* `plan`: at calls worth it, experiments are chosen, forked and sent; they are the plan for the other runs.
* `replay`: the experiments of a plan are made again, call by call.
"""

import signal
import sys
import types

from assay_probe import batches, calls, determinism, encoding, entries, forks, harvest, interventions, search, warming
from assay_probe.forks import ALARM_S
from assay_probe.material import context_of
from assay_probe.places import Edit
from assay_probe.recording import Recorder, Running, State, Watch
from assay_probe.replaying import entry_for
from assay_probe.wire import send

PLAIN_FACTOR = 4
"""Calls with plain arguments only are cheap to experiment on, so there are more of them."""
AGAIN_PART = 0.25
"""Part of a call's experiments at one that runs the same changed lines as an earlier one, where the probe chooses."""
FAIR_SHARES = 3
"""One call may take so many times its share of the time that is left."""
IMPORTING = "<import>"


class Observer:
    """Sees every call at every point. One instance a process; not used from forked children."""

    def __init__(self, job, now):
        self.watch, self._now = Watch(), now
        self.adopt(job)

    def adopt(self, job):
        """Do this job, as if nothing had been seen so far. The instrumentation goes on filling the same `watch`."""
        now = self._now
        self.scenario = IMPORTING
        self._job = job
        self._root = job["root"]
        self._mode = job["mode"]
        self._states = {}
        self._functions = calls.Functions()
        self._running = {}
        """Calls that began and are not over, by identity of their frame."""
        self._expected = None
        """A call whose frame is about to begin."""
        self._recorder = Recorder(now, self.watch, job["root"])
        self._busy = False
        self._caller = None
        self._planner = interventions.Planner(job.get("seed", 0))
        self._searcher = search.Searcher(job, now, self.watch, ALARM_S)
        self._contexts = {}
        self._deadline = None

    def begin(self, deadline):
        """Start observing; after `deadline` (on the real clock) calls pass through unseen."""
        self._deadline = deadline

    def enter(self, scenario):
        """A test, or another scenario, begins."""
        self.scenario = scenario
        for state in self._states.values():
            state.depth = 0

    def called(self, point, cells, positional, star, named, double_star):
        """A call of `point` begins, in the frame that called us."""
        if point.changed:
            self.watch.touched.add(point.id)
        frame = sys._getframe(1)
        if point.form is not None:
            if self._expected is not None and self._expected.point is point:
                self._running[id(frame)], self._expected = self._expected, None
            return
        state = self._state(point)
        if self._deadline is None or (not self._asks_for(point) if self._busy else state.depth):
            return
        function = self._functions.of(point, cells, frame)
        call = calls.Call(point, function, positional, star, named, double_star)
        if self._busy:
            self._note_inner(point, call)
            return
        self._running[id(frame)] = self._begin(point, state, call, frame.f_back)

    def keep(self, _point, value):
        """The observed function is about to return this."""
        running = self._running.get(id(sys._getframe(1)))
        if running is not None:
            running.value = value
        return value

    def item(self, _point, value):
        """The observed function is about to yield this."""
        running = self._running.get(id(sys._getframe(1)))
        if running is not None:
            running.note(value)
        return value

    def each(self, _point, items):
        """The observed function is about to yield these."""
        running = self._running.get(id(sys._getframe(1)))
        if running is None or running.members is None or not entries.is_plain_iterable(items):
            return items
        return entries.Watched(items, running.note)

    def raised(self, _point):
        """An exception is about to leave the observed function."""
        running = self._running.get(id(sys._getframe(1)))
        if running is not None:
            running.error = sys.exc_info()[1]

    def left(self, _point):
        """A call that began is over."""
        running = self._running.pop(id(sys._getframe(1)), None)
        if running is not None:
            self._end(running)

    def hook(self, point, cells, positional, star, named, double_star):
        """Stand in for a call of a point whose arguments head binds otherwise; returns or raises what it does."""
        if point.changed:
            self.watch.touched.add(point.id)
        frame = sys._getframe(1)
        function = self._functions.of(point, cells, frame)
        state = self._state(point)
        call = calls.OpenCall(point, function, star, double_star)
        if self._busy and self._asks_for(point):
            self._note_inner(point, call)
        if self._busy or self._deadline is None or state.depth:
            return call.make()
        running = self._expected = self._begin(point, state, call, frame.f_back)
        try:
            made = call.make()
        except BaseException as error:
            if self._expected is running:
                # It never began: the function refused the arguments.
                self._expected, running.error = None, error
                self._end(running)
            raise
        if self._expected is running and type(made) is types.GeneratorType:
            # It begins when it is read; its frame is there already.
            self._running[id(made.gi_frame)], self._expected = running, None
        return made

    def _begin(self, point, state, call, caller):
        n = state.in_scenario.get(self.scenario, 0)
        state.in_scenario[self.scenario] = n + 1
        is_counted = not entries.suspends(point.code)
        state.depth += is_counted
        running = Running(point, state, call, is_counted)
        if self._mode == "record":
            self._recorder.arrive(running, self.scenario, n, caller, self._deadline)
        elif self._now() < self._deadline:
            self._busy, self._caller = True, caller
            left_s, interval_s = signal.setitimer(signal.ITIMER_REAL, 0)
            try:
                self._probe(point, state, n, call)
            except Exception as fault:
                state.note_fault(fault)
            finally:
                signal.setitimer(signal.ITIMER_REAL, left_s, interval_s)
                self._busy = False
        return running

    def _end(self, running):
        if running.is_counted:
            running.state.depth = max(0, running.state.depth - 1)
        if running.members is not None:
            self._recorder.depart(running)

    def _state(self, point):
        state = self._states.get(point.id)
        if state is None:
            state = self._states[point.id] = State()
        return state

    def _asks_for(self, point):
        inner = self.watch.inner
        return inner is not None and point.changed and point.id not in inner

    def _note_inner(self, point, call):
        """Only in children, whose world nobody needs any more."""
        try:
            self.watch.inner[point.id] = call.literals(show=False)
        except Exception:
            self.watch.inner[point.id] = []

    # -- experiments ------------------------------------------------------------------------------------------------

    def _probe(self, point, state, n, call):
        self.watch.inner = None if point.changed else {}
        if self._mode in ("replay", "harvest"):
            self._replay(point, n, call)
            return
        settings = self._job["quota"].get(point.id)
        if settings is None or state.experiments >= settings["experiments"]:
            return
        chosen = settings.get("calls")
        if chosen is not None and n not in chosen.get(self.scenario, ()):
            return
        if chosen is None and not (self._is_of_test_to_run() and state.is_new_shape(call)):
            return
        tree = call.tree()
        before = encoding.digest(tree)
        context = self._context(point)
        first = self._run(point, n, 0, call, [], None, before, ALARM_S, tree=tree)
        state.experiments += 1
        # A call that hangs as it is says nothing when it is altered, and each try would take as long.
        if first is None or first["outcome"]["kind"] == "hung" or self._now() > self._deadline:
            return
        is_untouched = not point.changed and not first["touched"]
        # What the changed function gave may be kept from an earlier call, so some experiments are worth it.
        room = settings.get("untouched", 0) - state.untouched
        if is_untouched and room <= 0:
            return
        state.note_kinds(call.arguments)
        if state.plants < 2:
            state.plants += 1
            for index, plant in enumerate(("result", "argument", "exception")):
                self._run(point, n, -1 - index, call, [], plant, before, ALARM_S)
        plain = all(map(calls.is_plain, call.arguments.values()))
        factor = PLAIN_FACTOR if plain else 1
        is_fresh = state.runs_other_lines(first["lines"])
        share = 1 if chosen is not None or is_fresh else AGAIN_PART
        wanted = int(min(settings["per_call"] * factor * share, settings["experiments"] * factor - state.experiments))
        if is_untouched:
            wanted = min(wanted, room)
        plans = self._planner.choose(
            point.id,
            "%s|%d" % (self.scenario, n),
            call.arguments,
            context,
            frozenset(settings.get("names", ())),
            settings.get("flags"),
            wanted,
            call.left_out,
            is_fresh=is_fresh,
        )
        numbered = [(m, edits) for m, (_, edits) in enumerate(plans, 1)]
        made = self._run_all(point, state, n, call, numbered, before, first["outcome"], self._until(wanted))
        for m in made:
            self._planner.note(plans[m - 1][0])
        state.untouched += len(made) if is_untouched else 0
        state.experiments += len(made)
        if self._now() > self._deadline:
            return
        if settings.get("texts"):
            where = (self.scenario, point, n, call, settings, before, context, self._deadline)
            self._searcher.choose(*where, is_touched=not is_untouched)

    def _is_of_test_to_run(self):
        """Does the call belong to a chosen test? While files are imported, caches are empty that a first call fills."""
        tests = self._job.get("tests")
        return tests is None or not self.scenario.startswith(("import:", IMPORTING)) or self.scenario in tests

    def _until(self, wanted):
        """Until when one call may be experimented on, so that a slow one leaves time for those that come after it."""
        quota, now = self._job["quota"], self._now()
        spent = sum(state.experiments for key, state in self._states.items() if key in quota)
        left = max(wanted, sum(settings["experiments"] for settings in quota.values()) - spent)
        return now + (self._deadline - now) * min(1.0, FAIR_SHARES * wanted / max(1, left))

    def _run_all(self, point, state, n, call, numbered, before, alone, until):
        """Make `(m, edits)` experiments, in batches where that can be, while there is time; returns each `m` made."""
        context, made = self._context(point), []
        if all(map(calls.is_plain, call.arguments.values())):
            rest, size, alone = numbered, batches.PLAIN, None
        else:
            is_quiet = not (state.leaks or alone is None or entries.waits(point.code))
            is_quiet = is_quiet and batches.may_be_quiet(call.arguments)
            rest = [pair for pair in numbered if is_quiet and not batches.changes_afterwards(pair[1])]
            size = batches.QUIET

        def is_open():
            return self._now() <= until

        left = [pair for pair in numbered if pair not in rest]
        while rest and is_open():
            part, rest = rest[:size], rest[size:]
            plans = [edits for _, edits in part]
            answers = batches.make(call, plans, context, self._root, before, self.watch, alone, is_open)
            for (m, edits), answer in zip(part, answers):
                self._tell(point, n, m, edits, None, before, answer, "digest", None)
                made.append(m)
            if len(answers) < len(part):
                state.leaks, left, rest = state.leaks or is_open(), part[len(answers) :] + rest + left, []
        for m, edits in left:
            if not is_open():
                break
            self._run(point, n, m, call, edits, None, before, ALARM_S)
            made.append(m)
        return made

    def _replay(self, point, n, call):
        self._searcher.again(self.scenario, point, n, call, self._deadline)
        planned = self._job["plan"].get(self.scenario, {}).get(point.id)
        if not planned:
            return
        entry, before, matched = entry_for(planned, n, call)
        if entry is None:
            return
        entry["used"] = True
        if self._mode == "harvest":
            for m, edits, _plant in entry["experiments"]:
                parsed = [Edit.from_json(edit) for edit in edits]
                context, caller = self._context(point), self._caller
                harvest.tell(point, self.scenario, entry["n"], m, call, parsed, context, self._root, caller)
            return
        tree = call.tree() if matched == "order" else None
        todo = sorted(entry["experiments"], key=lambda planned: planned[0])
        parsed = [(m, [Edit.from_json(edit) for edit in edits], plant) for m, edits, plant in todo]
        if matched == "digest" and len(parsed) > 1 and not any(plant for _, _, plant in parsed):
            self._replay_together(point, entry["n"], call, [pair[:2] for pair in parsed], before)
            return
        for m, edits, plant in parsed:
            if self._now() > self._deadline:
                return
            self._run(point, entry["n"], m, call, edits, plant, before, ALARM_S, matched, tree)
            tree = None

    def _replay_together(self, point, n, call, numbered, before):
        alone = None
        if numbered[0][0] == 0:
            first = self._run(point, n, 0, call, [], None, before, ALARM_S)
            alone, numbered = first and first["outcome"], numbered[1:]
        self._run_all(point, self._state(point), n, call, numbered, before, alone, self._deadline)

    def _run(self, point, n, m, call, edits, plant, before, alarm_s, matched="digest", tree=None):
        context = self._context(point)
        answer = forks.experiment(call, edits, plant, context, self._root, alarm_s, before, self.watch)
        return self._tell(point, n, m, edits, plant, before, answer, matched, tree)

    def _tell(self, point, n, m, edits, plant, before, answer, matched, tree):
        if "outcome" not in answer:
            lost = answer.get("lost", "no answer")
            if not lost.startswith(forks.NOT_POSSIBLE):
                state = self._states[point.id]
                state.faults[lost] = state.faults.get(lost, 0) + 1
            return None
        warming.load(answer.get("loaded", ()), self._root)
        answer.setdefault("touched", [])
        send(
            "experiment",
            test=self.scenario,
            point=point.id,
            n=n,
            m=m,
            plan=[edit.to_json() for edit in edits],
            plant=plant,
            before=before,
            matched=matched,
            tree=tree,
            **{key: answer.get(key) for key in _ANSWER},
        )
        return answer

    def _context(self, point):
        context = self._contexts.get(point.id)
        if context is None:
            context = context_of(self._job, point.id)
            self._contexts[point.id] = context
        return context

    def has_calls(self):
        """Did anything call an observed function?"""
        return any(sum(state.in_scenario.values()) for state in self._states.values())

    def is_done(self):
        """Is every quota used up, so that no further test can add anything?"""
        if self._mode != "plan":
            return False
        quota = self._job["quota"]
        return all(
            self._states.get(key) and self._states[key].experiments >= quota[key]["experiments"] for key in quota
        )

    def finish(self):
        """Send what was learned about each point."""
        for key, state in self._states.items():
            send(
                "point",
                point=key,
                calls=sum(state.in_scenario.values()),
                experiments=state.experiments,
                kinds={name: sorted(kinds) for name, kinds in state.kinds.items()},
                pairs=self._planner.pairs(key),
                faults={**state.faults, **self._planner.faults.get(key, {})},
            )


_ANSWER = ("digest", "args", "given", "inner", "edits", "lines", "touched", "outcome")


def prepare_scenario(observer, name):
    """Set the world back and tell the observer whose calls come next."""
    determinism.begin_test(name)
    observer.enter(name)
