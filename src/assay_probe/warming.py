"""What the first call in a process loads once, loaded by the parent, so that not every child does it anew.

A module that is imported inside a function is imported in each forked child for as long as the parent has not made
the call itself. Only modules from outside the project are loaded: theirs is the time, and they have no effect on it.
"""

import importlib.util
import random
import sys
from itertools import islice

MOST = 300


def loaded_since(n):
    """Names of the modules that were loaded since there were `n` of them."""
    return list(islice(sys.modules, n, n + MOST)) if len(sys.modules) > n else []


def load(names, root):
    """Import what is not there yet and stands outside of `root`. What cannot be imported is left to the call."""
    state = random.getstate()
    for name in names:
        if name not in sys.modules and not _is_of(name, root):
            try:
                importlib.import_module(name)
            except Exception:
                continue
    random.setstate(state)


def _is_of(name, root):
    """Does the module, or the package it is in, belong to the project? Whatever cannot be found may."""
    try:
        spec = importlib.util.find_spec(name.partition(".")[0])
    except (ImportError, AttributeError, ValueError):
        return True
    places = [] if spec is None else [spec.origin or "", *(spec.submodule_search_locations or ())]
    return not places or any(str(place).startswith(root + "/") for place in places)
