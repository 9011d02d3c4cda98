"""Does what the change calls exist in the versions that are installed?

Why it matters: methods, parameters, options, modules and packages that were never there, or are there in another
version, read as well as real ones, and a line that no test runs fails first in production.
How it knows: the target's own interpreter reads the changed files with the installed packages as the judge: members
are looked up on the real objects, calls are bound to the real signatures, also through `**kwargs`, and literals are
tried for real. What base denied as well is nobody's news. What is denied is shown by a line that was executed.
Files that the change did not touch are asked too where they use a name that it removed or binds in another way, and
texts that name by its path what is gone (entry points, strings, documents) are told.
When it is silent: receivers whose class cannot be worked out (they are counted), code behind a check of version,
platform or existence, and templates and documents that name what is gone without its module.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from assay.errors import CheckerFailed
from assay.evidence.declared import concerns, disagreements
from assay.evidence.gone import references_to_gone
from assay.evidence.packages import DECLARING, Known, not_installed, told_apart
from assay.evidence.reality import (
    Asked,
    Manner,
    ask,
    distributions,
    is_asked,
    late_of,
    look_up,
    with_claims,
    without_own_keys,
)
from assay.evidence.remarks import require_canary
from assay.evidence.standard import dated
from assay.evidence.undeclared import undeclared
from assay.values.change import SIDES, Change, Side
from assay.values.experiment import Effort
from assay.values.finding import Finding, Gap, Later, Location
from assay.values.lab import Lab, Source
from assay.values.reality import Denial, Denials

_IMPORTS = re.compile(r"(?:^|[;:])[ \t]*(import\b.*|from\s+\S+\s+import\s*(?:\([^)]*\)|.*))", re.MULTILINE)
"""Whatever reads like an import, in texts and comments too."""
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


SHARE = 0.15
LEAST_S = 8.0
"""So much of the budget goes into asking first, for both sides together; the files that are left wait."""
LEAST_AGAIN_S = 3.0
"""With less than this left of the budget, those that wait are gaps."""
USERS = 40
"""So many files that the change did not touch are asked about, because they use what it removed or changed."""
SHOWN = 3
"""So many files that were not asked about are named in a gap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What asking about the files of a change showed."""

    denials: Denials
    """What is denied at head and was not at base."""
    gaps: tuple[Gap, ...]
    late: Mapping[str, str]
    """Files at head for which the time was not enough, with the words for it."""


def investigate(change: Change, lab: Lab) -> Iterator[Finding | Gap | Effort | Later]:
    """Yield what is denied at head and was not at base, then what could not be asked.

    Files that its share of the budget is too small for are asked about when the others have left time.
    """
    limit_s = None if lab.experiments is not None else max(LEAST_S, SHARE * lab.budget_s)
    seen = denied_by(change, lab, limit_s)
    yield from _told(seen, change)
    if not seen.late:
        return
    yield Later()
    left_s = lab.budget_s - lab.clock.elapsed_s()
    if left_s >= LEAST_AGAIN_S:
        rest = denied_by(change, lab, left_s, only=frozenset(seen.late))
        yield from _told(rest, change)
        yield from not_asked(rest.late)
    else:
        yield from not_asked(seen.late)


def _told(seen: Seen, change: Change) -> Iterator[Finding | Gap | Effort]:
    yield from seen.gaps
    yield from (_finding(denial, change) for denial in seen.denials.found)
    yield Effort(calls_held=seen.denials.calls, unknown_receivers=seen.denials.unknown_receivers)


def denied_by(change: Change, lab: Lab, limit_s: float | None, only: Collection[str] | None = None) -> Seen:
    """Ask about the changed files, or `only` some of them, and those that use what is gone.

    Takes about so many seconds, if there is a limit.
    """
    pairs = [(pair.base_path, pair.head_path) for pair in (*change.files, *change.tests)]
    asked = _asked(lab.source, "head", [path for _, path in pairs])
    if not (asked or gone_or_other(change) or concerns(change)):
        return Seen(denials=Denials(found=()), gaps=(), late={})
    lab.say("asking the installed packages about the changed files")
    users = speaking_of(lab.source, gone_or_other(change), {path for pair in pairs for path in pair})
    pairs = [pair for pair in (*pairs, *((path, path) for path in users)) if only is None or pair[1] in only]
    head = _asked(lab.source, "head", [path for _, path in pairs])
    own = first_party(lab.source, lab.source_roots)
    gaps: list[Gap] = []
    try:
        if any(file.path.endswith(".py") for file in head):
            require_canary(lambda canary: lab.check_types("head", canary))
        head = _claimed(lab, "head", head)
    except CheckerFailed as error:
        gaps.append(Gap(slug=error.slug, reason=error.what, remedy=error.next_step, detail=error.why))
    until = None if limit_s is None else lab.clock.elapsed_s() + limit_s
    manner = Manner(project=True, gone=removed_by(change), until_s=until)
    denials = ask(lab, "head", head, own, manner)
    gaps.extend(_gaps(denials))
    late = late_of(denials)
    before = {path: old for old, path in pairs}
    found = denials.found
    if not gone_or_other(change):
        known = {path: _untouched(lab.source, before[path], path) for path in {denial.path for denial in found}}
        found = tuple(denial for denial in found if denial.line not in known[denial.path])
    own_code = (lab.source.text("head", path) or "" for path in lab.source.paths("head") if path.endswith(".py"))
    found = without_own_keys(found, own_code)
    if found:
        base = _asked(lab.source, "base", [old for old, path in pairs if any(d.path == path for d in found)])
        if any(file.claims for file in head):
            base = _claimed(lab, "base", base)
        had = ask(lab, "base", base, own, replace(manner, reproduce=False))
        gaps.extend(_gaps(replace(had, failed_packages=())))
        unread = {path for path, _ in had.unread}
        waiting = late_of(had)
        late |= {path: waiting[old] for old, path in pairs if path is not None and old in waiting}
        found = tuple(new_at_head([d for d in found if before[d.path] not in unread], had.found, before))
    # Also what base denied: nothing that comes from such a package was judged, on either side.
    _, lacking = told_apart(denials.found, _known(lab.source))
    gaps.extend(not_installed(lacking, lab.source.paths("head")))
    absent = {denial.name for denial in lacking}
    news = tuple(d for d in collapsed(found) if d.kind != "missing-package" or d.name not in absent)
    if only is None:
        news += references_to_gone(change, lab.source, lab.source_roots)
        news += tuple(disagreements(change, lab.source, lambda: distributions(lab)))
        news += tuple(undeclared(change, lab.source, own, lambda name: look_up(lab, name).installed))
    return Seen(denials=replace(denials, found=dated(lab, news)), gaps=tuple(gaps), late=late)


def _known(source: Source) -> Known:
    """What the project declares on head and imports on base."""

    def of_base() -> Iterator[tuple[str, str]]:
        for path in source.paths("base"):
            if path.endswith(".py"):
                yield f"{path} on base", source.text("base", path) or ""

    declaring = (source.text("head", path) or "" for path in source.paths("head") if DECLARING.search(path))
    return Known(tuple(declaring), of_base)


def _untouched(source: Source, old: str | None, path: str) -> frozenset[int]:
    """Lines of head in functions and classes that base has to the letter, in a file that imports what it did.

    What is denied there is denied on base too, and base need not be asked.
    """
    before, after = ((source.text("base", old) if old else None) or "", source.text("head", path) or "")
    try:
        base, head = ast.parse(before), ast.parse(after)
    except (SyntaxError, ValueError, RecursionError):
        return frozenset()
    if _IMPORTS.findall(before) != _IMPORTS.findall(after):
        return frozenset()
    known = {text for _, text in _definitions(base, before)}
    return frozenset(
        line
        for node, text in _definitions(head, after)
        if text in known
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    )


def _definitions(tree: ast.Module, text: str) -> Iterator[tuple[ast.stmt, str]]:
    """Functions and classes of the module, decorators included, with their source."""
    lines = text.splitlines()
    for node in tree.body:
        if isinstance(node, _DEFINITIONS):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            yield node, "\n".join(lines[first - 1 : node.end_lineno])


def _claimed(lab: Lab, side: Side, files: Sequence[Asked]) -> list[Asked]:
    """The files with what the type checker claims of them."""
    code = [(file.path, file.text) for file in files if file.path.endswith(".py")]
    return with_claims(files, lab.check_types(side, code) if code else ())


def gone_or_other(change: Change) -> frozenset[str]:
    """Names of the project that the change removed, or that bind their arguments in another way."""
    names = set()
    for unit in change.units:
        if unit.kind == "removed" or unit.signature_changed:
            owner, _, name = unit.unit.qualname.rpartition(".")
            names.add(owner.rpartition(".")[2] if name in ("__init__", "__new__") else name)
    for pair in change.files:
        if pair.base_path is not None and pair.head_path != pair.base_path and pair.base_path.endswith(".py"):
            names.add(pair.base_path.removesuffix("/__init__.py").rpartition("/")[2].removesuffix(".py"))
    return frozenset(name for name in names if name and not name.startswith(("__", "<")))


def removed_by(change: Change) -> tuple[str, ...]:
    """Names of functions, methods and classes that the change took away."""
    return tuple(sorted({unit.unit.qualname.rpartition(".")[2] for unit in change.units if unit.kind == "removed"}))


def speaking_of(source: Source, names: frozenset[str], known: Collection[str | None]) -> list[str]:
    """Files at head beside the known ones whose text has one of the names, as many as may be asked about."""
    if not names:
        return []
    word = re.compile(rf"\b({'|'.join(sorted(map(re.escape, names)))})\b")
    found: list[str] = []
    for path in source.paths("head"):
        if path.endswith(".py") and path not in known and word.search(source.text("head", path) or ""):
            found.append(path)
            if len(found) == USERS:
                break
    return found


def first_party(source: Source, roots: Sequence[str]) -> frozenset[str]:
    """Top-level names of the project's own modules and packages, on either side."""
    names = set()
    for side in SIDES:
        for path in source.paths(side):
            if path.endswith((".py", ".pyi", ".so")):
                for root in ("", *roots):
                    inner = path.removeprefix(f"{root}/") if root else path
                    if not root or inner != path:
                        names.add(inner.split("/")[0].partition(".")[0])
    return frozenset(names - set(roots) - {"src", "lib"})


