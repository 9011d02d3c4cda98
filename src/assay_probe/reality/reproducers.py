"""One line of Python for each claim, executed in a fork of this interpreter, with what it really said."""

import contextlib
import io
import json
import os
import signal
import sys
import traceback

from assay_probe import wire

LIMIT_S = 20
ANSWER_BYTES = 1 << 20


def reproduce(claims):
    """The claims with `output`; one whose line runs through without an error is none, and is left out."""
    with_line = [claim for claim in claims if claim["reproducer"] and claim["certainty"] in ("proven", "static")]
    answers = dict(zip(map(id, with_line), outputs_of([claim["reproducer"] for claim in with_line])))
    kept = []
    for claim in claims:
        output = answers.get(id(claim))
        if output == "":
            continue
        kept.append({**claim, "output": output or ""})
    return kept


def outputs_of(lines):
    """What each line wrote when it failed, "" where it did not fail, None where nothing came back."""
    answers = []
    while len(answers) < len(lines):
        answers.extend(_run(lines[len(answers) :]))
        if len(answers) < len(lines):
            answers.append(None)
    return answers


def _run(lines):
    if not lines:
        return []
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(read_end)
            signal.alarm(LIMIT_S)
            for line in lines:
                os.write(write_end, json.dumps(_failure_of(line)).encode() + b"\n")
        finally:
            os._exit(0)
    os.close(write_end)
    data = wire.read_until(read_end, ANSWER_BYTES, LIMIT_S, child)
    os.close(read_end)
    os.waitpid(child, 0)
    return [json.loads(line) for line in data.split(b"\n")[:-1]]


def _failure_of(line):
    """The last line of the traceback, as `python -c` would print it."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            exec(compile(line, "<string>", "exec"), {"__name__": "__main__"})
        except BaseException:
            kind, value = sys.exc_info()[:2]
            return "".join(traceback.format_exception_only(kind, value)).strip().splitlines()[-1][:400]
    return ""
