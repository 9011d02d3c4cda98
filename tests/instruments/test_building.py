"""Environments are built once, whole or not at all, and behind walls."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from tests.values_for_tests import wanted

from assay.errors import BuildFailed
from assay.instruments.building import Builder, Built, find_uv
from assay.instruments.pythons import find_python, nearest_version
from assay.instruments.sandbox.door import LinuxSandbox, open_sandbox
from assay.values.environment import Bump, Distribution, Share, Wanted, bumps

PYTHON = Path(sys.executable).resolve()
FAKE = """#!/bin/sh
# A stand-in that keeps uv's promises: it makes an environment, and installs what it is asked for.
echo "$@" >> "$UV_CACHE_DIR/asked"
env >> "$UV_CACHE_DIR/environment"
shift 2
case "$*" in
  *unreachable*) echo "error: Failed to fetch" >&2; echo "  Caused by: dns error" >&2; exit 2;;
  *private*) echo "  x Failed to fetch: HTTP status client error (401 Unauthorized) for url" >&2; exit 2;;
  *broken*) echo "  x No solution found: broken is broken" >&2; exit 1;;
esac
case "$1" in
  venv) mkdir -p "$4/bin" "$4/lib/python3.11/site-packages"; ln -s "$3" "$4/bin/python";;
  --offline) [ -e "$UV_CACHE_DIR/warm" ] || { touch "$UV_CACHE_DIR/warm"; exit 1; };;
