"""The type checker's remarks: what they claim, and whether the checker still speaks as the table expects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from tests.evidence.canary import canary_remarks

from assay.errors import CheckerFailed
from assay.evidence.remarks import CANARY, CANARY_PATH, TABLE, claims_of, require_canary
from assay.instruments.checker import Checker
from assay.values.finding import Target
from assay.values.reality import Remark


def checker(folder: Path, version: str = "3.12.1") -> Checker:
    """`ty` over an environment without packages."""
    target = Target(
        python="", version=version, found_by="", prefix=str(folder), base_prefix=str(folder), has_pytest=False
    )
    (folder / "lib" / f"python{version.rpartition('.')[0]}" / "site-packages").mkdir(parents=True)
    (folder / "pyvenv.cfg").write_text(f"home = /usr/bin\nversion = {version}\n")
    return Checker(target=target, scratch=folder / "scratch")


def said(folder: Path, text: str, version: str = "3.12.1") -> Sequence[Remark]:
    """What the real checker says of one file."""
    (folder / CANARY_PATH).write_text(text)
    return checker(folder / "environment", version).read(folder, [CANARY_PATH], [folder])


@pytest.mark.parametrize("version", ["3.9.18", "3.11.7", "3.13.0"])
def test_the_pinned_checker_finds_every_mistake_of_the_canary(tmp_path: Path, version: str) -> None:
    """Whatever language it is asked about."""
    remarks = said(tmp_path, CANARY, version)
    require_canary(lambda _: remarks)
    kinds = {str(claim["class"]) for claims in claims_of(remarks).values() for claim in claims}
    assert kinds == {row.kind for row in TABLE}


def test_a_rule_that_was_renamed_is_an_error_and_no_silence() -> None:
    """One remark under another name is enough."""
    changed = [replace(one, rule="gone") if one.rule == "unused-awaitable" else one for one in canary_remarks()]
    with pytest.raises(CheckerFailed) as caught:
        require_canary(lambda _: changed)
    assert "unused-awaitable" in caught.value.why


def test_remarks_about_types_of_values_claim_nothing(tmp_path: Path) -> None:
    """They are another checker's business."""
    assert claims_of(said(tmp_path, "x: int = 'a'\n")) == {}


def test_the_project_has_no_say_in_how_it_is_checked(tmp_path: Path) -> None:
    """Rules that its own settings switch off stay on."""
    (tmp_path / "ty.toml").write_text("[rules]\nmissing-attribute = 'ignore'\n")
    (tmp_path / "pyproject.toml").write_text("[tool.ty.rules]\nmissing-attribute = 'ignore'\n")
    ((_, (claim,)),) = claims_of(said(tmp_path, "import re\nre.nothing\n")).items()
    assert claim["told"] == {"module": "re", "member": "nothing"}


def test_an_answer_that_is_none_is_an_error_with_its_words(tmp_path: Path) -> None:
    """An environment that is not there."""
    target = Target(
        python="", version="3.12.1", found_by="", prefix=str(tmp_path / "gone"), base_prefix="", has_pytest=False
    )
    (tmp_path / "a.py").write_text("")
    with pytest.raises(CheckerFailed) as caught:
        Checker(target=target, scratch=tmp_path / "scratch").read(tmp_path, ["a.py"], [tmp_path])
    assert "gone" in caught.value.why
