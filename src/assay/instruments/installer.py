"""What `uv` is asked to do, in which order, and what its complaints mean."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from assay.errors import BuildFailed
from assay.instruments.target import folders_of
from assay.values.environment import Share, Wanted
from assay.values.lab import Command, Completed, Frame, Opening, Sandbox

STEP_S = 900.0
_MEMORY_BYTES = 16 << 30
_PROCESSES = 1024
_NETWORK = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy", "NO_PROXY", "no_proxy")
_INDEXES = ("UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS", "UV_INDEX_STRATEGY")
_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_VERSIONS = (
    "SETUPTOOLS_SCM_PRETEND_VERSION",
    "PDM_BUILD_SCM_VERSION",
    "PBR_VERSION",
    "POETRY_DYNAMIC_VERSIONING_BYPASS",
)
_SHOWN_LINES = 12
_FIRST = re.compile(r"\s*(?:error|\u00d7|x )")
_UNREACHED = re.compile(
    r"error sending request|dns error|network was disabled|failed to lookup|Could not connect|tcp connect"
)
_UNAUTHORISED = re.compile(r"\b40[13] (?:Unauthorized|Forbidden)|[Mm]issing credentials|Unauthorized")
_WAY_ROUND = (
    "Build the environment by hand and name it with --python; or name an index that is reachable without a password "
    "(UV_DEFAULT_INDEX), or a folder of wheels (UV_FIND_LINKS)."
)
_COMPILER = re.compile(
    r"(?:gcc|cc|clang|cargo|rustc|pg_config|cmake)['\"]?\S* (?:failed|not found)|command '\S*(?:gcc|cc)'"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What is built, for whom, with which interpreter."""

    wanted: Wanted
    python: Path
    version: str
    """For builds that would ask git, which is not there."""
    side: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Installer:
    """Fills `place/venv`; the tree stands in `place/source`."""

    uv: Path
    sandbox: Sandbox
    place: Path
    downloads: Path
    variables: Mapping[str, str]
    say: Callable[[str], None]

    def install(self, recipe: Recipe) -> list[str]:
        """Make the environment; returns what was left out, as sentences.

        Raises:
            BuildFailed: not even what the project itself needs could be installed, or its index wants a password.
        """
        self._refuse_secret_indexes()
        wanted, remarks = recipe.wanted, []
        self._do(recipe, "venv", "--python", str(recipe.python), str(self.place / "venv"))
        (self.place / "pins.txt").write_text("\n".join(wanted.pins) + "\n", encoding="utf-8")
        failures: list[BuildFailed] = []
        for share in dict.fromkeys(wanted.shares):
            try:
                self._dependencies(recipe, share)
                break
            except BuildFailed as error:
                failures.append(error)
        else:
            raise failures[0]
        if failures:
            first = failures[0].why.splitlines()[0] if failures[0].why else failures[0].what
            remarks.append(f"Not all extras and groups could be installed together, so some were left out: {first}")
        if wanted.is_package:
            self.say("installing the project itself")
            try:
                self._install(recipe, "--no-deps", f"./{wanted.folder}")
            except BuildFailed as error:
                last = error.why.splitlines()[-1] if error.why else ""
                remarks.append(f"The project itself could not be built, so its metadata is not installed: {last}")
        self._compile(recipe)
        return remarks

    def _compile(self, recipe: Recipe) -> None:
        """Compile what was installed, as pip does: nothing may be written there later, so every run would do it anew.

        Packages may hold files that this Python cannot compile; that stops nobody.
        """
        places = [str(place) for place in (self.place / "venv").glob("lib/python*/site-packages")]
        python = str(self.place / "venv" / "bin" / "python")
        self._run(recipe, (python, "-I", "-m", "compileall", "-qq", *places))

    def _refuse_secret_indexes(self) -> None:
        """Without its index, what is meant to come from there would be asked of the public one, by the same name."""
        secret = [name for name in _INDEXES if _has_credentials(self.variables.get(name, ""))]
        if secret:
            raise BuildFailed(
                f"{secret[0]} names an index of packages with a password.",
                why="Code that builds a package could read it, and the public index is not asked in its place.",
                next_step=_WAY_ROUND,
            )

    def _dependencies(self, recipe: Recipe, share: Share) -> None:
        wanted = recipe.wanted
        chosen = [word for extra in share.extras for word in ("--extra", extra)]
        chosen += [word for group in share.groups for word in ("--group", group)]
        limits = ["--constraint", str(self.place / "pins.txt")]
        if wanted.lock.endswith("uv.lock"):
            told = [
                "--frozen",
                "--no-default-groups",
                "--no-emit-project",
                "--no-hashes",
                "--no-annotate",
                "--no-header",
            ]
            told += ["--output-file", str(self.place / "pins.txt"), "--python", str(recipe.python), "--quiet"]
            self._do(recipe, "export", *told, *chosen)
            self._name_folders(wanted)
            self.say("installing what uv.lock names")
            self._install(recipe, "--no-deps", "--requirements", str(self.place / "pins.txt"))
            limits = self._plain_pins(limits)
        elif wanted.lock:
            self.say(f"installing what {wanted.lock} names")
            self._install(recipe, "--requirements", wanted.lock)
            limits = []
        (self.place / "more.txt").write_text("\n".join(share.lines) + "\n", encoding="utf-8")
        files = ["--requirements", str(self.place / "more.txt")] if share.lines else []
        if wanted.description and not wanted.lock.endswith("uv.lock"):
            files += ["--requirements", wanted.description, *_from_description(wanted, share)]
        if files:
            self.say("installing what the project declares")
            try:
                self._install(recipe, *files, *limits)
            except BuildFailed:
                if not (wanted.lock and wanted.folder):
                    raise
                # Pins that a project keeps for its tests may differ from those of the workspace around it.
                self._install(recipe, *files)

    def _name_folders(self, wanted: Wanted) -> None:
        """Other projects of a workspace are installed as copies: the tree stands here only while we build."""
        root = self.place / "source" / Path(wanted.lock).parent
        text = (self.place / "pins.txt").read_text(encoding="utf-8")
        text = re.sub(r"^(?:-e )?\./(\S+)", lambda found: str(root / found[1]), text, flags=re.MULTILINE)
        (self.place / "pins.txt").write_text(text, encoding="utf-8")

    def _plain_pins(self, limits: list[str]) -> list[str]:
        """The exported lock as constraints, which name no folders."""
        text = (self.place / "pins.txt").read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if re.match(r"^[A-Za-z0-9][\w.-]*==", line)]
        (self.place / "pins.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return limits

    def _install(self, recipe: Recipe, *words: str) -> None:
        """What the cache can give without the network, first; then all of it."""
        told = ("pip", "install", "--python", str(self.place / "venv" / "bin" / "python"), "--quiet", *words)
        if self._ask(recipe, "--offline", *told).status != 0:
            self._do(recipe, *told)

    def _do(self, recipe: Recipe, *words: str) -> None:
        completed = self._ask(recipe, *words)
        if completed.status != 0:
            raise _failed(recipe, completed)

    def _ask(self, recipe: Recipe, *words: str) -> Completed:
        folder = self.place / "source"
        folder = folder / recipe.wanted.folder if words[0] == "export" else folder
        return self._run(recipe, (str(self.uv), "--directory", str(folder), *words))

    def _run(self, recipe: Recipe, argv: tuple[str, ...]) -> Completed:
        frames: list[Frame] = []
        command = Command(
            argv=argv,
            tree=self.place / "empty",
            environment=tuple(self._environment(recipe).items()),
            readable=(self.uv, self.uv.resolve(), *folders_of(recipe.python), *self._named_places()),
            job=b"",
            time_limit_s=STEP_S,
            memory_bytes=_MEMORY_BYTES,
            processes=_PROCESSES,
            opening=Opening(writable=(self.place, self.downloads)),
        )
        return self.sandbox.run(command, frames.append)

    def _environment(self, recipe: Recipe) -> dict[str, str]:
        passed = {
            name: self.variables[name] for name in (*_NETWORK, *_INDEXES, *_CERTIFICATES) if name in self.variables
        }
        return {
            **{name: value for name, value in passed.items() if not _has_credentials(value)},
            "PATH": f"{recipe.python.parent}:/usr/local/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "NO_COLOR": "1",
            "UV_CACHE_DIR": str(self.downloads),
            "UV_HTTP_TIMEOUT": "60",
            "UV_LINK_MODE": "copy",
            "UV_NO_PROGRESS": "1",
            "UV_PYTHON_DOWNLOADS": "never",
            **dict.fromkeys(_VERSIONS, recipe.version),
        }

    def _named_places(self) -> list[Path]:
        """Certificates and folders of packages that the variables name."""
        named = [self.variables.get(name, "") for name in (*_CERTIFICATES, "UV_FIND_LINKS")]
        places = [
            Path(part.removeprefix("file://")) for text in named for part in text.split() if not _has_credentials(part)
        ]
        return [path for path in places if path.is_absolute() and path.exists()]


def by_hand(wanted: Wanted) -> tuple[str, str]:
    """The commands that make such an environment without Assay, with uv and with pip."""
    share = wanted.shares[0]
    if wanted.lock.endswith("uv.lock"):
        return "uv sync --all-extras --all-groups", "python3 -m venv .venv && .venv/bin/pip install -e . pytest"
    files = [path for path in wanted.sources if path.endswith((".txt", ".in", ".pip"))]
    words = [word for path in files for word in ("-r", path)]
    if wanted.is_package:
        words += ["-e", f".[{','.join(share.extras)}]" if share.extras else "."]
    words += [line for line in share.lines if not files]
    groups = [word for group in share.groups for word in ("--group", group)]
    told = shlex.join([*words, *groups])
    return f"uv venv && uv pip install {told}", f"python3 -m venv .venv && .venv/bin/pip install {told}"


def _from_description(wanted: Wanted, share: Share) -> list[str]:
    """Extras and groups; only a pyproject.toml has groups."""
    chosen = [word for extra in share.extras for word in ("--extra", extra)]
    if wanted.description.endswith("pyproject.toml"):
        chosen += [word for group in share.groups for word in ("--group", f"{wanted.description}:{group}")]
    return chosen


def _has_credentials(text: str) -> bool:
    """Does a URL hold a name and a password, which code that builds a package must not read?"""
    return any("@" in urlsplit(part).netloc for part in text.split())


def _failed(recipe: Recipe, completed: Completed) -> BuildFailed:
    """What uv said, in its own words, and what helps."""
    lines = [line.rstrip() for line in completed.output.splitlines() if line.strip()]
    start = next((n for n, line in enumerate(lines) if _FIRST.match(line)), max(0, len(lines) - 6))
    told = lines[start : start + _SHOWN_LINES]
    said = "\n".join(line.strip() for line in told) or f"uv ended with status {completed.status} and said nothing."
    uv, pip = by_hand(recipe.wanted)
    if completed.timed_out:
        said, advice = f"It was not done after {STEP_S:.0f} s.", "Build it by hand, and name it with --python."
    elif _UNAUTHORISED.search(completed.output):
        advice = f"The index wants a password, and none is passed on to code that builds packages. {_WAY_ROUND}"
    elif _UNREACHED.search(completed.output):
        advice = (
            "Check the connection to the package index (HTTPS_PROXY, UV_DEFAULT_INDEX are passed on where they hold no "
            "password); what was downloaded once is kept for later checks."
        )
    elif _COMPILER.search(completed.output):
        advice = (
            "A package has to be compiled and a tool for that is missing: install it, or choose a Python for which "
        )
        advice += "the package has wheels, with --python."
    elif "No space left" in completed.output:
        advice = "Free some space, or name another cache folder with XDG_CACHE_HOME."
    else:
        advice = "Choose another Python with --python, or build one by hand and name it with --python:"
        advice += f"\n{uv}\n{pip}"
    files = ", ".join(recipe.wanted.sources[:3])
    return BuildFailed(
        f"The environment of {recipe.side} could not be built from {files} with {os.fspath(recipe.python)}.",
        why=said,
        next_step=advice,
    )
