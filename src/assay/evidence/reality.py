"""Asks the target's interpreter about files: the job for the probe, and its frames read without trust."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from assay.evidence.remarks import Claim, claims_of
from assay.values.change import Side
from assay.values.lab import Frame, Lab, Run, RunResult
from assay.values.reality import CERTAINTIES, Certainty, Denial, Denials, Lookup, Remark

TIME_LIMIT_S = 180.0
SETTINGS = "pyproject.toml"
"""The file whose sections the installed tools are asked about."""
_ADDED = re.compile(r"\baddini\(\s*(?:name\s*=\s*)?[\"']([\w.-]+)")
ATTEMPTS = 4
"""Each package that brings the interpreter down costs one run; after so many the rest is a gap."""
NO_TIME, NOT_DONE = "there was no time left to ask", "the interpreter was not done in time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A file as the probe is given it."""

    path: str
    text: str
    claims: tuple[Claim, ...] = ()
    """What the type checker claims of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How the probe reads the files."""

    reproduce: bool = True
    """Run a line for each denial."""
    project: bool = False
    """Tell what the type checker claims about the project's own names."""
    gone: tuple[str, ...] = ()
    """Names of the project that the change removed."""
    until_s: float | None = None
    """The time of the lab's clock at which asking ends; without it one run may take `TIME_LIMIT_S`."""


def is_asked(path: str) -> bool:
    """Can the probe be asked about such a file?"""
    return path.endswith(".py") or path.rpartition("/")[2] == SETTINGS


def without_own_keys(found: Sequence[Denial], texts: Iterable[str]) -> tuple[Denial, ...]:
    """The denials without settings of pytest that the project itself adds; `texts` are its Python files."""
    if not any(denial.path.endswith(SETTINGS) for denial in found):
        return tuple(found)
    own = {f"tool.pytest.{name}" for text in texts for name in _ADDED.findall(text)}
    return tuple(denial for denial in found if denial.name not in own)


def with_claims(files: Iterable[Asked], remarks: Iterable[Remark]) -> list[Asked]:
    """The files, each with what the type checker claims of it."""
    claims = claims_of(remarks)
    return [replace(file, claims=tuple(claims.get(file.path, ()))) for file in files]


def ask(lab: Lab, side: Side, files: Sequence[Asked], first_party: Iterable[str], manner: Manner = Manner()) -> Denials:
    """What the installed packages deny in some files. Packages that bring the interpreter down are left out."""
    failed: list[str] = []
    answered: dict[str, Denials] = {}
    trouble = ""
    names = sorted(set(first_party))
    for _ in range(ATTEMPTS):
        left = [file for file in files if file.path not in answered]
        if not left:
            break
        limit_s = TIME_LIMIT_S if manner.until_s is None else manner.until_s - lab.clock.elapsed_s()
        if limit_s <= 0:
            trouble = NO_TIME
            break
        run = _run(side, left, names, failed, manner, min(limit_s, TIME_LIMIT_S))
        result = lab.run([run])[0]
        for frame in result.frames:
            path = frame.get("path")
            if frame.get("t") == "file" and isinstance(path, str):
                answered[path] = denials_of(frame)
        is_late = result.completed.timed_out and manner.until_s is not None
        culprit = None if is_late else _culprit(result, failed)
        if culprit is None:
            trouble = "" if _is_done(result) else _trouble(result)
            break
        failed.append(culprit)
    unread = tuple(
        (file.path, trouble or "its packages end the interpreter") for file in files if file.path not in answered
    )
    together = [answered[file.path] for file in files if file.path in answered]
    return Denials(
        found=tuple(denial for one in together for denial in one.found),
        calls=sum(one.calls for one in together),
        unknown_receivers=sum(one.unknown_receivers for one in together),
        unread=(*(entry for one in together for entry in one.unread), *unread),
        failed_packages=tuple(failed),
        trouble=trouble,
    )


def late_of(denials: Denials) -> dict[str, str]:
    """Files for which only the time was not enough, with the words for it."""
    return {path: reason for path, reason in denials.unread if reason in (NO_TIME, NOT_DONE)}


def look_up(lab: Lab, question: str) -> Lookup:
    """What is installed about one name, with or without arguments."""
    job: Mapping[str, object] = {"mode": "reality", "files": [], "question": question}
    result = lab.run([Run(side="head", job=job, time_limit_s=TIME_LIMIT_S)])[0]
    frame = next((frame for frame in result.frames if frame.get("t") == "lookup"), None)
    if frame is None:
        return Lookup(question=question, denials=(), is_known=False, error=_trouble(result))
    claims, parameters = frame.get("claims"), frame.get("parameters")
    found = [denial_of(claim) for claim in claims if isinstance(claim, Mapping)] if isinstance(claims, list) else []
    listed = parameters if isinstance(parameters, list) else []
    return Lookup(
        question=question,
        denials=tuple(denial for denial in found if denial is not None),
        is_known=frame.get("is_known") is True,
        found=_text(frame, "found"),
        installed=_text(frame, "installed"),
        signature=_text(frame, "signature"),
        parameters=tuple((_text(p, "name"), _text(p, "taken_by")) for p in listed if isinstance(p, Mapping)),
        deprecated=_text(frame, "deprecated"),
        error=_text(frame, "error"),
    )


