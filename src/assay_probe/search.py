"""Many texts and numbers at one call, one after the other in one forked child; of each outcome a digest is kept.

Base chooses the texts: first those of the tests, then edits of them, preferring texts that run lines which few others
run. Where a parameter takes bytes, texts stand for them; numbers are taken from a list. They travel as literals, and
the other runs make the same again. Whatever differs by its digest is only a hint, because what one call
leaves behind may reach the next: the text is then given to a call in a fork of its own.
"""

import ast
import io
import itertools
import json
import random
import signal
import sys
from collections import Counter

from assay_probe import calls, determinism, encoding, forks, numbers, pieces, texts, wire
from assay_probe.replaying import is_near

LONGEST_SLOT = 4000
MOST_SLOTS = 3
OTHER_SLOT_SEEDS = 24
"""The longest text of a call is given every seed, the others only so many."""
SPLICED = 0.3
"""How often what is put into a text comes from another that ran changed lines, and not from any."""
TOLD_APART = 0.3
"""How often what is put in is a text that two expressions read differently, where there is any."""
NUMBERS_BESIDE_TEXTS = 60
"""Where a call has texts as well, so many of its numbers are tried before them and after them."""
COMBINED = 0.25
"""How often the smallest pieces that run rare lines are put together, once there are any."""
CROSSED = 0.25
"""How often a text is put together with another at a word of the change, where any text has one."""
RESTARTS = 4
REWEIGH = 40
LIMIT_BYTES = 8 << 20
DIGEST = 16


SEARCHES_A_POINT, UNTOUCHED_SEARCHES = 2, 1
"""At calls of a caller that run no changed unit whatever the text is, for the options that they give, one is enough."""
PART_OF_THE_REST, PART_UNTOUCHED = 0.6, 0.2
"""One search may take so much of the time that searches have left; points without texts take none."""


class Searcher:
    """Searches at the first calls of each point that differ in more than their texts."""

    def __init__(self, job, now, watch, alarm_s):
        self._job, self._now, self._watch, self._alarm_s = job, now, watch, alarm_s
        self._root = job["root"]
        self._done = {}
        self._spent_s = 0.0

    def choose(self, scenario, point, n, call, settings, before, context, deadline, *, is_touched=True):
        """Search at this call, where it has texts or numbers and none like it was searched, and send what came out."""
        names = slots(call.arguments) + numbers.slots(call.arguments)
        done = self._done.setdefault((point.id, is_touched), set())
        others = str([calls.shape(value) for name, value in call.arguments.items() if name not in names])
        if not names or others in done or len(done) >= (SEARCHES_A_POINT if is_touched else UNTOUCHED_SEARCHES):
            return
        done.add(others)
        start = self._now()
        part = PART_OF_THE_REST if is_touched else PART_UNTOUCHED
        until = min(deadline, start + (settings["texts_s"] - self._spent_s) * part)
        seed = "%s|%s|%s|%d" % (self._job.get("seed", 0), point.id, scenario, n)
        tried, digests = explore(
            call,
            context,
            seed,
            settings["texts"],
            lambda: self._now() < until,
            self._root,
            self._alarm_s,
            self._watch,
        )
        self._spent_s += self._now() - start
        wire.send("searched", test=scenario, point=point.id, n=n, before=before, tried=tried, digests=digests)

    def again(self, scenario, point, n, call, deadline):
        """Where another run searched at this call, try its texts again."""
        for entry in self._job.get("searches", {}).get(scenario, {}).get(point.id, ()):
            if entry.get("used") or not is_near(entry, n) or entry["digest"] != encoding.digest(call.tree()):
                continue
            entry["used"] = True
            is_open, tried = (lambda: self._now() < deadline), entry["tried"]
            digests = again(call, tried, is_open, self._root, self._alarm_s, self._watch)
            wire.send("searched", test=scenario, point=point.id, n=entry["n"], before="", tried=[], digests=digests)
            return


def slots(arguments):
    """Names of arguments that are texts or bytes, the longest first."""
    found = [name for name, value in arguments.items() if type(value) in (str, bytes) and len(value) <= LONGEST_SLOT]
    return sorted(found, key=lambda name: -len(arguments[name]))[:MOST_SLOTS]


