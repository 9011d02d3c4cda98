"""A lab in whose trees certain files stand on both sides: head's tests, which base does not have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assay.values.change import Side
from assay.values.lab import Clock, Lab, Memo, Run, RunResult, Source
from assay.values.reality import Remark


@dataclass(frozen=True, slots=True)
class Standing:
    """The lab that it is given, but for the files that stand in both trees during each run."""

    lab: Lab
    files: tuple[tuple[str, str], ...]

    @property
    def source(self) -> Source:
        """The files of both sides, as they are without those that stand there for a while."""
        return self.lab.source

    @property
    def clock(self) -> Clock:
        """Time as the budget sees it."""
        return self.lab.clock

    @property
    def memo(self) -> Memo:
        """The store keyed by content."""
        return self.lab.memo

    @property
    def budget_s(self) -> float:
        """Of the whole check."""
        return self.lab.budget_s

    @property
    def experiments(self) -> int | None:
        """The deterministic form."""
        return self.lab.experiments

    @property
    def base_print(self) -> str:
        """Of base's tree, without what stands in it for a while."""
        return self.lab.base_print

    @property
    def seed(self) -> int:
        """Of all choices."""
        return self.lab.seed

    @property
    def runner(self) -> str:
        """What runs the project's tests."""
        return self.lab.runner

    @property
    def project(self) -> str:
        """The folder of the project under check."""
        return self.lab.project

    @property
    def source_roots(self) -> Sequence[str]:
        """Folders from which modules are imported."""
        return self.lab.source_roots

    def run(self, runs: Sequence[Run]) -> Sequence[RunResult]:
        """Run the probe in trees where the files stand."""
        return self.lab.run([replace(run, files=(*self.files, *run.files)) for run in runs])

    def recalled(self, run: Run) -> RunResult | None:
        """Nothing: what stands in the trees for a while is no part of what runs are kept by."""

    def check_types(self, side: Side, files: Sequence[tuple[str, str]], python: str = "") -> Sequence[Remark]:
        """What the type checker says of some files in the tree of one side."""
        return self.lab.check_types(side, files, python)

    def say(self, text: str) -> None:
        """Show what is being done, for a while."""
        self.lab.say(text)

    def tell(self, text: str) -> None:
        """Show a line that stays."""
        self.lab.tell(text)
