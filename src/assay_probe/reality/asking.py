"""Answers that are worked out once, where working one out may come back to the same question."""

import functools


def once(meanwhile):
    """Keep what a function answers to hashable arguments; while it is being asked, `meanwhile` is the answer."""

    def keeping(function):
        known = {}

        @functools.wraps(function)
        def asked(*arguments):
            if arguments not in known:
                known[arguments] = meanwhile
                known[arguments] = function(*arguments)
            return known[arguments]

        return asked

    return keeping
