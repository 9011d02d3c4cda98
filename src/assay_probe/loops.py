"""Coroutines in a forked child: run to their end on the test's own loop, which goes on with a selector of its own.

What the loop had to do goes on being done, except that nothing is read from or written to what was registered with the
old selector: that belongs to the test. When nothing is ready, the loop's clock jumps to the next timer, so a call that
sleeps for an hour answers at once; when there is no timer either, the call waits for somebody outside, and is pending.
"""

import selectors
import sys
import threading
import types

from assay_probe import determinism

MAX_ITEMS = 101
OTHERS_S = 0.3
"""How long other threads of the child, and what it opened itself, are waited for."""
_AWAITED = (types.CoroutineType, types.AsyncGeneratorType)


class Waiting(BaseException):
    """The call waits for something that will not happen here."""


def waits(value):
    """Must a loop run before there is an answer?"""
    return isinstance(value, _AWAITED) or _is_future(value)


def _is_future(value):
    futures = sys.modules.get("asyncio.futures")
    return futures is not None and issubclass(type(value), futures.Future)


def renew():
    """Give the loop that runs in this process a selector of its own; the old one is shared with the parent."""
    events = sys.modules.get("asyncio.events")
    loop = events._get_running_loop() if events is not None else None
    if loop is None or not hasattr(loop, "_selector"):
        return
    loop._selector = selectors.DefaultSelector()
    loop._default_executor = None
    loop._ssock = loop._csock = None
    loop._internal_fds = 0
    loop._make_self_pipe()


def finish(value):
    """Run a coroutine, future or asynchronous generator to its end; returns the value, or the items yielded.

    Raises:
        Waiting: It waits for what nobody here will do.
    """
    import asyncio

    loop = asyncio._get_running_loop()
    if isinstance(value, types.AsyncGeneratorType):
        value = _collect(value)
    if loop is None:
        loop = asyncio.new_event_loop()
        asyncio._set_running_loop(loop)
    elif not hasattr(loop, "_run_once") or not hasattr(loop, "_selector"):
        raise Waiting("waits for an event loop of a foreign kind")
    current = asyncio.current_task(loop)
    if current is not None:
        asyncio.tasks._leave_task(loop, current)
    task = asyncio.ensure_future(value, loop=loop)
    _Jumping(loop).run(task)
    return task.result()


async def _collect(generator):
    items, error = [], None
    try:
        async for item in generator:
            items.append(item)
            if len(items) == MAX_ITEMS:
                break
    except Exception as stumbled:
        if not items:
            raise
        error = stumbled
    return _as_iterator(items, error)


def _as_iterator(items, error):
    """An iterator with nothing else to it, so that it is written down as what the generator was."""

    def again():
        yield from items
        if error is not None:
            raise error

    steps = again()
    names = {"__module__": "builtins", "__iter__": lambda self: self, "__next__": lambda _: next(steps)}
    return type("async_generator", (), names)()


class _Jumping:
    """Runs a loop whose clock jumps to the next timer where nothing else is left to do."""

    def __init__(self, loop):
        self._loop, self._ahead_s = loop, 0.0
        loop.time = lambda: determinism.real_monotonic() + self._ahead_s

    def run(self, task):
        """Run until the task is done."""
        loop = self._loop
        while not task.done():
            if not loop._ready and not self._jump():
                raise Waiting("waits for something that does not happen inside the call")
            loop._run_once()

    def _jump(self):
        """Move the clock to the next timer; False where there is nothing to wait for."""
        if threading.active_count() > 1 or len(self._loop._selector.get_map()) > 1:
            events = self._loop._selector.select(OTHERS_S)
            if events:
                self._loop._process_events(events)
                return True
        timers = [timer._when for timer in self._loop._scheduled if not timer._cancelled]
        if not timers:
            return False
        self._ahead_s += max(0.0, min(timers) - self._loop.time())
        return True
