"""What stands in a file that an argument names: the call is made with the same path and other contents.

* `file.content`: as such files also come: with a byte order mark, other line ends, bytes of another encoding, empty.
* `file.text`: its text edited as texts are.

The contents are a private copy of the child's; nothing on disk changes. Files of code are left as they are.
"""

import ast
import os

from assay_probe.files import io_open
from assay_probe.places import Edit, general, places, value_at
from assay_probe.texts import for_text
from assay_probe.variants import is_a

CONTENT, TEXT = "file.content", "file.text"
OPERATORS = frozenset((CONTENT, TEXT))
LARGEST, LONGEST_TEXT, LONGEST_PATH = 64 << 10, 4000, 400
FILES = 3
"""So many files of one call are altered."""
_CODE = (".py", ".pyc", ".pyi", ".so")
_EDITS = ("text.edit", "text.token", "text.lines", "text.join", "text.telling", "text.constant")
_CONTENTS = (
    ("with a byte order mark", lambda data: b"\xef\xbb\xbf" + data),
    ("with bytes that are not UTF-8", lambda data: data + b"caf\xe9 \xff\n"),
    ("with other line ends", lambda data: data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")),
    ("with a letter that is not ASCII", lambda data: data + b"caf\xc3\xa9\n"),
    ("without a line end at its end", lambda data: data.rstrip(b"\r\n")),
    ("empty", lambda data: b""),
    ("twice", lambda data: data + data),
    ("half of it", lambda data: data[: len(data) // 2]),
)


def offered(arguments, context, draw):
    """`(key, edit)` of every alteration of a file that the arguments name, most telling first."""
    out, seen = [], set()
    for path, value in places(arguments, depth=2, limit=40):
        name = _file(value)
        if name is None or name in seen or len(seen) >= FILES:
            continue
        seen.add(name)
        out += [((CONTENT, general(path), n), Edit(path, CONTENT, n)) for n in range(len(_CONTENTS))]
        for operator, text in _texts(_read(name), context, draw):
            out.append(((TEXT, general(path), operator), Edit(path, TEXT, 0, repr(text))))
    return out


def _texts(data, context, draw):
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return
    if len(text) > LONGEST_TEXT:
        return
    for name, variants in for_text(text, context, draw):
        for variant in variants if name in _EDITS else ():
            new = variant()
            if new != text:
                yield name, new


def held(arguments, edit):
    """`(name of the file, what it holds by this edit, the edit in words)`. Raises what the live objects raise."""
    name = _file(value_at(arguments, edit.path))
    if name is None:
        raise FileNotFoundError
    if edit.operator == TEXT:
        text = ast.literal_eval(edit.literal)
        return name, text.encode("utf-8", "surrogatepass"), "the file %s holds %s" % (_base(name), repr(text)[:80])
    words, make = _CONTENTS[edit.variant % len(_CONTENTS)]
    return name, make(_read(name)), "the file %s %s" % (_base(name), words)


def _base(name):
    return os.path.basename(name)


def _read(name):
    with io_open(name, "rb") as file:
        return file.read(LARGEST)


def _file(value):
    """The absolute name of a small file that the value names, or None."""
    if not is_a(value, (str, os.PathLike)) or (is_a(value, str) and not 0 < str.__len__(value) <= LONGEST_PATH):
        return None
    try:
        name = os.path.abspath(os.fsdecode(value))
        is_small = os.path.isfile(name) and os.path.getsize(name) <= LARGEST
    except (OSError, TypeError, ValueError):
        return None
    return name if is_small and not name.endswith(_CODE) else None
