#!/usr/bin/env python3
"""Is a rewrite that keeps behaviour let through? Of 100 made in real repositories, how many are held?

Takes the newest revision of each repository in `repositories.toml`, rewrites one function (rewrites.py), commits that
and runs `assay check HEAD~1..HEAD --expect-same`. Every one that is held is a defect of Assay or of the rewrite; which
of them stands in RESULTS.md. The bare repositories and environments must be there (bench/field/README.md).
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import re
import shlex
import shutil
import subprocess
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from bench.frozen import Subject, frozen, git  # noqa: E402 (the folder that holds `bench` is only known now)
from bench.rewrites.rewrites import KINDS, Rewritten, functions, rewritten  # noqa: E402 (likewise)

STATE = Path.home() / ".cache" / "assay-bench"
IDENTITY = ("-c", "user.name=bench", "-c", "user.email=bench@example.invalid")
TIMEOUT_S = 300


def main() -> int:
    """Check every rewrite that has no row yet, then print the table."""
    options = parsed()
    if options.assay is None:
        subject = frozen(options.rev, options.state)
    else:
        subject = Subject(command=options.assay, name=options.name, described=f"`{options.assay}`")
    rows_file = options.state / "rewrites" / f"{subject.name}.json"
    rows_file.parent.mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, Any]] = json.loads(rows_file.read_text()) if options.resume and rows_file.exists() else []
    have = {row["id"] for row in rows}
    for name, path, chosen in wanted(options):
        identity = f"{name} {path} {chosen.qualname} {chosen.kind}"
        if identity in have or (options.only and not re.search(options.only, identity)):
            continue
        row = {"id": identity, "kind": chosen.kind, "repository": name, **checked(options, subject, name, path, chosen)}
        rows.append(row)
        rows_file.write_text(json.dumps(rows, indent=1), encoding="utf-8")
        print(f"{row['verdict']:18s} {row['seconds']:5.1f} s  {identity}  {row['held']}", file=sys.stderr, flush=True)
    print("\n".join(rendered(rows, subject)))
    return 0


def parsed() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    mirror, venvs = os.environ.get("FIELDCASES_MIRROR"), os.environ.get("FIELDCASES_VENVS")
    parser.add_argument("--mirror", type=Path, default=mirror, required=not mirror, help="folder of bare repositories")
    parser.add_argument("--venvs", type=Path, default=venvs, required=not venvs, help="environments, `NAME-3.11-...`")
    parser.add_argument("--rev", default="HEAD", help="the commit of Assay that is measured")
    parser.add_argument("--assay", metavar="COMMAND", help="measure this command instead")
    parser.add_argument("--name", default="command", help="what to call that command's rows")
    parser.add_argument("--rewrites", type=int, default=100, help="how many")
    parser.add_argument("--budget", type=float, default=30, help="seconds for each check")
    parser.add_argument("--seed", type=int, default=0, help="which rewrites")
    parser.add_argument("--only", metavar="PATTERN", help="only rewrites whose line matches")
    parser.add_argument("--resume", action="store_true", help="keep the rows that are there")
    parser.add_argument("--state", type=Path, default=STATE, help="where rows, copies and scratch folders go")
    return parser.parse_args()


def wanted(options: argparse.Namespace) -> Iterator[tuple[str, str, Rewritten]]:
    """`(repository, path, rewrite)`: repositories in turn, kinds in turn, functions that a test names by chance."""
    repositories = tomllib.loads((HERE / "repositories.toml").read_text(encoding="utf-8"))
    draw = random.Random(options.seed)  # noqa: S311 - chance that can be had again
    streams = {
        name: _rewrites_in(clone_of(options, name, repository), repository["package"], draw)
        for name, repository in repositories.items()
    }
    made = 0
    while streams and made < options.rewrites:
        for name in list(streams):
            found = next(streams[name], None)
            if found is None:
                del streams[name]
            elif made < options.rewrites:
                made += 1
                yield name, *found


def _rewrites_in(clone: Path, package: str, draw: random.Random) -> Iterator[tuple[str, Rewritten]]:
    """Rewrites of one repository, kind after kind, never two of one function."""
    files = sorted(path for path in (clone / package).rglob("*.py") if "test" not in path.name)
    tests = " ".join(
        path.read_text(encoding="utf-8", errors="replace")
        for path in sorted(clone.rglob("*.py"))
        if "test" in path.relative_to(clone).as_posix()
    )
    named = set(re.findall(r"\w+", tests))
    kinds = list(KINDS)
    draw.shuffle(kinds)
    known = list(_functions_in(files, named))
    draw.shuffle(known)
    at = dict.fromkeys(kinds, 0)
    used: set[int] = set()
    while any(n < len(known) for n in at.values()):
        for kind in kinds:
            while at[kind] < len(known):
                n, at[kind] = at[kind], at[kind] + 1
                path, qualname = known[n]
                made = None if n in used else rewritten(text_of(path), qualname, kind)
                if made is not None:
                    used.add(n)
                    yield path.relative_to(clone).as_posix(), made
                    break


@cache
def text_of(path: Path) -> str:
    """The file as the clone has it before anything is rewritten."""
    return path.read_text(encoding="utf-8")


def _functions_in(files: Sequence[Path], named: set[str]) -> Iterator[tuple[Path, str]]:
    for path in files:
        try:
            tree = ast.parse(text_of(path))
        except (SyntaxError, UnicodeDecodeError):
            continue
        for qualname, _ in functions(tree):
            if qualname.rsplit(".", 1)[-1] in named:
                yield path, qualname


def clone_of(options: argparse.Namespace, name: str, repository: Mapping[str, Any]) -> Path:
    """A clone at the newest revision, with what its build would generate."""
    clone: Path = options.state / "rewrites" / "clones" / name
    if not clone.is_dir():
        clone.parent.mkdir(parents=True, exist_ok=True)
        mirror = options.mirror / repository["mirror"]
        subprocess.run(["git", "clone", "-q", "--shared", str(mirror), str(clone)], check=True)
        for path, text in repository.get("generated", {}).items():
            (clone / path).write_text(text, encoding="utf-8")
        git("add", "-A", "-f", at=clone)
        git(*IDENTITY, "commit", "-q", "--allow-empty", "-m", "What the build generates", at=clone)
    return clone


def checked(options: argparse.Namespace, subject: Subject, name: str, path: str, chosen: Rewritten) -> dict[str, Any]:
    """Commit the rewrite and check it."""
    clone: Path = options.state / "rewrites" / "clones" / name
    scratch = options.state / "rewrites" / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    base = git("rev-parse", "HEAD", at=clone).decode().strip()
    (clone / path).write_text(chosen.text, encoding="utf-8")
    try:
        git(*IDENTITY, "commit", "-q", "-a", "-m", chosen.kind, at=clone)
        return _one_check(options, subject, name, clone, scratch)
    finally:
        git("reset", "-q", "--hard", base, at=clone)
        shutil.rmtree(scratch, ignore_errors=True)


def _one_check(options: argparse.Namespace, subject: Subject, name: str, clone: Path, scratch: Path) -> dict[str, Any]:
    report = scratch / "report.json"
    command = [*shlex.split(subject.command), "check", "HEAD~1..HEAD", "--expect-same", "--output", str(report)]
    command += ["--python", str(interpreter(options.venvs, name)), "--budget", str(options.budget)]
    began = time.monotonic()
    environment = {**os.environ, "XDG_CACHE_HOME": str(scratch / "cache")}
    try:
        subprocess.run(
            command, cwd=clone, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
        )
        said = json.loads(report.read_text(encoding="utf-8"))
    except (subprocess.TimeoutExpired, OSError, ValueError) as error:
        return {"verdict": type(error).__name__, "seconds": time.monotonic() - began, "held": [], "gaps": []}
    effort = said["effort"]
    return {
        "verdict": said["verdict"],
        "seconds": time.monotonic() - began,
        "observed": effort["observed_units"],
        "experiments": effort["experiments"],
        "held": [
            f"{finding['unit']}: {finding['claim']}"
            for finding in said["findings"]
            if finding["level"] in ("hold", "block")
        ],
        "gaps": [gap["slug"] for gap in said["gaps"]],
    }


def interpreter(venvs: Path, name: str) -> Path:
    """The environment of a repository, as `bench/field` made it."""
    found = sorted(venvs.glob(f"{name}-3.1*-*/bin/python"), reverse=True)
    if not found:
        sys.exit(f"no environment {name}-3.1*-* in {venvs}")
    return found[0]


def rendered(rows: list[dict[str, Any]], subject: Subject) -> Iterator[str]:
    """The table."""
    yield f"Measured: {subject.described}; {len(rows)} rewrites"
    yield ""
    yield "| kind | rewrites | something established | held | experiments |"
    yield "|---|---|---|---|---|"
    for kind in [*KINDS, None]:
        own = [row for row in rows if kind in (row["kind"], None)]
        held, seen = sum(bool(row["held"]) for row in own), sum(bool(row.get("observed")) for row in own)
        n = sum(row.get("experiments", 0) for row in own)
        yield f"| {kind or 'all'} | {len(own)} | {seen} | {held} | {n} |"
    yield ""
    gaps = Counter(gap for row in rows for gap in set(row["gaps"]))
    yield "Gaps, in how many checks: " + (", ".join(f"{slug} {n}" for slug, n in gaps.most_common()) or "none")
    for row in rows:
        if row["held"]:
            yield f"- held: {row['id']}: {'; '.join(row['held'])}"


if __name__ == "__main__":
    sys.exit(main())
