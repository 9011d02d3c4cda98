"""Evaluates the expressions of a file to what they stand for, and notes what does not exist on the way."""

import ast
import pathlib
import traceback

from assay_probe.reality import adapters, calls, guards, installed, literals, locals_, misuse, scopes
from assay_probe.reality.annotations import value_of
from assay_probe.reality.claims import expression_of
from assay_probe.reality.elements import element_of, of_index
from assay_probe.reality.members import FOUND, MISSING, OPEN, RAISES, WARNS, member, names_of
from assay_probe.reality.signatures import name_of
from assay_probe.reality.values import (
    UNKNOWN,
    LocalClass,
    LocalInstance,
    Made,
    Pending,
    Thing,
    doubting,
    is_doubted,
    joined,
)

_DISPLAYS = {ast.List: list, ast.Tuple: tuple, ast.Set: set}


class Expressions:
    """What a walk over a file needs to know of expressions. `scopes` is the stack of names."""

    def __init__(self, claims, first_party):
        self.claims = claims
        self.guards = claims.guards
        self.first_party = first_party
        self.scopes = [scopes.Scope("module")]
        self.shared = set()
        self.parents = {}
        self.seen = {}
        """Attributes and calls that were reached: the receiver or callee, and the guards there."""
        self.roots = set()
        """Packages that the file imports."""
        self.imported = {}
        """Names that import statements of the file bind, with the package each comes from."""
        self.classes = {}
        """Classes of the file, by name."""

    def value(self, node):
        """What the expression stands for; everything inside it is looked at too."""
        if node is None:
            return UNKNOWN
        kind = type(node)
        if kind is ast.Name:
            return scopes.find(self.scopes, node.id, self.shared)
        if kind in (ast.Attribute, ast.Call):
            return self._asked(node)
        if kind is ast.Constant:
            if node.value is None or node.value is Ellipsis:
                return Thing(None)
            return Made((type(node.value),), exact=True, value=node.value)
        reader = getattr(self, "_" + kind.__name__.lower(), None)
        if reader is not None:
            return reader(node)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.value(child)
        return UNKNOWN

    def _asked(self, node):
        """What foreign objects say; one that fails when it is looked at costs this expression only."""
        try:
            return self.attribute(node) if isinstance(node, ast.Attribute) else calls.value_of_call(self, node)
        except Exception:
            self.claims.faults.append(f"line {node.lineno}: {traceback.format_exc()[-2000:]}")
            return UNKNOWN

    def note(self, node, value):
        """The walk came by here; what it said of a name in passing counts less than what it said on its way."""
        if node not in self.seen or guards.EVERYTHING not in self.guards.caught:
            self.seen[node] = value, self.guards.state()

    def silently(self, node):
        """The value without noting anything."""
        state = self.guards.state()
        self.guards.catch({guards.EVERYTHING})
        try:
            return self.value(node)
        finally:
            self.guards.restore(state)

    def attribute(self, node):
        """The value of `a.b`; a `b` that is not there is a claim."""
        receiver = self.value(node.value)
        self.note(node, receiver)
        if receiver is UNKNOWN or not isinstance(node.ctx, ast.Load):
            if receiver is UNKNOWN and self._is_called(node):
                self.claims.unknown_receivers += 1
            return UNKNOWN
        if isinstance(receiver, (LocalClass, LocalInstance)):
            return locals_.attribute(self, node, receiver)
        answer = adapters.member_of(self, node, receiver) or member(receiver, node.attr)
        is_doubtful, self.claims.is_doubtful = self.claims.is_doubtful, is_doubted(receiver)
        self._note_member(node, receiver, answer)
        self.claims.is_doubtful = is_doubtful
        return doubting(answer.value) if is_doubted(receiver) else answer.value

    def _is_called(self, node):
        parent = self.parents.get(node)
        return isinstance(parent, ast.Call) and parent.func is node

    def _note_member(self, node, receiver, answer):
        if answer.status in (FOUND, OPEN) or self._is_spared(node):
            return
        thing = receiver.object if isinstance(receiver, Thing) else receiver.classes[0]
        kind = "module" if isinstance(receiver, Thing) and not isinstance(thing, type) else "class"
        whose = thing.__name__ if kind == "module" else name_of(thing)
        root = thing.__name__ if kind == "module" else thing.__module__
        path = expression_of(thing)
        setup, expression = path or ("", "")
        name = f"{whose}.{node.attr}"
        if answer.status == MISSING:
            self.claims.add(
                node,
                "missing-attribute",
                name,
                f"{kind} {whose} has no attribute {node.attr!r}",
                root=root,
                raises="AttributeError",
                certainty="proven" if isinstance(receiver, Thing) or receiver.exact else "static",
                near=installed.nearest(node.attr, names_of(receiver)),
                reproducer=_joined(setup, f"{expression}.{node.attr}") if path else "",
            )
        elif answer.status == RAISES:
            self.claims.add(
                node,
                "missing-attribute",
                name,
                f"{name} raises {answer.text}",
                root=root,
                raises="AttributeError",
                reproducer=_joined(setup, f"{expression}.{node.attr}"),
            )
        elif answer.status == WARNS:
            self.claims.deprecated(node, name, f"{name} is deprecated: {answer.text}", root=root)

    def _is_spared(self, node):
        """Is the attribute only asked for inside a test of its existence, or stored to before?"""
        return node.attr.startswith("__") and node.attr.endswith("__")

    def call_of(self, node):
        """The call whose function the node is, or None."""
        return self.parents.get(node) if self._is_called(node) else None

    def annotation(self, node):
        """An instance of what an annotation in the file names."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                node = ast.parse(node.value, mode="eval").body
            except (SyntaxError, ValueError):
                return UNKNOWN
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            return joined([self.annotation(node.left), self.annotation(node.right)])
        if isinstance(node, ast.Constant) and node.value is None:
            return Thing(None)
        if isinstance(node, ast.Subscript):
            return self._subscripted_annotation(node)
        value = self.silently(node)
        if isinstance(value, LocalClass):
            return LocalInstance(value)
        if isinstance(value, Thing) and isinstance(value.object, type):
            return value_of(value.object)
        return UNKNOWN

    def _subscripted_annotation(self, node):
        outer = self.silently(node.value)
        name = getattr(node.value, "id", getattr(node.value, "attr", ""))
        if name == "Optional":
            return self.annotation(node.slice)
        if name in ("Annotated", "ClassVar", "Final"):
            inner = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) else node.slice
            return self.annotation(inner)
        if name == "Union" and isinstance(node.slice, ast.Tuple):
            return joined([self.annotation(part) for part in node.slice.elts])
        if isinstance(outer, Thing) and isinstance(outer.object, type):
            found = value_of(outer.object)
            if isinstance(found, Made):
                first = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) and node.slice.elts else node.slice
                is_sequence = issubclass(outer.object, (list, set, tuple, frozenset))
                return Made(found.classes, element=self.annotation(first) if is_sequence else UNKNOWN)
        return UNKNOWN

    def _joinedstr(self, node):
        for part in node.values:
            self.value(part)
        return Made((str,), exact=True)

    def _formattedvalue(self, node):
        literals.check_format(self, node, self.value(node.value))
        return UNKNOWN

    def _display(self, node):
        values = [self.value(element) for element in node.elts]
        return Made((_DISPLAYS[type(node)],), exact=True, element=joined(values) if values else UNKNOWN)

    _list = _tuple = _set = _display

    def _dict(self, node):
        for child in (*node.keys, *node.values):
            self.value(child)
        return Made((dict,), exact=True)

    def _comprehension(self, node):
        self.scopes.append(scopes.Scope("inner"))
        try:
            for generator in node.generators:
                self.bind(generator.target, element_of(self.value(generator.iter)))
                for condition in generator.ifs:
                    self.value(condition)
                    self.guards_of(condition)
            if isinstance(node, ast.DictComp):
                self.value(node.key)
                self.value(node.value)
                return Made((dict,), exact=True)
            element = self.value(node.elt)
        finally:
            self.scopes.pop()
        kinds = {ast.ListComp: list, ast.SetComp: set}
        return Made((kinds[type(node)],), exact=True, element=element) if type(node) in kinds else UNKNOWN

    _listcomp = _setcomp = _dictcomp = _generatorexp = _comprehension

    def _lambda(self, node):
        scope = scopes.Scope("inner")
        arguments = node.args
        for default in (*arguments.defaults, *filter(None, arguments.kw_defaults)):
            self.value(default)
        for argument in (
            *arguments.posonlyargs,
            *arguments.args,
            *arguments.kwonlyargs,
            arguments.vararg,
            arguments.kwarg,
        ):
            if argument is not None:
                scope.bind(argument.arg, UNKNOWN)
        self.scopes.append(scope)
        try:
            self.value(node.body)
        finally:
            self.scopes.pop()
        return UNKNOWN

    def _binop(self, node):
        left, right = self.value(node.left), self.value(node.right)
        if isinstance(left, Made) and len(left.classes) == 1:
            cls = left.classes[0]
            if isinstance(node.op, ast.Div) and issubclass(cls, pathlib.PurePath):
                return Made((cls,))
            # The other operand may answer instead: only another text adds up to a text.
            is_alike = isinstance(right, Made) and right.classes == (cls,)
            if cls in (str, bytes) and (isinstance(node.op, ast.Mod) or (isinstance(node.op, ast.Add) and is_alike)):
                return Made((cls,), exact=True)
        return UNKNOWN

    def _boolop(self, node):
        state, values = self.guards.state(), []
        for part in node.values:
            values.append(self.value(part))
            self.guards_of(part)
            if isinstance(node.op, ast.And):
                self.narrow(part)
        self.guards.restore(state)
        return joined(values) if isinstance(node.op, ast.Or) else UNKNOWN

    def _ifexp(self, node):
        self.value(node.test)
        state = self.guards.state()
        known = guards.truth(node.test)
        self.guards_of(node.test)
        ends = [self.value(part) for part, dead in ((node.body, False), (node.orelse, True)) if known is not dead]
        self.guards.restore(state)
        return joined(ends)

    def guards_of(self, test):
        """What a condition makes safe in the code behind it."""
        self.guards.ask(guards.names_asked(test))
        if guards.depends_on_version(test):
            self.guards.catch({guards.EVERYTHING})

    def is_surely_there(self, test):
        """`hasattr(module, "name")` that is true of what is installed: the other branch is for other versions."""
        if not isinstance(test, ast.Call) or getattr(test.func, "id", "") != "hasattr" or len(test.args) != 2:
            return False
        asked, name = self.silently(test.args[0]), getattr(test.args[1], "value", None)
        return isinstance(asked, Thing) and isinstance(name, str) and member(asked, name).status in (FOUND, WARNS)

    def narrow(self, test):
        """After `isinstance(x, C)` x is no longer what it was."""
        for node in ast.walk(test):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in (
                "isinstance",
                "issubclass",
                "callable",
                "type",
            ):
                if node.args and isinstance(node.args[0], ast.Name):
                    self.scopes[-1].names[node.args[0].id] = UNKNOWN
                    self.scopes[-1].every.setdefault(node.args[0].id, [UNKNOWN])

    def _namedexpr(self, node):
        value = self.value(node.value)
        self.bind(node.target, value)
        return value

    def _await(self, node):
        value = self.value(node.value)
        if isinstance(node.value, ast.Call):
            misuse.check_awaited(self, node, self.silently(node.value.func))
        return value.result if isinstance(value, Pending) else UNKNOWN

    def _subscript(self, node):
        value = self.value(node.value)
        self.value(node.slice)
        adapters.subscripted(self, node, value)
        if isinstance(value, Thing) and isinstance(value.object, type):
            return value
        if isinstance(value, Made) and any(issubclass(cls, (list, tuple)) for cls in value.classes):
            return value.element if not isinstance(node.slice, ast.Slice) else value
        return of_index(value) if not isinstance(node.slice, ast.Slice) else UNKNOWN

    def bind(self, target, value):
        """Bind a target of an assignment, loop or `with`."""
        if isinstance(target, ast.Name):
            self.scopes[-1].bind(target.id, value)
        elif isinstance(target, (ast.Tuple, ast.List)):
            for element in target.elts:
                self.bind(element, UNKNOWN)
        elif isinstance(target, ast.Starred):
            self.bind(target.value, UNKNOWN)
        else:
            self.value(target)


def _joined(setup, expression):
    return f"{setup}; {expression}" if setup else expression
