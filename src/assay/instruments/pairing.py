"""How the files of two trees pair up: the same path, the same content, or enough equal lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from assay.instruments.tree import Entry, Tree, is_plain
from assay.values.change import FilePair

SIMILAR = 0.5
"""Share of equal lines from which a removed and an added file are one renamed file (git's default)."""


def pair_files(base: Tree, head: Tree) -> tuple[FilePair, ...]:
    """Files whose content differs, renamed ones paired by equal or similar content; sorted by path."""
    old, new = base.entries, head.entries
    pairs = [FilePair(base_path=p, head_path=p) for p, e in old.items() if p in new and new[p].key != e.key]
    removed = [p for p in old if p not in new]
    added = [p for p in new if p not in old]
    renames = _exact_renames(removed, added, old, new)
    renames |= _similar_renames(base, head, [p for p in removed if p not in renames], _without(added, renames))
    pairs += [FilePair(base_path=p, head_path=renames.get(p)) for p in removed]
    pairs += [FilePair(base_path=None, head_path=p) for p in _without(added, renames)]
    return tuple(sorted(pairs, key=lambda pair: pair.path))


def _exact_renames(
    removed: Sequence[str], added: Sequence[str], old: Mapping[str, Entry], new: Mapping[str, Entry]
) -> dict[str, str]:
    by_key: dict[str, list[str]] = {}
    for path in added:
        by_key.setdefault(new[path].key, []).append(path)
    renames: dict[str, str] = {}
    for path in removed:
        candidates = by_key.get(old[path].key, [])
        if candidates:
            best = max(candidates, key=lambda other: _kinship(path, other))
            candidates.remove(best)
            renames[path] = best
    return renames


def _similar_renames(base: Tree, head: Tree, removed: Sequence[str], added: Sequence[str]) -> dict[str, str]:
    """Pairs of a removed and an added text file that share at least half of their lines, most similar first."""
    suffixes = {PurePosixPath(p).suffix for p in removed} & {PurePosixPath(p).suffix for p in added}
    old = {p: _lines(base, p) for p in removed if PurePosixPath(p).suffix in suffixes}
    new = {p: _lines(head, p) for p in added if PurePosixPath(p).suffix in suffixes}
    holders: dict[bytes, list[str]] = {}
    for path, lines in old.items():
        for line in lines:
            holders.setdefault(line, []).append(path)
    scored: list[tuple[float, int, str, str]] = []
    for path, lines in new.items():
        shared: Counter[str] = Counter()
        for line, count in lines.items():
            # A line that stands in many files says nothing about kinship.
            for other in holders.get(line, ())[:20]:
                shared[other] += min(count, old[other][line])
        for other, count in shared.items():
            score = count / max(1, lines.total(), old[other].total())
            if score >= SIMILAR and PurePosixPath(path).suffix == PurePosixPath(other).suffix:
                scored.append((score, _kinship(other, path), other, path))
    renames: dict[str, str] = {}
    taken: set[str] = set()
    for _, _, other, path in sorted(scored, reverse=True):
        if other not in renames and path not in taken:
            renames[other] = path
            taken.add(path)
    return renames


def _lines(tree: Tree, path: str) -> Counter[bytes]:
    entry = tree.entries[path]
    content = tree.read(path) if is_plain(entry) else b""
    if b"\0" in content[:8000]:
        return Counter()
    return Counter(stripped for line in content.split(b"\n") if (stripped := line.strip()))


def _without(added: Sequence[str], renames: Mapping[str, str]) -> list[str]:
    taken = set(renames.values())
    return [path for path in added if path not in taken]


def _kinship(one: str, other: str) -> int:
    """How many trailing parts two paths share."""
    pairs = zip(reversed(one.split("/")), reversed(other.split("/")), strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(one.count("/"), other.count("/")) + 1)
