"""`assay reality` about a change: what it calls that is not there, and its base did not call so."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.test_check import BASE, assay, commit, git, write

OLD = "import json\n\n\ndef load(text):\n    return json.loads(text, strictness=1)\n"
NEW = OLD + "\n\ndef dump(value):\n    return json.dump_string(value)\n"


def repository(folder: Path, **head: str) -> Path:
    """A repository whose base calls something that is not there; the branch `head` adds to it."""
    write(folder, {**BASE, "shop/store.py": OLD})
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "base")
    commit(folder, {"shop/store.py": NEW, **head})
    return folder


def test_only_what_the_change_brings_is_told(tmp_path: Path) -> None:
    """Base's own mistake is nobody's news; asked as a file, both are there."""
    shop = repository(tmp_path / "shop")
    done = assay(shop, "reality", "main..head", "--python", sys.executable, "--format", "json")
    assert done.returncode == 1, done.stderr
    (finding,) = json.loads(done.stdout)["findings"]
    assert (finding["path"], finding["line"], finding["name"]) == ("shop/store.py", 9, "json.dump_string")
    both = assay(shop, "reality", "shop/store.py", "--python", sys.executable, "--format", "json")
    assert [found["line"] for found in json.loads(both.stdout)["findings"]] == [5, 9]


def test_without_a_name_it_is_what_the_branch_adds(tmp_path: Path) -> None:
    """Uncommitted work included."""
    shop = repository(tmp_path / "shop")
    write(shop, {"shop/store.py": OLD})
    done = assay(shop, "reality", "--python", sys.executable)
    assert done.returncode == 0, done.stdout
    assert done.stdout.startswith("nothing denied")


def test_a_declared_package_that_is_not_installed_is_a_gap(tmp_path: Path) -> None:
    """The environment lacks it, whatever the change does."""
    declared = '[project]\nname = "shop"\nversion = "1"\ndependencies = ["nothing-like-this"]\n'
    files = {"shop/far.py": "import nothing_like_this\n", "pyproject.toml": declared}
    shop = repository(tmp_path / "shop", **files)
    told = json.loads(assay(shop, "reality", "main..head", "--python", sys.executable, "--format", "json").stdout)
    assert [found["name"] for found in told["findings"]] == ["json.dump_string"]
    assert ["nothing_like_this" in gap for gap in told["gaps"]] == [True]


def test_what_is_neither_a_file_nor_a_revision(tmp_path: Path) -> None:
    """Each is called by what it looks like."""
    shop = repository(tmp_path / "shop")
    done = assay(shop, "reality", "nowhere.py")
    assert (done.returncode, "There is no file nowhere.py" in done.stderr) == (2, True)
    done = assay(shop, "reality", "nowhere")
    assert (done.returncode, "nowhere" in done.stderr) == (2, True)
    done = assay(shop, "reality", "one", "two", "three")
    assert (done.returncode, "A change has two sides" in done.stderr) == (2, True)


def test_a_package_that_files_around_use_is_a_gap_and_one_that_nobody_knows_is_not(tmp_path: Path) -> None:
    """The same for files as for a change: declared, or imported by files that are not in question."""
    folder = tmp_path / "plain"
    files = {
        "new.py": "import declared_one\nimport used_one\nimport nobody_knows\nfrom nobody_knows import x\n",
        "old.py": "import used_one\nimport lonely\n",
        "requirements.txt": "declared-one>=2\n",
        "setup.cfg": "",
        "maybe.py": "try:\n    import optional_one\nexcept ImportError:\n    optional_one = None\n\nimport optional_one.deep\n",
    }
    write(folder, files)
    for named, expected in (("new.py", ["nobody_knows"]), (".", ["nobody_knows", "lonely"])):
        done = assay(folder, "reality", named, "--python", sys.executable, "--format", "json")
        told = json.loads(done.stdout)
        assert [found["name"] for found in told["findings"]] == expected
        assert ["uses declared_one, used_one, which are not installed" in gap for gap in told["gaps"]] == [True]
