"""Several experiments one after the other in one forked child: a fork costs more than most calls.

An experiment may leave something behind that the next one meets, so

* plain arguments, which nobody can alter, are the only ones that are taken on trust;
* with live arguments every edit is undone, and what the call changed is put back; the child goes on only while all
  arguments are as they were; after the last experiment the unaltered call is made again and must end as it did when it
  was alone;
* whatever differs between the versions is made again in a fork of its own before anybody hears of it.
"""

import json
import os
import threading
import types

from assay_probe import applying, encoding, forks, places, restoring, steps, wire
from assay_probe.forks import ALARM_S
from assay_probe.variants import is_a

PLAIN, QUIET = 60, 30
"""Experiments in one child."""
_SPENT = ("__next__", "__await__", "__anext__", "readline", "recv", "get_nowait")
"""Whoever has one of these is not what it was after it was used, and may not show it."""


def make(call, plans, context, root, before, watch, alone, is_open):
    """Answers for `plans`, in order: for all of them where `alone`, the outcome of the unaltered call, is None.

    Else arguments are live, and there are fewer answers where calls turn out to leave something behind that no argument
    shows. In any case there are fewer where it is no longer `is_open()`.
    """
    is_live = alone is not None

    def work(writing, left):
        own = dict(call.arguments)
        kept = restoring.Kept(own) if is_live else None
        for edits in left:
            if not is_open():
                break
            undo = []
            answer = forks.attempt(call, edits, None, context, root, ALARM_S, before, watch, undo)
            wire.write_all(writing, forks.line(answer))
            if not _is_as_it_was(call, own, kept, edits, undo, answer, before):
                return
        if is_live:
            again = forks.attempt(call, [], None, context, root, ALARM_S, before, watch)
            wire.write_all(writing, forks.line({"again": again.get("outcome")}))

    answers = []
    while len(answers) < len(plans) and is_open():
        done, ending, is_killed = _in_one_child(work, plans[len(answers) :])
        again = done.pop()["again"] if done and "again" in done[-1] else alone
        if is_live and _essence(again) != _essence(alone):
            return answers + done[:1]
        answers.extend(done)
        # Who says that it was lost knows why its child ended: the experiment after it was never begun.
        is_told = bool(done) and (is_live or "lost" in done[-1])
        if len(answers) < len(plans) and (is_killed or (is_open() and not is_told)):
            answers.append(ending)
    return answers


def may_be_quiet(arguments):
    """Is there nothing among the arguments, or near below them, that is used up by being used?"""
    return not any(
        is_a(value, (types.GeneratorType, types.CoroutineType)) or any(hasattr(type(value), name) for name in _SPENT)
        for _, value in places.places(arguments)
    )


def changes_afterwards(edits):
    """Does the experiment change what the call gave or was given, once the call is over?"""
    return any(edit.operator in (steps.THEN_RESULT, steps.THEN_ARGUMENT, steps.THEN_USE) for edit in edits)


def _essence(outcome):
    """What of an outcome a caller sees, wherever objects lie in memory; private attributes may be caches.

    In a tree only attributes stand in dictionaries.
    """
    kept = {key: _public((outcome or {}).get(key)) for key in ("kind", "value", "raised", "after", "output")}
    return encoding.strip_addresses(json.dumps(kept, sort_keys=True, default=str))


def _public(tree):
    if type(tree) is dict:
        return {name: _public(inside) for name, inside in tree.items() if name[:1] != "_"}
    return [_public(inside) for inside in tree] if type(tree) is list else tree


def _is_as_it_was(call, own, kept, edits, undo, answer, before):
    """Undo what was altered, and what the call changed. Are the arguments what they were?

    They need no reading where the call is known to have left them alone.
    """
    is_told = "outcome" in answer and not any(edit.operator in steps.OPERATORS for edit in edits)
    has_changed = not is_told or "after" in answer["outcome"]
    try:
        if has_changed and kept is not None:
            kept.put_back()
        _restore(call, own)
        for path, value in reversed(undo):
            if len(path) > 1:
                applying.put_back(call.arguments, path, value)
        _restore(call, own)
        return kept is None or not has_changed or encoding.digest(call.tree()) == before
    except Exception:
        return False


def _restore(call, own):
    call.arguments.clear()
    call.arguments.update(own)


def _in_one_child(work, plans):
    """What the child wrote before it ended, what to say of the experiment it ended in, and was it killed?"""
    data, status = forks.in_child(lambda writing: work(writing, plans), forks.OUTCOME_BYTES * 16, ALARM_S)
    answers = []
    for written in data.split(b"\n")[: len(plans) + 1]:
        try:
            answer = json.loads(written)
        except ValueError:
            break
        answers.append(answer if isinstance(answer, dict) else {"lost": "no readable answer"})
    return answers, forks.ending(status, ALARM_S, threading.active_count() - 1), os.WIFSIGNALED(status)
