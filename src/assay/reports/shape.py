"""Does a JSON value have the shape that a schema describes? The part of JSON Schema that our own schema uses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}


def first_violation(value: object, schema: Mapping[str, object]) -> str | None:
    """Where and how the value breaks the schema, in words for people; None where it keeps to it."""
    return next(_violations(value, schema, schema, "the report"), None)


def _violations(value: object, schema: Mapping[str, object], root: Mapping[str, object], where: str) -> Iterator[str]:
    for keyword, rule in schema.items():
        match keyword, rule:
            case "type", str() | list() if not _has_type(value, [rule] if isinstance(rule, str) else rule):
                yield f"{where} is {_kind(value)} where {rule} belongs"
                return
            case "const", _ if not _same(value, rule):
                yield f"{where} is not {rule!r}"
            case "enum", list() if not any(_same(value, choice) for choice in rule):
                yield f"{where} is none of {', '.join(map(str, rule))}"
            case "pattern", str() if isinstance(value, str) and re.fullmatch(rule, value, re.ASCII) is None:
                yield f"{where} does not look like {rule}"
            case "minimum", int() if isinstance(value, int | float) and not isinstance(value, bool) and value < rule:
                yield f"{where} is less than {rule}"
            case "$ref", str():
                yield from _violations(value, _definition(root, rule), root, where)
            case "anyOf", list():
                yield from _any_of(value, rule, root, where)
            case _:
                pass
    if isinstance(value, dict):
        yield from _in_object(value, schema, root, where)
    elif isinstance(value, list):
        yield from _in_array(value, schema, root, where)


def _in_object(
    value: dict[str, object], schema: Mapping[str, object], root: Mapping[str, object], where: str
) -> Iterator[str]:
    members = _mapping(schema.get("properties", {}))
    required = schema.get("required", [])
    assert isinstance(required, list)
    yield from (f"{where} has no member {name!r}" for name in required if name not in value)
    others = schema.get("additionalProperties", True)
    for name, member in value.items():
        inside = f"{where}, member {name!r}"
        if name in members:
            yield from _violations(member, _mapping(members[name]), root, inside)
        elif others is False:
            yield f"{where} has a member {name!r} that nobody knows"
        elif isinstance(others, dict):
            yield from _violations(member, others, root, inside)


def _in_array(
    value: list[object], schema: Mapping[str, object], root: Mapping[str, object], where: str
) -> Iterator[str]:
    fewest, most = schema.get("minItems", 0), schema.get("maxItems", len(value))
    assert isinstance(fewest, int)
    assert isinstance(most, int)
    if not fewest <= len(value) <= most:
        yield f"{where} has {len(value)} items"
    items = schema.get("items")
    if items is not None:
        for index, item in enumerate(value):
            yield from _violations(item, _mapping(items), root, f"{where}, item {index}")


def _any_of(value: object, choices: list[object], root: Mapping[str, object], where: str) -> Iterator[str]:
    """The violation of the choice that was meant: the one with the value's own `type` member, else the last."""
    resolved = [_resolved(_mapping(choice), root) for choice in choices]
    told = [next(_violations(value, choice, root, where), None) for choice in resolved]
    if None not in told:
        own = value.get("type") if isinstance(value, dict) else None
        meant = [
            text for choice, text in zip(resolved, told, strict=True) if own is not None and own == _type_of(choice)
        ]
        yield (meant or told)[-1] or where


def _type_of(choice: Mapping[str, object]) -> object:
    """The constant that the member `type` must be, where the choice is told by one."""
    return _mapping(_mapping(choice.get("properties", {})).get("type", {})).get("const")


def _resolved(schema: Mapping[str, object], root: Mapping[str, object]) -> Mapping[str, object]:
    reference = schema.get("$ref")
    return _definition(root, reference) if isinstance(reference, str) else schema


def _definition(root: Mapping[str, object], reference: str) -> Mapping[str, object]:
    return _mapping(_mapping(root["$defs"])[reference.removeprefix("#/$defs/")])


def _mapping(value: object) -> Mapping[str, object]:
    assert isinstance(value, dict)
    return value


def _has_type(value: object, names: list[str]) -> bool:
    if isinstance(value, bool):
        return "boolean" in names
    return any(isinstance(value, _TYPES[name]) for name in names)


def _same(value: object, other: object) -> bool:
    """Equal in JSON, where true is not 1."""
    return value == other and isinstance(value, bool) == isinstance(other, bool)


def _kind(value: object) -> str:
    return next(name for name, types in _TYPES.items() if _has_type(value, [name]) and isinstance(value, types))
