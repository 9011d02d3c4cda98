"""What may be done to a text: edges, edits of characters, tokens and lines, other kinds."""

import functools
import pathlib
import re

from assay_probe.variants import as_long, constants, lengths, no_value

EDGE_TEXTS = (
    "",
    " ",
    "0",
    "-1",
    "1.5",
    "é",
    "a" * 120,
    "\x00",
    "None",
    "\n",
    "%",
    "True",
    "1e5",
    "0.5",
    "False",
    "nan",
    "[1, 2]",
    "a b",
    "a,b",
    "(x)",
    "x=1",
    "a_b",
    "<b>",
    "--",
    "#",
    "john.doe",
    "a\nb\n",
    "٣",
    "ß",
    "x_",
    "\ufeffa",
    "1e400",
    "inf",
    "a\\b",
    "a\rb",
    "{x}",
    "$x",
    "a&b",
)
EDIT_CHARACTERS = "@:/%^#?. -_'\"0Aé<>(),;\n|*[]\\{}&=+!~$\t\r\u2028\xa0\ufeff"
LETTERS_AND_DIGITS = "0123456789abcdefkmzACFX"
NUMBERS = ("0", "1", "12", "31", "60", "99", "100", "1000", "999999")
SIGN = 3
"""The longest constant, in characters, that counts as something to look for inside a text."""
TELLING_PART = 0.3
"""A word that stands in more of the texts than this part of them tells nothing."""
SEPARATORS = ("", "", " ", "\n", ";", "; ", ",", ", ", "\n\n", ".")
_ENCLOSED = re.compile(r"""\"[^\"\n]+\"|'[^'\n]+'|\([^()\n]+\)|\[[^\[\]\"'\n]+\]|\{[^{}\n]+\}|>[^<>\n]+<""")
_EMPTY = ('""', "''", "()", "[]", "{}")
_NUMBER = re.compile(r"[0-9]+")
_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")


def for_text(value, context, draw):
    """Operators for a text; the seeded ones draw from the texts of the tests and the constants of the code."""
    seeds = context.corpus or (value or "x",)
    dictionary = context.texts
    out = [("text.edge", constants(*EDGE_TEXTS))]
    if dictionary:
        out.append(("text.constant", constants(draw.choice(dictionary), draw.choice(dictionary))))
    if context.telling:
        out.append(("text.telling", _telling(value, context.telling, draw)))
    longer = lengths(context.numbers, len(value))
    if longer:
        out.append(("text.length", [functools.partial(as_long, value or "a", n) for n in longer]))
    known = signs(dictionary)
    out.append(("text.edit", [lambda: edit(value, draw, known)]))
    out.append(("text.token", [lambda: edit_tokens(value, dictionary, seeds, draw)]))
    out.append(("text.join", [lambda: join(value, seeds, draw)]))
    out.append(("text.lines", [lambda: edit_lines(value, seeds, draw)]))
    out.append(("text.corpus", [lambda: draw.choice(seeds)]))
    if "\0" not in value:
        out.append(("text.path", [lambda: pathlib.Path(value)]))
    out.append(("text.bytes", [lambda: value.encode("utf-8", "replace")]))
    out.append(("text.list", [lambda: list(value)]))
    out.append(("text.subclass", [lambda: _Text(value)]))
    out.append(("text.number", constants(1)))
    out.append(no_value())
    return out


def for_bytes(value, context, draw):
    """Operators for bytes: those of a text with as many characters, and edges of their own."""
    text = value.decode("latin-1")
    out = [("bytes.edge", [lambda: b"", lambda: value + b"x", lambda: value[:-1], lambda: b"\xff"])]
    for name, variants in for_text(text, context, draw):
        if name in _OF_BYTES_TOO:
            out.append(("bytes" + name[len("text") :], [functools.partial(_made, variant) for variant in variants]))
    return [*out, ("bytes.text", [lambda: text]), no_value()]


_OF_BYTES_TOO = frozenset(
    ("text.constant", "text.edit", "text.token", "text.join", "text.lines", "text.corpus", "text.telling")
)


def _made(variant):
    return encoded(variant())


