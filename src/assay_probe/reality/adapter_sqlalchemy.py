"""SQLAlchemy: what a column or index takes beside its own parameters must begin with the name of a dialect."""

import importlib.metadata
import sys

from assay_probe.reality import installed, signatures
from assay_probe.reality.signatures import NAMED, name_of
from assay_probe.reality.values import Thing

_TAKERS = (
    "Column",
    "Index",
    "Table",
    "PrimaryKeyConstraint",
    "UniqueConstraint",
    "ForeignKeyConstraint",
    "CheckConstraint",
)

_MAKERS = ("sessionmaker", "async_sessionmaker")


def called(walk, node, callee):
    """`Column("a", Integer, not_null=True)` is accepted, as an option of a dialect `not` that nobody has."""
    name = getattr(callee.object, "__name__", "")
    if name in _MAKERS and name_of(callee.object).startswith("sqlalchemy."):
        _check_maker(walk, node, callee)
    if name not in _TAKERS or not name_of(callee.object).startswith("sqlalchemy."):
        return
    own = {p.name for p in signatures.parameters(callee) or () if p.kind in NAMED}
    dialects = _dialects()
    for keyword in node.keywords:
        given = keyword.arg
        if given and given not in own and given.partition("_")[0] not in dialects:
            walk.claims.add(
                keyword,
                "unknown-parameter",
                f"{name}({given}=)",
                f"{name}() has no parameter {given!r}, and no dialect is called {given.partition('_')[0]!r}",
                root="sqlalchemy",
                raises="TypeError",
                certainty="ignored",
                near=installed.nearest(given, {*own, *signatures.names_reached(callee)}),
            )


def _check_maker(walk, node, callee):
    """What a maker of sessions does not take itself, it keeps for the class of its sessions."""
    own = {p.name: p for p in signatures.parameters(callee) or ()}
    made = getattr(own.get("class_"), "default", None)
    if not isinstance(made, type) or any(keyword.arg in ("class_", None) for keyword in node.keywords):
        return
    for keyword in node.keywords:
        if keyword.arg and keyword.arg not in own:
            answer = signatures.consumer_of(Thing(made), keyword.arg)
            if answer.accepts is False:
                walk.claims.add(
                    keyword,
                    "unknown-parameter",
                    f"{callee.object.__name__}({keyword.arg}=)",
                    f"{callee.object.__name__}() keeps {keyword.arg!r} for {made.__name__}(), which takes none",
                    root="sqlalchemy",
                    raises="TypeError",
                    near=installed.nearest(keyword.arg, signatures.names_reached(Thing(made))),
                    chain=[name_of(callee.object), name_of(made)],
                )


def _dialects():
    names = set(sys.modules["sqlalchemy"].dialects.__all__)
    points = importlib.metadata.entry_points()
    found = (
        points.select(group="sqlalchemy.dialects")
        if hasattr(points, "select")
        else points.get("sqlalchemy.dialects", ())
    )
    return names | {point.name.partition(".")[0] for point in found} | {"info", "sqlite", "mysql", "mariadb"}
