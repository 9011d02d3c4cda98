"""Expressions of library code whose value is sure when some names are known; nothing with an effect is run."""

import ast
import builtins
import enum
import operator
import types
import typing
from collections.abc import ItemsView, KeysView, ValuesView

from assay_probe.reality import sources
from assay_probe.reality.members import MISSING, member
from assay_probe.reality.values import static


class _Undecided:
    __slots__ = ()


UNDECIDED = _Undecided()
_TEXT_METHODS = frozenset(
    "lower upper strip lstrip rstrip casefold title replace startswith endswith split partition rpartition isdigit "
    "isidentifier isalpha isupper islower removeprefix removesuffix capitalize".split()
)
_TABLE_METHODS = frozenset(("get", "keys", "values", "items", "index", "count"))
_PLAIN = (str, bytes, int, float, bool, type(None), tuple, list, set, frozenset, dict, range, types.MappingProxyType)
_CALLS = (isinstance, issubclass, callable, len, type, set, frozenset, list, tuple, str, bool, sorted, typing.get_args)
_CALLABLE = (type, types.BuiltinFunctionType, types.FunctionType)
_OPERATORS = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
    ast.Add: operator.add,
    ast.BitOr: operator.or_,
}


class Refused(Exception):
    """An expression that must raise."""

    def __init__(self, exception, text, ways=0):
        super().__init__(text)
        self.exception = exception
        self.text = text
        self.ways = ways


