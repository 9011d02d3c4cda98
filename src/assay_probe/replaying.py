"""Which call of a plan an arriving call is: one with the same arguments, else the one with the same number."""

from assay_probe import encoding

AWAY, AWAY_PART = 32, 4
"""A call may come so many calls earlier or later than base made it, or one in so many of those before it."""


def entry_for(planned, n, call):
    """`(entry, digest of the arguments, "digest" or "order")` for the `n`-th call of a test; the entry may be None.

    Writing down the arguments costs more than most calls, and a test may make thousands of them: it is not done for
    calls that are far from all that were planned and not made so far.
    """
    left = [entry for entry in planned if not entry.get("used")]
    if not any(is_near(entry, n) for entry in left):
        return None, "", ""
    before = encoding.digest(call.tree())
    entry = next((entry for entry in left if entry["digest"] == before), None)
    if entry is not None:
        return entry, before, "digest"
    return next((entry for entry in left if entry["n"] == n), None), before, "order"


def is_near(entry, n):
    """May the `n`-th call of a test be the one that the entry means?"""
    return abs(entry["n"] - n) <= max(AWAY, entry["n"] // AWAY_PART)
