"""Keywords that a function of the file itself only collects and hands on to a library."""

import ast

from assay_probe.reality import installed, signatures
from assay_probe.reality.forwarding import uses_of
from assay_probe.reality.signatures import name_of
from assay_probe.reality.values import Thing


def check(walk, node, callee):
    """`def fetch(url, **options): return requests.get(url, **options)` and `fetch(url, retries=3)`."""
    function = callee.node
    collector = function.args.kwarg
    if collector is None or function.decorator_list or any(keyword.arg is None for keyword in node.keywords):
        return
    uses = uses_of(function, collector.arg)
    own = {a.arg for a in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)}
    extra = [keyword for keyword in node.keywords if keyword.arg not in own and keyword.arg not in uses.read]
    is_plain = not (uses.is_opaque or uses.is_returned or uses.handed_as or uses.stored or len(uses.names) > 1)
    if not extra or not is_plain or not uses.handed_to:
        return
    takers = [_taker(walk, callee, call) for call in uses.handed_to]
    for keyword in extra:
        _check_keyword(walk, node, callee, keyword, takers)


def _taker(walk, callee, call):
    """What gets the keywords, in terms of the names around the function."""
    bound = {a.arg for a in ast.walk(callee.node.args) if isinstance(a, ast.arg)}
    bound |= {n.id for n in ast.walk(callee.node) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
    if not isinstance(call, ast.Call) or any(isinstance(n, ast.Name) and n.id in bound for n in ast.walk(call.func)):
        return None, call
    before, walk.scopes = walk.scopes, callee.scopes
    try:
        return walk.silently(call.func), call
    finally:
        walk.scopes = before


def _check_keyword(walk, node, callee, keyword, takers):
    answers = []
    for taker, call in takers:
        if not isinstance(taker, Thing) or taker.object is None or taker.doubted:
            return
        given = signatures.given_by(taker, call)
        answers.append(signatures.consumer_of(taker, keyword.arg, given))
    if any(answer.accepts is not False for answer in answers):
        return
    last = answers[0].chain[-1].object if answers[0].chain else takers[0][0].object
    chain = [callee.node.name, *(name_of(step.object) for step in answers[0].chain)]
    walk.claims.add(
        keyword if hasattr(keyword, "lineno") else node,
        "unknown-parameter",
        f"{callee.node.name}({keyword.arg}=)",
        f"{callee.node.name}() hands **{callee.node.args.kwarg.arg} on to {name_of(last)}(), "
        f"which has no parameter {keyword.arg!r}",
        root=getattr(last, "__module__", None) or "builtins",
        raises="TypeError",
        certainty="static",
        near=installed.nearest(keyword.arg, signatures.names_reached(takers[0][0])),
        chain=chain,
    )
