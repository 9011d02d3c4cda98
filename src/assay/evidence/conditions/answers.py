"""What was answered about calls. Experiments alter one thing each, so most answers are shared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar, cast

from assay.evidence.conditions.language import NotInLanguageError, Predicate, Scope, compile_text

Answer = TypeVar("Answer")
Values = Mapping[str, object]


class Answers:
    """Answers by question and by the values that it reads. For questions about calls at one point only."""

    def __init__(self, has_time: Callable[[], bool] = lambda: True) -> None:
        self.has_time = has_time
        """Is there time for another question?"""
        self._known: dict[str, dict[object, object]] = {}
        self._numbers: dict[str, dict[str, int]] = {}
        self._rows: dict[int, tuple[Values, dict[str, int]]] = {}
        self._predicates: dict[tuple[str, frozenset[str]], Predicate | None] = {}

    def predicate(self, text: str, parameters: frozenset[str], scope: Scope | None) -> Predicate | None:
        """The expression ready to be asked, read once; None where predicates cannot say it."""
        if (text, parameters) not in self._predicates:
            try:
                self._predicates[text, parameters] = compile_text(text, parameters, scope)
            except NotInLanguageError:
                self._predicates[text, parameters] = None
        return self._predicates[text, parameters]

    def ask(
        self, text: str, names: Iterable[str], calls: Iterable[Values], question: Callable[[Values], Answer]
    ) -> Iterator[Answer]:
        """The answer for each call, in order; asked once for each combination of the values that are named."""
        order = tuple(sorted(names))
        known = self.known(text)
        for values in calls:
            key = self.key(values, order)
            if key not in known:
                known[key] = question(values)
            yield cast("Answer", known[key])

    def known(self, text: str) -> dict[object, object]:
        """The answers to a question, by what it reads."""
        return self._known.setdefault(text, {})

    def key(self, values: Values, order: tuple[str, ...]) -> object:
        """What tells apart the values of these names."""
        row = self._row(values, order)
        return row[order[0]] if len(order) == 1 else tuple([row[name] for name in order])

    def _row(self, values: Values, names: Iterable[str]) -> dict[str, int]:
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


class Sample:
    """Calls to which many questions are put: those that bring a question the same values are asked as one."""

    def __init__(self, calls: Sequence[Values], answers: Answers) -> None:
        self._calls, self._answers = calls, answers
        self._alike: dict[tuple[str, ...], list[tuple[object, Values, int]]] = {}

    def ask(
        self, text: str, names: Iterable[str], question: Callable[[Values], Answer]
    ) -> Iterator[tuple[Answer, int]]:
        """Answers, each with the calls it stands for as bits. An answer may come several times."""
        known: dict[Any, Any] = self._answers.known(text)
        for key, values, calls in self._together(tuple(sorted(names))):
            if key not in known:
                known[key] = question(values)
            yield known[key], calls

    def _together(self, order: tuple[str, ...]) -> list[tuple[object, Values, int]]:
        """`(key, values of one of them, calls)` for each combination of the values that are named."""
        if order not in self._alike:
            found: dict[object, tuple[object, Values, int]] = {}
            for n, values in enumerate(self._calls):
                key = self._answers.key(values, order)
                first = found.get(key, (key, values, 0))
                found[key] = (key, first[1], first[2] | 1 << n)
            self._alike[order] = list(found.values())
        return self._alike[order]
