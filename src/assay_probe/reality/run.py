"""The job: read files, ask about names, run reproducers; answer in frames."""

import gc
import importlib.util
import os
import sys
import time
import traceback

from assay_probe import wire
from assay_probe.reality import (
    adapters,
    answering,
    arbitration,
    asking,
    compiled,
    history,
    installed,
    library_rules,
    literals,
    loading,
    lookup,
    project_tools,
    results,
    sources,
    stored,
    trials,
)
from assay_probe.reality.claims import Claims
from assay_probe.reality.guards import Guards
from assay_probe.reality.reproducers import outputs_of, reproduce
from assay_probe.reality.walk import Walk

assert library_rules, (answering, stored)  # what they add to the rules and answer is there once they are imported
RECURSION = 4000
COLLECTED_AFTER = (200_000, 50, 100)
"""Importing makes many objects and hardly any garbage: looking for circles took an eighth of it."""


def main(job):
    """One frame `file` for each file, then `done`."""
    sys.setrecursionlimit(RECURSION)
    gc.set_threshold(*COLLECTED_AFTER)
    if job.get("compiled"):
        compiled.look_in(job["compiled"])
    installed.denied.update(job.get("denied", ()))
    sources.first_party_roots.extend(job.get("roots", [job["root"]]))
    sources.gone.update(job.get("gone", ()))
    trials.is_walled[0] = job.get("walls", 0) >= trials.WALLS
    adapters.prepare()
    loading.watch({} if "django" in job.get("first_party", ()) else {"django": _prepare_django})
    for file in job["files"]:
        answer = _read(file, job)
        wire.send("file", path=file["path"], asks_project=sources.has_asked_project[0], **answer)
    if job.get("question"):
        answer = lookup.answer(job["question"])
        wire.send("lookup", asks_project=sources.has_asked_project[0], **answer)
    if job.get("distributions"):
        wire.send("distributions", versions=installed.distributions())
    if job.get("lines"):
        wire.send("lines", outputs=outputs_of(job["lines"]))
    compiled.hand_over()
    wire.send("done", python="{}.{}.{}".format(*sys.version_info[:3]), seconds=time.process_time())
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _prepare_django():
    """It needs settings before its modules can be imported."""
    try:
        if importlib.util.find_spec("django") is not None:
            from assay_probe.reality import adapter_django

            adapter_django.prepare()
    except Exception:
        traceback.print_exc()


def _read(file, job):
    installed.begin_file()
    results.begin_file()
    asking.begin_file()
    if "django" in file["text"] and "django" not in job.get("first_party", ()):
        installed.module("django")  # settings name it and import nothing
    claims = Claims(file["path"], Guards())
    if os.path.basename(file["path"]) == project_tools.NAME:
        project_tools.check(claims, file["text"])
        return {"claims": history.dated(claims.whole()), "unknown_receivers": 0, "calls": 0}
    walk = Walk(claims, frozenset(job.get("first_party", ())), judges_project=bool(job.get("judges_project")))
    try:
        walk.read(file["text"])
        literals.make_all()
        trials.make_all()
        arbitration.judge(walk, file.get("claims", ()))
    except SyntaxError as error:
        return {"error": "syntax", "detail": f"line {error.lineno}: {error.msg}", "claims": []}
    except Exception:
        literals.waiting.clear()
        trials.waiting.clear()
        return {"error": "internal", "detail": traceback.format_exc()[-3000:], "claims": claims.whole()}
    found = claims.whole()
    try:
        found = history.dated(reproduce(found) if job.get("reproduce", True) else found)
    except Exception:  # a fault here must not be taken for a package that ends the interpreter
        return {"error": "internal", "detail": traceback.format_exc()[-3000:], "claims": found}
    answer = {
        "claims": found,
        "unknown_receivers": claims.unknown_receivers,
        "calls": claims.calls_bound,
    }
    if claims.faults:
        answer.update(error="internal", detail=claims.faults[0])
    return answer
