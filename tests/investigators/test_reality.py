"""The investigator `reality`: what is news at head, what is a gap, and what base knew already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest
from tests.evidence.canary import canary_remarks
from tests.values_for_tests import changed, removed

from assay.errors import CheckerFailed
from assay.evidence.remarks import CANARY_PATH
from assay.instruments.laboratory import WallClock
from assay.instruments.memo import NoMemo
from assay.investigators.reality import first_party, gone_or_other, investigate, speaking_of
from assay.judgement.levels import level_of
from assay.values.change import Change, FilePair, Revision, Side
from assay.values.experiment import Effort
from assay.values.finding import Finding, Gap, Later, Level, Policy
from assay.values.lab import Clock, Completed, Frame, Memo, Run, RunResult
from assay.values.reality import Remark

CLAIM = {
    "line": 2, "class": "missing-attribute", "name": "till.round", "text": "module till has no attribute 'round'",
    "certainty": "proven", "installed": "till 1.0", "nearest": ["rounded"], "reproducer": "import till; till.round",
    "output": "AttributeError: module 'till' has no attribute 'round'",
}  # fmt: skip


@dataclass
class Files:
    """Both sides as dictionaries."""

    sides: Mapping[Side, Mapping[str, str]]

    def paths(self, side: Side) -> Sequence[str]:
        return sorted(self.sides[side])

    def text(self, side: Side, path: str) -> str | None:
        return self.sides[side].get(path)


@dataclass
class Answering:
    """A lab whose interpreter denies the same claims wherever the file has them: `claims` by side and path."""

    source: Files
    claims: Mapping[Side, Mapping[str, Sequence[Mapping[str, object]]]]
    dies_at: str | None = None
    jobs: list[Mapping[str, object]] = field(default_factory=list)
    source_roots: Sequence[str] = ("",)
    memo: Memo = field(default_factory=NoMemo)
    clock: Clock = field(default_factory=WallClock)
    budget_s: float = 60.0
    experiments: int | None = None
    seed: int = 0
    runner: str = "pytest"
    project: str = "app"
    base_print: str = "print"
    remarks: Sequence[Remark] = ()
    has_no_checker: bool = False
    is_slow_on: Side | None = None
    n_slow: int = 99

    def recalled(self, run: Run) -> RunResult | None:
        """Nothing is kept."""

    def run(self, runs: Sequence[Run]) -> Sequence[RunResult]:
        """Answer each file; a package named in `dies_at` ends the run unless the job leaves it out."""
        results = []
        for run in runs:
            self.jobs.append(run.job)
            denied, files = run.job.get("denied", []), run.job["files"]
            assert isinstance(denied, list)
            assert isinstance(files, list)
            frames: list[Frame] = []
            is_late = run.side == self.is_slow_on and self.n_slow > 0
            self.n_slow -= is_late
            if is_late:
                frames.append({"t": "importing", "package": "large"})
            elif self.dies_at is not None and self.dies_at not in denied:
                frames.append({"t": "importing", "package": self.dies_at})
            else:
                for file in files:
                    claims = self.claims[run.side].get(file["path"], [])
                    frames.append(
                        {"t": "file", "path": file["path"], "claims": claims, "calls": 3, "unknown_receivers": 1}
                    )
                frames.append({"t": "done"})
            ended = Completed(status=0, timed_out=is_late, output="")
            results.append(RunResult(frames=tuple(frames), completed=ended))
        return results

    def check_types(self, side: Side, files: Sequence[tuple[str, str]], python: str = "") -> Sequence[Remark]:
        """Answer the canary as the table expects, and each file with `remarks`."""
        if self.has_no_checker:
            raise CheckerFailed("There is no type checker.", next_step="Install it.")
        if files[0][0] == CANARY_PATH:
            return canary_remarks()
        return [replace(remark, path=path) for path, _ in files for remark in self.remarks]

    def say(self, text: str) -> None:
        return

    def tell(self, text: str) -> None:
        return


def investigated(
    base: Mapping[str, str],
    head: Mapping[str, str],
    *,
    base_claims: Mapping[str, Sequence[Mapping[str, object]]] | None = None,
    head_claims: Mapping[str, Sequence[Mapping[str, object]]] | None = None,
    renamed: Mapping[str, str] | None = None,
    dies_at: str | None = None,
    has_no_checker: bool = False,
    is_slow_on: Side | None = None,
    n_slow: int = 99,
) -> list[Finding | Gap | Effort | Later]:
    """What the investigator says about a change of these files."""
    old = {new: path for path, new in (renamed or {}).items()}
    pairs = tuple(
        FilePair(base_path=old.get(path, path if path in base else None), head_path=path) for path in sorted(head)
    )
    side = Revision(label="x", commit=None)
    change = Change(base=side, head=side, files=pairs, units=())
    lab = Answering(
        source=Files({"base": base, "head": head}),
        claims={"base": base_claims or {}, "head": head_claims or {}},
        dies_at=dies_at,
        has_no_checker=has_no_checker,
        is_slow_on=is_slow_on,
        n_slow=n_slow,
    )
    return list(investigate(change, lab))


def findings(seen: Sequence[Finding | Gap | Effort | Later]) -> list[Finding]:
    return [one for one in seen if isinstance(one, Finding)]


def test_what_head_adds_is_a_finding_that_blocks() -> None:
    """A line that was executed and refuted stops a change."""
    (found,) = findings(investigated({"a.py": ""}, {"a.py": "x"}, head_claims={"a.py": [CLAIM]}))
    assert (found.where.path, found.where.line) == ("a.py", 2)
    assert found.claim == "module till has no attribute 'round'   (till 1.0)"
    assert level_of(found, Policy()) is Level.BLOCK


@pytest.mark.parametrize("side", ["head", "base"])
def test_what_is_not_asked_in_time_is_a_gap(side: Side) -> None:
    """Asking may take its share of the budget; what one side could not be asked is not told as news."""
    seen = investigated({"a.py": ""}, {"a.py": "x"}, head_claims={"a.py": [CLAIM]}, is_slow_on=side)
    assert findings(seen) == []
    assert [gap.slug for gap in seen if isinstance(gap, Gap)] == ["not-asked"]


@pytest.mark.parametrize("side", ["base", "head"])
def test_what_is_not_asked_in_time_is_asked_when_the_others_are_done(side: Side) -> None:
    """With what they left of the budget."""
    seen = investigated({"a.py": ""}, {"a.py": "x"}, head_claims={"a.py": [CLAIM]}, is_slow_on=side, n_slow=1)
    assert [type(one) for one in seen] == [Effort, Later, Finding, Effort]


def test_files_that_are_not_asked_for_one_reason_are_one_gap_that_says_why() -> None:
    """Ten files that time did not reach are one thing to read, and the reason is in the sentence."""
    files = {f"{name}.py": "x" for name in "abcde"}
    seen = investigated(dict.fromkeys(files, ""), files, is_slow_on="head")
    (gap,) = (one for one in seen if isinstance(one, Gap))
    assert gap.reason == (
        "Calls in a.py, b.py, c.py and 2 more files were not held against what is installed: "
        "the interpreter was not done in time."
    )
    assert "--budget" in gap.remedy


def test_what_base_had_too_is_no_news_wherever_it_moved() -> None:
    """Counted by file, class and words: line numbers and renames do not matter, a second one does."""
    moved = {**CLAIM, "line": 40}
    base = {"old.py": [CLAIM]}
    assert (
        findings(
            investigated(
                {"old.py": ""},
                {"a.py": "x"},
                base_claims=base,
                head_claims={"a.py": [moved]},
                renamed={"old.py": "a.py"},
            )
        )
        == []
    )
    twice = findings(
        investigated({"a.py": ""}, {"a.py": "x"}, base_claims={"a.py": [CLAIM]}, head_claims={"a.py": [CLAIM, moved]})
    )
    assert len(twice) == 1


def test_base_is_not_asked_when_nothing_is_denied() -> None:
    """Most changes are clean, and cost one run."""
    assert [type(one) for one in investigated({"a.py": ""}, {"a.py": "x"})] == [Effort]


def test_base_is_not_asked_about_functions_that_it_has_to_the_letter() -> None:
    """In a file that imports what it did: what is denied there is denied on base too."""
    old, new = "import till\ndef f():\n    till.round()\n", "import till\ndef f():\n    till.round()\ndef g(): pass\n"
    at = {**CLAIM, "line": 3}
    assert findings(investigated({"a.py": old}, {"a.py": new}, head_claims={"a.py": [at]})) == []
    other = new.replace("import till", "from shop import till")
    assert len(findings(investigated({"a.py": old}, {"a.py": other}, head_claims={"a.py": [at]}))) == 1
    assert (
        len(findings(investigated({"a.py": old.replace("round", "add")}, {"a.py": new}, head_claims={"a.py": [at]})))
        == 1
    )


def test_a_missing_package_that_is_declared_is_a_gap() -> None:
    """An extra that is not installed here says nothing about the change."""
    claim = {**CLAIM, "class": "missing-package", "name": "yaml", "text": "no yaml"}
    head = {"a.py": "x", "pyproject.toml": 'dependencies = ["PyYAML>=6"]'}
    seen = investigated({"a.py": ""}, head, head_claims={"a.py": [claim, claim]})
    assert findings(seen) == []
    assert "not-installed" in [one.slug for one in seen if isinstance(one, Gap)]
    (found,) = findings(investigated({"a.py": ""}, {"a.py": "x"}, head_claims={"a.py": [claim, {**claim, "line": 9}]}))
    assert found.where.line == 2


def test_a_missing_package_that_the_same_file_imported_before_is_one_gap() -> None:
    """Base is denied it as well, so it is no news; but what comes from it was judged on neither side."""
    claim = {**CLAIM, "class": "missing-package", "name": "yaml", "text": "no yaml"}
    text = "import yaml\n"
    claims = {"a.py": [claim], "b.py": [claim]}
    head = {"a.py": text + "x", "b.py": text + "x"}
    seen = investigated({"a.py": text, "b.py": text}, head, head_claims=claims, base_claims=claims)
    assert findings(seen) == []
    assert [one.reason.partition(" imports")[0] for one in seen if isinstance(one, Gap)] == ["a.py:2"]


def test_packages_that_are_missing_are_one_gap() -> None:
    """Documents and benchmarks alone often ask for five."""
    claim = {**CLAIM, "class": "missing-package", "name": "yaml", "text": "no yaml"}
    claims = {"a.py": [claim, {**claim, "name": "toml", "text": "no toml", "line": 3}], "b.py": [claim]}
    text = "import yaml\nimport toml\n"
    head = {"a.py": text + "x", "b.py": text + "x"}
    seen = investigated({"a.py": text, "b.py": text}, head, head_claims=claims, base_claims=claims)
    assert [one.reason for one in seen if isinstance(one, Gap)] == [
        "The project uses toml, yaml, which are not installed here (a.py:2, a.py:3)."
    ]


def test_a_package_of_the_repository_is_not_told_to_be_installed() -> None:
    """Tests put its folder on the path; a package index may hold a stranger's by that name."""
    claim = {**CLAIM, "class": "missing-package", "name": "cliapp", "text": "no cliapp"}
    claims = {"tests/t.py": [claim, {**claim, "name": "yaml", "text": "no yaml", "line": 3}]}
    text = "import cliapp\nimport yaml\n"
    files = {
        "tests/t.py": text,
        "tests/apps/cliapp/__init__.py": "",
        "shop/__init__.py": "",
        "shop/yaml/__init__.py": "",
    }
    seen = investigated(files, {**files, "tests/t.py": text + "x"}, head_claims=claims, base_claims=claims)
    assert findings(seen) == []
    only = "Imported from folders of the repository that are on the path only while tests run:"
    assert [(one.slug, one.reason) for one in seen if isinstance(one, Gap)] == [
        ("not-installed", "tests/t.py:3 imports yaml, which the project uses and which is not installed here."),
        (
            "not-on-the-path",
            f"{only} cliapp (tests/apps/cliapp).",
        ),
    ]


