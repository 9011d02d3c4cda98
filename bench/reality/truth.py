"""What one installed environment says of one piece of code; runs inside that environment, Python 3.9 or newer.

Reads `{shared, jobs}` as JSON from standard input, a job being `{sources, file, after, question}`, and writes a line
for each job, for each of its sources a list of words: the exception that the module or the question ended with, every
warning, or what the question returned. `shared` names the imports that all forms of all jobs make; they are made here
first and every form runs in a forked child, because loading pandas takes longer than everything else. Works in the
current folder, which should be an empty one.
"""

from __future__ import annotations

import asyncio
import gc
import http.server
import importlib
import json
import os
import signal
import sys
import tempfile
import threading
import types
import warnings
from pathlib import Path
from typing import Any

LIMIT_S = 120
BODY = b'{"items": [], "v": "1"}'


class Answers(http.server.BaseHTTPRequestHandler):
    """Answers everything with the same small document."""

    def do_GET(self) -> None:
        """Send the document."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    do_POST = do_GET  # noqa: N815 (the name that the server looks for)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def served() -> str:
    """Start a server on the loopback interface and give its address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}/"


def outcome(job: dict[str, Any], source: str) -> list[str]:
    """Run one form and tell in words how it ended, its own warnings marked with `here`."""
    path = str(Path.cwd() / job["file"])
    Path(path).write_text(source, encoding="utf-8")
    module = types.ModuleType(job["file"][:-3])
    module.__file__ = path
    sys.modules[module.__name__] = module
    names = module.__dict__
    asking = job["question"] + job["after"]
    said: list[str] = []
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        try:
            exec(compile(source, path, "exec"), names)  # noqa: S102 (the cases are ours)
            names.update(SOURCE=source)
            names.setdefault("asyncio", asyncio)
            if "URL" in asking:
                names["URL"] = served()
            exec(compile(job["after"], "after", "exec"), names)  # noqa: S102 (likewise)
            result = eval(job["question"] or "None", names)  # noqa: S307 (likewise)
            said.append(f"returned {result!r}"[:300])
        except BaseException as error:  # noqa: BLE001 (whatever ends it is the answer)
            said.append(f"raised {type(error).__name__}: {error}"[:600])
        gc.collect()
    for warning in heard:
        place = "here " if warning.filename == path else "elsewhere "
        said.append(f"warned {place}{warning.category.__name__}: {warning.message}"[:300])
    return said


def in_child(job: dict[str, Any], source: str) -> list[str]:
    """`outcome` in a child and a folder of its own, so that no two forms ever meet."""
    reading, writing = os.pipe()
    folder = tempfile.mkdtemp(dir=Path.cwd())
    child = os.fork()
    if child == 0:
        os.setsid()
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.chdir(folder)
        said = outcome(job, source)
        os.write(writing, json.dumps(said).encode()[:60000])
        os._exit(0)
    os.close(writing)
    clock = threading.Timer(LIMIT_S, os.killpg, (child, signal.SIGKILL))
    clock.start()
    with os.fdopen(reading, "rb") as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    clock.cancel()
    return json.loads(text) if text else [f"raised Crash: the process died, or took more than {LIMIT_S} s"]


def main() -> None:
    """Answer all jobs."""
    asked = json.load(sys.stdin)
    for name in asked["shared"]:
        try:
            importlib.import_module(name)
        except Exception:  # noqa: BLE001, S112 (then every form will say so)
            continue
    for job in asked["jobs"]:
        print(json.dumps([in_child(job, source) for source in job["sources"]]), flush=True)


if __name__ == "__main__":
    main()
