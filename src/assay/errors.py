"""The errors that a person reads: what happened, why, and what to do next."""

from __future__ import annotations


class AssayError(Exception):
    """Something that stopped us, in words for the person who ran the command.

    `slug` is stable and may be matched by machines; the sentences may change.
    """

    slug = "failed"

    def __init__(self, what: str, *, why: str = "", next_step: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.next_step = next_step


class UsageError(AssayError):
    """The command makes no sense as it was given (exit status 2)."""

    slug = "usage"


class GitFailed(AssayError):
    """Git could not answer."""

    slug = "git"


class NoTarget(AssayError):
    """No interpreter was found that can run the project."""

    slug = "no-interpreter"


class UnsafeHost(AssayError):
    """The isolation that policy asks for cannot be had on this machine."""

    slug = "isolation"


class SandboxFailed(AssayError):
    """A sandboxed process could not be started or did not keep to the protocol."""

    slug = "sandbox"


class CheckerFailed(AssayError):
    """The type checker could not be asked."""

    slug = "type-checker"


class BuildFailed(AssayError):
    """An environment for the project could not be built."""

    slug = "build-env"


class StorageFailed(AssayError):
    """There is no room, or no permission, for what Assay has to write."""

    slug = "storage"
