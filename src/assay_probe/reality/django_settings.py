"""Settings of Django's that an installed application reads, and the keys of those that hold a table, by its sources."""

import ast
import importlib.metadata
import re

from assay_probe.reality import installed, sources

_READ = re.compile(r"""settings(?:\.|,\s*["'])([A-Z][A-Z0-9_]{2,})\b""")
_KEY = re.compile(r"""["']([A-Z][A-Z0-9_]+)["']\s*:""")
_REQUIRES = re.compile(r"(?:django|djangorestframework)\b", re.IGNORECASE)
LIKE = 0.75
_read, _texts, _extensions = {}, {}, []


def read_by(root):
    """Settings that a package reads."""
    if root not in _read:
        _read[root] = {word for text in _texts_of(root) for word in _READ.findall(text)}
    return _read[root]


def in_other_order(name, known):
    """The name of the same words in another order, in a list: `DEFAULT_EMAIL_FROM`."""
    words = sorted(name.split("_"))
    return [other for other in known if other != name and sorted(other.split("_")) == words][:1]


def check_keys(walk, setting, table, roots, of_django):
    """`SIMPLE_JWT = {"ACCESS_LIFETIME": ...}`: a key that none of the packages says which speak of the setting.

    Tables whose keys are up to the project are left alone: where no other key is one of the package's own, the key has
    to be like one.
    """
    written = {key.value: key for key in table.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)}
    written = {key: node for key, node in written.items() if re.fullmatch(r"[A-Z][A-Z0-9_]+", key)}
    if setting in of_django or not written or None in table.keys:
        return
    word = re.compile(rf"\b{setting}\b")
    readers = {root: _texts_of(root) for root in sorted({*roots, *_of_django()})}
    readers = {root: texts for root, texts in readers.items() if any(map(word.search, texts))}
    own = {key for texts in readers.values() for text in texts for key in _KEY.findall(text)}
    said = {key for key in written if any(re.search(rf"\b{key}\b", t) for texts in readers.values() for t in texts)}
    for key, node in written.items():
        near = installed.nearest(key, own - set(written), LIKE, 2)
        if key in said or not readers or not (near or own & set(written)):
            continue
        root = next(iter(readers))
        walk.claims.add(
            node,
            "unknown-key",
            f"settings.{setting}[{key!r}]",
            f"{root} reads {setting} and no key {key!r} of it",
            root=root,
            raises="",
            certainty="ignored",
            near=near,
        )


def _of_django():
    """Top-level packages of the distributions that need Django."""
    if not _extensions:
        _extensions.append("")
        for distribution in importlib.metadata.distributions():
            if any(map(_REQUIRES.match, distribution.requires or ())):
                _extensions.extend((distribution.read_text("top_level.txt") or "").split() or _tops(distribution))
    return [name for name in _extensions if name.isidentifier() and name != "django"]


def _tops(distribution):
    found = {str(file).partition("/")[0] for file in distribution.files or () if "/" in str(file)}
    return sorted(found - {"tests", "docs"})


def _texts_of(root):
    if root not in _texts:
        _texts[root] = list(sources.texts_of(root))
    return _texts[root]
