"""Which interpreters run the two sides: one that was found, or with `--build-env` one that is built for each."""

from __future__ import annotations

import contextlib
import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from assay.codebase.requirements import read_wanted
from assay.errors import BuildFailed
from assay.instruments.building import Builder, Built, find_uv, no_wishes
from assay.instruments.laboratory import WallClock
from assay.instruments.memo import cache_folder
from assay.instruments.progress import Progress
from assay.instruments.pythons import find_python, nearest_version
from assay.instruments.target import Interpreter, ask, choose_python, existing
from assay.instruments.trees import Opened
from assay.values.change import Side
from assay.values.environment import Bump, Wanted, bumps
from assay.values.finding import Gap
from assay.values.lab import Sandbox
from assay.values.options import CheckOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreters:
    """What runs base, what runs head where that is another one, and in what they differ."""

    base: Interpreter
    head: Interpreter | None = None
    bumps: tuple[Bump, ...] = ()
    lacks: tuple[Gap, ...] = ()
    are_built: bool = False
    """Does each side have what its files ask for, installed for it?"""

    def with_roots(self, roots: tuple[str, ...]) -> Interpreter:
        """That of base, which knows where modules are imported from and what runs head."""
        head = self.head.target.python if self.head is not None else ""
        return replace(self.base, target=replace(self.base.target, source_roots=roots, head_python=head))


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """The interpreters that somebody named, and the project that they are for."""

    python: str | None
    head: str | None
    configured: object
    """As settings have it."""
    project: str


@contextlib.contextmanager
def interpreters_for(
    opened: Opened, options: CheckOptions, named: Named, sandbox: Sandbox, progress: Progress, clock: WallClock
) -> Iterator[Interpreters]:
    """What runs the two sides; built environments are held until this is left, and cost the budget nothing.

    Raises:
        NoTarget: there is no interpreter.
        BuildFailed: the environment of base cannot be had.
    """
    directory = opened.root or options.directory
    configured = named.configured if isinstance(named.configured, str) else None
    with ExitStack() as stack:
        if options.build_env:
            with clock.standing_still():
                builder = Builder(
                    folder=cache_folder() / "environments",
                    uv=find_uv(os.environ, shlex.join(["assay", *sys.argv[1:]])),
                    sandbox=sandbox,
                    variables=os.environ,
                    say=progress.say,
                    tell=progress.tell,
                )
                makers = _Makers(opened, directory, builder, stack, named.project)
                made = makers.both(_asked(options, configured, directory))
        else:
            path, how = choose_python(
                named.python, configured, options.directory, directory, os.environ, project=named.project
            )
            head = ask(Path(named.head), how, sandbox, directory) if named.head else None
            made = Interpreters(base=ask(path, how, sandbox, directory), head=head)
        yield made


def _asked(options: CheckOptions, configured: str | None, directory: Path) -> Path | None:
    """The interpreter from which environments are to be made, where somebody named one."""
    if options.python:
        return existing(options.python, options.directory, "--python")
    return existing(configured, directory, "[tool.assay] python") if configured else None


@dataclass(frozen=True, slots=True)
class _Makers:
    """Makes the environments of one check."""

    opened: Opened
    directory: Path
    builder: Builder
    stack: ExitStack
    project: str

    def both(self, asked: Path | None) -> Interpreters:
        """That of base, and that of head where its files ask for another one."""
        wanted = self._wanted("base")
        if wanted is None:
            raise no_wishes("base")
        python = asked or find_python(self.builder.uv, wanted.python, os.environ)
        ours = self._made("base", wanted, python)
        base, lacks = self._asked(ours, wanted), _left_out("base", ours.remarks)
        try:
            other = self._wanted("head")
            if other is None or other.digest == wanted.digest:
                return Interpreters(base=base, lacks=lacks, are_built=True)
            theirs = self._made("head", other, python)
        except BuildFailed as error:
            return Interpreters(base=base, lacks=(*lacks, _no_head(error)))
        return Interpreters(
            base=base,
            head=self._asked(theirs, other),
            bumps=bumps(ours.distributions, theirs.distributions, wanted.name),
            lacks=(*lacks, *_left_out("head", theirs.remarks)),
            are_built=True,
        )

    def _made(self, side: Side, wanted: Wanted, python: Path) -> Built:
        opened = self.opened
        commit = opened.base.commit if side == "base" else opened.head.commit or opened.base.commit
        held = self.builder.held(
            wanted,
            python,
            lambda place: opened.materialise(side, place),
            version=nearest_version(self.directory, commit),
            side=side,
        )
        return self.stack.enter_context(held)

    def _asked(self, built: Built, wanted: Wanted) -> Interpreter:
        files = " and ".join(wanted.sources[:2]) + (" and others" if len(wanted.sources) > 2 else "")
        return ask(built.python, f"--build-env: {files}", self.builder.sandbox, self.directory)

    def _wanted(self, side: Side) -> Wanted | None:
        try:
            return read_wanted(self.opened.source, side, self.project)
        except ValueError as error:
            raise BuildFailed(
                f"What {side} needs cannot be read.",
                why=str(error),
                next_step="Mend that file, or name an environment with --python.",
            ) from error


def _left_out(side: Side, remarks: Sequence[str]) -> tuple[Gap, ...]:
    return tuple(
        Gap(
            slug="environment",
            reason=f"The environment of {side} is not whole. {remark}",
            remedy="Where tests need what is missing, build one by hand and name it with --python.",
        )
        for remark in remarks
    )


def _no_head(error: BuildFailed) -> Gap:
    first = next(iter(error.why.splitlines()), "")
    return Gap(
        slug="environment",
        reason=f"{error.what} {first} Head ran in base's environment.".replace("  ", " "),
        remedy=error.next_step.splitlines()[0],
        detail=error.why,
    )
