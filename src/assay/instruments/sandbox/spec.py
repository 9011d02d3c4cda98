"""What the launcher is told: one command, its walls and its limits."""

from __future__ import annotations

SYSTEM_PATHS = (
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/nix/store",
    "/gnu/store",
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/magic",
    "/etc/mime.types",
    "/etc/os-release",
    "/etc/pki/tls/certs",
    "/etc/pki/ca-trust/extracted",
    "/etc/protocols",
    "/etc/services",
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
    "/etc/timezone",
)
"""What an interpreter and its C libraries read on any Linux; nothing here is a secret."""

NETWORK_PATHS = ("/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/gai.conf", "/etc/host.conf")
"""What finds the address of a name, for the runs that may reach the network."""

NAMESPACES = 3
LANDLOCK = 2
SECCOMP = 1
"""The level from which each wall stands."""

DEVICES = ("full", "null", "random", "urandom", "zero")


class Spec:
    """One run, as Assay hands it to the launcher.

    A plain class: dataclasses would double the start time of the launcher.
    """

    def __init__(
        self,
        *,
        level: int,
        argv: list[str],
        environment: dict[str, str],
        tree: str,
        tree_path: str,
        readable: list[str],
        scratch: str,
        time_limit_s: float,
        memory_bytes: int,
        processes: int,
        file_bytes: int,
        scratch_bytes: int,
        owner: int,
        network: bool = False,
        writable: tuple[str, ...] = (),
    ) -> None:
        self.level = level
        self.argv = argv
        self.environment = environment
        self.tree = tree
        self.tree_path = tree_path
        self.readable = readable
        self.scratch = scratch
        """Host folder: mount point of the fresh root (L3), or the one place to write to (below)."""
        self.time_limit_s = time_limit_s
        self.memory_bytes = memory_bytes
        self.processes = processes
        self.file_bytes = file_bytes
        self.scratch_bytes = scratch_bytes
        self.owner = owner
        """Process id of Assay, which the target must not signal."""
        self.network = network
        """Does it share the host's network?"""
        self.writable = writable
        """Host folders that it may write to, at their own paths."""


def write_spec(spec: Spec) -> bytes:
    """The spec as bytes for `read_spec`: fields in order, each a count and so many texts, all closed by NUL.

    JSON would cost the launcher its parser; no path, argument or variable can hold a NUL.
    """
    fields = (
        [str(spec.level)],
        spec.argv,
        [text for pair in spec.environment.items() for text in pair],
        [spec.tree, spec.tree_path, spec.scratch],
        spec.readable,
        [repr(spec.time_limit_s)],
        [str(n) for n in (spec.memory_bytes, spec.processes, spec.file_bytes, spec.scratch_bytes, spec.owner)],
        [str(int(spec.network)), *spec.writable],
    )
    texts = [text for field in fields for text in (str(len(field)), *field)]
    if any("\0" in text for text in texts):
        raise ValueError("a NUL in an argument, a variable or a path")
    return "".join(f"{text}\0" for text in texts).encode("utf-8", "surrogateescape")


def read_spec(data: bytes) -> Spec:
    """The spec that `write_spec` wrote."""
    texts = iter(data.decode("utf-8", "surrogateescape").split("\0"))

    def field() -> list[str]:
        return [next(texts) for _ in range(int(next(texts)))]

    (level,) = field()
    argv, variables, places, readable, (time_limit_s,) = field(), field(), field(), field(), field()
    tree, tree_path, scratch = places
    memory_bytes, processes, file_bytes, scratch_bytes, owner = map(int, field())
    network, *writable = field()
    return Spec(
        level=int(level),
        argv=argv,
        environment=dict(zip(variables[::2], variables[1::2], strict=True)),
        tree=tree,
        tree_path=tree_path,
        readable=readable,
        scratch=scratch,
        time_limit_s=float(time_limit_s),
        memory_bytes=memory_bytes,
        processes=processes,
        file_bytes=file_bytes,
        scratch_bytes=scratch_bytes,
        owner=owner,
        network=network == "1",
        writable=tuple(writable),
    )


class SetupError(Exception):
    """A wall could not be raised: which one, and what the kernel said."""

    def __init__(self, stage: str, error: OSError) -> None:
        super().__init__(f"{stage}: {error.strerror or error}")


class Stage:
    """Names what was being set up when the kernel said no; contextlib would cost a fifth of the start."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, OSError):
            raise SetupError(self.name, error) from error
