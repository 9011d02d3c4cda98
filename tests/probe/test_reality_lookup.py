"""`assay api`: one question about one name."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.probe.projects import write

from assay.values.lab import Run


def looked_up(folder: Path, question: str) -> dict[str, object]:
    """The probe's answer."""
    job = {"mode": "reality", "files": [], "question": question}
    told = write(folder, "=== empty.py\n").run(Run(side="head", job=job, time_limit_s=60.0))
    (frame,) = [dict(frame) for frame in told.frames if frame.get("t") == "lookup"]
    return frame


@pytest.mark.parametrize(
    ("question", "classes"),
    [
        ("json.dumps", []),
        ("json.dumps({}, indent=2)", []),
        ("json.dumps({}, indentation=2)", ["unknown-parameter"]),
        ("json.dumps(value, indent=width)", []),
        ("json.dumps(value, indentation=width)", ["unknown-parameter"]),
        ("json.parse('{}')", ["missing-attribute"]),
        ("sorted([1], upwards=True)", ["unknown-parameter"]),
        ("rich.console.Console.rule('a', 'b')", ["wrong-arity"]),
        ("rich.console.Console.rule('a')", []),
        ("rich.console.Console.print_all('a')", ["missing-attribute"]),
        ("nobody_wrote_this.x", ["missing-package"]),
        ("open('a', 'read')", ["wrong-literal"]),
    ],
)
def test_a_call_is_possible_or_denied(question: str, classes: list[str], tmp_path: Path) -> None:
    """Methods are asked as they are called: on an instance."""
    claims = looked_up(tmp_path, question)["claims"]
    assert isinstance(claims, list)
    assert [claim["class"] for claim in claims] == classes


def test_the_answer_tells_who_takes_each_parameter(tmp_path: Path) -> None:
    """Also those that are only handed on."""
    answer = looked_up(tmp_path, "json.dumps")
    assert answer["found"] == "json.dumps"
    taken = {entry["name"]: entry["taken_by"] for entry in answer["parameters"]}  # type: ignore[attr-defined]
    assert taken["indent"] == "json.dumps"


def test_what_is_no_name_is_said_to_be_none(tmp_path: Path) -> None:
    """Nothing is evaluated."""
    assert looked_up(tmp_path, "1 + 1")["error"]
    assert looked_up(tmp_path, "(")["error"]