def new_at_head(found: Sequence[Denial], known: Sequence[Denial], before: dict[str | None, str | None]) -> list[Denial]:
    """Those that base did not have as often, by file, class and words; moved and re-flowed lines are no news."""
    left = Counter((denial.path, denial.kind, denial.text) for denial in known)
    news = []
    for denial in found:
        key = (before.get(denial.path) or denial.path, denial.kind, denial.text)
        if left[key] > 0:
            left[key] -= 1
        else:
            news.append(denial)
    return news


def collapsed(found: Sequence[Denial]) -> Iterator[Denial]:
    """A package that is missing is told once a file, however often it is imported."""
    told = set()
    for denial in found:
        key = (denial.path, denial.kind, denial.name)
        if denial.kind not in ("missing-package", "missing-module") or key not in told:
            told.add(key)
            yield denial


def _asked(source: Source, side: Side, paths: Sequence[str | None]) -> list[Asked]:
    asked = []
    for path in dict.fromkeys(paths):
        text = source.text(side, path) if path is not None and is_asked(path) else None
        if path is not None and text is not None:
            asked.append(Asked(path=path, text=text))
    return asked


def _gaps(denials: Denials) -> Iterator[Gap]:
    unasked: dict[str, str] = {}
    late = late_of(denials)
    for path, reason in denials.unread:
        kind = reason.partition(":")[0]
        if kind == "internal":
            yield Gap(
                slug="internal",
                reason=f"What {path} calls could not be held against what is installed.",
                remedy="Report it with the detail.",
                detail=reason,
            )
        elif kind != "syntax" and path not in late:
            unasked[path] = reason
    yield from not_asked(unasked)
    for package in denials.failed_packages:
        yield Gap(
            slug="package-dies",
            reason=f"Importing {package} ends the interpreter, so nothing can be said about its use.",
            remedy=f"Import {package} by hand in the same environment.",
        )


