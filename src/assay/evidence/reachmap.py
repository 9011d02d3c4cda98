"""Which tests reached which points in earlier checks, kept by content: a test file that changed is forgotten."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from assay.evidence.jobs import Placement
from assay.evidence.promises import reach_by_test
from assay.evidence.reach import Known, Recorded
from assay.evidence.selection import file_of
from assay.values.lab import Lab

VERSION = 5
TESTS_A_POINT = 400


def recall(lab: Lab, placements: Sequence[Placement], files: Sequence[str]) -> Known | None:
    """The tests known to reach the points, from test files that are as they were; None where there are none.

    That no test reaches a point is believed as long as nothing in base's tree is another.
    """
    if not placements:
        return None
    present = set(files)
    tests: dict[str, None] = {}
    is_whole = True
    finished = present
    ran: frozenset[str] | None = None
    for placement in placements:
        stored = lab.memo.get(_key(placement))
        if not isinstance(stored, dict) or not isinstance(stored.get("files"), dict):
            return None
        valid = {
            path: entry
            for path, entry in stored["files"].items()
            if path in present and entry.get("digest") == _digest(lab, path)
        }
        finished = finished & {path for path, entry in valid.items() if entry.get("finished") is True}
        own = frozenset(str(test) for entry in valid.values() for test in entry.get("ran", ()))
        ran = own if ran is None else ran & own
        known = [str(test) for entry in valid.values() for test in entry.get("tests", ())]
        if not known and stored.get("tree") != lab.base_print:
            return None
        is_whole = is_whole and stored.get("whole") is True
        # As they ran then: the same calls come in the same order, and the same experiments are planned.
        order = stored.get("order")
        ran_as = {str(test): n for n, test in enumerate(order)} if isinstance(order, list) else {}
        tests.update(dict.fromkeys(sorted(known, key=lambda test: ran_as.get(test, len(ran_as)))))
    if not tests:
        return None
    return Known(tests=tuple(tests), is_whole=is_whole, finished=frozenset(finished), ran=ran or frozenset())


def remember(lab: Lab, placements: Sequence[Placement], recorded: Recorded) -> None:
    """Keep what this check learned, beside what is already known of other test files."""
    reached: dict[str, list[str]] = {}
    for test, points in reach_by_test(recorded.base.calls).items():
        for point in points:
            reached.setdefault(point, []).append(test)
    for placement in placements:
        by_file: dict[str, list[str]] = {path: [] for path in recorded.finished}
        by_file |= {file_of(test.id): [] for test in recorded.base.tests if "::" in test.id}
        for test in reached.get(placement.point.id, ())[:TESTS_A_POINT]:
            if "::" in test:
                by_file.setdefault(test.split("::")[0], []).append(test)
        if by_file:
            known = {
                "files": _merged(lab, placement, by_file, recorded),
                "whole": recorded.exhausted,
                "order": reached.get(placement.point.id, []),
                "tree": lab.base_print,
            }
            lab.memo.put(_key(placement), known)


def _merged(lab: Lab, placement: Placement, new: Mapping[str, Sequence[str]], recorded: Recorded) -> dict[str, object]:
    stored = lab.memo.get(_key(placement))
    files = dict(stored["files"]) if isinstance(stored, dict) and isinstance(stored.get("files"), dict) else {}
    ran: dict[str, list[str]] = {}
    for test in recorded.base.tests:
        ran.setdefault(file_of(test.id), []).append(test.id)
    for path, tests in new.items():
        digest, finished = _digest(lab, path), path in recorded.finished
        before = files.get(path, {})
        earlier = before.get("ran", ()) if before.get("digest") == digest else ()
        files[path] = {"digest": digest, "tests": list(tests), "finished": finished}
        if not finished:
            # The next check goes on where this one was cut off.
            files[path]["ran"] = list(dict.fromkeys((*earlier, *ran.get(path, ()))))
    return files


def _key(placement: Placement) -> str:
    return f"reach {VERSION} {placement.point.id}"


def _digest(lab: Lab, path: str) -> str:
    return hashlib.sha256((lab.source.text("base", path) or "").encode()).hexdigest()
