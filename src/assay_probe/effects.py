"""What a call does beside answering, in a forked child.

Warnings, serious log records, environment, current folder, files, statements that change a database, public globals.
Of a warning the category counts and of a log record its logger and level: their words may be polished. What is logged
below the level of a warning is nobody's business but the reader's of the log. The lines are sorted, because the order
of effects of different kinds has no meaning; only statements keep theirs.
"""

import gc
import marshal
import os
import sys
import types
import warnings

from assay_probe import encoding

SERIOUS = 30
GLOBALS, ITEMS, NODES = 40, 60, 400
STATEMENTS, SHOWN = 60, 200
_PLAIN = (int, float, str, bytes, bool, type(None))
_READING = ("SELECT", "PRAGMA", "EXPLAIN", "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "WITH", "--")
_databases = [False]


def note_database():
    """Remember that a test opened an SQLite database."""
    _databases[0] = True


class Effects:
    """Watches from `begin` to `lines`; only in children, whose world nobody needs any more."""

    def __init__(self, files, function=None):
        self._lines, self._statements = [], []
        self._files = files
        self._environment = dict(os.environ)
        self._folder = os.getcwd()
        self._module = getattr(function, "__globals__", {})
        self._globals = _public(self._module)

    def begin(self):
        """Watch from now on."""
        self._files.install()
        warnings.showwarning = self._warned
        for connection in _connections() if _databases[0] else ():
            self._trace(connection)
        logging = sys.modules.get("logging")
        handle = getattr(getattr(logging, "Logger", None), "handle", None)
        if handle is not None:
            handle = getattr(handle, "assay_original", handle)

            def told(logger, record):
                if record.levelno >= SERIOUS:
                    self._lines.append("logs %s to %s" % (record.levelname, record.name))
                return handle(logger, record)

            told.assay_original = handle  # type: ignore[attr-defined]
            logging.Logger.handle = told

    def _trace(self, connection):
        """Be told of statements; what a database keeps in a file is the child's own copy by now."""
        try:
            connection.set_trace_callback(self._executed)
        except Exception:
            return

    def _executed(self, statement):
        words = " ".join(statement.split())
        if len(self._statements) < STATEMENTS and not words.upper().startswith(_READING):
            self._statements.append("executes " + words)

    def _warned(self, _message, category, _filename, _lineno, _file=None, _line=None):
        self._lines.append("warns of %s" % category.__name__)

    def lines(self):
        """One line for each effect, sorted; statements come last, in their order."""
        out = list(self._lines) + self._files.lines()
        now = dict(os.environ)
        for name in sorted(self._environment.keys() | now.keys()):
            if self._environment.get(name) != now.get(name):
                out.append("sets the environment variable %s to %r" % (name, now.get(name)))
        if os.getcwd() != self._folder:
            out.append("goes to the folder %s" % os.path.relpath(os.getcwd(), self._folder))
        for name, (now_is, value) in _public(self._module).items():
            was, _ = self._globals.get(name, ("", None))
            if was != now_is and _essence(was) != _essence(now_is):
                out.append("sets the global %s to %s" % (name, encoding.shown(value, SHOWN)))
        return sorted(out) + self._statements


def _connections():
    kind = sys.modules["sqlite3"].Connection if "sqlite3" in sys.modules else ()
    return [found for found in gc.get_objects() if issubclass(type(found), kind)]


def _public(module):
    """`{name: (what it is, value)}` of the globals that hold plain values or small containers, nobody's secret."""
    out = {}
    for name, value in list(module.items()):
        if len(out) >= GLOBALS:
            break
        if name.startswith("_") or isinstance(value, (type, types.ModuleType)):
            continue
        if type(value) in _PLAIN or (type(value) in (list, dict, set) and len(value) <= ITEMS):
            out[name] = (_written(value), value)
    return out


def _written(value):
    """The value as bytes, which is quick, where it is made of scalars, sequences and dictionaries; else a digest."""
    if type(value) is not set:
        try:
            return marshal.dumps(value, 2)
        except ValueError:
            pass
    return _digest(value)


def _essence(written):
    """What is written down, read as values are compared: large ones in part, mappings in any order."""
    return _digest(marshal.loads(written)) if type(written) is bytes else written  # noqa: S302 - we wrote it ourselves


def _digest(value):
    return encoding.digest(encoding.encode(value, nodes=NODES))
