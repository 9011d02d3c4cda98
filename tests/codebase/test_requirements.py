"""What an environment has to hold is read from the files that people keep for that."""

from __future__ import annotations

import pytest
from tests.change.telling import MemorySource, files

from assay.codebase.locks import of_poetry, pins_of, specifier
from assay.codebase.requirements import read_wanted
from assay.values.environment import Wanted


def wanted(text: str, project: str = "") -> Wanted:
    """What base wants."""
    found = read_wanted(MemorySource(files(text), {}), "base", project)
    assert found is not None
    return found


def first(text: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Extras, groups and lines of the fullest share."""
    share = wanted(text).shares[0]
    return share.extras, share.groups, share.lines


PROJECT = "=== pyproject.toml\n[project]\nname = 'My_Shop'\nrequires-python = '>=3.10'\n"


def test_a_project_says_its_name_and_its_pythons() -> None:
    found = wanted(f"{PROJECT}[build-system]\nrequires = []\n")
    assert (found.name, found.python, found.description, found.is_package) == (
        "my-shop",
        ">=3.10",
        "pyproject.toml",
        True,
    )
    assert not wanted(PROJECT).is_package


def test_extras_and_groups_for_documents_and_linters_are_left_out() -> None:
    """Nothing in them is imported by a test."""
    text = (
        f"{PROJECT}[project.optional-dependencies]\nredis = ['redis']\ndocs = ['sphinx']\ntests = ['nose2']\n"
        "[dependency-groups]\ndev = []\nlint = ['ruff']\n"
    )
    assert first(text) == (("redis", "tests"), ("dev",), ())
    assert [share.extras for share in wanted(text).shares] == [("redis", "tests"), ("tests",), ()]


def test_what_only_a_tool_of_its_own_would_install_is_written_out() -> None:
    text = (
        "=== pyproject.toml\n[tool.poetry]\nname = 'shop'\n[tool.poetry.dependencies]\npython = '^3.9'\n"
        "[tool.poetry.group.test.dependencies]\npytest = '^7.1'\nfreezegun = '*'\n"
        "[tool.pdm.dev-dependencies]\ntest = ['respx']\n[tool.hatch.envs.default]\ndependencies = ['time-machine']\n"
        "[tool.uv]\ndev-dependencies = ['anyio']\n"
    )
    assert first(text)[2] == ("pytest>=7.1,<8", "freezegun", "respx", "time-machine", "anyio")
    assert wanted(text).python == ">=3.9,<4"


def test_requirement_files_are_read_with_what_they_include() -> None:
    """Hashes and the project itself are left out, and the extras that it names are taken."""
    text = (
        f"{PROJECT}[project.optional-dependencies]\nbuild_all = []\n"
        "=== requirements.txt\n# what we run on\n-e .[build_all]\nhttpx==0.27.0 \\\n    --hash=sha256:00\n"
        "=== requirements/test.txt\n-r ../requirements.txt\npytest==8.0.0  # runner\n"
        "=== requirements/docs.txt\nsphinx\n"
    )
    assert first(text) == (("build_all",), (), ("httpx==0.27.0", "pytest==8.0.0"))


def test_pytest_is_added_where_tests_use_it_and_no_file_says_so() -> None:
    text = f"{PROJECT}=== tests/test_shop.py\nimport pytest\n"
    assert first(text)[2] == ("pytest",)
    assert first(f"{text}=== tox.ini\n[testenv]\ndeps =\n  pytest>=7\n  black=={{env:BLACK}}\n")[2] == ("pytest>=7",)


def test_a_setup_script_is_read_and_never_run() -> None:
    text = (
        "=== setup.py\nfrom setuptools import setup\nTESTS = ['nose2']\nraise SystemExit\n"
        "setup(name='Old.Shop', python_requires='>=3.7', tests_require=TESTS, extras_require={'redis': read('x')})\n"
    )
    found = wanted(text)
    assert (found.name, found.python, found.is_package, found.description) == ("old-shop", ">=3.7", True, "setup.py")
    assert first(text) == (("redis",), (), ("nose2",))


def test_a_lock_that_uv_reads_comes_before_all_others() -> None:
    text = f"{PROJECT}=== uv.lock\nversion = 1\n=== poetry.lock\n=== requirements.txt\nx\n"
    found = wanted(text)
    assert (found.lock, found.pins, found.sources) == ("uv.lock", (), ("uv.lock", "pyproject.toml"))


def test_a_project_inside_a_tree_has_its_own_files_and_the_lock_above_it() -> None:
    text = "=== uv.lock\n=== api/pyproject.toml\n[project]\nname = 'api'\n=== web/requirements.txt\nflask\n"
    assert wanted(text, "api").sources == ("uv.lock", "api/pyproject.toml")
    assert wanted(text.replace("=== uv.lock\n", ""), "web").shares[0].lines == ("flask",)


def test_only_what_decides_the_environment_changes_its_digest() -> None:
    """Settings of a linter, and code, are not among it; sources that are compiled are."""
    text = f"{PROJECT}dependencies = ['a']\n"
    digest = wanted(text).digest
    assert digest == wanted(f"{text}[tool.ruff]\nselect = ['E']\n=== shop.py\nx = 1\n").digest
    assert len({digest, wanted(text.replace("'a'", "'b'")).digest, wanted(f"{text}=== fast.c\nint x;\n").digest}) == 3


def test_a_tree_that_says_nothing_wants_nothing() -> None:
    assert read_wanted(MemorySource(files("=== pyproject.toml\n[tool.ruff]\n"), {}), "base", "") is None


def test_a_broken_description_is_told() -> None:
    with pytest.raises(ValueError, match="is no TOML"):
        wanted("=== pyproject.toml\n[project\n")


@pytest.mark.parametrize(
    ("name", "text", "pins"),
    [
        ("poetry.lock", "[[package]]\nname = 'Rich_Text'\nversion = '1.2'\n", ("rich-text==1.2",)),
        (
            "poetry.lock",
            (
                "[[package]]\nname = 'a'\nversion = '1'\nmarkers = \"python_version < '3.11'\"\n"
                "[[package]]\nname = 'a'\nversion = '2'\nmarkers = \"python_version >= '3.11'\"\n"
            ),
            ("a==1 ; python_version < '3.11'", "a==2 ; python_version >= '3.11'"),
        ),
        ("poetry.lock", "[[package]]\nname = 'a'\nversion = '1'\n[[package]]\nname = 'a'\nversion = '2'\n", ()),
        ("poetry.lock", "[[package]]\nname = 'a'\nversion = '1'\n[package.source]\ntype = 'git'\n", ()),
        ("pdm.lock", "[[package]]\nname = 'a'\nversion = '1'\npath = './a'\n", ()),
        ("Pipfile.lock", '{"default": {"a": {"version": "==1"}}, "develop": {"b": {"git": "x"}}}', ("a==1",)),
    ],
)
def test_other_locks_become_constraints(name: str, text: str, pins: tuple[str, ...]) -> None:
    """A version that depends on more than the lock says is left to the resolver."""
    assert pins_of(name, text) == pins


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("^1.2.3", ">=1.2.3,<2"),
        ("^0.2.3", ">=0.2.3,<0.3"),
        ("^0.0.3", ">=0.0.3,<0.0.4"),
        ("~1.2", ">=1.2,<1.3"),
        ("~1", ">=1,<2"),
        ("1.2", "==1.2"),
        ("=1.2", "==1.2"),
        ("*", ""),
        (">=1,<3", ">=1,<3"),
        ("^1 || ^2", ">=1,<2"),
    ],
)
def test_versions_of_poetry_are_said_as_everybody_says_them(text: str, plain: str) -> None:
    assert specifier(text) == plain


def test_requirements_of_poetry_keep_extras_and_conditions() -> None:
    table = {
        "python": "^3.9",
        "a": {"version": "^1", "extras": ["x", "y"], "python": "<3.11", "markers": "os_name == 'posix'"},
        "b": {"git": "https://example.org/b"},
        "c": [{"version": "1", "python": "~3.9"}],
    }
    assert list(of_poetry(table)) == [
        "a[x,y]>=1,<2 ; (os_name == 'posix') and python_version < '3.11'",
        "c==1 ; python_version >= '3.9' and python_version < '3.10'",
    ]
