"""One line of Python for each claim, executed in a fork of this interpreter, with what it really said."""

import contextlib
import io
import signal
import sys
import traceback

from assay_probe.reality.children import answers_of

LIMIT_S = 20


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
        answers += answers_of(_in_child, lines[len(answers) :], LIMIT_S)[0]
        if len(answers) < len(lines):
            answers.append(None)
    return answers


def _in_child(lines):
    signal.alarm(LIMIT_S)
    return map(_failure_of, lines)


def _failure_of(line):
    """The last line of the traceback, as `python -c` would print it."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            exec(compile(line, "<string>", "exec"), {"__name__": "__main__"})
        except BaseException:
            kind, value = sys.exc_info()[:2]
            return "".join(traceback.format_exception_only(kind, value)).strip().splitlines()[-1][:400]
    return ""
