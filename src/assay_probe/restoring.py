"""What live arguments hold, written down by reference before a call, so that a call that changed them can be undone.

Only the plain holders are known: attributes, slots, lists, dictionaries, sets, deques, byte arrays, closures. What else
changed (a file, an iterator, state of C code, whatever lies too far away) stays as the call left it; whoever puts back
looks at the arguments again before trusting them. Nothing of the target runs but the hashes of its keys.
"""

import types
from collections import OrderedDict, deque
from operator import is_not

from assay_probe.encoding_objects import state_of
from assay_probe.encoding_plain import PLAIN, has_base, mro_of
from assay_probe.variants import OPAQUE, is_a

HOLDERS = 3000
"""More than these are not kept; the nearest are."""
_ABSENT = object()


class Kept:
    """The holders below some arguments, with what was in them."""

    def __init__(self, arguments):
        self._dicts, self._lists, self._sets, self._deques, self._arrays = [], [], [], [], []
        self._slots, self._cells = [], []
        level, seen = list(arguments.values()), set()
        while level and len(seen) < HOLDERS:
            below = []
            for value in level:
                if id(type(value)) not in PLAIN and id(value) not in seen and len(seen) < HOLDERS:
                    seen.add(id(value))
                    below.extend(self._keep(value))
                elif type(value) is bytearray:
                    self._arrays.append((value, bytes(value)))
            level = below

    def put_back(self):
        """Give every holder what it had. Raises what hashes of the target raise."""
        for holder, keys, values in self._dicts:
            base, keys_now, values_now = _pairs_of(holder)
            if _is_other(keys_now, keys) or _is_other(values_now, values):
                base.clear(holder)
                for key, value in zip(keys, values):
                    base.__setitem__(holder, key, value)
        for holder, items in self._lists:
            if _is_other(list.__getitem__(holder, slice(None)), items):
                list.__setitem__(holder, slice(None), items)
        for holder, members in self._sets:
            if set(map(id, set.__iter__(holder))) != set(map(id, members)):
                set.clear(holder)
                set.update(holder, members)
        for holder, items in self._deques:
            if _is_other(list(deque.__iter__(holder)), items):
                deque.clear(holder)
                deque.extend(holder, items)
        for holder, data in self._arrays:
            if holder != data:
                holder[:] = data
        for holder, member, value in self._slots:
            if _in_slot(holder, member) is not value:
                member.__delete__(holder) if value is _ABSENT else member.__set__(holder, value)
        for cell, value in self._cells:
            if _in_cell(cell) is not value and value is not _ABSENT:
                cell.cell_contents = value

    def _keep(self, value):
        """Write one holder down; returns what is in it."""
        kind = type(value)
        if has_base(kind, dict):
            _, keys, values = _pairs_of(value)
            self._dicts.append((value, keys, values))
            return [*self._keep_attributes(value, kind), *keys, *values]
        if kind is types.MethodType:
            return [value.__self__, value.__func__]
        if is_a(value, OPAQUE) and kind is not types.FunctionType:
            return []
        cells = (value.__closure__ or ()) if kind is types.FunctionType else ()
        inside = [_in_cell(cell) for cell in cells]
        self._cells.extend(zip(cells, inside))
        return [*inside, *self._keep_items(value, kind), *self._keep_attributes(value, kind)]

    def _keep_items(self, value, kind):
        for base in mro_of(kind):
            if base is list:
                items = list(list.__iter__(value))
                self._lists.append((value, items))
            elif base is tuple:
                items = list(tuple.__iter__(value))
            elif base is set:
                items = list(set.__iter__(value))
                self._sets.append((value, items))
            elif base is frozenset:
                items = list(frozenset.__iter__(value))
            elif base is deque:
                items = list(deque.__iter__(value))
                self._deques.append((value, items))
            else:
                continue
            return items
        return []

    def _keep_attributes(self, value, kind):
        inner, slots = state_of(value, kind)
        found = []
        if inner is not None:
            keys, found = list(inner), list(dict.values(inner))
            self._dicts.append((inner, keys, list(found)))
        for _, member in slots:
            found.append(_in_slot(value, member))
            self._slots.append((value, member, found[-1]))
        return found


def _pairs_of(holder):
    """The class whose methods change this dictionary, its keys in their order, and their values."""
    if has_base(type(holder), OrderedDict):
        # It keeps a list of its own, of which the methods of `dict` know nothing.
        keys = list(OrderedDict.__iter__(holder))
        return OrderedDict, keys, [dict.__getitem__(holder, key) for key in keys]
    return dict, list(dict.__iter__(holder)), list(dict.values(holder))


def _is_other(now, then):
    """Is anything else there than was? By identity: comparing would run code of the target."""
    return len(now) != len(then) or any(map(is_not, now, then))


def _in_slot(holder, member):
    try:
        return member.__get__(holder, type(holder))
    except AttributeError:
        return _ABSENT


def _in_cell(cell):
    try:
        return cell.cell_contents
    except ValueError:
        return _ABSENT
