"""Answers that are worked out once, where working one out may come back to the same question."""

import functools

_kept = []


def begin_file():
    """What was answered about one file may hang on the modules that it loads; the next file asks anew."""
    for known in _kept:
        known.clear()


def once(meanwhile):
    """Keep what a function answers to hashable arguments; while it is being asked, `meanwhile` is the answer."""

    def keeping(function):
        known = {}
        _kept.append(known)

        @functools.wraps(function)
        def asked(*arguments):
            if arguments not in known:
                known[arguments] = meanwhile
                known[arguments] = function(*arguments)
            return known[arguments]

        return asked

    return keeping
