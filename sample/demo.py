"""Show what Assay says: about six branches of the sample history, and about two releases of humanize.

    python sample/demo.py [NAME ...]      all of them, or only those named

Everything it makes is under `.demo/`, which is git-ignored. It ends with status 0 when every check ended as
the list below expects.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import venv
from dataclasses import dataclass
from pathlib import Path

SAMPLE = Path(__file__).resolve().parent
DEMO = SAMPLE.parent / ".demo"
LOCK = SAMPLE / "target.lock"
TARGET = DEMO / "target"
PYTHON = TARGET / "bin/python"
ASSAY = Path(sys.executable).parent / "assay"
RELEASES = (
    ("4.9.0", "582a265c931c683a7e9b8ed9559089dea7edcf6cc95be39a3cbc2c5d5ac2bcfa"),
    ("4.10.0", "06b6eb0293e4b85e8d385397c5868926820db32b9b654b932f57fa41c23c9978"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One run of `assay check` and the exit statuses that are right for it."""

    name: str
    about: str
    expected: frozenset[int]


CHECKS = (
    Check(name="refactor-invoice", about="two long functions split; behaviour kept", expected=frozenset({0})),
    Check(
        name="fix-late-fee",
        about="behaviour changes as the message says, and a new test says so",
        expected=frozenset({0}),
    ),
    Check(name="round-totals", about="halves are rounded another way", expected=frozenset({1})),
    Check(name="tz-checkout", about="an hour off when the clocks change during a stay", expected=frozenset({1})),
    Check(name="cache-prices", about="the cache forgets how many guests were asked for", expected=frozenset({1})),
    Check(name="sort-waiting-list", about="the caller's list is sorted along", expected=frozenset({1})),
    Check(
        name="humanize",
        about="humanize 4.9.0 and 4.10.0 from PyPI; negative numbers differ, beyond what its new tests announce",
        expected=frozenset({1}),
    ),
)


def main(names: list[str]) -> int:
    """Run the named checks, or all, and say how they ended."""
    unknown = set(names) - {check.name for check in CHECKS}
    if unknown:
        sys.exit(f"no such check: {', '.join(sorted(unknown))}; there are {', '.join(check.name for check in CHECKS)}")
    chosen = [check for check in CHECKS if not names or check.name in names]
    prepare(with_releases=any(check.name == "humanize" for check in chosen))
    endings = [(check, run(check)) for check in chosen]
    print("\nHow the checks ended")
    for check, status in endings:
        expected = " or ".join(str(number) for number in sorted(check.expected))
        print(f"  {check.name:18} exit status {status}, expected {expected:6}  {check.about}")
    return 0 if all(status in check.expected for check, status in endings) else 1


def run(check: Check) -> int:
    """Print a heading and the command, then run it."""
    if check.name == "humanize":
        arguments = ["check", "--trees", *(str(release_folder(version)) for version, _ in RELEASES)]
        folder = DEMO
    else:
        arguments = ["check", f"main..{check.name}"]
        folder = DEMO / "roomly"
    arguments += ["--python", str(PYTHON)]
    print(f"\n=== {check.name}: {check.about}\n$ assay {' '.join(arguments)}\n", flush=True)
    return subprocess.run([str(ASSAY), *arguments], cwd=folder, check=False).returncode


def prepare(*, with_releases: bool) -> None:
    """Make the repository anew; the environment and the releases only when they are missing or stale."""
    DEMO.mkdir(exist_ok=True)
    subprocess.run([sys.executable, str(SAMPLE / "build.py"), str(DEMO / "roomly")], check=True)
    stamp = TARGET / "lock"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != LOCK.read_text(encoding="utf-8"):
        print("making an environment for the projects that are checked ...", flush=True)
        venv.create(TARGET, clear=True, with_pip=True)
        pip("install", "--require-hashes", "--requirement", str(LOCK))
        stamp.write_text(LOCK.read_text(encoding="utf-8"), encoding="utf-8")
    for version, digest in RELEASES if with_releases else ():
        download(version, digest)


def release_folder(version: str) -> Path:
    """Where a release is unpacked."""
    return DEMO / "releases" / f"humanize-{version}"


def download(version: str, digest: str) -> None:
    """Get a source release from the package index, by its hash, and unpack it."""
    if release_folder(version).exists():
        return
    print(f"downloading humanize {version} ...", flush=True)
    folder = DEMO / "releases"
    folder.mkdir(exist_ok=True)
    requirement = folder / f"{version}.txt"
    requirement.write_text(f"humanize=={version} --hash=sha256:{digest}\n", encoding="utf-8")
    pip("download", "--no-deps", "--no-binary", "humanize", "--requirement", str(requirement), "--dest", str(folder))
    # Unpacked beside its place first, so that an interrupted run leaves nothing that looks complete.
    with tarfile.open(folder / f"humanize-{version}.tar.gz") as archive:
        if hasattr(tarfile, "data_filter"):
            archive.extraction_filter = tarfile.data_filter
        archive.extractall(folder / "unpacked")  # noqa: S202 - the hash was checked, and newer interpreters filter
    (folder / "unpacked" / release_folder(version).name).rename(release_folder(version))


def pip(*arguments: str) -> None:
    """Run pip of the target's environment."""
    quiet = ["--quiet", "--quiet", "--disable-pip-version-check"]
    subprocess.run([str(PYTHON), "-m", "pip", *quiet, *arguments], check=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
