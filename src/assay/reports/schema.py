"""JSON Schema (draft 2020-12) of the JSON report, version 1. `docs/report.schema.json` is this, written out."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from assay.reports.document import SCHEMA_VERSION
from assay.values.reality import CERTAINTIES

Schema = dict[str, object]

TEXT: Schema = {"type": "string"}
OPTIONAL_TEXT: Schema = {"type": ["string", "null"]}
FLAG: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
SECONDS: Schema = {"type": "number", "minimum": 0}
OPTIONAL_NUMBER: Schema = {"type": ["number", "null"], "minimum": 0}
TEXTS: Schema = {"type": "array", "items": TEXT}
DIGEST: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
LEVEL: Schema = {"enum": ["notice", "hold", "block"]}
OUTCOME_KIND: Schema = {"enum": ["returned", "raised", "hung", "died", "blocked", "pending"]}
DIFFERENCE_KIND: Schema = {
    "enum": [
        "answers-differently",
        "raises-instead",
        "accepts-instead",
        "breaks-inside",
        "hangs-instead",
        "raises-otherwise",
        "tells-otherwise",
        "leaves-arguments-differently",
        "writes-differently",
        "iterator-instead",
        "details",
    ]
}


def closed(later: Mapping[str, Schema] = MappingProxyType({}), /, **members: Schema) -> Schema:
    """An object with exactly these members; reports from before the `later` ones came lack them."""
    known = {**members, **later}
    return {"type": "object", "properties": known, "required": list(members), "additionalProperties": False}


def array(items: Schema) -> Schema:
    """A list of such values."""
    return {"type": "array", "items": items}


def optional(schema: Schema) -> Schema:
    """Such a value, or null."""
    return {"anyOf": [{"type": "null"}, schema]}


def named(values: Schema) -> Schema:
    """An object whose members have any name and such values."""
    return {"type": "object", "additionalProperties": values}


LINES = optional({"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 2, "maxItems": 2})

EDIT = closed(
    path=array({"type": "array", "items": {"type": ["string", "integer"]}, "minItems": 2, "maxItems": 2}),
    operator=TEXT,
    literal=OPTIONAL_TEXT,
    variant={"type": "integer", "minimum": 0},
    before_kind=TEXT,
    after_kind=TEXT,
    shown=TEXT,
)

EXPECTED = closed(kind=OUTCOME_KIND, exception=OPTIONAL_TEXT, shown=TEXT)

CALL_REPLAY = closed(
    type={"const": "call"},
    scenario=TEXT,
    point=TEXT,
    path=TEXT,
    qualname=TEXT,
    base_lines=LINES,
    head_path=OPTIONAL_TEXT,
    head_qualname=OPTIONAL_TEXT,
    head_lines=LINES,
    call=COUNT,
    intervention=COUNT,
    edits=array({"$ref": "#/$defs/edit"}),
    arguments_digest=TEXT,
    arrived_digest=TEXT,
    in_head_tests=FLAG,
    seed={"type": "integer"},
    difference=DIFFERENCE_KIND,
    base=EXPECTED,
    head=EXPECTED,
    sources_digest=optional(DIGEST),
    seal=DIGEST,
)

TEST_REPLAY = closed(
    type={"const": "test"},
    scenario=TEXT,
    removed_name=OPTIONAL_TEXT,
    seed={"type": "integer"},
    sources_digest=optional(DIGEST),
    seal=DIGEST,
)

OUTCOME = closed(
    kind=OUTCOME_KIND,
    shown=TEXT,
    exception=OPTIONAL_TEXT,
    message=OPTIONAL_TEXT,
    raised_at=OPTIONAL_TEXT,
    purposeful={"type": ["boolean", "null"]},
    output=TEXT,
)

DIFFERENCE = closed(
    type={"const": "difference"},
    kind=DIFFERENCE_KIND,
    scenario=TEXT,
    defined=FLAG,
    plausible=FLAG,
    implausible_because=TEXT,
    confirmed=FLAG,
    unperturbed=FLAG,
    needs_caller=FLAG,
    differing=COUNT,
    agreeing=COUNT,
    disagreements=array(closed(path=TEXT, kind=TEXT, base=TEXT, head=TEXT, soft=FLAG)),
    base=OUTCOME,
    head=OUTCOME,
)

FAILING_TEST = closed(
    type={"const": "failing-test"},
    test=TEXT,
    detail=TEXT,
    edited_by_head=FLAG,
    runs=COUNT,
    removed_name=OPTIONAL_TEXT,
    before=OPTIONAL_TEXT,
    after=OPTIONAL_TEXT,
)

LINE_REPLAY = closed(
    type={"const": "line"},
    line=TEXT,
    output=TEXT,
    sources_digest=optional(DIGEST),
    seal=DIGEST,
)

DENIAL = closed(
    type={"const": "denial"},
    path=TEXT,
    line=COUNT,
    **{"class": TEXT},
    name=TEXT,
    level=LEVEL,
    certainty={"enum": list(CERTAINTIES)},
    installed=TEXT,
    nearest=TEXTS,
    text=TEXT,
    chain=TEXTS,
    signature=TEXT,
    reproducer=TEXT,
    output=TEXT,
    versions=optional(TEXTS),
)

CONDITION = closed(
    text=TEXT,
    expression=OPTIONAL_TEXT,
    exact=FLAG,
    held_differing=COUNT,
    differing=COUNT,
    held_others=COUNT,
    others=COUNT,
    grade={"enum": ["exact", "sufficient", "approximate"]},
    fresh=COUNT,
    borders=TEXTS,
)

FINDING = closed(
    id={"type": "string", "pattern": "^[0-9a-f]{6,64}$"},
    investigator=TEXT,
    level=LEVEL,
    because=TEXT,
    announced=FLAG,
    announcement=optional(
        closed(
            standing={"enum": ["inside", "beyond"]},
            by={"enum": ["claim", "test", "data"]},
            source=TEXT,
            says=TEXT,
            covered=COUNT,
            differing=COUNT,
            case=OPTIONAL_TEXT,
        )
    ),
    neighbourhood=optional(
        closed(
            kind={"enum": ["incomplete", "overshoot"]},
            test=TEXT,
            found=COUNT,
            tried=COUNT,
            failure=OPTIONAL_TEXT,
            example=named(OPTIONAL_TEXT),
            condition=optional(CONDITION),
        )
    ),
    unit=TEXT,
    observed_at=TEXT,
    covers=TEXTS,
    path=TEXT,
    line={"type": "integer", "minimum": 0},
    claim=TEXT,
    condition=optional(CONDITION),
    parting=optional(closed(base=TEXT, head=TEXT, decided=TEXT)),
    example=optional(closed(arguments=named(OPTIONAL_TEXT), base=TEXT, head=TEXT)),
    evidence={
        "type": "array",
        "minItems": 1,
        "items": {
            "anyOf": [
                {"$ref": "#/$defs/difference"},
                {"$ref": "#/$defs/failing_test"},
                {"$ref": "#/$defs/denial"},
            ]
        },
    },
    replay={
        "anyOf": [
            {"$ref": "#/$defs/call_replay"},
            {"$ref": "#/$defs/test_replay"},
            {"$ref": "#/$defs/line_replay"},
        ]
    },
    reproducer=optional(
        closed(path=TEXT, text=TEXT, form={"enum": ["call", "test"]}, runs=COUNT, failure=TEXT, written=OPTIONAL_TEXT)
    ),
    no_reproducer=OPTIONAL_TEXT,
    remark=optional(closed(reason=TEXT, at=TEXT)),
)

GAP = closed(slug=TEXT, unit=OPTIONAL_TEXT, reason=TEXT, remedy=TEXT, level=LEVEL, detail=TEXT)

EFFORT = closed(
    {"kept_runs": COUNT},
    experiments=COUNT,
    matched=COUNT,
    matched_fraction=OPTIONAL_NUMBER,
    compared=COUNT,
    noisy=COUNT,
    masked=COUNT,
    searched=COUNT,
    plants=COUNT,
    plants_seen=COUNT,
    observed_units=COUNT,
    calls_held=COUNT,
    unknown_receivers=COUNT,
    seconds=SECONDS,
    experiments_per_second=OPTIONAL_NUMBER,
    stages=array(closed(name=TEXT, seconds=SECONDS)),
    by_operator=named(COUNT),
)

REVISION = closed(label=TEXT, commit=optional({"type": "string", "pattern": "^[0-9a-f]{40}([0-9a-f]{24})?$"}))

CHANGE = closed(
    base=REVISION,
    head=REVISION,
    patch=TEXT,
    changed=COUNT,
    added=COUNT,
    removed=COUNT,
    files=array(closed(base=OPTIONAL_TEXT, head=OPTIONAL_TEXT)),
    units=array(
        closed(
            unit=TEXT,
            kind={"enum": ["changed", "added", "removed"]},
            path=TEXT,
            line={"type": "integer", "minimum": 1},
            why=TEXTS,
            used_by=TEXTS,
            established=FLAG,
        )
    ),
    remarks=TEXTS,
)

INTERPRETER = closed(
    python=TEXT,
    version=TEXT,
    found_by=TEXT,
    prefix=TEXT,
    base_prefix=TEXT,
    pytest=FLAG,
    source_roots=TEXTS,
    head_python=TEXT,
)

ISOLATION = closed(
    level={"enum": ["L0", "L1", "L2", "L3"]},
    mechanisms=TEXTS,
    same_path=FLAG,
    properties=array(closed(name=TEXT, state={"enum": ["proven", "assumed", "open"]}, mechanism=TEXT, detail=TEXT)),
)

SCHEMA: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "The JSON report of Assay",
    **closed(
        schema_version={"const": SCHEMA_VERSION},
        assay=TEXT,
        verdict={"enum": ["clear", "notice", "hold", "block"]},
        want_of_evidence=FLAG,
        expect_same=FLAG,
        exit_status={"enum": [0, 1, 3, 4]},
        summary=TEXT,
        findings=array({"$ref": "#/$defs/finding"}),
        gaps=array({"$ref": "#/$defs/gap"}),
        effort={"$ref": "#/$defs/effort"},
        change={"$ref": "#/$defs/change"},
        interpreter=optional({"$ref": "#/$defs/interpreter"}),
        isolation=optional({"$ref": "#/$defs/isolation"}),
        seed={"type": "integer"},
        sources=named(closed(base=OPTIONAL_TEXT, head=OPTIONAL_TEXT)),
    ),
    "$defs": {
        "finding": FINDING,
        "difference": DIFFERENCE,
        "failing_test": FAILING_TEST,
        "call_replay": CALL_REPLAY,
        "test_replay": TEST_REPLAY,
        "denial": DENIAL,
        "line_replay": LINE_REPLAY,
        "edit": EDIT,
        "gap": GAP,
        "effort": EFFORT,
        "change": CHANGE,
        "interpreter": INTERPRETER,
        "isolation": ISOLATION,
    },
}
