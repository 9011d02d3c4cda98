"""What `[tool.assay]` says about the verdict, read strictly: a misspelt rule must not be a rule that is off."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

from assay.errors import UsageError
from assay.values.finding import Policy

POLICY_KEYS = ("min_isolation", "counted_gaps", "expect_same", "refuse_claims")
OTHER_KEYS = ("python", "env", "setup")
"""Keys of the same table that others read."""

HIGHEST_RUNG = 3


def read_policy(table: Mapping[str, object]) -> Policy:
    """The policy in a `[tool.assay]` table; `-` and `_` are the same in keys.

    Raises:
        UsageError: a key is unknown (the nearest known one is named), given twice, or holds the wrong kind of value.
    """
    given: dict[str, object] = {}
    for key, value in table.items():
        known = key.replace("-", "_")
        if known not in POLICY_KEYS + OTHER_KEYS:
            raise _unknown(key)
        if known in given:
            raise UsageError(f"[tool.assay] says `{known}` twice.", next_step="Keep one of the two spellings.")
        given[known] = value
    default = Policy()
    return Policy(
        min_isolation=rung(given["min_isolation"]) if "min_isolation" in given else default.min_isolation,
        counted_gaps=_slugs(given.get("counted_gaps", [])),
        expect_same=_flag("expect_same", given.get("expect_same", False)),
        refuse_claims=_flag("refuse_claims", given.get("refuse_claims", False)),
    )


def strictest(policies: Sequence[Policy]) -> Policy:
    """One policy for several projects of one change: whatever one of them asks for is asked of all."""
    return Policy(
        min_isolation=max(policy.min_isolation for policy in policies),
        counted_gaps=frozenset[str]().union(*(policy.counted_gaps for policy in policies)),
        expect_same=any(policy.expect_same for policy in policies),
        refuse_claims=any(policy.refuse_claims for policy in policies),
    )


def rung(value: object) -> int:
    """The number of a rung of isolation, from `L2`, `l2` or `2`.

    Raises:
        UsageError: it names no rung.
    """
    text = str(value).upper().removeprefix("L")
    if isinstance(value, bool) or not isinstance(value, int | str) or text not in {"0", "1", "2", "3"}:
        raise UsageError(
            f"{value!r} is no rung of isolation.",
            why="The rungs are L0 (limits only), L1 (seccomp), L2 (Landlock and seccomp) and L3 (namespaces as well).",
            next_step=f'Write one of "L0" to "L{HIGHEST_RUNG}".',
        )
    return int(text)


def _slugs(value: object) -> frozenset[str]:
    if not isinstance(value, list | tuple) or not all(isinstance(slug, str) for slug in value):
        raise UsageError(
            f"[tool.assay] counted_gaps is {value!r}.",
            why="It lists the slugs of gaps that hold a change for want of evidence.",
            next_step='Write a list of strings, such as ["not-reached", "dependencies"].',
        )
    return frozenset(value)


def _flag(key: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise UsageError(f"[tool.assay] {key} is {value!r}.", next_step="Write true or false.")
    return value


def _unknown(key: str) -> UsageError:
    near = difflib.get_close_matches(key.replace("-", "_"), POLICY_KEYS + OTHER_KEYS, n=1, cutoff=0.0)
    return UsageError(
        f"[tool.assay] has no key `{key}`.",
        why=f"The nearest known key is `{near[0]}`; there are also "
        + ", ".join(f"`{known}`" for known in POLICY_KEYS + OTHER_KEYS if known != near[0])
        + ".",
        next_step=f"Correct or remove `{key}` in pyproject.toml.",
    )
