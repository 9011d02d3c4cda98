"""What tests get from outside is named one by one."""

from __future__ import annotations

import pytest

from assay.errors import UsageError
from assay.instruments.surroundings import Surroundings, read_surroundings

HERE = {"TOKEN": "secret", "REGION": "eu"}


def test_only_what_is_named_passes() -> None:
    table = {"env": {"MODE": "test", "REGION": True, "ZONE": True}, "setup": ["redis-server --daemonize yes"]}
    assert read_surroundings(table, HERE) == Surroundings(
        environment=(("MODE", "test"), ("REGION", "eu")), setup=("redis-server --daemonize yes",), unset=("ZONE",)
    )
    assert read_surroundings({}, HERE) == Surroundings()


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ({"env": ["TOKEN"]}, "It is a table of variables."),
        ({"env": {"TOKEN": False}}, "It is a string or `true`."),
        ({"env": {"PYTHONHASHSEED": "1"}}, "Assay decides it, for both sides alike."),
        ({"setup": "redis-server"}, "It lists commands that start what the tests need."),
    ],
)
def test_what_is_written_wrong_is_refused(table: dict[str, object], why: str) -> None:
    with pytest.raises(UsageError) as told:
        read_surroundings(table, HERE)
    assert told.value.why == why
