"""How one function uses what a name holds that collects keywords: reads keys of it, hands it on, refuses the rest."""

import ast

_COPIES = ("dict", "copy", "deepcopy")


class Uses:
    """The uses of one name, or of one attribute of `self`, that holds keywords."""

    def __init__(self, tree, name, *, is_attribute=False):
        self.tree, self.attribute = tree, name if is_attribute else None
        self.names = set() if is_attribute else {name}
        self.parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        self.handed_to, self.handed_as, self.stored, self.read = [], [], [], set()
        """Calls that get it as `**it`; `(call, place)` that get it as an argument; attributes that keep it."""
        self.is_closed, self.is_opaque, self.is_returned, self.is_listed = False, False, False, False
        self.is_shut = not is_attribute and self._is_shut(name)
        """Does every call end that has a key left in it, whatever is done with it besides?"""
        self.looped = []
        """Tables over whose keys a loop goes that takes each of them out: `for key in self.DEFAULTS: it.pop(key)`."""
        self._find_copies()
        for node in ast.walk(tree):
            if self._is_it(node):
                self._note(node)
        self.is_closed = self.is_closed or any(self._refuses_rest(node) for node in ast.walk(tree))
        # Where what is left over is refused, a look at the names takes nothing away.
        self.is_opaque = self.is_opaque or (self.is_listed and not self.is_closed)

    def _is_shut(self, name):
        nodes = [node for node in ast.walk(self.tree) if isinstance(node, ast.Name) and node.id == name]
        is_bound = any(not isinstance(node.ctx, ast.Load) for node in nodes)
        return not is_bound and any(
            self._refuses_rest(node) and not isinstance(getattr(node, "test", None), ast.BoolOp)
            for node in self.tree.body
        )

    def _is_it(self, node):
        if isinstance(node, ast.Name):
            return node.id in self.names
        return isinstance(node, ast.Attribute) and node.attr == self.attribute and _is_own(node)

    def _find_copies(self):
        """`options = dict(kwargs)`, `{**kwargs}`, `kwargs.copy()` and `options.update(kwargs)` are it as well."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                if any(self._is_it(inner) for inner in _copied(node.value)):
                    self.names.add(node.targets[0].id)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update":
                if isinstance(node.func.value, ast.Name) and any(map(self._is_it, node.args)):
                    self.names.add(node.func.value.id)

    def _note(self, node):
        parent = self.parents.get(node)
        outer = self.parents.get(parent)
        if isinstance(parent, ast.keyword):
            self._note_keyword(parent, outer)
        elif isinstance(parent, ast.Call) and node in parent.args:
            self._note_argument(parent, node)
        elif isinstance(parent, ast.Attribute):
            self._note_method(parent, outer)
        elif isinstance(parent, ast.Subscript) and parent.value is node:
            self._read_key(parent.slice)
        elif isinstance(parent, ast.Compare):
            self._read_key(parent.left)
        elif isinstance(parent, ast.Assign):
            self._note_assignment(parent, node)
        elif isinstance(parent, (ast.Dict, ast.BinOp)) and isinstance(outer, ast.Assign):
            self.is_opaque = self.is_opaque or not isinstance(outer.targets[0], ast.Name)
        elif isinstance(parent, ast.Return):
            self.is_returned = True
        elif isinstance(parent, ast.AnnAssign) and isinstance(parent.target, ast.Attribute):
            self.stored.append(parent.target.attr)
        elif not isinstance(parent, (ast.If, ast.IfExp, ast.BoolOp, ast.UnaryOp, ast.Assert, ast.While)):
            self.is_opaque = self.is_opaque or not self._is_in_refusal(node)

    def _note_keyword(self, keyword, call):
        if keyword.arg is not None:
            self.handed_as.append((call, keyword.arg))
        elif not (isinstance(call.func, ast.Name) and call.func.id in _COPIES):
            self.handed_to.append(call)

    def _note_argument(self, call, node):
        name = getattr(call.func, "id", getattr(call.func, "attr", ""))
        if name in (*_COPIES, "update"):
            return
        if any(isinstance(argument, ast.Starred) for argument in call.args):
            self.is_opaque = True
        elif not self._is_in_refusal(node):
            self.handed_as.append((call, call.args.index(node)))

    def _note_method(self, attribute, call):
        if attribute.attr in ("pop", "get", "setdefault"):
            self._read_key(call.args[0] if isinstance(call, ast.Call) and call.args else None)
        elif attribute.attr in ("keys", "items", "values") and isinstance(call, ast.Call):
            self.is_listed = True
        elif attribute.attr not in ("update", "copy") or not isinstance(call, ast.Call):
            self.is_opaque = self.is_opaque or not self._is_in_refusal(attribute)

    def _note_assignment(self, assignment, node):
        target = assignment.targets[0]
        if node is target or isinstance(target, ast.Name):
            return
        if isinstance(target, ast.Attribute) and getattr(target.value, "id", "") == "self":
            self.stored.append(target.attr)
        else:
            self.is_opaque = True

    def _read_key(self, key):
        if isinstance(key, ast.Constant):
            self.read.add(key.value)
            return
        loop = key
        while isinstance(key, ast.Name) and loop is not None and not _goes_through(loop, key.id):
            loop = self.parents.get(loop)
        if isinstance(loop, ast.For):
            self.looped.append(loop.iter)
        else:
            self.is_opaque = True

    def _is_in_refusal(self, node):
        while node in self.parents:
            node = self.parents[node]
            if isinstance(node, ast.Raise):
                return True
            if self._refuses_rest(node):
                self.is_closed = True
                return True
        return False

    def _refuses_rest(self, node):
        """Is it `if kwargs: raise ...`, or `assert not kwargs`?"""
        if isinstance(node, ast.Assert):
            return self._says_empty(node.test)
        return (
            isinstance(node, ast.If)
            and any(self._is_it(inner) for inner in (node.test, *ast.iter_child_nodes(node.test)))
            and not isinstance(node.test, ast.Compare)
            and any(isinstance(inner, ast.Raise) for inner in node.body)
        )

    def _says_empty(self, test):
        """Is it `not kwargs`, or `len(kwargs) == 0`?"""
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            return self._is_it(_measured(test.operand))
        if not isinstance(test, ast.Compare) or not isinstance(test.ops[0], ast.Eq):
            return False
        right = test.comparators[0]
        is_nothing = getattr(right, "value", None) == 0 or (isinstance(right, ast.Dict) and not right.keys)
        return is_nothing and len(test.ops) == 1 and self._is_it(_measured(test.left))


def _measured(node):
    """What the length is asked of, or the expression itself."""
    is_length = isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("len", "bool") and len(node.args) == 1
    return node.args[0] if is_length else node


def _goes_through(node, name):
    return isinstance(node, ast.For) and getattr(node.target, "id", None) == name


def _is_own(node):
    return getattr(node.value, "id", "") == "self"


def _copied(node):
    """The expressions that an expression copies keywords from."""
    if isinstance(node, (ast.Name, ast.Attribute)):
        yield node
    elif isinstance(node, ast.Dict):
        yield from (value for key, value in zip(node.keys, node.values) if key is None)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        yield from (*_copied(node.left), *_copied(node.right))
    elif isinstance(node, ast.Call):
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name == "copy" and isinstance(node.func, ast.Attribute):
            yield node.func.value
        if name in _COPIES:
            yield from node.args[:1]
            yield from (keyword.value for keyword in node.keywords if keyword.arg is None)


_uses = {}


def uses_of(tree, name, *, is_attribute=False):
    """The uses, read once."""
    key = tree, name, is_attribute
    if key not in _uses:
        _uses[key] = Uses(tree, name, is_attribute=is_attribute)
    return _uses[key]


def copied_to(tree, attribute):
    """The attribute of `self` that another one is a copy of in this function, or None where it is none."""
    values = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and any(isinstance(t, ast.Attribute) and t.attr == attribute and _is_own(t) for t in node.targets)
    ]
    copied = (node for value in values for node in _copied(value))
    found = [node.attr for node in copied if isinstance(node, ast.Attribute) and _is_own(node)]
    return found[0] if len(values) == len(found) == 1 else None


def is_read_to_refuse(tree, keyword):
    """Is the key only taken out to raise when it is there?"""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
            continue
        if _pops(node.value, keyword):
            name = node.targets[0].id
            return any(_raises_when_given(inner, name) for inner in _sure_ifs(tree.body))
    return any(
        _asks_for(node.test, keyword) and len(node.body) == 1 and isinstance(node.body[0], ast.Raise)
        for node in _sure_ifs(tree.body)
    )


def _sure_ifs(statements):
    """Each `if` that every run comes by: one inside another tells of two things that do not go together."""
    for node in statements:
        if isinstance(node, ast.If):
            yield node
        elif isinstance(node, (ast.With, ast.Try)):
            yield from _sure_ifs(node.body)


def _asks_for(test, keyword):
    if not isinstance(test, ast.Compare) or not isinstance(test.ops[0], ast.In):
        return False
    return isinstance(test.left, ast.Constant) and test.left.value == keyword


def _pops(node, keyword):
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
        return False
    first = node.args[0]
    return node.func.attr in ("pop", "get") and isinstance(first, ast.Constant) and first.value == keyword


def _raises_when_given(node, name):
    return (
        isinstance(node.test, ast.Compare)
        and isinstance(node.test.left, ast.Name)
        and node.test.left.id == name
        and isinstance(node.test.ops[0], (ast.IsNot, ast.NotEq))
        and len(node.body) == 1
        and isinstance(node.body[0], ast.Raise)
    )


_READERS = ("items", "keys", "values", "get", "pop")
_ASKERS = ("len", "sorted", "set", "list", "tuple", "bool")
_HIDDEN = (
    ast.BoolOp,
    ast.IfExp,
    ast.For,
    ast.While,
    ast.comprehension,
    ast.Lambda,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
)


def is_only_read(tree, name):
    """Is the name never bound, altered or handed on other than as `**it`, but for keys that are surely taken out?"""
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    uses = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == name]
    return all(_reads(node, parents, tree) for node in uses)


def _reads(node, parents, tree):
    parent = parents[node]
    if isinstance(parent, ast.Attribute):
        is_called = isinstance(parents[parent], ast.Call) and parents[parent].func is parent
        return is_called and parent.attr in _READERS and (parent.attr != "pop" or _is_in_sight(parent, parents, tree))
    if isinstance(parent, ast.Call):
        return getattr(parent.func, "id", "") in _ASKERS
    if isinstance(parent, ast.keyword):
        return parent.arg is None
    if isinstance(parent, (ast.Subscript, ast.For)):
        return isinstance(getattr(parent, "ctx", ast.Load()), ast.Load) and node is not getattr(parent, "target", None)
    return isinstance(parent, (ast.Compare, ast.If, ast.UnaryOp, ast.BoolOp))


def _is_in_sight(node, parents, tree):
    """Does every run that comes by the statement evaluate it, once?"""
    while node is not tree:
        node = parents[node]
        if isinstance(node, _HIDDEN) and node is not tree:
            return False
    return True
