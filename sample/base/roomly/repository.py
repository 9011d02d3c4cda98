"""A store in memory that notices when two people save the same thing."""

from __future__ import annotations

import copy
from collections import defaultdict

from roomly.errors import Conflict, NotFound


class Repository:
    def __init__(self, key=lambda item: item.id):
        self._key = key
        self._items = {}
        self._versions = defaultdict(int)

    def __len__(self):
        return len(self._items)

    def __iter__(self):
        return iter(list(self._items.values()))

    def __contains__(self, item):
        return self._key(item) in self._items

    def add(self, item):
        key = self._key(item)
        if key in self._items:
            raise Conflict(f"{key} exists")
        self._items[key] = item
        self._versions[key] = 1
        return key

    def get(self, key):
        try:
            return self._items[key]
        except KeyError:
            raise NotFound(f"nothing is stored under {key!r}") from None

    def checkout(self, key):
        """A copy to work on, and the version that `save` must still find."""
        return copy.deepcopy(self.get(key)), self._versions[key]

    def save(self, item, version=None):
        key = self._key(item)
        self.get(key)
        if version is not None and version != self._versions[key]:
            raise Conflict(f"{key} was changed meanwhile")
        self._items[key] = item
        self._versions[key] += 1
        return self._versions[key]

    def remove(self, key):
        item = self.get(key)
        del self._items[key]
        del self._versions[key]
        return item

    def find(self, predicate=None, order_by=None, limit=None):
        found = [item for item in self._items.values() if predicate is None or predicate(item)]
        if order_by is not None:
            found.sort(key=order_by)
        return found[:limit]