def distributions(lab: Lab) -> Mapping[str, str]:
    """Compared name -> version of everything that is installed for head."""
    job: Mapping[str, object] = {"mode": "reality", "files": [], "distributions": True}
    for frame in lab.run([Run(side="head", job=job, time_limit_s=TIME_LIMIT_S)])[0].frames:
        versions = frame.get("versions")
        if frame.get("t") == "distributions" and isinstance(versions, Mapping):
            return {str(name): str(version) for name, version in versions.items()}
    return {}


def run_line(lab: Lab, line: str) -> str:
    """What a line says when it fails in the target's interpreter, or nothing."""
    job: Mapping[str, object] = {"mode": "reality", "files": [], "lines": [line]}
    for frame in lab.run([Run(side="head", job=job, time_limit_s=TIME_LIMIT_S)])[0].frames:
        outputs = frame.get("outputs")
        if frame.get("t") == "lines" and isinstance(outputs, list):
            return "".join(str(output) for output in outputs if output)
    return ""


def _run(
    side: Side,
    files: Sequence[Asked],
    first_party: Sequence[str],
    failed: Sequence[str],
    manner: Manner,
    time_limit_s: float,
) -> Run:
    job: Mapping[str, object] = {
        "mode": "reality",
        "files": [{"path": file.path, "text": file.text, "claims": list(file.claims)} for file in files],
        "first_party": list(first_party),
        "denied": list(failed),
        "reproduce": manner.reproduce,
        "judges_project": manner.project,
        "gone": list(manner.gone),
    }
    return Run(side=side, job=job, time_limit_s=time_limit_s)


def _is_done(result: RunResult) -> bool:
    return any(frame.get("t") == "done" for frame in result.frames)


def _culprit(result: RunResult, failed: Sequence[str]) -> str | None:
    """The package that was being imported when the run ended before its time."""
    if _is_done(result):
        return None
    begun = [frame.get("package") for frame in result.frames if frame.get("t") == "importing"]
    last = begun[-1] if begun else None
    return last if isinstance(last, str) and last not in failed else None


def _trouble(result: RunResult) -> str:
    completed = result.completed
    if completed.timed_out:
        return NOT_DONE
    lines = [line for line in completed.output.splitlines() if line.strip()]
    return completed.protocol_error or (
        lines[-1][:200] if lines else f"the interpreter ended with status {completed.status}"
    )


def denials_of(frame: Frame) -> Denials:
    """What the probe said about one file."""
    path, claims, error = str(frame.get("path")), frame.get("claims"), frame.get("error")
    found = [denial_of(claim) for claim in claims if isinstance(claim, Mapping)] if isinstance(claims, list) else []
    return Denials(
        found=tuple(replace(denial, path=path) for denial in found if denial is not None),
        calls=_count(frame.get("calls")),
        unknown_receivers=_count(frame.get("unknown_receivers")),
        unread=((path, f"{error}: {str(frame.get('detail'))[-400:]}"),) if isinstance(error, str) else (),
    )


def denial_of(claim: Mapping[str, object]) -> Denial | None:
    """A claim of the probe, or None where it is not well formed."""
    line, certainty = claim.get("line"), _certainty(claim.get("certainty"))
    if not isinstance(line, int) or isinstance(line, bool) or line < 0 or certainty is None:
        return None
    return Denial(
        path=_text(claim, "path"),
        line=line,
        kind=_text(claim, "class"),
        name=_text(claim, "name"),
        text=_text(claim, "text"),
        certainty=certainty,
        installed=_text(claim, "installed"),
        nearest=_texts(claim, "nearest"),
        chain=_texts(claim, "chain"),
        signature=_text(claim, "signature"),
        reproducer=_text(claim, "reproducer"),
        output=_text(claim, "output"),
        versions=_texts(claim, "versions"),
        last_line=max(line, _count(claim.get("end"))),
    )


def _certainty(value: object) -> Certainty | None:
    return next((certainty for certainty in CERTAINTIES if certainty == value), None)


def _text(claim: Mapping[str, object], name: str) -> str:
    value = claim.get(name)
    return value if isinstance(value, str) else ""


def _texts(claim: Mapping[str, object], name: str) -> tuple[str, ...]:
    value = claim.get(name)
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _count(value: object) -> int:
    return value if isinstance(value, int) and value >= 0 else 0
