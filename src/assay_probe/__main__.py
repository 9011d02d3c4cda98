"""Run one job: read it from standard input, get the target running, answer in frames."""

import base64
import functools
import importlib.util
import json
import os
import platform
import sys
import traceback

BYTECODE_BYTES = 4 << 20


def main():
    """Read the job and run it; the exit status is 0 whenever the frames tell the whole story."""
    head = os.read(0, 1)
    jobs = None
    if head == b"{":
        job = json.loads(head + sys.stdin.buffer.read())
    else:
        # A length, of which the first byte is zero: one job comes after the other.
        from assay_probe import standing

        jobs = standing.Jobs()
        job = jobs.next(head)
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if entry and os.path.abspath(entry) != here]
    os.chdir(os.path.join(job["root"], job.get("project", "")))
    sys.dont_write_bytecode = not job.get("keep_bytecode")
    if job["mode"] == "reality":
        # Installed packages are the judge here; nothing of the project is imported.
        from assay_probe.reality import run

        run.main(job)
    from assay_probe import services

    if not services.start(job.get("setup", ())):
        os._exit(0)
    observe_project(job, jobs)


def observe_project(job, jobs):
    """Run the project's scenarios with its functions observed; those of all `jobs` where several begin alike."""
    sys.path[:0] = [*job["source_roots"], job["root"]]

    from assay_probe import determinism, forks, instrument, observe, scenarios, taming, wire
    from assay_probe.pytest_suite import run_pytest
    from assay_probe.unittest_suite import run_unittest

    now = determinism.real_monotonic
    start = now()
    wire.send("hello", version=platform.python_version(), pid=os.getpid())
    if job["mode"] == "trial":
        try_files(job)
    observer = observe.Observer(job, now)
    points = [instrument.Point(description) for description in job["points"]]
    instrumentation = instrument.Instrumentation(job["root"], points, observer)
    instrumentation.install()
    forks.install_guard()
    problems = determinism.freeze()
    determinism.tame_randomness()
    taming.tame_libraries()
    selection = scenarios.Selection(job, now, start)
    selection.has_reached = observer.has_calls
    if jobs is None:
        observer.begin(selection.until)
    determinism.begin_test()
    limit = sys.getrecursionlimit()
    # A trampoline takes two frames beside the function's own; what the observer does in a deep call takes some too.
    sys.setrecursionlimit(limit * 3 if any(point.form for point in points) else limit + 200)
    runners = {
        "import": scenarios.import_modules,
        "pytest": functools.partial(run_pytest, jobs=jobs),
        "unittest": run_unittest,
        "scripts": scenarios.run_scripts,
    }
    status = None
    try:
        status = runners[job["runner"]](job, observer, selection)
    except BaseException as error:
        wire.send("failed", error=type(error).__name__, detail=traceback.format_exc()[-3000:])
    observer.finish()
    files = set(instrumentation.loaded.values())
    for module in job.get("verify", ()):
        wire.send("origin", module=module, file=instrument.origin_of(module))
    for point in points:
        if point.problem:
            wire.send("unobserved", point=point.id, reason=point.problem)
    if job.get("keep_bytecode"):
        hand_over_bytecode(job["root"], wire)
    wire.send(
        "done",
        status=status,
        problems=problems,
        loaded=sorted(files),
        complete=selection.is_open() and not selection.is_cut,
    )
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def try_files(job):
    """Run finished test files without looking at anything, and end."""
    from assay_probe import trials, wire

    status = None
    try:
        status = trials.run(job)
    except BaseException as error:
        wire.send("failed", error=type(error).__name__, detail=traceback.format_exc()[-3000:])
    wire.send("done", status=status, complete=True)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def hand_over_bytecode(root, wire):
    """Send what was compiled beside the sources of the tree, so that later runs need not compile it again."""
    folders = set()
    for module in list(sys.modules.values()):
        path = getattr(module, "__file__", None)
        if isinstance(path, str) and path.startswith(root + "/"):
            folders.add(os.path.join(os.path.dirname(path), "__pycache__"))
    for folder in sorted(folders):
        for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                data = base64.b64encode(file.read()).decode("ascii")
            if name.endswith(".pyc") and len(data) < BYTECODE_BYTES:
                wire.send("bytecode", path=path[len(root) + 1 :], data=data)


def load_package():
    """Make `assay_probe` importable without its folder, or the one around it, being on the path of the target."""
    folder = os.path.dirname(os.path.abspath(__file__))
    spec = importlib.util.spec_from_file_location(
        "assay_probe", os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
    )
    package = importlib.util.module_from_spec(spec)
    sys.modules["assay_probe"] = package
    spec.loader.exec_module(package)


if __name__ == "__main__":
    load_package()
    main()
