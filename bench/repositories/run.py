#!/usr/bin/env python3
"""Run Assay on the last merged code changes of public repositories and keep what came of it.

`list.toml` names the repositories, the commit from which changes are counted back, and what their tests need. Clones
and environments are made once below `--state`; each check leaves a row there, so an interrupted run goes on where it
stopped. `RESULTS.md` is written when every repository has a row of the commit of Assay that is measured, or by
`--render` from the rows of the named commits, part or whole.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from bench.frozen import Subject, frozen, git  # noqa: E402 (the folder that holds `bench` is only known now)
from bench.repositories.results import rendered, summary  # noqa: E402

Row: TypeAlias = dict[str, Any]
STATE = Path.home() / ".cache" / "assay-bench" / "repositories"
LOOKED_AT = 400
"""So many commits are looked at for the last code changes."""
NO_CODE = ("testing/", "doc/", "example/", "tools/", "t/", "downstream/")
NO_CODE_PARTS = {"tests", "test", "docs", "docs_src", "examples", "scripts", "benchmarks", "bench"}
NO_CODE_NAMES = {"conftest.py", "setup.py", "noxfile.py", "runtests.py"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """One public repository, and what a check of it needs."""

    name: str
    kind: str
    source: str
    """`owner/name` on GitHub."""
    head: str
    python: str
    install: tuple[str, ...]
    project: str = ""
    """The folder of a monorepo that is checked; its tests and sources alone count."""
    config: str = ""
    """Contents of a file for `assay check --config`: services, environment variables."""


def main() -> int:
    """Run the chosen checks, print how each ended, write RESULTS.md when none is missing."""
    options = parsed()
    repositories = read_list(HERE / "list.toml")
    if options.render is not None:
        subjects = [frozen(revision, options.state) for revision in options.render or [options.rev]]
        latest = {row["repository"] + row["commit"]: row for subject in subjects for row in rows_in(options, subject)}
        write_results([*latest.values()], " and ".join(subject.described for subject in subjects), repositories)
        return 0
    subject = frozen(options.rev, options.state) if options.assay is None else named(options.assay)
    rows = options.state / "rows" / subject.name
    rows.mkdir(parents=True, exist_ok=True)
    wanted = [r for r in repositories if not options.only or any(text in r.name for text in options.only)]
    for repository in wanted:
        run_repository(repository, subject, rows, options)
    found = rows_in(options, subject)
    print(summary(found))
    if options.assay is None and len({row["repository"] for row in found}) == len(repositories):
        write_results(found, subject.described, repositories)
    return 0


def rows_in(options: argparse.Namespace, subject: Subject) -> list[Row]:
    """The rows that checks by this subject left."""
    folder = Path(options.state / "rows" / subject.name)
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]


def write_results(found: list[Row], described: str, repositories: list[Repository]) -> None:
    """Write RESULTS.md."""
    print(summary(found))
    (HERE / "RESULTS.md").write_text(rendered(found, described, repositories, HERE), encoding="utf-8")
    print(f"wrote {HERE / 'RESULTS.md'}")


def parsed() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--rev", default="HEAD", help="the commit of Assay that is measured")
    which.add_argument("--assay", metavar="COMMAND", help="measure this command instead; RESULTS.md is not written")
    parser.add_argument("--mirror", type=Path, help="bare repositories, OWNER+NAME/repo; default: clone from GitHub")
    parser.add_argument(
        "--only", nargs="*", default=[], metavar="TEXT", help="repositories with one of these in the name"
    )
    parser.add_argument("--changes", type=int, default=5, metavar="N", help="so many changes of each; default 5")
    parser.add_argument("--budget", type=float, default=60, metavar="SECONDS", help="for one check; default 60")
    parser.add_argument("--timeout", type=float, default=400, metavar="SECONDS", help="after which a check is stopped")
    parser.add_argument("--again", action="store_true", help="run checks again that have a row")
    parser.add_argument(
        "--render",
        nargs="*",
        metavar="REV",
        help="run nothing; write what the rows of these commits say, the last one first of all",
    )
    parser.add_argument("--state", type=Path, default=STATE, help="where clones, environments and rows go")
    return parser.parse_args()


def read_list(path: Path) -> list[Repository]:
    """The repositories of the list, in its order."""
    with path.open("rb") as file:
        entries = tomllib.load(file)["repository"]
    return [Repository(**{**entry, "install": tuple(entry["install"])}) for entry in entries]


def named(command: str) -> Subject:
    """A command that stands for no commit."""
    name = "command-" + hashlib.sha256(command.encode()).hexdigest()[:12]
    return Subject(command=command, name=name, described=f"`{command}`")


def run_repository(repository: Repository, subject: Subject, rows: Path, options: argparse.Namespace) -> None:
    """Check the last changes of one repository; what has a row is left alone."""
    clone = cloned(repository, options)
    changes = last_changes(repository, clone, options.changes)
    if len(changes) < options.changes:
        print(f"{repository.name}: only {len(changes)} code changes in {LOOKED_AT} commits")
    missing = [c for c in changes if options.again or not (rows / f"{repository.name}-{c[:10]}.json").exists()]
    if not missing:
        return
    python = environment(repository, clone, options)
    for commit in missing:
        row = run_check(repository, clone, python, commit, subject, options)
        place = rows / f"{repository.name}-{commit[:10]}.json"
        place.write_text(json.dumps(row, indent=1) + "\n", encoding="utf-8")
        report = row["report"]
        said = f"{report['verdict']}: {report['summary']}" if report else row["stderr"][-300:]
        print(f"{repository.name} {commit[:10]} {row['seconds']:.0f} s  {said}", flush=True)


def cloned(repository: Repository, options: argparse.Namespace) -> Path:
    """A clone with its work tree at the commit of the list."""
    clone = Path(options.state / "clones" / repository.name)
    if not clone.exists():
        clone.parent.mkdir(parents=True, exist_ok=True)
        if options.mirror is not None:
            origin = str(options.mirror / repository.source.replace("/", "+") / "repo")
        else:
            origin = f"https://github.com/{repository.source}"
        git("clone", "--quiet", "--no-checkout", origin, str(clone), at=clone.parent)
        git("checkout", "--quiet", "--detach", repository.head, at=clone)
    return clone


def last_changes(repository: Repository, clone: Path, n: int) -> list[str]:
    """The last merged changes after which a function is another one, newest first; first parents only."""
    found: list[str] = []
    log = git("log", "--first-parent", f"--max-count={LOOKED_AT}", "--format=%H", repository.head, at=clone)
    for commit in log.decode().split():
        edited = ("diff-tree", "-r", "-m", "--first-parent", "--no-commit-id", "--diff-filter=M", "--name-only")
        paths = git(*edited, commit, at=clone).decode(errors="replace").split("\n")
        if any(edits_function(clone, commit, path) for path in paths if is_code(path, repository.project)):
            found.append(commit)
        if len(found) == n:
            break
    return found


def edits_function(clone: Path, commit: str, path: str) -> bool:
    """Does the file have the same functions on both sides, and one of them with another body or signature?"""
    before, after = (functions(git("show", f"{one}:{path}", at=clone)) for one in (f"{commit}^", commit))
    return any(before[name] != after[name] for name in before.keys() & after.keys())


def functions(source: bytes) -> dict[str, str]:
    """Every function of a file by its name and place, as a tree without docstring, annotations and positions."""
    found: dict[str, str] = {}

    def walk(node: ast.AST, prefix: str) -> None:
        for child in ast.iter_child_nodes(node):
            name = f"{prefix}{getattr(child, 'name', '')}"
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                body = child.body[1:] if ast.get_docstring(child) is not None else child.body
                names = [argument.arg for argument in ast.walk(child.args) if isinstance(argument, ast.arg)]
                defaults = [ast.dump(one) for one in (*child.args.defaults, *child.args.kw_defaults) if one]
                found[name] = "|".join([*names, *defaults, *map(ast.dump, body)])
            walk(child, f"{name}." if name != prefix else prefix)

    try:
        walk(ast.parse(source), "")
    except (SyntaxError, ValueError):
        return {}
    return found


def is_code(path: str, project: str) -> bool:
    """Does the path look like code that the project ships?"""
    inner = path.removeprefix(f"{project}/") if project else path
    if not path.endswith(".py") or (project and inner == path) or inner.startswith(NO_CODE):
        return False
    parts = inner.split("/")
    return (
        NO_CODE_PARTS.isdisjoint(parts)
        and parts[-1] not in NO_CODE_NAMES
        and not parts[-1].startswith("test_")
        and not parts[-1].endswith("_test.py")
    )


def environment(repository: Repository, clone: Path, options: argparse.Namespace) -> Path:
    """The interpreter of an environment with the project and what its tests need."""
    folder = Path(options.state / "environments" / repository.name)
    python = folder / "bin" / "python"
    stamp = folder / "assay-bench"
    wanted = " ".join((repository.python, *repository.install))
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    shutil.rmtree(folder, ignore_errors=True)
    uv = shutil.which("uv")
    if uv is None:
        sys.exit("uv is needed to make environments with the interpreters that the list names")
    subprocess.run([uv, "venv", "--quiet", "--python", repository.python, str(folder)], check=True)
    command = [uv, "pip", "install", "--quiet", "--python", str(python), *repository.install]
    subprocess.run(command, cwd=clone, check=True)
    stamp.write_text(wanted, encoding="utf-8")
    return python


def run_check(
    repository: Repository, clone: Path, python: Path, commit: str, subject: Subject, options: argparse.Namespace
) -> Row:
    """One check with an empty cache, and what it left behind."""
    lane = Path(tempfile.mkdtemp(dir=options.state, prefix="lane-"))
    temporary, cache = lane / "tmp", lane / "cache"
    temporary.mkdir()
    before = state_of(clone)
    command = [subject.command, "check", commit, "--python", str(python), "--format", "json"]
    command += ["--output", str(lane / "report.json"), "--budget", str(options.budget)]
    if repository.project:
        command += ["--project", repository.project]
    if repository.config:
        (lane / "assay.toml").write_text(repository.config, encoding="utf-8")
        command += ["--config", str(lane / "assay.toml")]
    started = time.monotonic()
    try:
        done = subprocess.run(
            command,
            cwd=clone,
            env={**os.environ, "TMPDIR": str(temporary), "XDG_CACHE_HOME": str(cache)},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=options.timeout,
            check=False,
        )
        status, stderr = (
            done.returncode,
            done.stderr + "".join(path.read_text(encoding="utf-8") for path in sorted(cache.rglob("crashes/*"))),
        )
    except subprocess.TimeoutExpired:
        status, stderr = -1, "stopped by the benchmark"
    seconds = time.monotonic() - started
    report = lane / "report.json"
    left = sorted(path.name for path in temporary.iterdir()) + ([] if state_of(clone) == before else ["the clone"])
    row = {
        "repository": repository.name,
        "kind": repository.kind,
        "commit": commit,
        "subject": git("log", "-1", "--format=%s", commit, at=clone).decode(errors="replace").strip(),
        "status": status,
        "seconds": round(seconds, 1),
        "left": left,
        "stderr": stderr[-4000:],
        "report": json.loads(report.read_text(encoding="utf-8")) if report.exists() else None,
    }
    shutil.rmtree(lane, ignore_errors=True)
    return row


def state_of(clone: Path) -> bytes:
    """What git says of the clone, ignored files included."""
    return git("status", "--porcelain=v2", "--ignored", "--untracked-files=all", at=clone)


if __name__ == "__main__":
    sys.exit(main())
