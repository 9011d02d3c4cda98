"""What an environment holds, read from its files; nothing in it is run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from assay.values.environment import Distribution

_HEAD_BYTES = 64 << 10


def distributions_in(environment: Path) -> Mapping[str, Distribution]:
    """Installed packages by name."""
    found = {}
    for site in sorted(environment.glob("lib/python*/site-packages")):
        for info in sorted(site.glob("*.dist-info")):
            text = _text(info / "METADATA")
            name, version = (_field(text, word) for word in ("Name", "Version"))
            if name and version:
                normal = re.sub(r"[-_.]+", "-", name).lower()
                found[normal] = Distribution(name=normal, version=version, modules=tuple(_modules(info)))
    return found


def _text(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as stream:
            return stream.read(_HEAD_BYTES)
    except OSError:
        return ""


def _field(text: str, word: str) -> str:
    found = re.search(rf"^{word}:\s*(\S+)", text, re.MULTILINE)
    return found[1] if found else ""


def _modules(info: Path) -> Iterator[str]:
    """Top-level modules, by the record of what was installed."""
    try:
        lines = (info / "RECORD").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    seen: set[str] = set()
    for line in lines:
        top, _, rest = line.partition(",")[0].partition("/")
        name = top if rest else top.partition(".")[0] if top.endswith((".py", ".so")) else ""
        if name.isidentifier() and name not in seen and (not rest or ".py" in rest or ".so" in rest):
            seen.add(name)
            yield name
