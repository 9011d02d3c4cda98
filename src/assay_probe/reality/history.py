"""Since when and until when: what the installed distribution tells of the name that a claim is about.

Documentation strings tell it (`.. deprecated:: 1.2` and its kin), and the changelog where one is installed: a file of
the distribution, or the long description in its metadata, which many end with what changed. Nothing is asked elsewhere.
"""

import importlib.metadata
import inspect
import re
import sys

from assay_probe.reality import installed

MOST = 2
"""So many sentences are told of one claim."""
LONGEST = 2_000_000
QUOTED = 160
_CHANGELOG = re.compile(
    r"(?:^|/)(?:changes|changelog|history|news|releases?|release[-_]?notes|whats[-_]?new)[\w.-]*(?:\.(?:rst|md|txt))?$",
    re.IGNORECASE,
)
_VERSION = re.compile(r"(?<![\w.])v?(\d+(?:\.\d+)+(?:\.?(?:a|b|rc|post|dev)\d+)?)(?![\w.])")
_UNDERLINE = re.compile(r"^\s*([=~^*#+\"'`-])\1{2,}\s*$")
_BULLET = re.compile(r"^\s*(?:[-*+•]|\d+\.)\s")
_HAPPENED = (
    ("removed", re.compile(r"\b(?:remov\w*|drop(?:s|ped)?|delet\w*|no longer)\b", re.IGNORECASE)),
    ("renamed", re.compile(r"\brenam\w*\b", re.IGNORECASE)),
    ("deprecated", re.compile(r"\bdeprecat\w*\b", re.IGNORECASE)),
)
_DIRECTIVE = re.compile(
    r"^(?P<indent>[ \t]*)\.\.[ ](?P<what>deprecated|versionremoved|versionchanged|removed)::[ ]*v?(?P<version>\d[\w.]*)"
    r"(?P<text>.*(?:\n(?P=indent)[ \t]+\S.*)*)",
    re.MULTILINE,
)
_GONE = frozenset(
    {"missing-name", "missing-attribute", "missing-module", "unknown-parameter", "unknown-key", "deprecated"}
)
_changes = {}


def dated(claims):
    """The claims with `versions`: sentences such as `removed in 2.0 ("...", CHANGES.rst)`."""
    return [{**claim, "versions": _versions(claim) if claim["class"] in _GONE else []} for claim in claims]


def _versions(claim):
    root = claim["root"]
    if root in installed.STANDARD or root in ("", "builtins"):
        return []
    path, _, inside = claim["name"].partition("(")
    parameter = re.match(r"\w+", inside)
    owners, word = path.split("."), parameter[0] if parameter else ""
    if not word:
        word = owners.pop()
    if not word.isidentifier():
        return []
    owners = owners or [root]  # the type checker names no owner
    told = list(_documented(owners, word, is_parameter=parameter is not None))
    told += _logged(root, owners, word, is_parameter=parameter is not None)
    return list(dict.fromkeys(told))[:MOST]


def _documented(owners, word, *, is_parameter):
    """What directives in the documentation of the object, and of what it stands in, say of the word."""
    for text, is_about_word in _texts(owners, word, is_parameter):
        for found in _DIRECTIVE.finditer(text):
            words = " ".join(found["text"].split())
            speaks = is_about_word or _names(words, word) or _stands_under(text[: found.start()], found["indent"], word)
            happened = "deprecated" if found["what"] == "deprecated" else "removed"
            if found["what"] == "versionchanged":
                happened = _happened(words)
            if speaks and happened:
                quoted = f' ("{words[:QUOTED]}")' if words else ""
                yield f"{happened} in {found['version']}{quoted}"


def _texts(owners, word, is_parameter):
    """Documentation strings, and whether all that stands there at the left is about the word."""
    found = sys.modules.get(owners[0])
    chain = [found]
    for name in owners[1:]:
        module = sys.modules.get(f"{getattr(found, '__name__', '')}.{name}")
        found = inspect.getattr_static(found, name, None) if module is None else module
        chain.append(found)
    if not is_parameter:
        yield _doc_of(inspect.getattr_static(chain[-1], word, None)), True
    for one in reversed(chain):
        yield _doc_of(one), False


def _doc_of(found):
    text = getattr(found, "__doc__", None)
    return inspect.cleandoc(text) if isinstance(text, str) and found is not None else ""


def _stands_under(before, indent, word):
    """Is the nearest line further left the entry of this parameter?"""
    for line in reversed(before.splitlines()):
        if line.strip() and len(line) - len(line.lstrip()) < len(indent):
            return re.match(rf"\s*\*{{0,2}}{re.escape(word)}\b", line) is not None
    return False


def _names(text, word):
    """Does the text name the word as code?"""
    name = re.escape(word)
    return re.search(rf"(?:[`.'\"*]|:\w+:`[\w.~]*){name}(?!\w)|(?<!\w){name}(?:[`'\"(]|=)", text) is not None


def _happened(text):
    """What the text says that happened, or nothing."""
    return next((happened for happened, pattern in _HAPPENED if pattern.search(text)), "")


def _logged(root, owners, word, *, is_parameter):
    """What the changelog of the distribution says of the word."""
    around = [name for name in owners[1:] if not name.startswith("_")] or owners
    for version, entry, place in _changes_of(root):
        happened = _happened(entry) if word in entry and _names(entry, word) else ""
        if happened and (not is_parameter or any(_mentions(entry, name) for name in around)):
            yield f'{happened} in {version} ("{entry[:QUOTED]}", {place})'


def _mentions(text, name):
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def _changes_of(root):
    """`(version, entry, place)` of all entries in the changelogs of a distribution, the newest first as they stand."""
    name = installed.distribution_of(root)
    if name not in _changes:
        try:
            _changes[name] = [
                one for place, text in _logs(importlib.metadata.distribution(name)) for one in _read(place, text)
            ]
        except Exception:  # metadata is anybody's text, and without it nothing is told
            _changes[name] = []
    return _changes[name]


def _logs(distribution):
    for file in distribution.files or ():
        path = distribution.locate_file(file)
        if _CHANGELOG.search(str(file)) and path.is_file() and path.stat().st_size <= LONGEST:
            yield str(file).rpartition("/")[2], path.read_text(encoding="utf-8", errors="replace")
    yield (
        "metadata",
        str(distribution.metadata.get_payload() or distribution.metadata.get("Description") or "")[:LONGEST],
    )


def _read(place, text):
    """The entries below headings that name a version."""
    version, entry = None, []
    lines = text.splitlines()
    for number, line in enumerate([*lines, ""]):
        below = lines[number + 1] if number + 1 < len(lines) else ""
        heading = _heading(line, below)
        if (heading or not line.strip() or _BULLET.match(line)) and entry:
            yield version, " ".join(" ".join(entry).split()), place
            entry = []
        if heading:
            version = heading
        elif version is not None and line.strip() and not _UNDERLINE.match(line):
            entry.append(_BULLET.sub("", line))


def _heading(line, below):
    """The version that a heading names, or nothing."""
    found = _VERSION.search(line) if len(line) <= 100 else None
    if found is None or _BULLET.match(line):
        return None
    is_bare = not re.sub(r"[\W\d]|version|release[d]?|[a-z]{3,9} \d", "", line[: found.start()], flags=re.IGNORECASE)
    is_marked = line.lstrip().startswith("#") or _UNDERLINE.match(below) is not None
    return found[1] if is_marked or (is_bare and not line.startswith((" ", "\t")) and len(line) <= 40) else None
