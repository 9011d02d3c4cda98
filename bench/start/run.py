"""How much `assay --help` takes over an interpreter that does nothing: the least of so many interleaved runs.

    python bench/start/run.py [--runs N]

The two commands run in turns, so that both meet the same noise. The limit of issue 3 is 30 ms more.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time

COMMANDS = {"bare": "pass", "help": "import sys; from assay.cli import main; sys.exit(main(['--help']))"}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=30)
    runs = parser.parse_args().runs
    least = dict.fromkeys(COMMANDS, float("inf"))
    for _ in range(runs):
        for name, code in COMMANDS.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, check=True)
            least[name] = min(least[name], (time.perf_counter() - start) * 1000)
    extra = least["help"] - least["bare"]
    print(
        f"bare {least['bare']:.1f} ms, --help {least['help']:.1f} ms: {extra:.1f} ms more, x{least['help'] / least['bare']:.2f}"
    )


if __name__ == "__main__":
    main()