class Decider:
    """Values of expressions in one function that is read; `run` holds what is known of its names."""

    def __init__(self, run):
        self.run = run
        self.local = _bound_inside(run.reading.tree)

    def truth(self, node):
        """True, False, or None where it cannot be decided."""
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            inner = self.truth(node.operand)
            return None if inner is None else not inner
        if isinstance(node, ast.BoolOp):
            return self._of_several(node)
        value = self.value(node)
        if value is UNDECIDED or not isinstance(value, (*_PLAIN, type, enum.Enum)):
            return None
        return bool(value)

    def _of_several(self, node):
        ends_at = isinstance(node.op, ast.Or)
        is_open = False
        for part in node.values:
            try:
                found = self.truth(part)
            except Refused:
                if is_open:
                    return None
                raise
            if found is ends_at:
                return ends_at
            is_open = is_open or found is None
        return None if is_open else not ends_at

    def value(self, node):
        """The value, or `UNDECIDED`; raises `Refused` where it must raise."""
        if isinstance(node, ast.Constant):
            return node.value
        reader = getattr(self, "_" + type(node).__name__.lower(), None)
        if reader is not None:
            return reader(node)
        if not isinstance(node, (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.expr):
                    self.value(child)
        return UNDECIDED

    def _name(self, node):
        if node.id in self.run.names:
            return self.run.names[node.id]
        function = self.run.reading.function
        if node.id in self.local or node.id in function.__code__.co_freevars:
            return UNDECIDED
        for namespace in (function.__globals__, builtins.__dict__):
            if node.id in namespace:
                return namespace[node.id]
        return UNDECIDED

    def _attribute(self, node):
        if getattr(node.value, "id", None) == self.run.itself and self.run.itself not in self.run.names:
            return self._own(node.attr)
        value = self.value(node.value)
        if isinstance(value, types.ModuleType) or (isinstance(value, type) and issubclass(value, enum.Enum)):
            return vars(value).get(node.attr, UNDECIDED) if isinstance(value, types.ModuleType) else UNDECIDED
        return UNDECIDED

    def _own(self, name):
        """What an attribute of the instance is: set on the way here, or a table of its class that nothing sets."""
        if name in self.run.attributes:
            return self.run.attributes[name]
        owner = self.run.reading.owner
        found = static(owner, name, UNDECIDED) if isinstance(owner, type) else UNDECIDED
        if not isinstance(found, _PLAIN) or found is None or isinstance(found, (bool, int)):
            return UNDECIDED
        is_set = any(name in sources.stored_in_methods(cls) for cls in owner.__mro__ if cls is not object)
        return UNDECIDED if is_set else found

    def _several(self, node):
        values = [self.value(element) for element in node.elts]
        if any(value is UNDECIDED for value in values):
            return UNDECIDED
        try:
            return {ast.Tuple: tuple, ast.List: list, ast.Set: set}[type(node)](values)
        except TypeError:
            return UNDECIDED

    _tuple = _list = _set = _several

    def _dict(self, node):
        keys = [self.value(key) if key is not None else UNDECIDED for key in node.keys]
        for value in node.values:
            self.value(value)
        if any(key is UNDECIDED for key in keys):
            return UNDECIDED
        try:
            return dict.fromkeys(keys, UNDECIDED)
        except TypeError:
            return UNDECIDED

    def _boolop(self, node):
        value = UNDECIDED
        for part in node.values:
            value = self.value(part)
            if value is UNDECIDED or not isinstance(value, _PLAIN):
                return UNDECIDED
            if bool(value) is isinstance(node.op, ast.Or):
                return value
        return value

    def _unaryop(self, node):
        if isinstance(node.op, ast.Not):
            found = self.truth(node.operand)
            return UNDECIDED if found is None else found
        value = self.value(node.operand)
        return -value if isinstance(node.op, ast.USub) and isinstance(value, (int, float)) else UNDECIDED

    def _compare(self, node):
        left = self.value(node.left)
        for kind, other in zip(node.ops, node.comparators):
            right = self.value(other)
            if left is UNDECIDED or right is UNDECIDED:
                return UNDECIDED
            if isinstance(kind, (ast.Is, ast.IsNot)):
                if not _has_identity(left, right):
                    return UNDECIDED
            elif not isinstance(left, (*_PLAIN, type, enum.Enum)) or not isinstance(right, (*_PLAIN, type, enum.Enum)):
                return UNDECIDED
            try:
                if not _OPERATORS[type(kind)](left, right):
                    return False
            except Exception:
                return UNDECIDED
            left = right
        return True

    def _binop(self, node):
        left, right = self.value(node.left), self.value(node.right)
        work = _OPERATORS.get(type(node.op))
        if work is None or not isinstance(left, _PLAIN) or not isinstance(right, _PLAIN):
            return UNDECIDED
        try:
            return work(left, right)
        except Exception:
            return UNDECIDED

    def _ifexp(self, node):
        found = self.truth(node.test)
        return UNDECIDED if found is None else self.value(node.body if found else node.orelse)

    def _subscript(self, node):
        table, key = self.value(node.value), self.value(node.slice)
        if not isinstance(node.ctx, ast.Load) or table is UNDECIDED or key is UNDECIDED:
            return UNDECIDED
        if type(table) not in (dict, types.MappingProxyType):
            return UNDECIDED
        try:
            return table[key]
        except KeyError:
            if self._may_be_filled(table):
                return UNDECIDED
            raise Refused("KeyError", repr(key)) from None
        except TypeError:
            return UNDECIDED

    def _may_be_filled(self, table):
        """Does the function first call another of its package, which may have stored the key that is missing now?"""
        home = self.run.reading.function.__module__ or ""
        if not sources.is_filled_later(table, home):
            return False
        calls = (node.value for node in sources.own_nodes(self.run.reading.tree) if isinstance(node, ast.Expr))
        called = (self.run.reading.value(call.func) for call in calls if isinstance(call, ast.Call))
        homes = (getattr(getattr(one, "object", None), "__module__", None) or "" for one in called)
        return any(other.partition(".")[0] == home.partition(".")[0] for other in homes)

    def _namedexpr(self, node):
        value = self.value(node.value)
        self.run.names.pop(node.target.id, None)
        if value is not UNDECIDED:
            self.run.names[node.target.id] = value
        return value

    def _call(self, node):
        function = node.func
        values = [UNDECIDED if isinstance(a, ast.Starred) else self.value(a) for a in node.args]
        named = {k.arg: self.value(k.value) for k in node.keywords if k.arg is not None}
        is_plain = not node.keywords and all(value is not UNDECIDED for value in values)
        if isinstance(function, ast.Attribute):
            itself = self.value(function.value)
            if (
                function.attr == "pop"
                and getattr(function.value, "id", None) in (self.run.collector,)
                and itself is not UNDECIDED
            ):
                return self._taken_out(values)
            if itself is object and function.attr == "__getattribute__" and len(node.args) == 2:
                return self._of_object(node, values)
            if isinstance(itself, _PLAIN) and itself is not None:
                return self._of_method(itself, function.attr, values) if is_plain else UNDECIDED
        elif isinstance(function, ast.Name):
            found = self._name(function)
            if any(found is one for one in (hasattr, getattr)) and len(node.args) > 1:
                return self._of_attribute(found, node.args, values)
            if isinstance(found, _CALLABLE) and found in _CALLS:
                return _applied(found, values) if is_plain else UNDECIDED
        known = {number: value for number, value in enumerate(values) if _is_told(value)}
        known.update({name: value for name, value in named.items() if _is_told(value)})
        if any(k.arg is None and getattr(k.value, "id", None) == self.run.collector for k in node.keywords):
            known.update(self.run.extras)
        return self.run.called(node, known)

    def _of_attribute(self, asked, nodes, values):
        """`hasattr(module, name)`, and `getattr` of an instance whose class surely has no such attribute."""
        name = values[1]
        if not isinstance(name, str):
            return UNDECIDED
        if isinstance(values[0], types.ModuleType):
            is_there = name in vars(values[0])
            if asked is hasattr:
                return is_there or ("__getattr__" in vars(values[0]) and UNDECIDED)
            if is_there:
                return vars(values[0])[name]
        elif member(self.run.reading.value(nodes[0]), name).status != MISSING:
            return UNDECIDED
        if asked is hasattr:
            return False
        if len(values) > 2:
            return values[2]
        raise Refused("AttributeError", name)

    def _of_object(self, node, values):
        """`object.__getattribute__(self, name)`, where nothing but `__getattr__` gives the instance that name."""
        owner, is_own = self.run.reading.owner, getattr(node.args[0], "id", None) == self.run.itself
        if is_own and isinstance(values[1], str) and isinstance(owner, type) and not has_attribute(owner, values[1]):
            raise Refused("AttributeError", values[1])
        return UNDECIDED

    def _of_method(self, itself, name, values):
        methods = _TEXT_METHODS if isinstance(itself, str) else _TABLE_METHODS
        if name not in methods or not hasattr(itself, name):
            if isinstance(itself, (list, set, dict)):
                self.run.forget_value(itself)
            return UNDECIDED
        found = _applied(getattr(itself, name), values)
        return list(found) if isinstance(found, (KeysView, ValuesView, ItemsView)) else found

    def _taken_out(self, values):
        """`kwargs.pop("key")`: from here on it is not among what is collected."""
        kept, (key, *_) = self.run.names[self.run.collector], (*values, UNDECIDED)
        if not isinstance(key, str):
            del self.run.names[self.run.collector]
            return UNDECIDED
        self.run.names[self.run.collector] = {name: value for name, value in kept.items() if name != key}
        return kept.get(key, values[1] if len(values) > 1 else UNDECIDED)


def has_attribute(cls, name):
    """Does the class have the attribute, or set it on its instances?"""
    return static(cls, name, UNDECIDED) is not UNDECIDED or name in sources.set_on_instances(cls)[0]


def _applied(function, values):
    try:
        return function(*values)
    except Exception:
        return UNDECIDED


def _is_told(value):
    """Is it worth handing on: a plain value?"""
    return isinstance(value, (str, bool, int, float, tuple, list, dict)) or value is None


def _has_identity(left, right):
    kinds = (type(None), bool, type, enum.Enum, types.FunctionType)
    return isinstance(left, kinds) or isinstance(right, kinds)


def _bound_inside(tree):
    """Names that are bound anywhere in the function."""
    found = {a.arg for a in ast.walk(tree.args) if isinstance(a, ast.arg)} if tree is not None else set()
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ExceptHandler) and node.name:
            found.add(node.name)
    return found
