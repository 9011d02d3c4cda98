"""One experiment in a forked child: the parent's world stays as it was, and only the outcome comes back."""

import gc
import io
import json
import os
import resource
import signal
import sys
import threading

from assay_probe import (
    applying,
    contents,
    descriptors,
    determinism,
    effects,
    encoding,
    encoding_outline,
    files,
    loops,
    outcomes,
    steps,
    warming,
    wire,
)

OUTCOME_BYTES = 4 << 20
ALARM_S = 2.0
"""A call has this long."""
EXTRA_MEMORY = 1 << 30
NOT_POSSIBLE = ("the edit could not be made", "no argument can be altered")
"""What the values at hand do not allow; any other loss is a fault of ours."""
PATIENCE_S = 2.0
"""A child that is silent for this much longer than its own alarm is killed: it may have switched the alarm off."""
_BLOCKED_EVENTS = frozenset(
    (
        "socket.connect",
        "socket.bind",
        "socket.sendto",
        "socket.getaddrinfo",
        "subprocess.Popen",
        "os.system",
        "os.posix_spawn",
        "os.exec",
        "os.fork",
        "os.remove",
        "os.rename",
        "os.rmdir",
        "os.mkdir",
        "os.truncate",
        "os.chmod",
        "os.chown",
        "os.link",
        "os.symlink",
        "os.kill",
        "shutil.rmtree",
        "shutil.move",
        "sqlite3.connect",
    )
)
_WRITING = ("w", "a", "x", "+")
_guard = [False]
_streams = {}
"""In a child: where what the call writes to the standard streams below Python begins."""


def install_guard():
    """Let children, and only children, refuse to touch the world."""
    sys.addaudithook(_audit)


def _audit(event, arguments):
    if not _guard[0]:
        if event == "sqlite3.connect":
            effects.note_database()
        return
    if event == "open":
        mode, flags = arguments[1], arguments[2]
        writes = (
            any(m in mode for m in _WRITING) if isinstance(mode, str) else bool(isinstance(flags, int) and flags & 3)
        )
        # A number is a descriptor of the child's own.
        if writes and arguments[0] not in ("/dev/null", b"/dev/null") and type(arguments[0]) is not int:
            raise outcomes.Blocked("open for writing")
    elif event in _BLOCKED_EVENTS:
        raise outcomes.Blocked(event + _told(event, arguments))


def _told(event, arguments):
    """What was reached for, as far as it is plain: the command of a process, the address of a socket."""
    try:
        what = arguments[1] if event in ("subprocess.Popen", "socket.connect", "socket.sendto") else arguments[0]
        shown = encoding.literal(list(map(os.fsdecode, what)) if event == "subprocess.Popen" else what)
    except Exception:
        return ""
    return " " + shown[:200] if shown else ""


class guarded:  # noqa: N801 - reads as a word in `with guarded():`
    """Refuse to touch the world for a while, in this process."""

    def __enter__(self):
        _guard[0] = True

    def __exit__(self, *_):
        _guard[0] = False


class unguarded:  # noqa: N801 - reads as a word in `with unguarded():`
    """For what a child does with copies of its own, while it is guarded."""

    def __enter__(self):
        self._before, _guard[0] = _guard[0], False

    def __exit__(self, *_):
        _guard[0] = self._before


def experiment(call, edits, plant, context, root, alarm_s, before, watch):
    """Fork, alter, call, write down; returns the child's answer as a dictionary, whatever became of the child.

    `before` is the digest of the unaltered arguments. `watch` holds the sets `lines` and `touched`, which the
    instrumentation fills while the child runs.
    """

    def work(writing):
        wire.write_all(writing, line(attempt(call, edits, plant, context, root, alarm_s, before, watch)))

    others = threading.active_count() - 1
    data, status = in_child(work, OUTCOME_BYTES, alarm_s)
    try:
        answer = json.loads(data)
    except ValueError:
        return ending(status, alarm_s, others)
    return answer if isinstance(answer, dict) else ending(status, alarm_s, others)


def ask(question, alarm_s):
    """What a function answers in a forked child, guarded; an empty dictionary where it gave no answer."""

    def work(writing):
        with guarded():
            answer = question()
        wire.write_all(writing, line(answer))

    data, _status = in_child(work, OUTCOME_BYTES, alarm_s)
    try:
        answer = json.loads(data)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) and "lost" not in answer else {}


def in_child(work, limit, alarm_s):
    """Fork; the child does its work and ends. Returns what it wrote, and how it ended."""
    sys.stdout.flush()
    sys.stderr.flush()
    held, _guard[0] = _guard[0], False
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(reading)
            os.close(wire.FRAMES_FD)
            _prepare(writing)
            work(writing)
        except BaseException as error:
            os.write(writing, line({"lost": "%s: %s" % (type(error).__name__, str(error)[:200])}))
        finally:
            os._exit(0)
    os.close(writing)
    data = wire.read_until(reading, limit, alarm_s + PATIENCE_S, pid)
    os.close(reading)
    _, status = os.waitpid(pid, 0)
    _guard[0] = held
    return data, status


