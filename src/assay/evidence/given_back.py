"""Does a call give back what stands in a data file, on each side what that side has at the same place of the file?

Then the data changed, which its diff shows, and not what the function does with it: the two versions would answer
alike over one and the same file. Only whole lines count, and only texts: what is computed from the data, or read from
another place of the file, may be what somebody broke.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from functools import cached_property
from typing import TypeAlias
from zlib import crc32

from assay.evidence import trees
from assay.evidence.tree_nodes import Node, read
from assay.values.change import FilePair
from assay.values.experiment import Tree
from assay.values.finding import Difference
from assay.values.lab import Source

LONGEST_FILE, FILES, TEXTS = 1 << 20, 40, 400
"""Of files and answers that are larger nothing is said."""
_CODE = (".py", ".pyi", ".pyw")
_Lines: TypeAlias = tuple[int, int]
"""From this line, before that one."""

GivenBack: TypeAlias = Callable[[Difference], str]


class DataFiles:
    """The files without code that a change edits, as both sides have them."""

    def __init__(self, pairs: Sequence[FilePair], source: Source) -> None:
        self._pairs, self._source = pairs, source

    def given_back(self, difference: Difference) -> str:
        """The path of the file that the answers give back in part or as a whole; empty where they do not."""
        if difference.kind != "answers-differently":
            return ""
        base, head = difference.base.outcome.value, difference.head.outcome.value
        return next((file.path for file in self._files if file.explains(base, head)), "")

    @cached_property
    def _files(self) -> tuple[_DataFile, ...]:
        pairs = [p for p in self._pairs if p.base_path and p.head_path and not p.path.endswith(_CODE)][:FILES]
        files = (
            _DataFile(pair.path, self._source.text("base", pair.base_path), self._source.text("head", pair.head_path))
            for pair in pairs
            if pair.base_path is not None and pair.head_path is not None
        )
        return tuple(file for file in files if file.is_readable)


class _DataFile:
    def __init__(self, path: str, base: str | None, head: str | None) -> None:
        self.path = path
        self.is_readable = base is not None and head is not None and max(len(base), len(head)) <= LONGEST_FILE
        self._base, self._head = _Text(base or ""), _Text(head or "")

    def explains(self, base: Tree, head: Tree) -> bool:
        """Are the answers the same but for texts that stand at the same place of the file?"""
        ours, theirs = list(_texts(base)), list(_texts(head))
        if len(ours) != len(theirs) or not 0 < len(ours) <= TEXTS:
            return False
        differing = [pair for pair in zip(ours, theirs, strict=True) if pair[0] != pair[1]]
        if not differing or not all(self._is_same_place(mine, other) for mine, other in differing):
            return False
        hard = [item for item in trees.compare(base, head, limit=TEXTS) if not item.soft]
        return len(hard) <= len(differing) and all(item.kind == "value" for item in hard)

    def _is_same_place(self, ours: Node, theirs: Node) -> bool:
        places = list(self._head.places_of(theirs))
        return any(
            start in self._boundaries[first] and end in self._boundaries[last]
            for first, last in self._base.places_of(ours)
            for start, end in places
        )

    @cached_property
    def _boundaries(self) -> list[range]:
        """For each place between base's lines the places between head's lines that it may have become."""
        found: list[range] = []
        for tag, first, last, start, end in SequenceMatcher(
            None, self._base.lines, self._head.lines, autojunk=False
        ).get_opcodes():
            if tag == "equal":
                here = [range(start + n, start + n + 1) for n in range(last - first + 1)]
            else:
                inside = [range(start, end + 1)] * (last - first - 1)
                here = [range(start, start + 1), *inside, range(end, end + 1)] if first < last else []
            if first == last:
                found[-1:] = [range(start, end + 1)]
            else:
                # What came in before this place belongs to it as well.
                found[-1:] = [range(min(found[-1].start, here[0].start), here[0].stop) if found else here[0]]
                found += here[1:]
        return found or [range(len(self._head.lines) + 1)]


class _Text:
    def __init__(self, text: str) -> None:
        self.lines = text.splitlines()
        self._text = "\n".join(self.lines)
        self._starts: list[int] = []
        position = 0
        for line in self.lines:
            self._starts.append(position)
            position += len(line) + 1

    def places_of(self, node: Node) -> Iterator[_Lines]:
        """Where this text stands, as whole lines; blanks around it are nobody's."""
        beginning = "\n".join(node.text.split("\r\n"))
        first = beginning.lstrip()
        if not first.strip():
            return
        blanks = len(beginning) - len(first)
        wanted = first.rstrip() if node.tail is None else first
        for number, start in enumerate(self._starts):
            indent = len(self.lines[number]) - len(self.lines[number].lstrip())
            if not self._text.startswith(wanted, start + indent):
                continue
            end = start + indent + len(wanted)
            if node.tail is not None:
                begins = start + indent - blanks
                end = begins + node.length
                # What was read has one line end more than its lines put together have.
                whole = (self._text + "\n")[max(begins, 0) : end]
                if begins < 0 or _checksum(whole) != node.tail:
                    continue
            end = len(self._text[:end].rstrip())
            if not self._text[end:].partition("\n")[0].strip():
                yield number, self._text.count("\n", 0, end) + 1


def _texts(tree: Tree) -> Iterator[Node]:
    """Every text of an answer, in order; a text is a leaf."""
    waiting = [tree]
    while waiting:
        node = read(waiting.pop())
        if (node.tag, node.type) == ("leaf", "str"):
            yield node
        inside = [*node.items, *(part for pair in node.pairs for part in pair), *node.attributes.values()]
        waiting += reversed([*inside, *([] if node.inner is None else [node.inner])])


def _checksum(text: str) -> str:
    return format(crc32(text.encode("utf-8", "surrogatepass")), "08x")
