"""Libraries that make a run another one each time, or that break where clocks are replaced: tamed when they are loaded.

From when they are imported, because they are large, and most tests have no use for them.
"""

import importlib.util
import sys

from assay_probe import determinism


def tame_libraries():
    """Let hypothesis generate the same few examples, time_machine travel, and trio's tasks take the same turns."""
    tamed = {
        "hypothesis": _tame_hypothesis,
        "time_machine": _tame_time_machine,
        "trio._core._run": determinism.same_turns,
    }
    sys.meta_path.insert(0, _TamingFinder(tamed))


class _TamingFinder:
    """Has a module tamed as soon as it is loaded."""

    def __init__(self, waiting):
        self._waiting = waiting

    def find_spec(self, name, path=None, target=None):
        """The spec that the other finders find, with a loader that tames; None for modules that need no taming."""
        tame = self._waiting.pop(name, None)
        if tame is None:
            return None
        if not self._waiting:
            sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            spec.loader = _TamingLoader(spec.loader, tame)
        return spec


class _TamingLoader:
    """Loads as the loader does that it stands before."""

    def __init__(self, loader, tame):
        self._loader = loader
        self._tame = tame

    def __getattr__(self, name):
        return getattr(self._loader, name)

    def exec_module(self, module):
        """Load the module and tame it."""
        module.__spec__.loader = module.__loader__ = self._loader
        self._loader.exec_module(module)
        self._tame(module)


def _tame_hypothesis(hypothesis):
    """The same few examples each time, whatever the code of either side; and no database."""
    try:
        hypothesis.settings.register_profile(
            "assay",
            derandomize=True,
            database=None,
            deadline=None,
            max_examples=25,
            # Finding the smallest failing example takes minutes, and nobody reads it here.
            phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        hypothesis.settings.load_profile("assay")
    except Exception:
        pass
    try:
        from hypothesis.internal.conjecture import providers
    except ImportError:
        return
    # It would read all code of the project for constants, in each run, and draw other examples where head has others.
    providers.is_local_module_file = lambda _path: False


def _tame_time_machine(_module):
    """It writes into what stands in the module `time`, as C code that takes it for a function of C, and never asks.

    So the real clocks stand there while it does; they answer for ours as long as it travels. Where it asks for the
    time that it began at, the clock stands still.
    """
    compiled = sys.modules.get("_time_machine")
    for name, travels in (("patch", True), ("patch_if_needed", True), ("unpatch", False)):
        change = getattr(compiled, name, None)
        if change is not None:
            setattr(compiled, name, _changing_clocks(change, travels))
    for name, frozen in (("original_time", determinism.frozen_time), ("original_time_ns", determinism.frozen_ns)):
        if hasattr(compiled, name):
            setattr(compiled, name, frozen)


def _changing_clocks(change, travels):
    def changed():
        answer = determinism.with_real_clocks(change)
        determinism.travel(travels=travels)
        return answer

    return changed
