"""The type checker `ty`: what it says of some files. It parses them and executes nothing."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assay.errors import CheckerFailed
from assay.values.finding import Target
from assay.values.reality import Remark

TIME_LIMIT_S = 120.0
REMARKS = 20_000
"""More than this is no answer that anybody could use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checker:
    """`ty` with the packages of one interpreter. `scratch` is a folder of its own."""

    target: Target
    scratch: Path

    def read(self, folder: Path, paths: Sequence[str], roots: Iterable[Path], python: str = "") -> tuple[Remark, ...]:
        """What it says of `paths` below `folder`, where modules are imported from `roots`, as for version `python`.

        Settings that stand in the files' own project are not read: the change has no say in how it is judged.

        Raises:
            CheckerFailed: it is not installed, or its answer cannot be read.
        """
        self.scratch.mkdir(parents=True, exist_ok=True)
        settings = self.scratch / "ty.toml"
        places = [str(place) for place in dict.fromkeys(roots) if place.is_dir()]
        settings.write_text(f"[environment]\nroot = {json.dumps(places)}\n", encoding="utf-8")
        version = python or ".".join(self.target.version.split(".")[:2])
        asked = [_program(), "check", "--project", str(folder), "--config-file", str(settings)]
        asked += ["--python", self.target.prefix, "--python-version", version]
        asked += ["--output-format", "gitlab", "--no-progress", "--exit-zero", "--", *paths]
        try:
            done = subprocess.run(
                asked,
                cwd=folder,
                env={"PATH": os.defpath, "HOME": str(self.scratch), "LANG": "C.UTF-8"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=TIME_LIMIT_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise CheckerFailed(
                "The type checker gave no answer.", why=str(error)[:300], next_step="Check fewer files at once."
            ) from error
        given = {os.path.normpath(folder / path): path for path in paths}
        return tuple(_remarks(done.stdout, done.stderr, lambda said: given.get(os.path.normpath(folder / said))))


def _program() -> str:
    """Where `ty` is installed beside Assay."""
    try:
        from ty import find_ty_bin

        return str(find_ty_bin())
    except (ImportError, FileNotFoundError) as error:
        raise CheckerFailed(
            "The type checker ty is not installed beside Assay, so receivers that need inference were not judged.",
            why=str(error).splitlines()[0],
            next_step="Install Assay with its dependencies: pip install assay",
        ) from error


def _remarks(answer: bytes, trouble: bytes, name_of: Callable[[str], str | None]) -> Iterator[Remark]:
    try:
        said = json.loads(answer)
        for item in said[:REMARKS]:
            begin, end = item["location"]["positions"]["begin"], item["location"]["positions"]["end"]
            path = name_of(item["location"]["path"])
            if path is None:
                continue
            yield Remark(
                path=path,
                line=begin["line"],
                column=begin["column"],
                last_line=end["line"],
                last_column=end["column"],
                rule=item["check_name"],
                message=item["description"].removeprefix(f"{item['check_name']}: "),
            )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        last = trouble.decode("utf-8", "replace").strip()[-300:] or f"{type(error).__name__}: {error}"
        raise CheckerFailed(
            "The type checker gave no answer that can be read.", why=last, next_step="Report it with the detail."
        ) from error
