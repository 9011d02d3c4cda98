"""The report as one HTML file: no script, nothing loaded, every text of the target escaped."""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Iterator

from assay.reports.sentences import (
    again,
    alteration,
    announcement_words,
    because,
    call_words,
    claim_alone,
    condition_counts,
    controls,
    coverage,
    excuse,
    neighbourhood_words,
    particulars,
    parting_words,
    plain,
    sides,
    still_used,
    tally,
    verdict_words,
    walls,
    when_words,
)
from assay.values.finding import Difference, FailingTest, Finding, Gap, Level, Verdict
from assay.values.isolation import Property
from assay.values.reality import Denial

STYLE = """
:root { color-scheme: light dark; --ink: #1d2126; --paper: #fff; --quiet: #59636e; --line: #d1d9e0; --soft: #f6f8fa;
  --clear: #1a7f37; --notice: #0969da; --hold: #9a6700; --block: #cf222e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --quiet: #9198a1; --line: #3d444d;
  --soft: #151b23; --clear: #3fb950; --notice: #4493f8; --hold: #d29922; --block: #f85149; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 2rem auto;
  max-width: 60rem; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; } h3 { font-size: 1rem; margin: 0; }
code, pre, td.value { font-family: ui-monospace, monospace; font-size: .875rem; overflow-wrap: anywhere; }
pre { background: var(--soft); padding: .5rem; white-space: pre-wrap; }
article { border: 1px solid var(--line); border-left: 4px solid var(--notice); border-radius: 6px; padding: .75rem 1rem;
  margin: .75rem 0; }
article.hold { border-left-color: var(--hold); } article.block { border-left-color: var(--block); }
.level { font-weight: 700; text-transform: uppercase; font-size: .8rem; letter-spacing: .03em; }
.clear { color: var(--clear); } .notice > .level, span.notice { color: var(--notice); }
.hold > .level, span.hold { color: var(--hold); } .block > .level, span.block { color: var(--block); }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; } th, td { text-align: left; vertical-align: top;
  padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line); } th { color: var(--quiet); font-weight: 500;
  white-space: nowrap; width: 1%; } .quiet { color: var(--quiet); }
@media print { article { break-inside: avoid; } }
"""


