"""A forked child that answers questions one after another, in lines of JSON; what kills it costs one answer."""

import json
import os

from assay_probe import wire

ANSWER_BYTES = 1 << 20


def answers_of(answer, questions, patience_s):
    """What a child answers to the questions: a list, shorter where it died, and the processor time it took.

    `answer(questions)` gives one after another. It runs in the child, which is killed when silent for `patience_s`.
    """
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(read_end)
            for one in answer(questions):
                os.write(write_end, json.dumps(one).encode() + b"\n")
        finally:
            os._exit(0)
    os.close(write_end)
    data = wire.read_until(read_end, ANSWER_BYTES, patience_s, child)
    os.close(read_end)
    used = os.wait4(child, 0)[2]
    return [json.loads(line) for line in data.split(b"\n")[:-1]], used.ru_utime + used.ru_stime
