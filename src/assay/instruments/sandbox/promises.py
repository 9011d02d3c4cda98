"""What a sandbox promises on each rung, and by which wall it keeps it."""

from __future__ import annotations

from dataclasses import dataclass

LOWEST = 0
STRONGEST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """One thing the target must not be able to do."""

    name: str
    """Also the name of the canary's attempt."""
    walls: tuple[str, str, str, str]
    """What keeps it on L0, L1, L2 and L3; empty where nothing does."""
    needed_from: int
    """The rung that is not reached unless this is kept; above L3 where it is told and not demanded."""
    watched_by: str = ""
    """What stands in for the wall where the kernel has none here."""


_TOLD_ONLY = STRONGEST + 1

PROMISES = (
    Promise(name="write outside", walls=("", "", "landlock", "mount namespace"), needed_from=2),
    Promise(name="read outside", walls=("", "", "landlock", "mount namespace"), needed_from=2),
    Promise(name="read home", walls=("", "", "landlock", "mount namespace"), needed_from=2),
    Promise(name="write the tree", walls=("copy", "copy", "copy + landlock", "overlay"), needed_from=0),
    Promise(name="change attributes outside", walls=("", "", "seccomp", "mount namespace"), needed_from=2),
    Promise(name="see file names outside", walls=("", "", "", "mount namespace"), needed_from=3),
    Promise(name="connect by TCP", walls=("", "seccomp", "seccomp", "network namespace"), needed_from=1),
    Promise(name="send by UDP", walls=("", "seccomp", "seccomp", "network namespace"), needed_from=1),
    Promise(name="connect to a unix socket", walls=("", "seccomp", "seccomp", "mount namespace"), needed_from=1),
    Promise(name="connect to an abstract socket", walls=("", "seccomp", "seccomp", "network namespace"), needed_from=1),
    Promise(name="signal a host process", walls=("", "", "landlock", "process namespace"), needed_from=3),
    Promise(name="see host processes", walls=("", "", "landlock", "process namespace"), needed_from=3),
    Promise(
        name="see a secret in an environment",
        walls=(
            "clean environment",
            "clean environment",
            "clean environment + landlock",
            "clean environment + process namespace",
        ),
        needed_from=2,
    ),
    Promise(name="inherit a descriptor", walls=("closed",) * 4, needed_from=0),
    Promise(name="make a user namespace", walls=("", "seccomp", "seccomp", "seccomp"), needed_from=1),
    Promise(name="gain privileges", walls=("no_new_privs",) * 4, needed_from=0),
    Promise(name="hold capabilities", walls=("dropped",) * 4, needed_from=0),
    Promise(name="make a dangerous system call", walls=("", "seccomp", "seccomp", "seccomp"), needed_from=1),
    Promise(name="exceed memory", walls=("RLIMIT_AS",) * 4, needed_from=0),
    Promise(name="exceed processes", walls=("RLIMIT_NPROC",) * 4, needed_from=_TOLD_ONLY, watched_by="watchdog"),
)

WATCHED = ("exceed time", "exceed memory with many processes", "survive the run")
"""What no probe can try in a few milliseconds: the launcher watches for it, and Assay's own tests do the trying."""

DANGEROUS_CALLS = ("ptrace", "keyctl", "bpf", "perf_event_open", "io_uring_setup", "userfaultfd", "process_vm_readv")


def name_mechanisms(level: int, *, has_landlock: bool) -> tuple[str, ...]:
    """The walls of a rung in the order of their height."""
    names = {3: ["namespaces", "landlock", "seccomp"], 2: ["landlock", "seccomp"], 1: ["seccomp"]}.get(level, [])
    return (*(name for name in names if has_landlock or name != "landlock"), "limits")
