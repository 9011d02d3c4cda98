"""What was answered about calls. Experiments alter one thing each, so most answers are shared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar, cast

Answer = TypeVar("Answer")


class Answers:
    """Answers by question and by the values that it reads. For questions about calls at one point only."""

    def __init__(self, has_time: Callable[[], bool] = lambda: True) -> None:
        self.has_time = has_time
        """Is there time for another question?"""
        self._known: dict[str, dict[object, object]] = {}
        self._numbers: dict[str, dict[str, int]] = {}
        self._rows: dict[int, tuple[Mapping[str, object], dict[str, int]]] = {}

    def ask(
        self,
        text: str,
        names: Iterable[str],
        calls: Iterable[Mapping[str, object]],
        question: Callable[[Mapping[str, object]], Answer],
    ) -> Iterator[Answer]:
        """The answer for each call, in order; asked once for each combination of the values that are named."""
        order = sorted(names)
        known = cast("dict[object, Answer]", self._known.setdefault(text, {}))
        for values in calls:
            row = self._row(values, order)
            key: Any = row[order[0]] if len(order) == 1 else tuple([row[name] for name in order])
            if key not in known:
                known[key] = question(values)
            yield known[key]

    def _row(self, values: Mapping[str, object], names: Iterable[str]) -> dict[str, int]:
        """A small number for each value that was ever read, the same for values that are written alike."""
        found = self._rows.get(id(values))
        if found is None:
            # The values are kept, so that no other call can come to have their identity.
            found = self._rows[id(values)] = (values, {})
        row = found[1]
        for name in names:
            if name not in row:
                numbers = self._numbers.setdefault(name, {})
                row[name] = numbers.setdefault(repr(values[name]), len(numbers)) if name in values else -1
        return row
