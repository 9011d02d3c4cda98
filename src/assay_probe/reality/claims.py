"""What a file claims and the installed packages deny, gathered line by line."""

import re

from assay_probe.reality import installed
from assay_probe.reality.signatures import name_of, signature_of

TEXT_CHARACTERS = 400
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")


class Claims:
    """The claims of one file that were refuted. Nothing is noted where `guards` forgive it."""

    def __init__(self, path, guards):
        self.path = path
        self.guards = guards
        self.found = []
        self.unknown_receivers = 0
        self.calls_bound = 0
        self.faults = []
        self.is_doubtful = False
        """Is what is asked about known from a documentation only?"""

    def add(self, node, kind, name, text, *, root, raises, certainty="proven", near=(), **more):
        """Note one claim.

        `kind` is its class, `name` what is wrong (`get(retries=)`), `root` the module that denies it, `raises` the
        exception that the line would end in; `more` holds `chain`, `signature`, `reproducer`.
        """
        if self.guards.forgive(raises, name):
            return
        if self.is_doubtful and certainty in ("proven", "static"):
            certainty = "suspect"
            more["reproducer"] = ""
        self.found.append(
            {
                "path": self.path,
                "line": node.lineno,
                "end": getattr(node, "end_lineno", None) or node.lineno,
                "column": node.col_offset,
                "class": kind,
                "name": name,
                "text": text[:TEXT_CHARACTERS],
                "certainty": certainty,
                "installed": installed.version_of(root),
                "root": root.partition(".")[0],
                "nearest": list(near),
                "chain": list(more.pop("chain", ())),
                "signature": more.pop("signature", "")[:TEXT_CHARACTERS],
                "reproducer": more.pop("reproducer", ""),
                "raises": raises,
            }
        )
        assert not more

    def deprecated(self, node, name, text, *, root, raises="DeprecationWarning"):
        """Note what works today and was said to go away."""
        self.add(node, "deprecated", name, text, root=root, raises=raises, certainty="deprecated")

    def whole(self):
        """The claims, each once, as the file is read."""
        unique = {(c["line"], c["class"], c["text"]): c for c in self.found}
        return sorted(unique.values(), key=lambda c: (c["line"], c["column"], c["class"], c["text"]))


def shown(callee):
    """`requests.get(url, params=None, **kwargs)`."""
    signature = signature_of(callee.object)
    return _ADDRESS.sub("", f"{name_of(callee.object)}{signature if signature is not None else '(...)'}")


def expression_of(found, *, module_first=True):
    """`('import requests', 'requests.Session')`: how the object is reached from outside, or None."""
    place = installed.path_of(found)
    if place is None:
        return None
    module, path = place
    if module == "builtins":
        return "", path
    return f"import {module}", f"{module}.{path}" if path else module