def line(answer):
    """An answer as one line of JSON."""
    data = json.dumps(answer, allow_nan=False, default=str).encode("utf-8", "backslashreplace")
    return data.replace(b"\n", b" ") + b"\n"


def ending(status, alarm_s, others):
    """What became of a child that gave no answer; a child has none of the `others`, the threads of its parent."""
    if not os.WIFSIGNALED(status):
        shown = "the process ended itself with status %d" % os.WEXITSTATUS(status)
        return {"outcome": {"kind": "died", "shown": shown}}
    number = os.WTERMSIG(status)
    if number in (signal.SIGALRM, signal.SIGKILL) and others:
        words = "no answer within %g s, where %d other threads of the test were missing" % (alarm_s, others)
        return {"outcome": {"kind": "pending", "shown": words}}
    if number in (signal.SIGALRM, signal.SIGKILL):
        return {"outcome": {"kind": "hung", "shown": "no answer within %g s" % alarm_s}}
    return {"outcome": {"kind": "died", "shown": "killed by signal %d" % number}}


def _prepare(writing):
    gc.disable()
    _streams.update(descriptors.own({writing}))
    loops.renew()
    os.setpgid(0, 0)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    _limit_memory()


def attempt(call, edits, plant, context, root, alarm_s, before, watch, undo=None):
    """One experiment, in a child; what goes wrong on our side is an answer too.

    `undo` is given `(path, value)` of what the edits replace, so that a batch can put it back.
    """
    signal.setitimer(signal.ITIMER_REAL, alarm_s)
    captured = io.StringIO()
    sys.stdout = sys.stderr = captured
    answer, n_modules = {}, len(sys.modules)
    around, earlier = steps.Steps(call, edits), set()
    own_files = files.Files(unguarded)
    try:
        answer["edits"] = [_altered(call, edit, around, own_files, context, watch, earlier, undo) for edit in edits]
        tree = call.tree()
        answer["digest"] = encoding.digest(tree) if edits else before
        answer["args"] = call.literals()
        without = [name for name, literal, _ in answer["args"] if literal is None]
        answer["given"] = encoding_outline.outline(tree, without)
        if around.copies:
            with guarded():
                around.copy()
            tree = call.tree()
    except NameError as error:
        return {"lost": "a fault in an alteration: " + str(error)[:200]}
    except BaseException as error:
        return {"lost": NOT_POSSIBLE[0] + ": " + type(error).__name__}
    determinism.begin_call()
    watch.lines.clear()
    watch.touched.clear()
    if watch.inner:
        watch.inner.clear()
    touched = effects.Effects(own_files, call.function)
    touched.begin()
    outcome = run(call, plant, root, around.after)
    answer["loaded"] = warming.loaded_since(n_modules)
    answer["lines"], answer["touched"] = sorted(watch.lines), sorted(watch.touched | earlier)
    answer["inner"] = watch.inner
    if plant == "argument" and not outcomes.plant_in_argument(call.arguments):
        return {"lost": NOT_POSSIBLE[1]}
    after = call.tree()
    if after != tree:
        outcome["before"], outcome["after"] = tree, after
    if around.looked_at:
        outcome["text"] = (outcome.get("text", "") + "\n" + around.looked_at)[: outcomes.MAX_OUTPUT]
    output = "\n".join(filter(None, [captured.getvalue() + descriptors.written(_streams), *touched.lines()]))
    outcome["output"] = encoding.strip_addresses(output)[: outcomes.MAX_OUTPUT]
    answer["outcome"] = outcome
    signal.setitimer(signal.ITIMER_REAL, 0)
    return answer


def _altered(call, edit, around, own_files, context, watch, earlier, undo):
    """Alter the call as the edit says; `earlier` is given what calls before it touched."""
    if edit.operator in steps.OPERATORS:
        watch.touched.clear()
        with guarded():
            told = around.take(edit)
        earlier |= watch.touched
        return told
    if edit.operator in contents.OPERATORS:
        name, data, words = contents.held(call.arguments, edit)
        own_files.hold(name, data)
        return ["", "", words, {}]
    if undo is not None:
        undo.append(applying.undoing(call.arguments, edit))
    # A property's setter is code of the target.
    with guarded():
        return applying.apply(call.arguments, edit, context)


def run(call, plant, root, then=None):
    """Make the call, with a planted difference where one is named, and write down how it ended.

    `then` is told the result before it is written down.
    """
    try:
        with guarded():
            if plant == "exception":
                raise outcomes.Planted("planted")
            value = call.make()
            if loops.waits(value):
                value = loops.finish(value)
            if plant == "result":
                value = outcomes.plant_in_result(value)
            if then is not None:
                then(value)
            return outcomes.returned(value, consume=True)
    except loops.Waiting as error:
        return {"kind": "pending", "shown": str(error)}
    except BaseException as error:
        return outcomes.raised(error, root)


def _limit_memory():
    try:
        with open("/proc/self/statm") as file:
            size = int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        return
    _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = size + EXTRA_MEMORY
    if hard == resource.RLIM_INFINITY or limit < hard:
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
