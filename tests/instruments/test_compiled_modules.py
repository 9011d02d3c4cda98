"""An environment that was never compiled is compiled once, not by every question about it."""

from __future__ import annotations

import base64
import os
import sys
from pathlib import Path

from tests.probe.projects import write
from tests.probe.test_reality_loading import home_with

from assay.instruments.compiled_modules import MOST, CompiledModules, keep
from assay.values.lab import Frame, Run

PACKAGES = {
    "shop/__init__.py": "from shop.bill import total\n",
    "shop/bill.py": "def total(items):\n    return sum(items)\n",
    "shop-1.dist-info/RECORD": "",
}
TEXT = "import shop\n\nshop.total([1], currency='EUR')\n"


def asked(folder: Path, python: str, place: Path) -> tuple[list[str], list[Frame]]:
    """What is denied in `TEXT`, and the modules that were handed over."""
    files = [{"path": "a.py", "text": TEXT}]
    run = Run(side="head", job={"mode": "reality", "files": files, "compiled": str(place)}, time_limit_s=60.0)
    frames = write(folder, "=== empty.py\n").under(python).run(run).frames
    (answer,) = (frame["claims"] for frame in frames if frame["t"] == "file")
    assert isinstance(answer, list)
    return [claim["name"] for claim in answer], [frame for frame in frames if frame["t"] == "compiled"]


def test_modules_are_handed_over_once_and_again_when_their_source_has_changed(tmp_path: Path) -> None:
    """The interpreter itself holds what is kept against the source."""
    python = home_with(tmp_path, sys.executable, PACKAGES)
    place = CompiledModules(tmp_path / "cache").place_for(python)
    assert place is not None
    names, made = asked(tmp_path / "1", python, place)
    assert names in (["shop.bill.total(currency=)"], ["shop.total(currency=)"])
    for frame in made:
        keep(frame, place)
    assert len(list(place.iterdir())) == len(made) >= 2
    assert asked(tmp_path / "2", python, place) == (names, [])
    (bill,) = tmp_path.glob("home/lib/python*/site-packages/shop/bill.py")
    bill.write_text("def total(items, currency):\n    return sum(items)\n", encoding="utf-8")
    names, made = asked(tmp_path / "3", python, place)
    assert names == []
    assert len(made) == 1


def test_what_an_environment_handed_over_is_for_it_alone_as_it_is(tmp_path: Path) -> None:
    """Another version may have a source of the same size and time."""
    python = home_with(tmp_path, sys.executable, PACKAGES)
    modules = CompiledModules(tmp_path / "cache")
    before = modules.place_for(python)
    assert before is not None
    assert before == CompiledModules(tmp_path / "cache").place_for(python)
    (record,) = tmp_path.glob("home/lib/python*/site-packages/shop-1.dist-info/RECORD")
    record.rename(record.with_name("gone"))
    record.write_text("shop/bill.py,,\n", encoding="utf-8")
    assert modules.place_for(python) not in (None, before)
    assert CompiledModules(None).place_for(python) is None


def test_what_is_malformed_is_dropped_and_nothing_is_written_elsewhere(tmp_path: Path) -> None:
    """The process that hands over is the target's."""
    place = tmp_path / "modules" / "a"
    place.mkdir(parents=True)
    good, data = "0" * 40 + ".pyc", base64.b64encode(b"code").decode()
    for name, given in [("../../b.pyc", data), (good, "no base64!"), (good, 7), (None, data), (f"{good}/x", data)]:
        keep({"t": "compiled", "name": name, "data": given}, place)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    keep({"t": "compiled", "name": good, "data": data}, place)
    assert (place / good).read_bytes() == b"code"


def test_only_so_many_environments_are_kept(tmp_path: Path) -> None:
    """Those that were used last."""
    python = home_with(tmp_path, sys.executable, PACKAGES)
    for number in range(MOST + 3):
        old = tmp_path / "cache" / "modules" / f"{number:02}"
        old.mkdir(parents=True)
        os.utime(old, (old.stat().st_mtime - 100 + number,) * 2)
    place = CompiledModules(tmp_path / "cache").place_for(python)
    assert place is not None
    kept = {path.name for path in place.parent.iterdir()}
    assert len(kept) == MOST
    assert place.name in kept
    assert "00" not in kept