def explore(call, context, seed, n, is_open, root, alarm_s, watch):
    """Choose and try up to `n` values while `is_open()`; returns `[[name, literal], ...]` and their digests."""
    tried, digests = [], []
    draw = random.Random(seed)
    small, large = numbers.candidates(call.arguments, context, draw)
    if slots(call.arguments):
        small, large = (draw.sample(some, min(NUMBERS_BESIDE_TEXTS, len(some))) for some in (small, large))
    for attempt in range(RESTARTS):
        if len(tried) >= n or not is_open():
            break
        explorer = _Explorer(call.arguments, context, "%s|%d" % (seed, attempt), watch.lines, tried)
        left = n - len(tried)

        known = {tuple(pair) for pair in tried}

        def work(writing, explorer=explorer, left=left, known=known):
            own = dict(call.arguments)
            run = _Runner(call, own, root, alarm_s, watch)
            chosen = itertools.chain(small, explorer.choose(left, is_open), large)
            for name, value in itertools.takewhile(lambda _: is_open(), chosen):
                pair = [name, repr(value)]
                if tuple(pair) not in known:
                    wire.write_all(writing, forks.line(pair))
                    wire.write_all(writing, forks.line(run(name, value)))

        data, _ = forks.in_child(work, LIMIT_BYTES, alarm_s)
        answers = _answers(data)
        tried += answers[0::2]
        digests += answers[1::2]
        if len(digests) == len(tried):
            break
        digests.append("lost")
    return tried, digests


def again(call, inputs, is_open, root, alarm_s, watch):
    """Digests of the same values in the same order; shorter where time ran out."""
    digests = []
    for _ in range(RESTARTS + 1):
        if len(digests) >= len(inputs) or not is_open():
            break
        todo = inputs[len(digests) :]

        def work(writing, todo=todo):
            own = dict(call.arguments)
            run = _Runner(call, own, root, alarm_s, watch)
            for name, literal in todo:
                if not is_open():
                    return
                wire.write_all(writing, forks.line(run(name, ast.literal_eval(literal))))

        data, status = forks.in_child(work, LIMIT_BYTES, alarm_s)
        digests += _answers(data)
        if status == 0:
            break
        digests.append("lost")
    return digests[: len(inputs)]


def _answers(data):
    out = []
    for written in data.split(b"\n"):
        try:
            answer = json.loads(written)
        except ValueError:
            break
        if isinstance(answer, dict):  # the child says what was wrong with it
            break
        out.append(answer)
    return out


def _as_text(value):
    return value.decode("latin-1") if type(value) is bytes else value


class _Runner:
    """Gives one value at a time to the call and says what came of it, without words that may change."""

    def __init__(self, call, own, root, alarm_s, watch):
        self._call, self._own, self._root, self._alarm_s, self._watch = call, own, root, alarm_s, watch
        self._captured = io.StringIO()
        sys.stdout = sys.stderr = self._captured

    def __call__(self, name, value):
        arguments = self._call.arguments
        arguments.clear()
        arguments.update(self._own)
        arguments[name] = value
        self._watch.lines.clear()
        determinism.begin_call()
        signal.setitimer(signal.ITIMER_REAL, self._alarm_s)
        outcome = forks.run(self._call, None, self._root)
        signal.setitimer(signal.ITIMER_REAL, 0)
        raised = outcome.get("raised") or {}
        output = self._captured.getvalue()
        if output:
            self._captured.seek(0)
            self._captured.truncate()
        # What exceptions tell is mostly a message, in which nobody looks for differences.
        essence = [None if raised else outcome.get("value"), outcome.get("text"), output]
        return "%s|%s|%s" % (outcome["kind"], raised.get("type", ""), encoding.digest(essence)[:DIGEST])


