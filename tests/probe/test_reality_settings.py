"""Settings, keys of settings and environment variables that nothing installed reads."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.probe.asking import ask
from tests.probe.test_reality_loading import home_with

INSTALLED = {
    "django/__init__.py": "def setup():\n    pass\n",
    "django/conf/__init__.py": (
        "class LazySettings:\n    configured = False\n"
        "    @staticmethod\n    def configure(**given): pass\n"
        "    def __getattr__(self, name):\n        from django.conf import global_settings\n"
        "        return getattr(global_settings, name)\n\nsettings = LazySettings()\n"
    ),
    "django/conf/global_settings.py": "DEFAULT_FROM_EMAIL = 'me@localhost'\nCACHES = {}\nINSTALLED_APPS = []\n",
    "toolbar/__init__.py": "",
    "toolbar/settings.py": (
        "from django.conf import settings\n\n"
        "DEFAULTS = {'SHOW_TOOLBAR': True, 'ROOT_TAG': '', 'EXTRA_SIGNALS': []}\n\n"
        "def config():\n    return {**DEFAULTS, **getattr(settings, 'TOOLBAR', {})}\n"
    ),
    "tokens/__init__.py": (
        "from django.conf import settings\n\nUSED = {'LIFETIME': 5, 'ALGORITHM': 'HS'} | getattr(settings, 'TOKENS', {})\n"
    ),
    "tokens-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: tokens\nVersion: 1\nRequires-Dist: django>=4\n",
    "tokens-1.dist-info/top_level.txt": "tokens\n",
    "themes/__init__.py": "from django.conf import settings\n\nCOLOURS = {n: v for n, v in getattr(settings, 'THEMES', {}).items()}\n",
    "lander/__init__.py": (
        "import os\n\nFOLDER = 'LANDER_CONFIG_DIR'\n\n"
        "def where(env=os.environ):\n    return os.environ.get(FOLDER) or env.get('LANDER_HOME_PATH')\n"
    ),
}
SETTINGS = '"""What django is told."""\nINSTALLED_APPS = ["toolbar", "themes"]\n'


def told(folder: Path, text: str) -> list[tuple[str, str, tuple[str, ...]]]:
    """Certainty, name and nearest names of each denial."""
    judge = home_with(folder, sys.executable, INSTALLED)
    return [(denial.certainty, denial.name, denial.nearest) for denial in ask(folder, text, python=judge).found]


@pytest.mark.parametrize(
    ("table", "key", "near"),
    [
        ("TOOLBAR = {'SHOW_TOOLBARS': True}", "settings.TOOLBAR['SHOW_TOOLBARS']", ("SHOW_TOOLBAR",)),
        ("TOOLBAR = {'ROOT_TAG': 'b', 'PANELS': []}", "settings.TOOLBAR['PANELS']", ()),
        ("TOKENS = {'ALGORITHM': 'HS', 'EXPIRY': 5}", "settings.TOKENS['EXPIRY']", ()),
    ],
)
def test_a_key_that_no_reader_of_the_setting_knows_is_told(
    table: str, key: str, near: tuple[str, ...], tmp_path: Path
) -> None:
    """By the sources of the named applications, and of distributions that need Django."""
    assert told(tmp_path, SETTINGS + table + "\n") == [("ignored", key, near)]


@pytest.mark.parametrize(
    "table",
    [
        "TOOLBAR = {'SHOW_TOOLBAR': True, 'EXTRA_SIGNALS': []}",
        "TOKENS = {'LIFETIME': 5}",
        "THEMES = {'NIGHT': 'black', 'DAWN': 'pink'}",
        "CACHES = {'DEFAULT': {}}",
        "SHOP = {'SHOW_TOOLBARS': True}",
        "MORE = {}\nTOOLBAR = {**MORE, 'SHOW_TOOLBARS': True}",
    ],
)
def test_keys_that_are_read_or_up_to_the_project_are_left_alone(table: str, tmp_path: Path) -> None:
    """Also those of Django's own tables, of the project's own, and of tables put together."""
    assert told(tmp_path, SETTINGS + table + "\n") == []


def test_a_setting_with_its_words_in_another_order_is_told(tmp_path: Path) -> None:
    """Django has the one and not the other."""
    text = "from django.conf import settings\n\nprint(settings.DEFAULT_EMAIL_FROM, settings.DEFAULT_FROM_EMAIL)\n"
    assert told(tmp_path, text) == [("ignored", "settings.DEFAULT_EMAIL_FROM", ("DEFAULT_FROM_EMAIL",))]


@pytest.mark.parametrize(
    "line",
    [
        "os.environ['LANDER_CONFIGDIR'] = '/srv'",
        "os.environ.setdefault('LANDER_CONFIG_DIRS', '/srv')",
        "print(os.getenv('LANDER_HOME_PATHS'))",
    ],
)
def test_an_environment_variable_one_slip_from_what_a_package_reads_is_told(line: str, tmp_path: Path) -> None:
    """Read through a constant, or through a name for the environment."""
    (found,) = told(tmp_path, f"import os\nimport lander\n\n{line}\n")
    assert found[0] == "ignored"
    assert found[2][0].startswith("LANDER_")


@pytest.mark.parametrize(
    "text",
    [
        "import os\nimport lander\n\nos.environ['LANDER_CONFIG_DIR'] = '/srv'\n",
        "import os\nimport lander\n\nos.environ['SHOP_CONFIG_DIR'] = '/srv'\n",
        "import os\n\nos.environ['LANDER_CONFIGDIR'] = '/srv'\n",
    ],
)
def test_a_variable_that_is_read_is_the_projects_own_or_of_no_imported_package_is_left_alone(
    text: str, tmp_path: Path
) -> None:
    """Nothing speaks against it."""
    assert told(tmp_path, text) == []
