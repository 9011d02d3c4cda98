"""Where tests lack a package, the report has the command that brings it."""

from __future__ import annotations

from pathlib import Path

import pytest

from assay.evidence.causes import cause_of
from assay.instruments.lacking import with_commands
from assay.values.finding import Gap
from assay.values.options import CheckOptions


def remedy(detail: str, *, slug: str = "failing-on-base", options: CheckOptions | None = None) -> str:
    """What is told of a test that fails so."""
    cause = cause_of(detail)
    gap = Gap(slug=slug, reason=f"3 of 9 tests fail on base inside the sandbox: {cause.text} (t).", remedy=cause.remedy)
    asked = options or CheckOptions(directory=Path(), revisions=("main..HEAD",), projects=("services/pay",))
    (told,) = with_commands([gap], "/envs/shop/bin/python", asked)
    return told.remedy


@pytest.mark.parametrize(
    ("detail", "package"),
    [
        ("E   ModuleNotFoundError: No module named 'yaml'", "PyYAML"),
        ("E   ModuleNotFoundError: No module named 'fancy_box'", "fancy-box"),
        ("E       fixture 'mocker' not found", "pytest-mock"),
        (
            "E   ImportError: fancy-box is required to run these tests. Install it with 'pip install fancy-box' or",
            "fancy-box",
        ),
    ],
)
def test_the_command_is_whole(detail: str, package: str) -> None:
    """By uv, by pip, and by Assay."""
    assert remedy(detail) == (
        f"Install it: `uv pip install --python /envs/shop/bin/python {package}`, or "
        f"`/envs/shop/bin/python -m pip install {package}`; or have one built: "
        "`assay check --build-env main..HEAD --project services/pay`."
    )


def test_where_the_environment_was_built_base_does_not_ask_for_it() -> None:
    told = remedy("No module named 'yaml'", options=CheckOptions(directory=Path(), build_env=True))
    assert told.startswith("Nothing in base asks for PyYAML, so it was not installed;")


def test_what_a_package_does_not_hold_is_not_brought_by_installing_it() -> None:
    """Python names the first that it does not find, and a stranger's package may have the name of a namespace."""
    told = remedy("E   ModuleNotFoundError: No module named 'fancy_box.inner.most'")
    assert told == (
        "'fancy_box.inner' is there and has no 'most': another version of it, or what else brings that, is meant."
    )


def test_other_causes_keep_their_remedies() -> None:
    assert remedy("E   ConnectionRefusedError: Connection refused").startswith("It starts no service by itself")
    assert remedy("No module named 'yaml'", slug="run") == "Install 'yaml' in the target's environment."
    assert remedy("E  fixture 'unheard' not found") == "Install the plugin that offers it in the target's environment."
