"""boto3: clients and resources are made from the models that botocore brings, so they are made here too, offline."""

import sys

from assay_probe.reality import calls, installed, literals
from assay_probe.reality.adapters import Answer
from assay_probe.reality.members import MISSING, OPEN, Member
from assay_probe.reality.signatures import name_of
from assay_probe.reality.values import UNKNOWN, Made, Thing

_MAKERS = ("boto3.client", "boto3.resource", "boto3.session.Session.client", "boto3.session.Session.resource")
_made = {}


class Operation:
    """A method of a client, told from other callables by its own kind."""

    __slots__ = ("client", "name", "service")

    def __init__(self, client, name, service):
        self.client = client
        self.name = name
        self.service = service


def called(walk, node, callee):
    """`boto3.client("s3")`, a method of such a client, or the constructor of a resource."""
    if isinstance(callee.object, Operation):
        return _operation(walk, node, callee.object)
    if name_of(callee.object) in _MAKERS:
        return _make(walk, node, callee)
    return None


def _session():
    return sys.modules["boto3"].session.Session(
        aws_access_key_id="x",
        aws_secret_access_key="x",  # noqa: S106 (nothing is ever signed with it)
        region_name="us-east-1",
    )


def _make(walk, node, callee):
    kind = name_of(callee.object).rpartition(".")[2]
    given = literals.by_parameter(callee, node)
    first = given.get("service_name", node.args[0] if node.args else None)
    service = literals.constant(walk, first) if first is not None else None
    if not isinstance(service, str):
        return Answer(UNKNOWN)
    _check_maker(walk, node, callee)
    session = _session()
    known = session.get_available_services() if kind == "client" else session.get_available_resources()
    if service not in known:
        walk.claims.add(
            node,
            "wrong-literal",
            f"boto3.{kind}({service!r})",
            f"boto3 has no {kind} {service!r}",
            root="boto3",
            raises="UnknownServiceError",
            near=installed.nearest(service, known, 0.5),
            reproducer=f"import boto3; boto3.{kind}({service!r}, region_name='us-east-1')",
        )
        return Answer(UNKNOWN)
    if (kind, service) not in _made:
        _made[kind, service] = getattr(session, kind)(service)
    made = _made[kind, service]
    return Answer(Made((type(made),), exact=True, value=made))


def _check_maker(walk, node, callee):
    """`boto3.client` hands everything on to the session's method of the same name."""
    maker = getattr(sys.modules["boto3"].session.Session, name_of(callee.object).rpartition(".")[2])
    calls.check_binding(walk, node, Thing(maker, sys.modules["boto3"].session.Session, bound=True))


def member_of(walk, node, receiver):
    """What a client or resource has, asked of a real one."""
    if not isinstance(receiver, Made) or receiver.value is None or not _is_amazon(receiver.value):
        return None
    del walk
    made = receiver.value
    try:
        found = getattr(made, node.attr)
    except AttributeError:
        return Member(UNKNOWN, MISSING)
    except Exception:
        return Member(UNKNOWN, OPEN)
    if node.attr == "exceptions":
        return Member(Made((type(found),), exact=True, value=found, live=True), OPEN)
    if not callable(found):
        return Member(UNKNOWN, OPEN)
    return Member(Thing(Operation(made, node.attr, _service(made))), OPEN)


def _is_amazon(made):
    return hasattr(made, "meta") and type(made).__module__.partition(".")[0] in ("botocore", "boto3")


def _service(made):
    return getattr(getattr(made.meta, "service_model", None), "service_name", type(made).__name__)


def _operation(walk, node, operation):
    client, name = operation.client, operation.name
    if not hasattr(client.meta, "method_to_api_mapping"):
        return _resource(walk, node, operation)
    if name in ("get_paginator", "get_waiter"):
        _check_named(walk, node, operation)
        return Answer(UNKNOWN)
    api = client.meta.method_to_api_mapping.get(name)
    if api is None:
        calls.check_binding(walk, node, Thing(getattr(type(client), name), type(client), bound=True))
        return Answer(UNKNOWN)
    shape = client.meta.service_model.operation_model(api).input_shape
    members = set(shape.members) if shape is not None else set()
    whose = f"{operation.service}.{name}"
    for keyword in node.keywords:
        if keyword.arg and keyword.arg not in members:
            walk.claims.add(
                keyword,
                "unknown-parameter",
                f"{whose}({keyword.arg}=)",
                f"{whose}() has no parameter {keyword.arg!r}",
                root="botocore",
                raises="ParamValidationError",
                near=installed.nearest(keyword.arg, members),
                signature=", ".join(sorted(members)),
            )
    missing = (set(shape.required_members) if shape is not None else set()) - {k.arg for k in node.keywords}
    if missing and all(keyword.arg for keyword in node.keywords):
        walk.claims.add(
            node,
            "missing-argument",
            f"{whose}()",
            f"{whose}() needs {', '.join(sorted(missing))}",
            root="botocore",
            raises="ParamValidationError",
        )
    if node.args:
        walk.claims.add(
            node,
            "wrong-arity",
            f"{whose}()",
            f"{whose}() takes keyword arguments only",
            root="botocore",
            raises="TypeError",
        )
    return Answer(UNKNOWN)


def _check_named(walk, node, operation):
    client = operation.client
    name = literals.constant(walk, node.args[0]) if node.args else None
    if not isinstance(name, str):
        return
    if operation.name == "get_waiter":
        known = client.waiter_names
    else:
        known = [method for method in client.meta.method_to_api_mapping if client.can_paginate(method)]
    if name not in known:
        what = operation.name[4:]
        walk.claims.add(
            node,
            "wrong-literal",
            f"{operation.service}.{operation.name}({name!r})",
            f"{operation.service} has no {what} {name!r}",
            root="botocore",
            raises="ValueError",
            near=installed.nearest(name, known, 0.4),
        )


def _resource(walk, node, operation):
    whole = literals.arguments(walk, node)
    if whole is None or not operation.name[:1].isupper():
        return Answer(UNKNOWN)
    try:
        made = getattr(operation.client, operation.name)(*[str(value) for value in whole[0]])
    except Exception:
        return Answer(UNKNOWN)
    return Answer(Made((type(made),), exact=True, value=made))