def test_a_missing_package_that_base_imports_already_is_a_gap() -> None:
    """The environment lacks it, whatever the change does."""
    claim = {**CLAIM, "class": "missing-package", "name": "yaml", "text": "no yaml"}
    base = {"a.py": "", "b.py": "import os\nfrom yaml import safe_load\n"}
    seen = investigated(base, {**base, "a.py": "x"}, head_claims={"a.py": [claim]})
    assert findings(seen) == []
    assert "not-installed" in [one.slug for one in seen if isinstance(one, Gap)]


def test_a_package_that_kills_the_interpreter_is_a_gap_and_the_rest_is_answered() -> None:
    """The run is made again without it."""
    seen = investigated({"a.py": ""}, {"a.py": "x"}, head_claims={"a.py": [CLAIM]}, dies_at="boom")
    assert len(findings(seen)) == 1
    assert [one.slug for one in seen if isinstance(one, Gap)] == ["package-dies"]


def test_names_of_the_project_are_its_own() -> None:
    """Modules at the root and below source roots, on either side."""
    files = Files({"base": {"gone.py": ""}, "head": {"src/shop/cart.py": "", "tests/test_a.py": "", "tool.py": ""}})
    assert first_party(files, ["src"]) == {"gone", "shop", "tests", "tool"}