def not_asked(reasons: Mapping[str, str]) -> Iterator[Gap]:
    """One gap for all files of one reason."""
    by_reason: dict[str, list[str]] = {}
    for path, reason in reasons.items():
        by_reason.setdefault(reason, []).append(path)
    for reason, paths in by_reason.items():
        more = f" and {len(paths) - SHOWN} more files" if len(paths) > SHOWN else ""
        yield Gap(
            slug="not-asked",
            reason=f"Calls in {', '.join(paths[:SHOWN])}{more} were not held against what is installed: {reason}.",
            remedy="Give more time with --budget, or ask alone: `assay reality FILE`.",
        )


def _finding(denial: Denial, change: Change) -> Finding:
    unit = next(
        (
            changed.head.name
            for changed in change.units
            if changed.head is not None
            and changed.head.path == denial.path
            and changed.head.first_line <= denial.line <= changed.head.last_line
        ),
        denial.path,
    )
    key = "\0".join((denial.path, denial.kind, denial.name, denial.text, str(denial.line)))
    return Finding(
        id=hashlib.sha256(key.encode("utf-8", "replace")).hexdigest(),
        investigator="reality",
        claim=f"{denial.text}   ({denial.installed})",
        where=Location(path=denial.path, line=denial.line),
        unit=unit,
        observed_at=unit,
        evidence=(denial,),
    )
