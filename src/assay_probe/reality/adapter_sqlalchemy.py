"""SQLAlchemy: what a column or index takes beside its own parameters must begin with the name of a dialect."""

import importlib.metadata
import sys

from assay_probe.reality import installed, signatures
from assay_probe.reality.signatures import NAMED, name_of

_TAKERS = (
    "Column",
    "Index",
    "Table",
    "PrimaryKeyConstraint",
    "UniqueConstraint",
    "ForeignKeyConstraint",
    "CheckConstraint",
)


def called(walk, node, callee):
    """`Column("a", Integer, not_null=True)` is accepted, as an option of a dialect `not` that nobody has."""
    name = getattr(callee.object, "__name__", "")
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


def _dialects():
    names = set(sys.modules["sqlalchemy"].dialects.__all__)
    points = importlib.metadata.entry_points()
    found = (
        points.select(group="sqlalchemy.dialects")
        if hasattr(points, "select")
        else points.get("sqlalchemy.dialects", ())
    )
    return names | {point.name.partition(".")[0] for point in found} | {"info", "sqlite", "mysql", "mariadb"}
