"""Walks over the statements of a file in the order in which they run, and keeps what every name stands for."""

import ast
import types

from assay_probe.reality import adapters, elements, guards, installed, locals_, misuse, results, scopes
from assay_probe.reality.expressions import Expressions
from assay_probe.reality.members import MISSING, RAISES, WARNS, member
from assay_probe.reality.values import (
    UNKNOWN,
    LocalClass,
    LocalFunction,
    LocalInstance,
    Made,
    Thing,
)


class Walk(Expressions):
    """One file. Bodies of functions are read last, when every name of the module is known."""

    def __init__(self, claims, first_party, *, judges_project=False):
        super().__init__(claims, first_party)
        self.judges_project = judges_project
        """May claims of the type checker about the project's own names be told? They are noise unless they are new."""
        self.text = ""
        self.uses, self.named = {}, {}
        """Every place where a name stands, by the name, and what `literals` found it to stand for."""
        self.waiting, self.current_class = [], None
        self.registers_codecs = self.registers_actions = False
        self.defined, self.optional = set(), set()
        """Names of all functions and methods (what a subclass adds is there for its base); packages that may lack."""

    def read(self, text):
        """Read the whole file.

        Raises:
            SyntaxError: this interpreter cannot parse it.
        """
        tree, self.text = ast.parse(text), text
        self.parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        for node in self.parents:
            if isinstance(node, ast.Name):
                self.uses.setdefault(node.id, []).append(node)
        self.shared = scopes.shared_names(tree)
        self.registers_actions = any(
            isinstance(node, ast.Attribute) and node.attr == "register" and isinstance(self.parents.get(node), ast.Call)
            for node in ast.walk(tree)
        )
        self.registers_codecs = any(
            isinstance(node, ast.Attribute)
            and node.attr in ("register", "register_error", "register_dialect")
            and _is_registry(node.value)
            for node in ast.walk(tree)
        )
        self.defined = {
            node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        }
        self.guards.ask(guards.known_to_come_and_go(tree))
        self.optional = guards.optional_packages(tree)
        self.block(tree.body)
        misuse.check(self, tree)
        while self.waiting:
            self._function_body(*self.waiting.pop(0))

    def block(self, statements):
        """Statements one after another; a way that leaves early says something about the lines after it."""
        for statement in statements:
            self.note(statement, UNKNOWN)
            reader = getattr(self, "_" + type(statement).__name__.lower(), None)
            if reader is not None:
                reader(statement)
            else:
                self._other(statement)
            if isinstance(statement, ast.If) and guards.leaves(statement.body) and not statement.orelse:
                self.guards.ask(guards.names_asked(statement.test))
                if guards.depends_on_version(statement.test):
                    self.guards.catch({guards.EVERYTHING})

    def _other(self, node):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.value(child)
            elif isinstance(child, ast.stmt):
                self.block([child])

    def _expr(self, node):
        misuse.check_dropped(self, node.value, self.value(node.value))

    def guarded_block(self, statements, caught=()):
        """A block whose guards end with it."""
        state = self.guards.state()
        self.guards.catch(caught)
        try:
            self.block(statements)
        finally:
            self.guards.restore(state)

    def _import(self, node):
        self.roots |= {alias.name.partition(".")[0] for alias in node.names}
        for alias in node.names:
            root = alias.name.partition(".")[0]
            value = UNKNOWN
            if root not in self.first_party:
                found = installed.module(alias.name)
                if isinstance(found, types.ModuleType):
                    top = installed.module(root)
                    value = Thing(found if alias.asname or not isinstance(top, types.ModuleType) else top)
                else:
                    self._note_import(node, alias.name, found)
            self.imported[alias.asname or root] = root
            self.scopes[-1].bind(alias.asname or root, value)

    def _importfrom(self, node):
        name = node.module or ""
        root = name.partition(".")[0]
        self.roots.add(root)
        found = installed.module(name) if not node.level and root not in self.first_party else None
        if isinstance(found, installed.NotImported):
            self._note_import(node, name, found)
        for alias in node.names:
            if alias.name == "*":
                self._import_all(found)
                continue
            value = UNKNOWN
            if isinstance(found, types.ModuleType):
                value = self._from(node, found, alias)
            self.imported[alias.asname or alias.name] = root if not node.level else ""
            self.scopes[-1].bind(alias.asname or alias.name, value)

    def _import_all(self, module):
        if not isinstance(module, types.ModuleType):
            self.scopes[-1].is_open = True
            return
        public = getattr(module, "__all__", None) or [name for name in vars(module) if not name.startswith("_")]
        for name in public:
            self.scopes[-1].bind(name, member(Thing(module), name).value)

    def _from(self, node, module, alias):
        answer = member(Thing(module), alias.name)
        name = f"{module.__name__}.{alias.name}"
        line = f"from {module.__name__} import {alias.name}"
        if answer.status == MISSING:
            self.claims.add(
                alias if hasattr(alias, "lineno") else node,
                "missing-name",
                name,
                f"module {module.__name__} has no name {alias.name!r}",
                root=module.__name__,
                raises="ImportError",
                near=installed.nearest(alias.name, dir(module)),
                reproducer=line,
            )
        elif answer.status == RAISES:
            self.claims.add(
                node,
                "missing-name",
                name,
                f"importing {name} raises {answer.text}",
                root=module.__name__,
                raises="ImportError",
                reproducer=line,
            )
        elif answer.status == WARNS:
            self.claims.deprecated(node, name, f"{name} is deprecated: {answer.text}", root=module.__name__)
        return answer.value

    def _note_import(self, node, name, why):
        root, missing = name.partition(".")[0], why.missing
        if missing is None or missing in installed.STANDARD:
            return  # a standard module that is not here belongs to another platform, or was left out of the build
        if missing == root and root not in self.optional:
            self.claims.add(
                node,
                "missing-package",
                root,
                f"no installed distribution and no standard module is called {root!r}",
                root=root,
                raises="ImportError",
                near=installed.nearest(root, installed.top_level_names(), 0.75),
                reproducer=f"import {root}",
            )
        elif missing != root and (name == missing or name.startswith(missing + ".")):
            package, _, last = missing.rpartition(".")
            around = installed.module(package)
            near = installed.nearest(last, installed.submodules(around)) if isinstance(around, types.ModuleType) else ()
            self.claims.add(
                node,
                "missing-module",
                missing,
                f"package {package} has no module {last!r}",
                root=root,
                raises="ImportError",
                near=near,
                reproducer=f"import {missing}",
            )

    def _functiondef(self, node):
        for decorator in node.decorator_list:
            self.value(decorator)
        for default in (*node.args.defaults, *filter(None, node.args.kw_defaults)):
            self.value(default)
        state = self.guards.state()
        if guards.skipped_by(node.decorator_list):
            self.guards.catch({guards.EVERYTHING})
        self.waiting.append((node, list(self.scopes), self.guards.state(), self.current_class))
        self.guards.restore(state)
        answer = adapters.decorated(self, node)
        self.scopes[-1].bind(node.name, LocalFunction(node, list(self.scopes)) if answer is None else answer.value)

    _asyncfunctiondef = _functiondef

    def _function_body(self, node, around, state, cls):
        self.scopes = [*around, scopes.Scope("function")]
        self.guards.restore(state)
        arguments = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
        for number, argument in enumerate(arguments):
            value = self.annotation(argument.annotation) if argument.annotation is not None else UNKNOWN
            if number == 0 and cls is not None and argument.arg == "self" and node in cls.node.body:
                value = LocalInstance(cls)
            elif number == 0:
                answer = adapters.own_argument(self, node)
                value = value if answer is None else answer.value
            self.scopes[-1].bind(argument.arg, value)
        for collector, kind in ((node.args.vararg, tuple), (node.args.kwarg, dict)):
            if collector is not None:
                self.scopes[-1].bind(collector.arg, Made((kind,), exact=True))
        before, self.current_class = self.current_class, cls
        self.block(node.body)
        misuse.check(self, node)
        self.current_class = before

    def _classdef(self, node):
        for expression in (*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)):
            self.value(expression)
        cls = self.classes[node.name] = locals_.define(self, node)
        adapters.defined(self, cls)
        before, self.current_class = self.current_class, cls
        state = self.guards.state()
        if guards.skipped_by(node.decorator_list):
            self.guards.catch({guards.EVERYTHING})
        self.scopes.append(scopes.Scope("class"))
        self.block(node.body)
        self.scopes.pop()
        self.guards.restore(state)
        self.current_class = before
        self.scopes[-1].bind(node.name, cls)

    def parent_instance(self):
        """What `super()` gives in the method that is read: an instance of the only base, where that is real."""
        bases = self.current_class.bases if self.current_class is not None else []
        if len(bases) == 1 and isinstance(bases[0], Thing) and isinstance(bases[0].object, type):
            return Made((bases[0].object,))
        if len(bases) == 1 and isinstance(bases[0], LocalClass):
            return LocalInstance(bases[0])
        return UNKNOWN

    def _assign(self, node):
        value = self.value(node.value)
        for target in node.targets:
            adapters.assigned(self, target, node.value)
            self.bind(target, value)

    def _annassign(self, node):
        value = self.value(node.value) if node.value is not None else UNKNOWN
        promised = self.annotation(node.annotation)
        if isinstance(node.target, ast.Name):
            adapters.assigned(self, node.target, node.value)
            self.bind(node.target, value if promised is UNKNOWN and node.value is not None else promised)

    def _augassign(self, node):
        self.value(node.value)
        if isinstance(node.target, ast.Name):
            self.bind(node.target, UNKNOWN)

    def _delete(self, node):
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.scopes[-1].bind(target.id, UNKNOWN)

    def branches(self, *blocks):
        """Several blocks of which one runs; what they all agree on is known afterwards."""
        scope, ends = self.scopes[-1], []
        before = scope.names
        for statements, prepare in blocks:
            scope.names = dict(before)
            state = self.guards.state()
            prepare()
            self.block(statements)
            self.guards.restore(state)
            if not guards.leaves(statements):
                ends.append(scope.names)
        scope.names = scopes.merged(ends) if ends else dict(before)

    def _if(self, node):
        known = guards.truth(node.test)
        self.value(node.test)
        asks_typing = known is False and isinstance(node.test, (ast.Name, ast.Attribute))
        if asks_typing:
            self.guarded_block(node.body, {guards.EVERYTHING})
            self.block(node.orelse)
            return
        if known is not None:
            self.block(node.body if known else node.orelse)
            return

        def when_true():
            self.guards_of(node.test)
            self.narrow(node.test)
            self._narrow_to_class(node.test)

        def when_false():
            self.guards_of(node.test)
            self.narrow(node.test)
            if self.is_surely_there(node.test):
                self.guards.catch({guards.EVERYTHING})

        self.branches((node.body, when_true), (node.orelse, when_false))

    def _narrow_to_class(self, test):
        """`if isinstance(x, C)`: inside, x is a C."""
        parts = test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else [test]
        for part in parts:
            if isinstance(part, ast.Call) and getattr(part.func, "id", "") == "isinstance" and len(part.args) == 2:
                name, cls = part.args
                if isinstance(name, ast.Name) and not isinstance(cls, ast.Tuple):
                    self.scopes[-1].names[name.id] = self.annotation(cls)

    def _loop(self, node, targets):
        scope = self.scopes[-1]
        before = dict(scope.names)
        for name in scopes.bound_names([node]):
            if name in scope.names:
                scope.bind(name, UNKNOWN)
        for target, value in targets:
            self.bind(target, value)
        self.block(node.body)
        scope.names = scopes.merged([before, scope.names])
        self.block(node.orelse)

    def _for(self, node):
        element = elements.element_of(self.value(node.iter))
        self._loop(node, [(node.target, element if isinstance(node, ast.For) else UNKNOWN)])

    _asyncfor = _for

    def _while(self, node):
        self.value(node.test)
        state = self.guards.state()
        self.guards_of(node.test)
        self._loop(node, [])
        self.guards.restore(state)

    def _with(self, node):
        for item in node.items:
            value = self.value(item.context_expr)
            if item.optional_vars is not None:
                enter = "__aenter__" if isinstance(node, ast.AsyncWith) else "__enter__"
                self.bind(item.optional_vars, results.entered(value, enter))
        self.guarded_block(node.body, guards.expected_in(node.items))

    _asyncwith = _with

    def _try(self, node):
        scope, caught = self.scopes[-1], guards.caught_by(node.handlers)
        before = dict(scope.names)
        self.guarded_block(node.body, caught)
        after_body, ends = scope.names, []
        is_fallback = bool(caught & {"ImportError", "ModuleNotFoundError", "AttributeError", "NameError"})
        for handler in node.handlers:
            scope.names = scopes.merged([before, after_body])
            self.value(handler.type)
            if handler.name:
                scope.bind(handler.name, UNKNOWN)
            self.guarded_block(handler.body, {guards.EVERYTHING} if is_fallback else ())
            if not guards.leaves(handler.body):
                ends.append(scope.names)
        scope.names = dict(after_body)
        self.block(node.orelse)
        scope.names = scopes.merged([scope.names, *ends])
        self.block(node.finalbody)

    _trystar = _try

    def _match(self, node):
        self.value(node.subject)
        for case in node.cases:
            for inner in ast.walk(case.pattern):
                for field in ("name", "rest"):
                    name = getattr(inner, field, None)
                    if isinstance(name, str):
                        self.scopes[-1].bind(name, UNKNOWN)
        subject = getattr(node.subject, "id", None)
        if subject is not None:
            self.scopes[-1].bind(subject, UNKNOWN)
        self.branches(*[(case.body, lambda: None) for case in node.cases], ([], lambda: None))


def _is_registry(node):
    return isinstance(node, ast.Name) and node.id in ("codecs", "csv")
