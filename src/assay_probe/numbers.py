"""Which numbers are tried at one call, one after the other: what only a few of them show, no edge shows.

First those that people count with, then what the code compares with and its neighbours, then powers and multiples of
ten, then some of every length by chance. Numbers so large that a loop over them does not end come after texts.
"""

from assay_probe.variants import is_a

COUNTED = 131
SMALL = 10**5
BY_CHANCE = 60
MOST_NUMBERS = 320
"""So many numbers for one parameter."""
MOST_SLOTS = 2


def slots(arguments):
    """Names of the arguments that are numbers."""
    named = [name for name, value in arguments.items() if type(value) in (int, float)]
    return [name for name in named if not name.startswith("*")][:MOST_SLOTS]


def candidates(arguments, context, draw):
    """`(small, large)`: lists of `(name, number)`, each once and none that stands there already."""
    small, large = [], []
    for name in slots(arguments):
        kind = type(arguments[name])
        known = {arguments[name]}
        for number in _numbers(context.numbers, draw):
            made = _as(kind, number)
            if made is not None and made not in known and len(known) <= MOST_NUMBERS:
                known.add(made)
                (small if abs(made) <= SMALL else large).append((name, made))
    return small, large


def _as(kind, number):
    """The number as that kind; None where an integer cannot be it."""
    try:
        return kind(number) if kind is float or number == int(number) else None
    except (OverflowError, ValueError):
        return None


def _numbers(constants, draw):
    yield from range(-1, COUNTED)
    for constant in constants:
        if not is_a(constant, bool):
            yield from (constant, constant + 1, constant - 1, -constant, constant * 10, constant * 2)
    for power in range(2, 16):
        yield from (10**power - 1, 10**power, 10**power + 1, 2 * 10**power, 11 * 10**power)
    yield from (1.5, 0.1, 0.05, 2.5, 0.005, 99.5, 999.9, 1e-7, -1.5)
    yield from (-n for n in (2, 10, 11, 12, 21, 100, 1000))
    for _ in range(BY_CHANCE):
        yield draw.randrange(10 ** draw.randrange(2, 10))
