"""Small factories: a test states what matters to it, the rest is a plausible billing service."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from assay.judgement.verdict import judge
from assay.values.change import Change, ChangedUnit, FilePair, Revision, Unit
from assay.values.environment import Share, Wanted
from assay.values.experiment import Edit, Effort, Experiment, ExperimentId, Intervention, Outcome, Raised
from assay.values.finding import (
    Announcement,
    Condition,
    Difference,
    Disagreement,
    Examination,
    FailingTest,
    Finding,
    Gap,
    Location,
    Policy,
    Target,
    Verdict,
)
from assay.values.isolation import Isolation, Property

BASE = Revision(label="main", commit="1" * 40)
HEAD = Revision(label="HEAD", commit="2" * 40)
WORKING_TREE = Revision(label="working tree", commit=None)


def wanted(*, digest: str = "1", shares: tuple[Share, ...] = (Share(lines=("pytest",)),)) -> Wanted:
    """The environment of a small project."""
    return Wanted(
        folder="",
        name="shop",
        description="pyproject.toml",
        is_package=True,
        shares=shares,
        sources=("pyproject.toml",),
        digest=digest,
    )


def unit(qualname: str = "round_total", *, first_line: int = 88) -> Unit:
    """A method or function of the billing service."""
    return Unit(
        path="billing/invoice.py",
        module="billing.invoice",
        qualname=qualname,
        first_line=first_line,
        last_line=first_line + 4,
    )


def changed(qualname: str = "round_total") -> ChangedUnit:
    """A unit whose body differs."""
    return ChangedUnit(kind="changed", base=unit(qualname), head=unit(qualname, first_line=90), why=("body",))


def added(qualname: str = "new") -> ChangedUnit:
    """A unit that base does not have."""
    return ChangedUnit(kind="added", base=None, head=unit(qualname), why=("added",))


def removed(qualname: str = "old", *, used_by: tuple[str, ...] = ()) -> ChangedUnit:
    """A unit that head does not have."""
    return ChangedUnit(kind="removed", base=unit(qualname), head=None, why=("removed",), used_by=used_by)


def change(*units: ChangedUnit, head: Revision = HEAD, remarks: tuple[str, ...] = (), patch: str = "") -> Change:
    """A change of one file with these units."""
    files = (FilePair(base_path="billing/invoice.py", head_path="billing/invoice.py"),)
    return Change(base=BASE, head=head, files=files, units=units, remarks=remarks, patch=patch)


def returned(shown: str) -> Outcome:
    """A call that came back."""
    return Outcome(kind="returned", shown=shown)


def raised(exception: str, text: str = "", *, purposeful: bool = True) -> Outcome:
    """A call that raised, on purpose unless it says otherwise."""
    return Outcome(
        kind="raised",
        raised=Raised(
            type=exception,
            bases=(exception, "builtins.Exception"),
            text=text,
            purposeful=purposeful,
            internal=not purposeful,
            where="billing/invoice.py:90",
        ),
        shown=f"{exception.removeprefix('builtins.')}({text!r})",
    )


EDIT = Edit(
    path=(("arg", "amount"),),
    operator="number.edge",
    literal="Decimal('10.005')",
    before_kind="decimal.Decimal",
    after_kind="decimal.Decimal",
    shown="amount: Decimal('10') -> Decimal('10.005')",
)


def experiment(outcome: Outcome, *, edits: tuple[Edit, ...] = ()) -> Experiment:
    """One experiment at `round_total`, altered by the edits."""
    return Experiment(
        id=ExperimentId(
            scenario="tests/test_invoice.py::test_total",
            point="billing/invoice.py::round_total",
            call=3,
            intervention=17 if edits else 0,
        ),
        intervention=Intervention(edits=edits),
        arguments_digest="d1",
        arrived_digest="d0",
        arguments=(
            ("amount", "Decimal('10.005')" if edits else "Decimal('10')"),
            ("currency", "'JPY'"),
            ("book", None),
        ),
        outcome=outcome,
    )


def difference(base: Outcome | None = None, head: Outcome | None = None, **members: Any) -> Difference:
    """A difference that holds: defined, plausible, seen again, on altered arguments."""
    edits: tuple[Edit, ...] = () if members.get("unperturbed") else (EDIT,)
    given = {
        "kind": "answers-differently",
        "base": experiment(base or returned("Decimal('10.01')"), edits=edits),
        "head": experiment(head or returned("Decimal('10.00')"), edits=edits),
        "disagreements": (disagreement(),),
        "defined": True,
        "plausible": True,
        "confirmed": True,
        "n_differing": 41,
        "n_agreeing": 902,
    }
    return Difference(**{**given, **members})


def disagreement(path: str = "", *, soft: bool = False) -> Disagreement:
    """One place where two outcomes differ."""
    return Disagreement(path=path, kind="value", base="Decimal('10.01')", head="Decimal('10.00')", soft=soft)


def failing_test(**members: Any) -> FailingTest:
    """A base test that head did not touch and that failed three times."""
    given: dict[str, Any] = {
        "test": "tests/test_invoice.py::test_total",
        "detail": "assert Decimal('9.99') == Decimal('10')",
        "edited_by_head": False,
        "runs": 3,
    }
    return FailingTest(**{**given, **members})


CONDITION = Condition(
    text="amount has more than 2 decimals and currency == 'JPY'",
    expression="currency == 'JPY'",
    held_differing=41,
    differing=41,
    held_others=0,
    others=902,
    grade="exact",
    fresh=240,
    borders=("amount=1 differs", "amount=0 does not"),
)


def finding(*evidence: Difference | FailingTest, **members: Any) -> Finding:
    """A finding about `round_total`, resting on a difference that holds unless told otherwise."""
    given: dict[str, Any] = {
        "id": "3f2a9c00d1e2f3a4",
        "investigator": "behaviour",
        "claim": "round_total() answers differently",
        "where": Location(path="billing/invoice.py", line=90),
        "unit": "billing.invoice.round_total",
        "observed_at": "billing.invoice.round_total",
        "evidence": evidence or (difference(),),
    }
    return Finding(**{**given, **members})


INSIDE = Announcement(
    standing="inside", by="claim", source="commit 1a2b3c4d5e", says="amount > 3", covered=41, differing=41
)


def gap(slug: str = "not-reached", **members: Any) -> Gap:
    """A unit that no test reaches."""
    given: dict[str, Any] = {
        "slug": slug,
        "reason": f"No test reaches {members.get('unit', 'billing.invoice.void')}.",
        "remedy": "Add a test that calls it.",
        "unit": "billing.invoice.void",
    }
    return Gap(**{**given, **members})


TARGET = Target(
    python="/venv/bin/python",
    version="3.12.1",
    found_by="--python",
    prefix="/venv",
    base_prefix="/usr",
    has_pytest=True,
    source_roots=("src",),
)

ISOLATION = Isolation(
    level=3,
    mechanisms=("namespaces", "landlock", "seccomp"),
    properties=(
        Property(name="write outside", state="proven", mechanism="landlock", detail="EACCES"),
        Property(name="connect", state="proven", mechanism="namespaces"),
        Property(name="cpu side channels", state="open", mechanism="none"),
    ),
    same_path=True,
)

EFFORT = Effort(
    experiments=3412,
    matched=3400,
    compared=3390,
    noisy=10,
    masked=2,
    seconds=21.3,
    plants=12,
    plants_seen=12,
    observed_units=1,
    stages=(("reach", 4.0), ("probe", 17.3)),
    by_operator=(("number.edge", 3000), ("text.token", 412)),
)


def examination(*findings: Finding, **members: Any) -> Examination:
    """One changed unit, observed, behind real walls."""
    given: dict[str, Any] = {
        "change": change(changed()),
        "findings": findings,
        "gaps": (),
        "effort": EFFORT,
        "established": frozenset({"billing.invoice.round_total"}),
        "isolation": ISOLATION,
        "target": TARGET,
    }
    return Examination(**{**given, **members})


def verdict(*findings: Finding, policy: Policy | None = None, **members: Any) -> Verdict:
    """The findings as policy judges them."""
    return judge(examination(*findings, **members), policy or Policy())


def without_effort(seen: Examination) -> Examination:
    """The same, had nothing run."""
    return replace(seen, effort=Effort(), established=frozenset(), isolation=None, target=None)
