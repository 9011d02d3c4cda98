"""What a call does beside answering, in a forked child: warnings, serious log records, environment, current folder.

Of a warning the category counts and of a log record its logger and level: their words may be polished. What is logged
below the level of a warning is nobody's business but the reader's of the log. The lines are sorted, because the order
of effects of different kinds has no meaning.
"""

import os
import sys
import warnings

SERIOUS = 30


class Effects:
    """Watches from `begin` to `lines`; only in children, whose world nobody needs any more."""

    def __init__(self):
        self._lines = []
        self._environment = dict(os.environ)
        self._folder = os.getcwd()

    def begin(self):
        """Watch from now on."""
        warnings.showwarning = self._warned
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

    def _warned(self, _message, category, _filename, _lineno, _file=None, _line=None):
        self._lines.append("warns of %s" % category.__name__)

    def lines(self):
        """One line for each effect, sorted."""
        out = list(self._lines)
        now = dict(os.environ)
        for name in sorted(self._environment.keys() | now.keys()):
            if self._environment.get(name) != now.get(name):
                out.append("sets the environment variable %s to %r" % (name, now.get(name)))
        if os.getcwd() != self._folder:
            out.append("goes to the folder %s" % os.path.relpath(os.getcwd(), self._folder))
        return sorted(out)