def to_html(verdict: Verdict) -> str:
    """A whole page. Its policy lets a browser apply the page's own style and do nothing else."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode("ascii")
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    title = f"Assay: {verdict_words(verdict)}"
    body = "\n".join([*_summary(verdict), *_findings(verdict), *_gaps(verdict), *_facts(verdict)])
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{_safe(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _summary(verdict: Verdict) -> Iterator[str]:
    yield f'<h1>Verdict: <span class="{verdict.level.word}">{_safe(verdict_words(verdict))}</span></h1>'
    yield f"<p>{_safe(coverage(verdict))}<br><strong>{_safe(tally(verdict))}</strong></p>"
    if because(verdict):
        yield f"<p>{_safe(because(verdict))}</p>"
    for remark in verdict.examination.change.remarks:
        yield f"<p>{_safe(remark)}</p>"
    for changed in still_used(verdict):
        places = ", ".join(f"<code>{_safe(place)}</code>" for place in changed.used_by)
        yield f"<p>Removed <code>{_safe(changed.unit.name)}</code> is still used: {places}</p>"


def _findings(verdict: Verdict) -> Iterator[str]:
    if verdict.levels:
        yield "<h2>Findings</h2>"
    for finding, level in verdict.levels:
        yield from _finding(finding, level)


def _finding(finding: Finding, level: Level) -> Iterator[str]:
    yield f'<article class="{level.word}" id="f-{_safe(finding.id)}">'
    yield f'<div class="level">{level.word}</div>'
    yield f"<h3><code>{_safe(finding.unit)}</code> {_safe(claim_alone(finding))}</h3>"
    rows = [("where", f"{finding.where.path}:{finding.where.line}")]
    condition = finding.condition
    if condition is not None:
        rows.append(("when", f"{when_words(finding, condition)}  ({condition_counts(condition)})"))
    rows.extend(_example(finding))
    reason = excuse(finding, level)
    said = announcement_words(finding)
    near = neighbourhood_words(finding)
    rows.extend([("said", said)] if said else [])
    rows.extend([("near", near)] if near else [])
    rows.extend([("why", reason)] if reason else [])
    rows.append(("again", again(finding)))
    if finding.remark is not None:
        rows.append(("noted", f"{finding.remark.reason} ({finding.remark.at})"))
    yield _table(rows)
    if finding.reproducer is not None:
        text = "\n".join(_safe(line) for line in finding.reproducer.text.splitlines())
        yield f"<details><summary>{_safe(finding.reproducer.name)}</summary><pre>{text}</pre></details>"
    yield "</article>"


def _example(finding: Finding) -> list[tuple[str, str]]:
    first = finding.evidence[0]
    match first:
        case Difference():
            base, head = sides(first)
            rows = [("call", call_words(finding.observed_at, first.base)), ("base", base), ("head", head)]
            altered = alteration(first.base)
            rows.append(("test", first.base.id.scenario))
            rows.extend([("altered", altered)] if altered else [])
            rows.extend(("" if n else "parts", text) for n, text in enumerate(parting_words(finding)))
            return rows
        case Denial():
            return list(particulars(first))
        case FailingTest():
            return [
                ("test", first.test),
                ("base", "passes"),
                ("head", first.detail or "fails"),
                ("seen", f"{first.runs} times"),
            ]


def _gaps(verdict: Verdict) -> Iterator[str]:
    if not verdict.gap_levels:
        return
    yield "<h2>What could not be looked at</h2>"
    yield "<table><thead><tr><th>gap</th><th>unit</th><th>reason</th><th>what would help</th></tr></thead><tbody>"
    for gap, level in verdict.gap_levels:
        yield _gap(gap, level)
    yield "</tbody></table>"


def _gap(gap: Gap, level: Level) -> str:
    unit = f"<code>{_safe(gap.unit)}</code>" if gap.unit else ""
    detail = f"<details><summary>traceback</summary><pre>{_lines(gap.detail)}</pre></details>" if gap.detail else ""
    cells = (
        f'<span class="{level.word}">{_safe(gap.slug)}</span>',
        unit,
        _safe(gap.reason) + detail,
        _safe(gap.remedy),
    )
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _facts(verdict: Verdict) -> Iterator[str]:
    examination = verdict.examination
    effort, change = examination.effort, examination.change
    yield "<h2>How it was done</h2>"
    rows = [
        ("base", f"{change.base.label} {change.base.commit or ''}"),
        ("head", f"{change.head.label} {change.head.commit or ''}"),
        ("isolation", walls(examination.isolation)),
    ]
    rows.extend((wall.name, f"{wall.state} ({wall.mechanism})") for wall in _properties(verdict))
    if examination.target is not None:
        target = examination.target
        rows.append(("interpreter", f"{target.version} {target.python} ({target.found_by})"))
    rows.append(("controls", controls(verdict) or "none"))
    rows.extend((f"stage {name}", f"{seconds:.1f} s") for name, seconds in effort.stages)
    rows.extend((f"experiments {name}", f"{number:,}") for name, number in effort.by_operator)
    rows.append(("seed", str(examination.seed)))
    rows.append(("exit status", str(verdict.exit_status)))
    yield _table(rows)


def _properties(verdict: Verdict) -> tuple[Property, ...]:
    isolation = verdict.examination.isolation
    return isolation.properties if isolation else ()


def _table(rows: list[tuple[str, str]]) -> str:
    cells = (
        f'<tr><th scope="row">{_safe(name)}</th><td class="value">{_lines(value)}</td></tr>' for name, value in rows
    )
    return f"<table><tbody>{''.join(cells)}</tbody></table>"


def _lines(text: str) -> str:
    """Text of several lines."""
    return "<br>".join(_safe(line) for line in text.splitlines())


def _safe(text: str) -> str:
    return html.escape(plain(text), quote=True)
