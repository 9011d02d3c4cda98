"""Questions that come back to themselves: kept once they are answered, and asked of what stands further up.

What a member is may hang on what a library's code returns, and reading that code looks up members. The modules stand on
one another in one direction all the same: the lower one asks here, and the upper one answers.
"""

import functools

_kept = []
_answering = {}


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


def answers(question):
    """Let a function answer `question` for the modules below its own."""

    def answering(function):
        _answering[question] = function
        return function

    return answering


def ask(question, *arguments):
    """What a module further up says."""
    return _answering[question](*arguments)