class _Explorer:
    """Chooses texts; learns from the lines that each of them runs."""

    def __init__(self, arguments, context, seed, lines, tried):
        self._draw = random.Random(seed)
        self._names = slots(arguments)
        self._bytes = {name for name in self._names if type(arguments[name]) is bytes}
        self._telling = context.telling
        self._seeds = list(dict.fromkeys([*context.telling, *context.corpus, *context.texts]))
        self._crossings = texts.crossings(self._seeds, context.words)
        self._dictionary = context.texts
        self._signs = texts.signs(context.texts)
        self._lines = lines
        self._tried = {(name, _as_text(ast.literal_eval(literal))) for name, literal in tried}
        self._pool = [(name, _as_text(arguments[name])) for name in self._names]
        self._reached, self._weights = [], []
        self._hits = Counter()
        self._known = set()
        self._lines_of = {}
        self._pieces = pieces.Pieces()

    def choose(self, n, is_open):
        """Yield up to `n` pairs `(name, text)`; when asked for the next, the last one's lines are in the watch.

        Where bytes are taken they are bytes.
        """
        chosen = 0
        for candidate in self._candidates(n * 4) if self._names else ():
            if chosen >= n or not is_open():
                return
            if candidate not in self._tried:
                self._tried.add(candidate)
                chosen += 1
                name, text = candidate
                yield name, texts.encoded(text) if name in self._bytes else text
                self._learn(candidate)

    def _candidates(self, n):
        yield from self._pool[:]
        seeds = self._given()
        for number in range(n):
            if number % 2 == 0:
                seed = next(seeds, None)
                if seed is not None:
                    yield seed
                    continue
            if number % REWEIGH == 1:
                self._weights = [sum(1 / self._hits[line] for line in lines) + 0.001 for _, lines in self._reached]
                yield from self._smaller()
            if number % 8 == 1 or len(self._weights) < 2:
                name, text = self._draw.choice(self._pool)
            else:
                name, text = self._known_texts(1)[0][0]
            yield name, self._mutate(text)

    def _smaller(self):
        """Texts on the way to the smallest piece of one that runs rare lines; asking for the next says the last ran."""
        seeking = self._pieces.seek(self._reached, self._hits, len(self._lines_of))
        lines = None
        while True:
            try:
                candidate = seeking.send(lines)
            except StopIteration:
                return
            yield candidate
            lines = self._lines_of.get(candidate)

    def _known_texts(self, k):
        """Some of the texts that ran changed lines, rather those that ran rare ones."""
        return self._draw.choices(self._reached[: len(self._weights)], self._weights, k=k)

    def _given(self):
        """The texts of the tests as they are: all of them for the longest text of the call, some for the others."""
        longest, *others = self._names
        for text in self._seeds:
            yield longest, text
        for name in others:
            for text in self._draw.sample(self._seeds, min(OTHER_SLOT_SEEDS, len(self._seeds))):
                yield name, text

    def _learn(self, candidate):
        lines = self._lines_of[candidate] = frozenset(self._lines)
        self._hits.update(lines)
        if lines and (lines not in self._known or len(self._reached) < len(self._seeds)):
            self._known.add(lines)
            self._reached.append((candidate, lines))

    def _mutate(self, text):
        seeds = self._seeds or (text or "x",)
        if len(self._weights) > 1 and self._draw.random() < SPLICED:
            # Two texts that both run rare lines, put together, go further than one of them with any other.
            seeds = [known for (_, known), _ in self._known_texts(8)]
        if self._telling and self._draw.random() < TOLD_APART:
            return texts.put_in(text, self._draw.choice(self._telling), self._draw)
        if self._crossings and self._draw.random() < CROSSED:
            return texts.cross(text, self._crossings, self._draw)
        if self._pieces.found and self._draw.random() < COMBINED:
            return self._pieces.combine(text, self._dictionary, self._draw)
        action = self._draw.randrange(7)
        if action < 3:
            return texts.edit_tokens(text, self._dictionary, seeds, self._draw)
        if action == 3:
            return texts.edit_lines(text, seeds, self._draw)
        if action == 4:
            return texts.edit(text, self._draw, self._signs)
        if action == 5:
            return texts.repeat(text, self._draw)
        return texts.join(text, seeds, self._draw)