esac
site=$(dirname "$UV_CACHE_DIR")
for place in "$site"/*/venv/lib/python3.11/site-packages; do
  if [ -w "$place" ]; then
    mkdir -p "$place/attrs-24.2.0.dist-info"
    echo 'x = 1' > "$place/attr.py"
    echo 'print "for another Python"' > "$place/older.py"
    printf 'Name: Attrs\\nVersion: 24.2.0\\n' > "$place/attrs-24.2.0.dist-info/METADATA"
    printf 'attr/__init__.py,,\\nattrs/__init__.py,,\\n../../bin/x,,\\n' > "$place/attrs-24.2.0.dist-info/RECORD"
  fi
done
"""


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LinuxSandbox]:
    """The strongest there is."""
    sandbox = open_sandbox(tmp_path_factory.mktemp("scratch"), at_least=2)
    yield sandbox
    sandbox.close()


@pytest.fixture
def builder(sandbox: LinuxSandbox, tmp_path: Path) -> Builder:
    """A builder with the stand-in for uv."""
    uv = tmp_path / "tools" / "uv"
    uv.parent.mkdir()
    uv.write_text(FAKE, encoding="utf-8")
    uv.chmod(0o755)
    variables = {
        "UV_DEFAULT_INDEX": "https://example.org/simple",
        "HTTPS_PROXY": "https://me:secret@proxy.example.org",
        "AWS_SECRET": "secret",
    }
    said: list[str] = []
    return Builder(
        folder=tmp_path / "cache" / "environments",
        uv=uv,
        sandbox=sandbox,
        variables=variables,
        say=said.append,
        tell=said.append,
    )


def build(builder: Builder, wishes: Wanted) -> Built:
    """Hold it for a moment."""

    def write(place: Path) -> None:
        (place / "shop.py").write_text("x = 1\n", encoding="utf-8")

    with builder.held(wishes, PYTHON, write, version="1.0", side="base") as built:
        return built


def asked(builder: Builder) -> list[str]:
    """What uv was asked."""
    return (builder.folder / "packages" / "asked").read_text(encoding="utf-8").splitlines()


def test_an_environment_is_built_once(builder: Builder) -> None:
    """It tells what it holds; the cache is tried before the network; the tree that it was made from is gone."""
    one, other = build(builder, wanted()), build(builder, wanted())
    assert (one.was_kept, other.was_kept, one.key) == (False, True, other.key)
    assert one.distributions == {"attrs": Distribution(name="attrs", version="24.2.0", modules=("attr", "attrs"))}
    commands = [line.split(maxsplit=2)[2] for line in asked(builder)]
    assert commands[0].startswith("venv --python ")
    assert commands[1].startswith("--offline pip install ")
    assert commands[2] == commands[1].removeprefix("--offline ")
    assert sorted(path.name for path in (builder.folder / one.key).iterdir()) == [
        "environment.json",
        "more.txt",
        "pins.txt",
        "venv",
    ]


def test_what_was_installed_is_compiled_where_this_python_can(builder: Builder) -> None:
    """Nothing may be written there later, so every process of a check would compile it again."""
    compiled = (builder.folder / build(builder, wanted()).key).rglob("site-packages/__pycache__/*.pyc")
    assert [path.name.split(".")[0] for path in compiled] == ["attr"]


def test_other_wishes_make_another_environment(builder: Builder) -> None:
    assert build(builder, wanted()).key != build(builder, wanted(digest="2")).key


def test_code_that_builds_sees_no_secret(builder: Builder) -> None:
    """Where packages come from is passed on, unless a password stands in it."""
    build(builder, wanted())
    seen = (builder.folder / "packages" / "environment").read_text(encoding="utf-8")
    assert "UV_DEFAULT_INDEX=https://example.org/simple" in seen
    assert "SETUPTOOLS_SCM_PRETEND_VERSION=1.0" in seen
    assert "secret" not in seen


def test_an_index_with_a_password_is_neither_passed_on_nor_replaced_by_the_public_one(builder: Builder) -> None:
    """A package of the firm's own name may be anybody's there."""
    private = replace(builder, variables={"UV_EXTRA_INDEX_URL": "https://me:secret@example.org/simple"})
    with pytest.raises(BuildFailed, match="UV_EXTRA_INDEX_URL names an index of packages with a password") as failed:
        build(private, wanted())
    assert "name it with --python" in failed.value.next_step
    assert "secret" not in str(failed.value)


def test_an_index_that_wants_a_password_is_told_from_other_failures(builder: Builder) -> None:
    with pytest.raises(BuildFailed) as failed:
        build(builder, wanted(shares=(Share(extras=("private",)),)))
    assert failed.value.next_step.startswith("The index wants a password")


def test_what_cannot_be_had_together_is_tried_with_less(builder: Builder) -> None:
    """And said."""
    built = build(builder, wanted(shares=(Share(extras=("broken",)), Share(extras=("tests",)))))
    assert [remark[:60] for remark in built.remarks] == ["Not all extras and groups could be installed together, so so"]
    assert "broken is broken" in built.remarks[0]


def test_a_failure_leaves_nothing_and_says_why(builder: Builder) -> None:
    with pytest.raises(BuildFailed) as failed:
        build(builder, wanted(shares=(Share(lines=("a",), extras=("broken",)),)))
    assert failed.value.what.startswith("The environment of base could not be built from pyproject.toml with ")
    assert failed.value.why == "x No solution found: broken is broken"
    assert "uv venv && uv pip install -e" in failed.value.next_step
    assert [path.name for path in builder.folder.iterdir() if path.is_dir()] == ["packages"]


def test_a_missing_network_is_told_from_other_failures(builder: Builder) -> None:
    with pytest.raises(BuildFailed) as failed:
        build(builder, wanted(shares=(Share(extras=("unreachable",)),)))
    assert failed.value.next_step.startswith("Check the connection to the package index")


def test_an_interrupted_build_leaves_nothing(builder: Builder) -> None:
    def interrupted(_place: Path) -> None:
        raise KeyboardInterrupt

    with suppress(KeyboardInterrupt), builder.held(wanted(), PYTHON, interrupted, version="1", side="base"):
        pass
    assert [path.name for path in builder.folder.iterdir() if path.is_dir()] == ["packages"]


def test_half_an_environment_is_built_again(builder: Builder) -> None:
    """A killed check cannot tidy up."""
    key = build(builder, wanted()).key
    (builder.folder / key / "environment.json").unlink()
    (builder.folder / key / "half").touch()
    assert not build(builder, wanted()).was_kept
    assert not (builder.folder / key / "half").exists()


def test_two_checks_at_once_build_one_environment(builder: Builder) -> None:
    kept: list[bool] = []
    threads = [threading.Thread(target=lambda: kept.append(build(builder, wanted()).was_kept)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(kept) == [False, True, True]


def test_without_uv_the_way_to_it_is_told() -> None:
    with pytest.raises(BuildFailed, match="--build-env needs uv") as failed:
        find_uv({"PATH": "/nowhere"}, "assay check --build-env")
    assert failed.value.next_step == (
        "Install it: pip install 'assay[build]' (or: pip install uv)\nThen again: assay check --build-env"
    )


def test_a_python_that_nobody_has_is_told(builder: Builder) -> None:
    with pytest.raises(BuildFailed, match="satisfies >=3"):
        find_python(Path("/bin/false"), ">=3.99", {})


def test_without_a_repository_no_tag_names_a_version(tmp_path: Path) -> None:
    assert nearest_version(tmp_path, None) == nearest_version(tmp_path, "1" * 40) == "0.0.1"


def test_what_differs_between_two_environments_is_a_bump() -> None:
    """The project itself is none."""

    def holding(**versions: str) -> dict[str, Distribution]:
        return {name: Distribution(name=name, version=text, modules=(name,)) for name, text in versions.items()}

    found = bumps(holding(a="1", b="1", shop="1", gone="1"), holding(a="2", b="1", shop="2", new="3"), "shop")
    assert [bump.words for bump in found] == ["a 1 -> 2", "gone 1 went", "new 3 came"]
    assert found[0] == Bump(name="a", before="1", after="2", modules=frozenset({"a"}))
