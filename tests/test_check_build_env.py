"""`assay check --build-env`: each side runs with the packages that it asks for, and nothing is installed anywhere else."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.checking import Repository

pytestmark = pytest.mark.slow

UV = r"""#!/bin/sh
# A stand-in for uv with one package in its index, `rate`, in the version that pyproject.toml pins.
directory=$2; shift 2
[ "$1" = --offline ] && shift
case "$1" in
  venv)
    name=$("$3" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
    real=$(readlink -f "$3")
    mkdir -p "$4/bin" "$4/lib/$name/site-packages"
    ln -s "$real" "$4/bin/python"
    printf 'home = %s\n' "$(dirname "$real")" > "$4/pyvenv.cfg";;
  pip)
    version=$(sed -n 's/.*rate==\([0-9.]*\).*/\1/p' "$directory/pyproject.toml")
    [ "$version" = 9.9 ] && { echo "error: rate 9.9 does not exist" >&2; exit 1; }
    site=$(echo "$(dirname "$(dirname "$4")")"/lib/*/site-packages)
    [ "$version" = 1.0 ] && how=int || how=round
    printf 'def to_cents(amount):\n    return %s(amount * 100)\n' "$how" > "$site/rate.py"
    mkdir -p "$site/rate-$version.dist-info"
    printf 'Name: rate\nVersion: %s\n' "$version" > "$site/rate-$version.dist-info/METADATA"
    printf 'rate.py,,\n' > "$site/rate-$version.dist-info/RECORD";;
esac
"""
SHOP = """
=== pyproject.toml
[project]
name = "shop"
version = "1"
dependencies = ["rate==1.0"]
=== shop.py
from rate import to_cents


def price(amount):
    return to_cents(amount) + 1


def greet(name):
    return "Hello " + name
=== test_shop.py
import unittest

from shop import greet, price


class PriceTest(unittest.TestCase):
    def test_price(self):
        self.assertEqual(price(2.5), 251)
        price(1.15)
        greet("Ada")
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithUv(Repository):
    """A repository whose owner has uv on the path."""

    def environment(self) -> dict[str, str]:
        """With the stand-in before all other programs."""
        known = Repository.environment(self)
        return {**known, "PATH": f"{self.root.parent / 'tools'}{os.pathsep}{known['PATH']}"}


@pytest.fixture
def shop(tmp_path: Path) -> WithUv:
    """A shop that depends on one package."""
    uv = tmp_path / "tools" / "uv"
    uv.parent.mkdir()
    uv.write_text(UV, encoding="utf-8")
    uv.chmod(0o755)
    root = tmp_path / "shop"
    root.mkdir()
    made = WithUv(root=root)
    made.git("init", "-q", "-b", "main")
    made.commit(SHOP)
    return made


def bump(shop: WithUv, version: str) -> None:
    """Nothing but the dependency changes."""
    shop.commit(f"=== pyproject.toml\n{SHOP.partition('=== shop.py')[0].partition('toml')[2].replace('1.0', version)}")


def test_a_bump_of_a_package_is_the_change_under_test(shop: WithUv) -> None:
    """The function that uses it is compared with base's package and with head's; what does not use it is no unit."""
    bump(shop, "2.0")
    told = shop.check("HEAD", "--build-env")
    assert told.report["change"]["remarks"] == ["Head's environment: rate 1.0 -> 2.0; used by shop.price."]
    assert [unit["why"] for unit in told.report["change"]["units"]] == [["reads to_cents of rate 1.0 -> 2.0"]]
    assert told.findings[0] == "hold shop.price: price() answers differently"
    assert told.status == 1
    interpreter = told.report["interpreter"]
    assert interpreter["found_by"] == "--build-env: pyproject.toml"
    assert interpreter["head_python"] not in {"", interpreter["python"]}
    assert "dependencies" not in told.gaps
    again = [sys.executable, "-m", "assay", "replay", told.report["findings"][0]["id"]]
    seen = subprocess.run(again, cwd=shop.root, env=shop.environment(), capture_output=True, text=True, check=False)
    assert seen.returncode == 0, seen.stdout + seen.stderr


def test_an_environment_of_head_that_cannot_be_built_is_a_gap(shop: WithUv) -> None:
    """Both sides run in base's then, and the changed dependency is a gap as it was."""
    bump(shop, "9.9")
    told = shop.check("HEAD", "--build-env")
    (gap,) = [gap for gap in told.report["gaps"] if gap["slug"] == "environment"]
    assert "rate 9.9 does not exist" in gap["reason"]
    assert gap["reason"].endswith("Head ran in base's environment.")
    assert "dependencies" in told.gaps
