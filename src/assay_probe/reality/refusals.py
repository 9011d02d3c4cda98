"""Does a library refuse a value? Its own code is read with the constants of a call put in, and nothing is run.

A function is followed from its top with the constants that are given and the defaults of what is not. Conditions over
these alone are decided by the library's real tables and classes; a condition over anything else leaves both ways open,
and what both ways do not agree on is forgotten. Only a `raise` to which every known way leads is a refusal.
"""

import ast
import builtins
import inspect
import types

from assay_probe.reality import signatures, ways
from assay_probe.reality.decided import UNDECIDED, Decider, Refused
from assay_probe.reality.forwarding import is_only_read
from assay_probe.reality.results import Reading
from assay_probe.reality.sources import own_nodes, parameters_of, tree_of
from assay_probe.reality.values import Thing, function_of, is_compiled, static

DEPTH = 5
FUNCTIONS = 60
"""So many functions are read for one call at most."""
_OPEN = (ImportError, OSError, RuntimeError, AttributeError, StopIteration, KeyboardInterrupt, SystemExit)
"""What the machine decides, or the state of the program."""
_NEXT, _LEFT = "next", "left"
ROUNDS = 30
"""So many rounds of a loop over known values are read."""


class Raised:
    """A `raise` that was reached; `ways` counts the conditions that may have led out of the function before."""

    __slots__ = ("exception", "text", "ways")

    def __init__(self, exception, text, ways=0):
        self.exception = exception
        self.text = text
        self.ways = ways


class _Returned:
    __slots__ = ("value",)

    def __init__(self, value):
        self.value = value


def refusal(callee, known, filled):
    """`Raised` where a call with these constants must end so, else None.

    `known` are the constants by the name of the parameter, `filled` the names of all parameters that are given.
    """
    found = _read(callee, known, filled, {}, 0, [FUNCTIONS])
    if not isinstance(found, Raised):
        return None
    kind = getattr(builtins, found.exception, Exception)
    return None if isinstance(kind, type) and issubclass(kind, _OPEN) else found


def refuses_keyword(callee, keyword, filled):
    """`Raised` where the library ends so with this keyword, whatever its value; else None.

    With a keyword that nobody knows, and without one, it must not end so: then it was the name that was refused.
    """
    end, others = refusal(callee, {}, filled), filled - {keyword}
    controls = [ending(callee, {}, one) for one in (others, others | {UNDECIDED})] if end is not None else []
    return None if any(isinstance(one, Raised) and one.ways <= end.ways for one in controls) else end


def ending(callee, known, filled):
    """How a call with these constants ends, whatever the exception: `Raised`, or anything else."""
    return _read(callee, known, filled, {}, 0, [FUNCTIONS])


def _read(callee, known, filled, attributes, depth, budget):
    """How a call ends: `Raised`, `_Returned` or None."""
    if depth > DEPTH or budget[0] <= 0 or not isinstance(callee, Thing):
        return None
    function, owner = _plain(callee)
    tree = tree_of(function) if function is not None else None
    if tree is None or isinstance(tree, (ast.Lambda, ast.AsyncFunctionDef)) or _makes_generator(tree):
        return None
    budget[0] -= 1
    names = _values_of_parameters(function, known, filled)
    collector = tree.args.kwarg.arg if tree.args.kwarg is not None else ""
    if collector and filled is not None and is_only_read(tree, collector):
        own = _own_names(tree)
        names[collector] = {name: known.get(name, UNDECIDED) for name in filled if name not in own}
    extras = {name: value for name, value in known.items() if name not in names and name not in _own_names(tree)}
    run = _Run(function, owner, names, (attributes, extras), depth, budget)
    run.hanging |= set(known)
    return run.ends(tree)


def _plain(callee):
    called = callee.object
    if isinstance(called, types.FunctionType) or isinstance(called, (type, types.MethodType)):
        function, owner = signatures.behind(callee)
        return (function_of(function) if function is not None else None), owner
    if is_compiled(called) or hasattr(called, "__wrapped__"):
        return function_of(called), None
    return None, None


def _makes_generator(tree):
    return any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in own_nodes(tree))


def _own_names(tree):
    return {a.arg for a in (*tree.args.posonlyargs, *tree.args.args, *tree.args.kwonlyargs)}


def _values_of_parameters(function, known, filled):
    """The parameters whose value is sure: constants of the call, and defaults of what is not filled."""
    try:
        found = inspect.signature(function, follow_wrapped=False).parameters.values()
    except (TypeError, ValueError):
        return {}
    names = {}
    for parameter in found:
        if parameter.name in known:
            names[parameter.name] = known[parameter.name]
        elif filled is not None and parameter.name not in filled and parameter.default is not parameter.empty:
            names[parameter.name] = parameter.default
    return names