def encoded(text):
    """A text as bytes: of as many bytes as it has characters, where that can be."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def _telling(value, found, draw):
    """A text that two expressions read differently: alone, and put into the value."""
    return [lambda: draw.choice(found), lambda: put_in(value, draw.choice(found), draw)]


def put_in(value, piece, draw):
    """The piece somewhere in the text, rather inside a word than not."""
    i = draw.randrange(len(value) + 1)
    return value[:i] + piece + value[i:]


class _Text(str):
    """A text of another class, as template and translation libraries hand about."""

    __slots__ = ()


def signs(dictionary):
    """Those constants of the code that it is likely to look for inside a text."""
    return [text for text in dictionary if len(text) <= SIGN]


def edit(value, draw, known=()):
    """One character edited, or the whole turned round; `known` are signs to put in."""
    i = draw.randrange(len(value) + 1)
    c = draw.choice(known if known and draw.random() < 0.5 else EDIT_CHARACTERS)
    return draw.choice(
        [
            value[:i] + value[i + 1 :],
            value[:i] + c + value[i:],
            value[:i],
            value[i:],
            value + value,
            value[:i] + c + value[i + 1 :],
            value[:i] + value[i : i + 1] + value[i:],
            value[:i] + draw.choice(LETTERS_AND_DIGITS) + value[i + 1 :],
            _renumbered(value, draw),
            _emptied(value, draw),
            value[::-1],
            value.upper(),
            value.title(),
            value.swapcase(),
            value + " ",
            " " + value,
        ]
    )


def _emptied(value, draw):
    """Nothing stands between one of the pairs of quotes or brackets any more; a text without any gets an empty pair."""
    pairs = [(found.start() + 1, found.end() - 1) for found in _ENCLOSED.finditer(value)]
    if not pairs:
        return value + draw.choice(_EMPTY)
    start, end = draw.choice(pairs)
    return value[:start] + value[end:]


def _renumbered(value, draw):
    """One of the numbers in the text is another one, at times of another length; a text without any gets one."""
    numbers = list(_NUMBER.finditer(value))
    if not numbers:
        return value + draw.choice(NUMBERS)
    found = draw.choice(numbers)
    here = int(found.group()[:15])
    new = draw.choice((str(here + 1), str(max(0, here - 1)), found.group()[::-1], "0" + found.group(), *NUMBERS))
    return value[: found.start()] + new + value[found.end() :]


def edit_tokens(value, dictionary, seeds, draw):
    """A few words put in, taken out, repeated, exchanged or moved; `dictionary` and `seeds` give the foreign ones."""
    tokens = _TOKEN.findall(value[:2000])
    for _ in range(1 + int(draw.expovariate(0.7))):
        action, i = draw.randrange(6), draw.randrange(len(tokens) + 1)
        foreign = _TOKEN.findall(draw.choice(seeds)[:2000])
        if action == 0 and dictionary:
            word = draw.choice(dictionary)
            tokens[i:i] = [word] if draw.random() < 0.5 else [" ", word, " "]
        elif action == 1 and tokens:
            del tokens[i - 1]
        elif action == 2 and foreign:
            a = draw.randrange(len(foreign))
            tokens[i:i] = foreign[a : a + draw.randrange(1, 12)]
        elif action == 3 and tokens:
            tokens[i:i] = tokens[max(0, i - draw.randrange(1, 8)) : i]
        elif action == 4 and tokens and dictionary:
            tokens[i - 1] = draw.choice(dictionary)
        elif tokens:
            i = max(0, i - 1)
            tokens = tokens[i:] + [" "] * draw.randrange(2) + tokens[:i]
    return "".join(tokens)[:800]


def edit_lines(value, seeds, draw):
    """A line repeated, taken out or put in, or all shuffled."""
    lines = value.splitlines(True) or [value]
    i, action = draw.randrange(len(lines)), draw.randrange(4)
    if action == 0:
        line = lines[i] if lines[i].endswith("\n") else lines[i] + "\n"
        lines[i:i] = [line] * draw.randrange(1, 3)
    elif action == 1 and len(lines) > 1:
        del lines[i]
    elif action == 2:
        lines[i:i] = [draw.choice(seeds) + "\n"]
    else:
        draw.shuffle(lines)
    return "".join(lines)[:1500]


def repeat(value, draw):
    """A piece of the text several times in a row, in its place or alone."""
    parts = value.splitlines(True) if draw.random() < 0.5 else _TOKEN.findall(value[:2000])
    start = draw.randrange(len(parts) or 1)
    end = start + 1 + int(draw.expovariate(0.4))
    piece = "".join(parts[start:end])
    between = "" if piece.endswith("\n") else draw.choice(SEPARATORS)
    new = between.join([piece] * draw.randrange(2, 5))
    return (new if draw.random() < 0.5 else "".join([*parts[:start], new, *parts[end:]]))[:1500]


def crossings(seeds, words):
    """`(tokens of a text, where one of `words` stands in it)`, each time one does; what most have tells nothing."""
    found = {}
    for text in seeds if words else ():
        tokens = _TOKEN.findall(text[:2000])
        for at, token in enumerate(tokens):
            if token.lower() in words:
                found.setdefault(token.lower(), []).append((tokens, at))
    return [each for some in found.values() if len(some) <= max(1, len(seeds) * TELLING_PART) for each in some]


def cross(value, found, draw):
    """What begins or ends at a word of the change in another text, put together with this one."""
    tokens, at = draw.choice(found)
    if draw.random() < 0.5:
        cut = at + 1 + draw.randrange(max(1, len(tokens) - at))
        return ("".join(tokens[:cut]) + " " + value)[:1500]
    own = _TOKEN.findall(value[:2000])
    cut = draw.choice((len(own), draw.randrange(len(own) + 1)))
    return ("".join(own[:cut]) + " " + "".join(tokens[at:]))[:1500]


def join(value, seeds, draw):
    """Another text before or after this one."""
    other, separator = draw.choice(seeds), draw.choice(SEPARATORS)
    return (value + separator + other if draw.random() < 0.5 else other + separator + value)[:1500]
