"""Files that Assay writes for people: reports where they asked for them, the last ones in the cache, crash notes."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from assay.errors import UsageError
from assay.values.finding import Finding, Verdict

KEPT = 50
MAX_REPORT_BYTES = 256 << 20


class ReportsStore:
    """The last reports, so that `assay replay ID` needs no file. Readable by their owner only."""

    def __init__(self, cache_folder: Path) -> None:
        self.folder = cache_folder
        self._reports = cache_folder / "reports"
        self._crashes = cache_folder / "crashes"

    def save(self, document: Mapping[str, object]) -> Path | None:
        """Keep the report; None where nothing can be kept, as in a home that is read-only."""
        return self._keep(self._reports, "json", json.dumps(document))

    def find(self, identifier: str) -> object | None:
        """The newest report with a finding whose identifier begins so, as untrusted JSON; None without one."""
        wanted = identifier.lower()
        return next((document for document in self._newest_first() if _has_finding(document, wanted)), None)

    def save_crash(self, text: str) -> Path | None:
        """Keep the traceback of a failure of Assay itself."""
        return self._keep(self._crashes, "txt", text)

    def _newest_first(self) -> Iterator[object]:
        for path in sorted(self._reports.glob("*.json"), reverse=True):
            with contextlib.suppress(OSError, ValueError, RecursionError):
                yield json.loads(path.read_text(encoding="utf-8"))

    def _keep(self, folder: Path, suffix: str, text: str) -> Path | None:
        path = folder / f"{time.time_ns():020d}.{suffix}"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_atomically(path, text, mode=0o600)
            for old in sorted(folder.glob(f"*.{suffix}"))[:-KEPT]:
                old.unlink(missing_ok=True)
        except OSError:
            return None
        return path


def read_report(path: Path) -> str:
    """The text of a report file.

    Raises:
        UsageError: there is no such file, it cannot be read, or it is larger than any report.
    """
    try:
        if path.stat().st_size > MAX_REPORT_BYTES:
            raise UsageError(f"{path} is too large for a report.", next_step="Name a file that `assay check` wrote.")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"The report {path} cannot be read.", why=str(error), next_step="Name a file that `assay check` wrote."
        ) from error


def check_place(path: Path) -> None:
    """Can a file be written here? Asked before the work, not after it.

    Raises:
        UsageError: the folder does not exist or is not ours to write to.
    """
    folder = path.absolute().parent
    if path.is_dir():
        raise UsageError(f"{path} is a folder.", next_step="Name a file with --output.")
    if not folder.is_dir():
        raise UsageError(f"There is no folder {folder}.", next_step="Create it, or name another file with --output.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UsageError(f"Nothing can be written to {folder}.", next_step="Name another file with --output.")


def check_folder(path: Path) -> None:
    """Can files be written into this folder, which need not exist yet?

    Raises:
        UsageError: it is a file, or nothing can be written there.
    """
    nearest = next(place for place in (path.absolute(), *path.absolute().parents) if place.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        raise UsageError(f"Nothing can be written to {path}.", next_step="Name another folder with --reproducers.")


def write_reproducers(folder: Path, verdict: Verdict) -> Verdict:
    """Write the test of each finding into the folder; the verdict then says where they are."""
    placed: dict[str, Finding] = {}
    for finding in verdict.examination.findings:
        if finding.reproducer is not None:
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / finding.reproducer.name
            write_atomically(path, finding.reproducer.text)
            placed[finding.id] = replace(finding, reproducer=replace(finding.reproducer, written=str(path)))
    findings = tuple(placed.get(finding.id, finding) for finding in verdict.examination.findings)
    return replace(
        verdict,
        levels=tuple((placed.get(finding.id, finding), level) for finding, level in verdict.levels),
        examination=replace(verdict.examination, findings=findings),
    )


def write_atomically(path: Path, text: str, *, mode: int | None = None) -> None:
    """Write the file so that a reader sees the old one or the whole new one, never a part.

    An existing file keeps its mode, a symbolic link stays one, and what is no plain file (a pipe, /dev/null) is
    written to as it is. `mode` is for files that nobody else may read.
    """
    target = path.resolve()
    if target.exists() and not target.is_file():
        target.write_text(text, encoding="utf-8")
        return
    if mode is None:
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(name, mode)
        os.replace(name, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def _umask() -> int:
    """The umask of this process, which can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _has_finding(document: object, wanted: str) -> bool:
    findings = document.get("findings") if isinstance(document, dict) else None
    if not isinstance(findings, list):
        return False
    return any(isinstance(finding, dict) and str(finding.get("id")).startswith(wanted) for finding in findings)