def test_calls_and_unresolved_receivers_are_counted() -> None:
    """Silence about a receiver is no acquittal."""
    effort = next(one for one in investigated({"a.py": ""}, {"a.py": "x"}) if isinstance(one, Effort))
    assert (effort.calls_held, effort.unknown_receivers) == (3, 1)


def test_without_a_type_checker_the_rest_is_asked_and_a_gap_says_so() -> None:
    """A missing checker is neither a crash nor silence."""
    seen = investigated({"a.py": ""}, {"a.py": "x"}, head_claims={"a.py": [CLAIM]}, has_no_checker=True)
    (gap,) = [one for one in seen if isinstance(one, Gap)]
    assert (gap.slug, gap.remedy) == ("type-checker", "Install it.")
    assert len(findings(seen)) == 1


def test_files_that_the_change_left_alone_are_asked_where_they_use_what_it_removed() -> None:
    """Callers and imports of what is gone, or binds otherwise, stand in files that nobody touched."""
    change = Change(
        base=Revision(label="x", commit=None),
        head=Revision(label="x", commit=None),
        files=(FilePair(base_path="old.py", head_path="new.py"), FilePair(base_path="a.py", head_path="a.py")),
        units=(removed("total"), changed("round_up"), removed("Box.__init__"), removed("__enter__")),
    )
    names = gone_or_other(change)
    assert names == {"total", "old", "Box"}
    source = Files({"base": {}, "head": {"a.py": "total", "b.py": "x = total()", "c.py": "totals", "d.txt": "total"}})
    assert speaking_of(source, names, {"a.py"}) == ["b.py"]
    assert speaking_of(source, frozenset(), set()) == []
