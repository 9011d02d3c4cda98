"""The commands that ask what is installed: `assay reality` and `assay api`."""

from __future__ import annotations

import argparse
from pathlib import Path

from assay.errors import UsageError
from assay.instruments.memo import DiskMemo, NoMemo, cache_folder
from assay.instruments.prints import environment_print, files_print, own_print
from assay.judgement.policy import rung
from assay.reports.reality import exit_status, lookup_to_json, lookup_to_text, to_json, to_text
from assay.values.options import CheckOptions, RealityOptions


def reality(argv: list[str]) -> tuple[str, int]:
    """`assay reality [RANGE | FILE...]`: the text to show and the exit status."""
    parser = _parser("reality", "Does what a change, or some files, call exist in the versions that are installed?")
    parser.add_argument(
        "named",
        nargs="*",
        metavar="RANGE | FILE...",
        help="Python files or folders; or a change, as `assay check` takes it: then only what base did not call so",
    )
    parser.add_argument("--format", choices=("terminal", "json"), default="terminal")
    given = parser.parse_args(argv)
    show = to_json if given.format == "json" else to_text
    if not _are_files(given.named):
        from assay import wiring_reality

        denials, target = wiring_reality.reality_of_change(_change(given))
        return show(denials, target), exit_status(denials)
    paths = [Path(name) for name in given.named]
    files = [path for path in paths if path.is_file()]
    key = _key(given, files) if len(files) == len(paths) else None
    memo = NoMemo() if key is None else DiskMemo(cache_folder())
    kept = memo.get(key or "")
    if isinstance(kept, list) and len(kept) == 2 and isinstance(kept[0], str) and isinstance(kept[1], int):
        return kept[0], kept[1]
    from assay import wiring_reality

    denials, target = wiring_reality.reality(_options(given, tuple(paths)))
    text, status = show(denials, target), exit_status(denials)
    if key is not None and not (denials.unread or denials.failed_packages or denials.trouble or denials.unchecked):
        memo.put(key, [text, status])
    return text, status


def _are_files(named: list[str]) -> bool:
    """Are these files? A name that neither exists nor ends like one is a revision, and no name at all a branch."""
    return any(name.endswith(".py") or Path(name).exists() for name in named)


def _change(given: argparse.Namespace) -> CheckOptions:
    try:
        return CheckOptions(
            directory=Path.cwd(),
            revisions=tuple(given.named),
            python=given.python,
            allow_isolation=None if given.allow_isolation is None else rung(given.allow_isolation),
            verbose=given.verbose,
            cache=not given.no_cache,
        )
    except ValueError as error:
        raise UsageError(
            f"{str(error)[:1].upper()}{str(error)[1:]}.", next_step="See `assay reality --help`."
        ) from error


def _key(given: argparse.Namespace, files: list[Path]) -> str | None:
    """Everything that the answer depends on, or None where that cannot be told: then nothing is kept."""
    parts = (environment_print(given.python), files_print(files))
    if given.no_cache or None in parts:
        return None
    return "\0".join(["reality", own_print(), str(given.format), str(given.allow_isolation), *map(str, parts)])


def api(argv: list[str]) -> tuple[str, int]:
    """`assay api NAME[(arguments)]`: the text to show, and 0 where it is possible, else 1."""
    from assay import wiring_reality

    parser = _parser("api", "Is this name there, and can it be called so, in the versions that are installed?")
    parser.add_argument("question", metavar="NAME[(ARGUMENTS)]", help="such as 'httpx.AsyncClient.get(url, retries=3)'")
    parser.add_argument("--format", choices=("terminal", "json"), default="terminal")
    given = parser.parse_args(argv)
    lookup = wiring_reality.api(_options(given, ()), given.question)
    return (lookup_to_json if given.format == "json" else lookup_to_text)(lookup), 0 if lookup.possible else 1


def _parser(name: str, description: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"assay {name}", description=description, allow_abbrev=False)
    parser.add_argument("--python", metavar="PYTHON", help="the interpreter whose packages are the judge")
    parser.add_argument("--allow-isolation", metavar="L0|L1|L2|L3", help="the lowest isolation accepted for this run")
    parser.add_argument("--no-cache", action="store_true", help="neither read nor keep what was learned before")
    parser.add_argument("--verbose", action="store_true", help="show where Assay itself failed, if it does")
    return parser


def _options(given: argparse.Namespace, files: tuple[Path, ...]) -> RealityOptions:
    return RealityOptions(
        directory=Path.cwd(),
        files=files,
        python=given.python,
        allow_isolation=None if given.allow_isolation is None else rung(given.allow_isolation),
        verbose=given.verbose,
        cache=not given.no_cache,
    )
