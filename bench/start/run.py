"""How much `assay --help` takes over an interpreter that does nothing: the least of so many interleaved runs.

python bench/start/run.py [--runs N]

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
    bare, asked = least["bare"], least["help"]
    print(f"bare {bare:.1f} ms, --help {asked:.1f} ms: {asked - bare:.1f} ms more")


if __name__ == "__main__":
    main()
