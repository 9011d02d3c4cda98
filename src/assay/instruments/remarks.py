"""What people wrote about findings of a patch: kept on this machine, beside the reports, and shown in later ones."""

from __future__ import annotations

import contextlib
import json
import re
import time
from dataclasses import replace
from pathlib import Path

from assay.errors import UsageError
from assay.instruments.reports_store import write_atomically
from assay.values.finding import Finding, Remark, Verdict
from assay.values.record import Record, RecordedFinding

LONGEST = 2_000


class Remarks:
    """Remarks by patch. They change no level and no exit status."""

    def __init__(self, cache_folder: Path) -> None:
        self._folder = cache_folder / "remarks"

    def add(self, record: Record, finding: RecordedFinding, reason: str) -> None:
        """Keep a remark on a finding of this very patch.

        Raises:
            UsageError: the reason is empty, the report names no patch, or nothing can be written.
        """
        if not reason.strip() or len(reason) > LONGEST:
            raise UsageError(
                "A remark has a reason of 1 to 2,000 characters.", next_step="assay accept ID --reason TEXT"
            )
        path = self._path(record.patch)
        if path is None:
            raise UsageError("The report does not say which patch it is about.", next_step="Run `assay check` again.")
        rows = [row for row in self._rows(record.patch) if row["id"] != finding.id]
        at = time.strftime("%Y-%m-%d")
        rows.append({"id": finding.id, "unit": finding.unit, "claim": finding.claim, "reason": reason, "at": at})
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_atomically(path, json.dumps(rows, indent=1) + "\n", mode=0o600)
        except OSError as error:
            raise UsageError("The remark could not be kept.", why=str(error), next_step="Make room there.") from error

    def shown_in(self, verdict: Verdict) -> Verdict:
        """The verdict with the remarks that were made on its findings; nothing else about it differs."""
        rows = self._rows(verdict.examination.change.patch)
        if not rows:
            return verdict
        findings = {finding.id: _with_remark(finding, rows) for finding in verdict.examination.findings}
        return replace(
            verdict,
            levels=tuple((findings.get(finding.id, finding), level) for finding, level in verdict.levels),
            examination=replace(verdict.examination, findings=tuple(findings.values())),
        )

    def _path(self, patch: str) -> Path | None:
        return self._folder / f"{patch}.json" if re.fullmatch(r"[0-9a-f]{64}", patch) else None

    def _rows(self, patch: str) -> list[dict[str, str]]:
        path = self._path(patch)
        rows: object = None
        if path is not None:
            with contextlib.suppress(OSError, ValueError, RecursionError):
                rows = json.loads(path.read_text(encoding="utf-8"))
        names = {"id", "unit", "claim", "reason", "at"}
        return [
            {name: str(row[name]) for name in names}
            for row in (rows if isinstance(rows, list) else ())
            if isinstance(row, dict) and names <= set(row)
        ]


def _with_remark(finding: Finding, rows: list[dict[str, str]]) -> Finding:
    """The newest remark on this finding, or on one that says the same of the same unit."""
    for row in reversed(rows):
        if row["id"] == finding.id or (row["unit"], row["claim"]) == (finding.unit, finding.claim):
            return replace(finding, remark=Remark(reason=row["reason"], at=row["at"]))
    return finding
