"""Sections of `pyproject.toml` that belong to tools: each installed tool is asked what it says of its own keys.

Nothing here knows a key. The tool's own reader reads the file, in a forked child, and what it does not know it says
itself, or its own table of options does. A tool that is not installed is not asked; another reader of its sections may
know more, so nothing of this stops a change.
"""

import ast
import contextlib
import functools
import importlib
import importlib.util
import io
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import warnings

from assay_probe.reality import adapters, installed
from assay_probe.reality.children import answers_of

NAME = "pyproject.toml"
PATIENCE_S = 20
_SECTION = re.compile(r"^[ \t]*\[\[?[ \t]*([\w.\"' -]+?)[ \t]*\]\]?", re.MULTILINE)
_WORD = r"['\"`]?([\w.-]+)['\"`]?"


def check(claims, text):
    """Note the keys of the file that the installed tools do not know."""
    sections = {found.replace('"', "").replace("'", "") for found in _SECTION.findall(text)}
    asked = [one for one in _tools() if any(f"{name}.".startswith(f"{one[0]}.") for name in sections)]
    while asked:
        answers, _ = answers_of(functools.partial(_in_child, text), asked, PATIENCE_S)
        for (section, package, _), answer in zip(asked, answers):
            for key, near in answer:
                _note(claims, text, section, package, key, near)
        asked = asked[len(answers) + 1 :]


def _tools():
    """`(section, package, function)`: what each tool says of a file, for the tools that are installed."""
    for section, (package, says) in _SAYING.items():
        if importlib.util.find_spec(package) is not None:
            yield section, package, says
    for package, says in adapters.bringing("unknown_keys"):
        yield f"tool.{package}", package, says


def _in_child(text, tools):
    folder = tempfile.mkdtemp()
    os.chdir(folder)
    path = pathlib.Path(folder, NAME)
    path.write_text(text, encoding="utf-8")
    for _, _, says in tools:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            try:
                answer = [[str(key), list(near)] for key, near in says(path)]
            except BaseException:  # another version of the tool, of which we know nothing
                answer = []
        yield answer


def _note(claims, text, section, package, key, near):
    last = key.rpartition(".")[2]
    line = _line_of(text, section, key)
    if not line:
        return
    claims.add(
        ast.Pass(lineno=line, col_offset=0, end_lineno=line),
        "unknown-key",
        f"{section}.{last}",
        f"[{section}] has the key {last!r}, which the installed {package} does not know",
        root=package,
        raises="",
        certainty="ignored",
        near=near,
    )


def _line_of(text, section, key):
    """The line of the file that the key stands in, inside the section or one below it; 0 where there is none."""
    wanted, current = key.rpartition(".")[2], ""
    binding = re.compile(rf"[ \t]*['\"]?{re.escape(wanted)}['\"]?[ \t]*[.=]")
    for number, line in enumerate(text.splitlines(), 1):
        header = _SECTION.match(line)
        current = header[1].replace('"', "").replace("'", "") if header else current
        is_inside = f"{current}.".startswith(f"{section}.")
        if is_inside and (binding.match(line) or (header and current.rpartition(".")[2] == wanted)):
            return number
    return 0


def _pytest(path):
    """Pytest with all plugins that are installed, in an empty project."""
    found = importlib.import_module("_pytest.config.findpaths").load_config_dict_from_file(path) or {}
    config = importlib.import_module("_pytest.config")._prepareconfig(["--rootdir", str(path.parent), "-c", os.devnull])
    known = sorted(config._parser._inidict)
    for name in found:
        try:
            config.getini(name)
        except ValueError:
            yield name, installed.nearest(name, known)


def _mypy(path):
    options = importlib.import_module("mypy.options").Options()
    said = io.StringIO()
    importlib.import_module("mypy.config_parser").parse_config_file(
        options, lambda: None, str(path), io.StringIO(), said
    )
    known = [name for name in dir(options) if not name.startswith("_")]
    for name in re.findall(r"Unrecognized option: (\w+)", said.getvalue()):
        yield name, installed.nearest(name, known)


def _coverage(path):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        coverage = importlib.import_module("coverage").Coverage(config_file=str(path))
    known = [name for name in vars(coverage.config) if not name.startswith("_")]
    for warning in caught:
        found = re.search(r"Unrecognized option '\[[\w.]+\] ([\w-]+)", str(warning.message))
        if found is not None:
            yield found[1], installed.nearest(found[1], known)


def _black(path):
    black = importlib.import_module("black")
    known = [parameter.name for parameter in black.main.params]
    for name in black.parse_pyproject_toml(str(path)):
        if name not in known:
            yield name, installed.nearest(name, known)


def _isort(path):
    settings = importlib.import_module("isort.settings")
    try:
        settings.Config(settings_file=str(path))
    except importlib.import_module("isort.exceptions").UnsupportedSettings as error:
        for name in error.unsupported_settings:
            yield name, installed.nearest(name, dir(settings.DEFAULT_CONFIG))


def _ruff(path):
    """It stops at the first key that it does not know."""
    source = path.with_name("empty.py")
    source.touch()
    asked = [sys.executable, "-m", "ruff", "check", "--no-cache", "--config", str(path), str(source)]
    done = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    found = re.search(rf"unknown field {_WORD}(?:, expected (?:one of )?(.*))?", done.stderr)
    if found is not None:
        yield found[1], installed.nearest(found[1], re.findall(r"`([\w-]+)`", found[2] or ""))


def _setuptools(path):
    reading = importlib.import_module("setuptools.config.pyprojecttoml")
    try:
        reading.validate(reading.load_file(path), path)
    except Exception as error:
        for found in re.finditer(r"`(tool\.setuptools[\w.-]*)` must not contain \{(.*?)\} properties", str(error)):
            yield from ((name, ()) for name in re.findall(r"'([\w.-]+)'", found[2]))


_SAYING = {
    "tool.pytest": ("pytest", _pytest),
    "tool.mypy": ("mypy", _mypy),
    "tool.coverage": ("coverage", _coverage),
    "tool.black": ("black", _black),
    "tool.isort": ("isort", _isort),
    "tool.ruff": ("ruff", _ruff),
    "tool.setuptools": ("setuptools", _setuptools),
}
"""Which package reads which section, and how it is asked."""
