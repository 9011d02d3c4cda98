"""Words in constants that may be options: a text, a key or a value inside it, one word of several."""

import re

_OPTION = re.compile(r"\w[\w+-]{0,29}")
_PHRASE = re.compile(r"[\w][ \w+:./%-]{2,59}")


class Option:
    """A word in a constant: the constant itself, or a key or a value inside it."""

    __slots__ = ("path", "whole", "word")

    def __init__(self, whole, path, word):
        self.whole = whole
        self.path = path
        self.word = word

    @property
    def is_key(self):
        """Is it a key of a dictionary?"""
        return bool(self.path) and self.path[-1][0] == "key"

    @property
    def is_phrase(self):
        """Is it more than one word: `5 per month`, `EPSG:4326`, `run:branch`?"""
        return not self.path and _OPTION.fullmatch(self.word) is None

    def refused_in(self, text):
        """The option as the word of it that the text speaks of, itself where it is one word, or None."""
        if not self.is_phrase or speaks_of(text, self.word):
            return self
        spoken = [word for word in re.findall(r"[A-Za-z][\w+-]{3,}", self.word) if speaks_of(text, word)]
        return Part(self.whole, self.path, spoken[0]) if len(spoken) == 1 else None

    def replaced(self, word):
        """The constant with another word in this place, or without this place where it is None."""
        return _replaced(self.whole, self.path, word)


class Part(Option):
    """One word of a constant that has several."""

    is_phrase = True

    def replaced(self, word):
        """The constant with another word in this place; nothing is left where it is None."""
        return None if word is None else re.sub(rf"(?<!\w){re.escape(self.word)}(?!\w)", word, self.whole)


def options_in(value):
    """Every option that the constant may hold."""
    found = [Option(value, path, word) for path, word in _words_in(value, ())]
    return [*found, Option(value, (), value)] if _is_phrase(value) else found


def _is_phrase(value):
    """Is it a text of a few words, and none of them alone?"""
    return isinstance(value, str) and bool(_PHRASE.fullmatch(value)) and not _OPTION.fullmatch(value)


def _words_in(value, path):
    """Every word in a constant that looks like an option, with the way to it."""
    if isinstance(value, str):
        if _OPTION.fullmatch(value):
            yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(key, str) and _OPTION.fullmatch(key):
                yield (*path, ("key", key)), key
            yield from _words_in(inner, (*path, ("value", key)))
    elif isinstance(value, (list, tuple)):
        for number, inner in enumerate(value):
            yield from _words_in(inner, (*path, ("value", number)))


def _replaced(value, path, word):
    if not path:
        return word
    (kind, key), *inner = path
    if isinstance(value, dict):
        if kind == "key" or (word is None and not inner):
            others = {name: kept for name, kept in value.items() if name != key}
            return others if word is None else {**others, word: value[key]}
        return {**value, key: _replaced(value[key], inner, word)}
    if word is None and not inner:
        return type(value)([kept for number, kept in enumerate(value) if number != key])
    return type(value)([_replaced(kept, inner, word) if number == key else kept for number, kept in enumerate(value)])


def speaks_of(text, word):
    """Does the text have this very word, whatever its case?"""
    return re.search(rf"(?<![\w]){re.escape(word)}(?![\w])", text, re.IGNORECASE) is not None
