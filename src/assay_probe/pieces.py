"""The smallest pieces of texts that run rare lines, and how they are put together.

What a change does with one thing in a text it may do otherwise with two in a row, or with one inside another. The
text of a test has much around such a thing; repeated whole, two of them hardly ever meet.
"""

import re

TRIES = 20
"""So many texts are tried to make one smaller."""
RARE_PART = 0.8
"""A line is rare when at most this part of the texts runs it: those of the nearest tests run most of them."""
MOST = 12
LONGEST = 400
ALONE = 0.4
"""How often pieces stand alone and not in another text."""
BETWEEN = ("", " ", "\n", "\n", ", ", ";\n")
_PARTS = re.compile(r"\w+|\s+|[^\w\s]+")


class Pieces:
    """Pieces found so far, each as the name of its argument and the text."""

    def __init__(self):
        self.found = []
        self._sought = set()

    def seek(self, known, hits, n_texts):
        """Yield ever smaller texts for the next set of rare lines, taking back which lines each of them runs.

        `known` are pairs of a text and its lines, `hits` says how many of `n_texts` ran a line.
        """
        for (name, text), lines in sorted(known, key=lambda pair: len(pair[0][1])):
            rare = frozenset(line for line in lines if hits[line] <= max(1, n_texts * RARE_PART))
            if rare and rare not in self._sought and len(self.found) < MOST and len(text) <= LONGEST:
                self._sought.add(rare)
                piece = yield from _smaller(name, text, rare)
                if piece.strip() and (name, piece) not in self.found:
                    self.found.append((name, piece))
                    for between in dict.fromkeys(BETWEEN):
                        yield name, between.join([piece.strip()] * 2)
                return

    def combine(self, text, dictionary, draw):
        """A piece several times in a row, or with another or a word of the code; alone, or inside the text."""
        piece = draw.choice(self.found)[1]
        other = draw.choice([piece, draw.choice(self.found)[1], draw.choice(dictionary or (piece,))])
        row = [piece, other, piece][: draw.choice((1, 2, 2, 3))]
        row = draw.choice(BETWEEN).join(draw.choice((part, part.strip())) for part in row)
        if draw.random() < ALONE:
            return row
        parts = _PARTS.findall(text)
        at = draw.choice((0, len(parts), draw.randrange(len(parts) + 1)))
        around = draw.choice(BETWEEN)
        return around.join(filter(None, ("".join(parts[:at]), row, "".join(parts[at:]))))


def _smaller(name, text, rare):
    """Take parts away, large ones first, as long as the rare lines are run: blanks around it, lines, then words."""
    for bare in (str.lstrip, str.rstrip):
        lines = yield name, bare(text)
        text = bare(text) if lines is not None and rare <= lines else text
    parts = yield from _fewer(name, text.splitlines(True), rare)
    parts = yield from _fewer(name, _PARTS.findall("".join(parts)), rare)
    return "".join(parts)


def _fewer(name, parts, rare):
    size, tries = len(parts) // 2, 0
    while size:
        start = 0
        while start < len(parts) and tries < TRIES:
            shorter = parts[:start] + parts[start + size :]
            lines = (yield name, "".join(shorter)) if shorter else None
            tries += 1
            if lines is not None and rare <= lines:
                parts = shorter
            else:
                start += size
        size //= 2
    return parts
