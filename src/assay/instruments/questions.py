"""The docstrings of modules, read from their files, so that nothing is loaded for them."""

from __future__ import annotations

import ast
import pkgutil
from collections.abc import Iterable
from pathlib import Path


def texts_in(folders: Iterable[str]) -> dict[str, str]:
    """Each public module's docstring, by name."""
    texts = {}
    for folder in map(Path, folders):
        for module in pkgutil.iter_modules([str(folder)]):
            path = folder / module.name / "__init__.py" if module.ispkg else folder / f"{module.name}.py"
            text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
            if text and not module.name.startswith("_"):
                texts[module.name] = text
    return texts