class _Run:
    """One reading of one function."""

    def __init__(self, function, owner, names, carried, depth, budget):
        self.reading = Reading(function, owner)
        self.names = names
        self.attributes, self.extras = carried
        self.depth = depth
        self.budget = budget
        self.ways = 0
        self.hanging = set()
        """Names whose value comes from a constant of the call."""
        kwarg = self.reading.tree.args.kwarg
        self.collector = kwarg.arg if kwarg is not None else ""
        self.decider = Decider(self)
        self.itself = next(iter(self.reading.parameters), None) if owner is not None else None

    def ends(self, tree):
        """How the function ends."""
        try:
            end = self.block(tree.body)
        except Refused as refused:
            end = Raised(refused.exception, refused.text, refused.ways)
        if isinstance(end, Raised):
            return Raised(end.exception, end.text, end.ways + self.ways)
        # Where a condition may have led out before, another value may come back.
        return (_Returned(UNDECIDED) if self.ways else end) if isinstance(end, _Returned) else None

    def block(self, statements):
        """Statements one after another, up to one that leaves."""
        for statement in statements:
            end = self.statement(statement)
            if end is not _NEXT:
                return end
        return _NEXT

    def statement(self, node):
        """How one statement ends."""
        reader = getattr(self, "_" + type(node).__name__.lower(), None)
        if reader is not None:
            return reader(node)
        if isinstance(node, (ast.AsyncFor, ast.While, ast.ClassDef)) or type(node).__name__ == "Match":
            self._forget([node])
            # What comes after a loop that may end the function is reached where the loop found nothing.
            if not isinstance(node, ast.ClassDef) and any(isinstance(inner, ast.Return) for inner in ast.walk(node)):
                return _LEFT
        return _NEXT

    def _for(self, node):
        rounds = self.decider.value(node.iter)
        leaves = any(isinstance(inner, (ast.Break, ast.Continue)) for inner in ast.walk(node))
        rounds = list(rounds) if isinstance(rounds, dict) else rounds
        if not isinstance(rounds, (tuple, list)) or len(rounds) > ROUNDS or leaves or node.orelse:
            self._forget([node])
            return _LEFT if any(isinstance(inner, ast.Return) for inner in ast.walk(node)) else _NEXT
        for value in rounds:
            self._bind(node.target, value)
            end = self.block(node.body)
            if end is not _NEXT:
                return end
        return _NEXT

    def _expr(self, node):
        self.decider.value(node.value)
        return _NEXT

    def _assign(self, node):
        value = self.decider.value(node.value)
        for target in node.targets:
            self._bind(target, value)
            self._hang(target, node.value)
        return _NEXT

    def _annassign(self, node):
        if node.value is not None:
            self._bind(node.target, self.decider.value(node.value))
            self._hang(node.target, node.value)
        return _NEXT

    def _hang(self, target, source):
        """What is made of a constant of the call hangs on it."""
        if ways.mentions(source, self.hanging):
            self.hanging |= {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}

    def _augassign(self, node):
        self._bind(node.target, UNDECIDED)
        return _NEXT

    def _delete(self, node):
        self._forget([node])
        return _NEXT

    def _functiondef(self, node):
        self._bind(ast.Name(node.name, ast.Store()), UNDECIDED)
        return _NEXT

    _asyncfunctiondef = _functiondef

    def _import(self, node):
        for alias in node.names:
            self.names.pop((alias.asname or alias.name).partition(".")[0], None)
        return _NEXT

    _importfrom = _import

    def _assert(self, node):
        if self.decider.truth(node.test) is False:
            return Raised("AssertionError", "")
        return _NEXT

    def _raise(self, node):
        if node.exc is None:
            return _LEFT
        called = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        return Raised(getattr(called, "id", getattr(called, "attr", "Exception")), ways.words(node.exc))

    def _return(self, node):
        return _Returned(self.decider.value(node.value) if node.value is not None else None)

    def _break(self, node):
        del node
        return _LEFT

    _continue = _break

    def _with(self, node):
        for item in node.items:
            self.decider.value(item.context_expr)
        if any("suppress" in ast.dump(item.context_expr) or "raises" in ast.dump(item) for item in node.items):
            self._forget([node])
            return _NEXT
        return self.block(node.body)

    def _if(self, node):
        decided = self.decider.truth(node.test)
        if decided is not None:
            return self.block(node.body if decided else node.orelse)
        before, ends = dict(self.names), []
        stored = dict(self.attributes)
        for branch in (node.body, node.orelse):
            self.names = dict(before)
            self.attributes.clear()
            self.attributes.update(stored)
            try:
                end = self.block(branch)
            except Refused as refused:
                end = Raised(refused.exception, refused.text, refused.ways)
            ends.append((end, self.names, dict(self.attributes)))
        staying = [(names, attributes) for end, names, attributes in ends if end is _NEXT]
        self.names = ways.agreed([names for names, _ in staying]) if staying else before
        agreed = ways.agreed([attributes for _, attributes in staying]) if staying else stored
        self.attributes.clear()
        self.attributes.update(agreed)
        if staying:
            may_have_left = any(isinstance(end, _Returned) or end is _LEFT for end, _, _ in ends)
            if may_have_left and ways.mentions(node.test, self.hanging):
                return _LEFT  # it is this very value that may have led out
            self.ways += may_have_left
            return _NEXT
        first, second = (end for end, _, _ in ends)
        return first if isinstance(first, Raised) and isinstance(second, Raised) else _LEFT

    def _try(self, node):
        try:
            end = self.block(node.body)
        except Refused as refused:
            end = Raised(refused.exception, refused.text, refused.ways)
        if isinstance(end, Raised):
            handler = next((one for one in node.handlers if ways.catches(one, end.exception)), None)
            self._forget([*node.body, *node.handlers])
            return self.block(handler.body) if handler is not None else end
        if end is not _NEXT:
            return _LEFT if not isinstance(end, _Returned) else end
        self._forget(node.handlers)
        end = self.block(node.orelse)
        return end if end is not _NEXT else self.block(node.finalbody)

    def _bind(self, target, value):
        if isinstance(target, ast.Name):
            self.names.pop(target.id, None)
            if value is not UNDECIDED:
                self.names[target.id] = value
        elif isinstance(target, ast.Attribute) and getattr(target.value, "id", None) == self.itself:
            self._set_through(target.attr, value)
            self.attributes[target.attr] = value
        elif isinstance(target, (ast.Tuple, ast.List)) and ways.fits(target, value):
            for element, one in zip(target.elts, value):
                self._bind(element, one)
        elif isinstance(target, (ast.Tuple, ast.List, ast.Starred)):
            self._forget([target])
        elif isinstance(target, ast.Subscript):
            self.forget_value(self.decider.value(target.value))

    def forget_value(self, changed):
        """A list, set or dictionary that was changed is not known any longer, by none of its names."""
        self.names = {name: value for name, value in self.names.items() if value is not changed}
        for name, value in self.attributes.items():
            if value is changed:
                self.attributes[name] = UNDECIDED

    def _set_through(self, name, value):
        """A descriptor of the class may refuse what is stored: its `__set__` is read with what the descriptor holds."""
        stands = static(self.reading.owner, name, None) if isinstance(self.reading.owner, type) else None
        setter = static(type(stands), "__set__", None)
        if value is UNDECIDED or not isinstance(setter, types.FunctionType) or tree_of(setter) is None:
            return
        _, instance, given, *_ = (*parameters_of(tree_of(setter)), "", "", "")
        callee, held = Thing(setter, type(stands), bound=True), dict(getattr(stands, "__dict__", {}))
        end = _read(callee, {given: value}, {instance, given}, held, self.depth + 1, self.budget)
        if isinstance(end, Raised):
            raise Refused(end.exception, end.text, end.ways)

    def _forget(self, nodes):
        """Names that any of the nodes may bind are not known any longer, and attributes neither."""
        for outer in nodes:
            for node in ast.walk(outer):
                if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                    self.names.pop(node.id, None)
                elif isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
                    self.attributes[node.attr] = UNDECIDED
                elif isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
                    self._forget_what_may_change(node.value)
                elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                    self._forget_what_may_change(node.func.value)

    def _forget_what_may_change(self, node):
        if isinstance(node, ast.Name) and isinstance(self.names.get(node.id), (list, set, dict)):
            self.forget_value(self.names[node.id])
        elif isinstance(node, ast.Attribute) and isinstance(self.attributes.get(node.attr), (list, set, dict)):
            self.forget_value(self.attributes[node.attr])

    def called(self, node, known):
        """What a call inside the function gives, with what is known of its arguments."""
        callee = self.reading.value(node.func)
        if not isinstance(callee, Thing) or callee.object is None:
            return UNDECIDED
        own = isinstance(node.func, ast.Attribute) and _stands_for_itself(node.func.value, self.itself)
        by_name, filled = _by_name(callee, node, known), self._filled(callee, node)
        if any(isinstance(argument, ast.Starred) for argument in node.args):
            return UNDECIDED
        carried = self.attributes if own else {}
        end = _read(callee, by_name, filled, carried, self.depth + 1, self.budget)
        if isinstance(end, Raised):
            raise Refused(end.exception, end.text, end.ways)
        return end.value if isinstance(end, _Returned) else UNDECIDED

    def _filled(self, callee, node):
        """Names of the parameters and keywords that a call fills, None where it may fill any."""
        spread = [keyword.value for keyword in node.keywords if keyword.arg is None]
        collected = self.names.get(self.collector) if spread else {}
        if not isinstance(collected, dict) or any(getattr(value, "id", "") != self.collector for value in spread):
            return None
        given = signatures.given_by(callee, node)
        return None if given is None else given | set(collected)


def _stands_for_itself(node, itself):
    if isinstance(node, ast.Call):
        return getattr(node.func, "id", "") == "super"
    return itself is not None and getattr(node, "id", None) == itself


def _by_name(callee, node, known):
    """What is known of the arguments, by the parameters that they fill."""
    names = [p.name for p in signatures.parameters(callee) or () if p.kind in signatures.POSITIONAL]
    found = {}
    for number, name in enumerate(names[: len(node.args)]):
        if number in known:
            found[name] = known[number]
    found.update({name: value for name, value in known.items() if isinstance(name, str)})
    return found
