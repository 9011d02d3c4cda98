"""Does a package speak of a word? Names in its code, and what its documentation lists or quotes; prose says nothing.

A package may have thousands of files, and one word is asked about: only files that hold it are taken apart.
"""

import os
import re
import sys

from assay_probe.reality.sources import bytes_of, files_below

_WORD = re.compile(rb"[A-Za-z_]\w*")
_PROSE = re.compile(rb'"""[\s\S]*?"""|\'\'\'[\s\S]*?\'\'\'|#[^\n]*')
_LISTED = re.compile(rb"(?:^[ \t*-]*|:param (?:\w+ )?|`|[\"'])(\w+)(?=`|[\"']|[ \t]*[:=(])", re.MULTILINE)
_CODE = (".py", ".pyi", ".pyx")
_texts, _named, _known = {}, {}, {}


def is_spoken_of(module, word):
    """Does the code or the documentation of the package, or of a standard module, know the word as a name?"""
    root = _root(module)
    if (root, word) not in _known:
        asked = word.encode("utf-8", "replace")
        _known[root, word] = any(asked in text and asked in _names_in(path, text) for path, text in texts_of(root))
    return _known[root, word]


def spelt_alike(module, word):
    """Names of the package that differ from the word by underscores and case alone."""
    bare = _bare(word.encode("utf-8", "replace"))
    found = set()
    for path, text in texts_of(_root(module)):
        if bare in _bare(text):
            found.update(name for name in _names_in(path, text) if _bare(name) == bare)
    return {name.decode() for name in found}


def _root(module):
    return module.partition(".")[0].lstrip("_")


def _bare(text):
    return text.replace(b"_", b"").lower()


def texts_of(root):
    """The sources of a package or module, read once."""
    if root not in _texts:
        file = getattr(sys.modules.get(root), "__file__", None) or ""
        folder = os.path.dirname(file) if os.path.basename(file) == "__init__.py" else ""
        paths = files_below(folder) if folder else [file]
        _texts[root] = [(path, bytes_of(path)) for path in paths if path.endswith(_CODE)]
    return _texts[root]


def _names_in(path, text):
    if path not in _named:
        _named[path] = set(_WORD.findall(_PROSE.sub(b"", text)))
        _named[path].update(*map(_LISTED.findall, _PROSE.findall(text)))
    return _named[path]
