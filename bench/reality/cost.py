#!/usr/bin/env python3
"""What a small change costs, in CPU seconds with all children: 8 files cold, in a known environment, and again.

    python bench/reality/cost.py 9c0c717 HEAD

The files are the ones that `run.py` takes the time of: clean twins picked by hash, three times eight, which import
about as many packages. Cold is an empty cache folder; known is one in which a file that imports nothing was asked about
before, in the same environment; again is the same question once more. Wall time is not looked at.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from bench.frozen import frozen  # noqa: E402 (the folder that holds `bench` is only known now)
from bench.reality.cases import read_cases  # noqa: E402 (likewise)
from bench.reality.environments import environment  # noqa: E402 (likewise)
from bench.reality.lanes import Bench, materialise, timed_diffs  # noqa: E402 (likewise)
from bench.reality.tools import ask, assay  # noqa: E402 (likewise)

STATE = Path.home() / ".cache" / "assay-bench" / "reality"


def main() -> int:
    """Print a line for each commit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("revisions", nargs="*", default=["HEAD"])
    parser.add_argument("--state", type=Path, default=STATE, help="where environments and trees are kept")
    options = parser.parse_args()
    home = environment("now", options.state)
    bench = Bench(tools=home, homes={"now": home}, state=options.state)
    cases = read_cases()
    materialise(bench, cases)
    print("| commit | cold | median | known | median | again | median |\n|---|---|--:|---|--:|---|--:|")
    for revision in options.revisions:
        subject = frozen(revision, options.state)
        cold, known, again = [], [], []
        for paths in timed_diffs(cases):
            with tempfile.TemporaryDirectory(prefix="assay-cost-") as folder:
                tool = assay(["env", f"XDG_CACHE_HOME={folder}/1", *subject.command.split()], ())
                for taken in (cold, again):
                    taken.append(ask(tool, bench.tools, home, bench.tree("now", "twin"), paths).cpu_s)
                tool = assay(["env", f"XDG_CACHE_HOME={folder}/2", *subject.command.split()], ())
                Path(folder, "nothing.py").touch()
                ask(tool, bench.tools, home, Path(folder), ["nothing.py"])
                known.append(ask(tool, bench.tools, home, bench.tree("now", "twin"), paths).cpu_s)
        print(f"| {subject.described} | {shown(cold)} | {shown(known)} | {shown(again)} |", flush=True)
    return 0


def shown(taken: Sequence[float]) -> str:
    """Every figure, and the median."""
    return f"{', '.join(f'{one:.2f}' for one in taken)} | {statistics.median(taken):.2f}"


if __name__ == "__main__":
    sys.exit(main())
