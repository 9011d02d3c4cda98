from __future__ import annotations

import os
from pathlib import Path

import pytest

from assay.errors import UsageError
from assay.instruments.reports_store import KEPT, ReportsStore, check_place, read_report, write_atomically


def report(identifier: str, mark: int = 0) -> dict[str, object]:
    """As much of a report as the store looks at."""
    return {"findings": [{"id": identifier}], "mark": mark}


def test_the_newest_report_with_a_finding_is_found(tmp_path: Path) -> None:
    """By the first digits, in any case; a report without it does not hide it."""
    store = ReportsStore(tmp_path)
    for document in (report("abc123", 1), report("abc123", 2), report("ffff00", 3)):
        store.save(document)
    assert store.find("ABC1") == report("abc123", 2)
    assert store.find("dead") is None


def test_an_empty_store_finds_nothing(tmp_path: Path) -> None:
    """Nor does it make a folder."""
    assert ReportsStore(tmp_path / "cache").find("abcd") is None
    assert not (tmp_path / "cache").exists()


def test_only_the_owner_can_read_what_is_kept(tmp_path: Path) -> None:
    """Reports quote the project's values."""
    kept = ReportsStore(tmp_path / "cache").save(report("abc123"))
    assert kept
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.parent.stat().st_mode & 0o777 == 0o700


def test_old_reports_go(tmp_path: Path) -> None:
    """The last fifty stay."""
    store = ReportsStore(tmp_path)
    for number in range(KEPT + 3):
        store.save(report(f"{number:06x}"))
    assert len(list((tmp_path / "reports").iterdir())) == KEPT
    assert store.find("000002") is None
    assert store.find("000003") is not None


@pytest.mark.parametrize("text", ["", "[]", "{", '{"findings": 3}', '{"findings": [3, {}]}', "[" * 50_000, "\udcff"])
def test_a_broken_file_in_the_store_hides_nothing(tmp_path: Path, text: str) -> None:
    """It is passed over."""
    store = ReportsStore(tmp_path)
    store.save(report("abc123"))
    (tmp_path / "reports" / "99999999999999999999.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert store.find("abc123") == report("abc123")


def test_a_folder_that_cannot_be_made_is_no_failure(tmp_path: Path) -> None:
    """There is just nothing kept."""
    (tmp_path / "file").write_text("")
    assert ReportsStore(tmp_path / "file").save(report("abc123")) is None


def test_a_file_is_written_whole_and_beside_nothing(tmp_path: Path) -> None:
    """An old one is replaced and keeps its mode; a link stays a link."""
    target, link = tmp_path / "report.json", tmp_path / "link.json"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    write_atomically(link, "new")
    assert target.read_text() == "new"
    assert target.stat().st_mode & 0o777 == 0o640
    assert link.is_symlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.json", "report.json"]


def test_a_new_file_has_the_mode_that_the_user_chose(tmp_path: Path) -> None:
    """As if a shell had written it."""
    before = os.umask(0o027)
    try:
        write_atomically(tmp_path / "new", "text")
    finally:
        os.umask(before)
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o640


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    """Half a surrogate pair is no UTF-8."""
    with pytest.raises(UnicodeEncodeError):
        write_atomically(tmp_path / "report", "\ud800")
    assert list(tmp_path.iterdir()) == []


def test_a_device_is_written_to_and_not_replaced() -> None:
    """`--output /dev/null` leaves the device."""
    write_atomically(Path("/dev/null"), "text")
    assert Path("/dev/null").is_char_device()


def test_a_place_is_checked_before_the_work(tmp_path: Path) -> None:
    """A folder, and a file in a folder that is not there."""
    check_place(tmp_path / "new.json")
    for path in (tmp_path, tmp_path / "nowhere" / "new.json"):
        with pytest.raises(UsageError):
            check_place(path)


def test_a_report_that_cannot_be_read_is_refused_in_words(tmp_path: Path) -> None:
    """Absent, a folder, or no text."""
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    for path in (tmp_path / "nowhere", tmp_path, tmp_path / "binary"):
        with pytest.raises(UsageError):
            read_report(path)
