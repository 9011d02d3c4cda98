"""Options of libraries that only the library itself can judge; each is put to a harmless function of it."""

import csv
import datetime
import sys

from assay_probe.reality.literal_rules import CHECKED, FOR_ANY, Rule


def _image_mode(value):
    sys.modules["PIL.Image"].new(value, (1, 1))


def _image_format(value):
    image = sys.modules["PIL.Image"]
    image.init()
    if value.upper() not in image.SAVE:
        raise KeyError(f"unknown file format {value!r}")


def _image_formats():
    return list(sys.modules["PIL.Image"].SAVE)


def _colour(value):
    sys.modules["click"].style("", fg=value)


def _colours():
    return list(getattr(sys.modules["click.termui"], "_ansi_colors", ()))


def _scoring(value):
    module = sys.modules.get("sklearn.metrics")
    if module is not None:
        module.get_scorer(value)


def _scorings():
    return sys.modules["sklearn.metrics"].get_scorer_names()


def _frequency(value):
    sys.modules["pandas"].tseries.frequencies.to_offset(value)


def _aggregation(value):
    grouped = sys.modules["pandas"].Series([1.0]).groupby([0])
    names = [value] if isinstance(value, str) else []
    if isinstance(value, dict):
        names = [name for inner in value.values() for name in ([inner] if isinstance(inner, str) else inner)]
    for name in names:
        if isinstance(name, str):
            grouped.agg(name)


def _aggregations():
    return [name for name in dir(sys.modules["pandas"].Series([1.0]).groupby([0])) if not name.startswith("_")]


def _dialects():
    return csv.list_dialects()


def _timespec(value):
    datetime.datetime(2000, 1, 1).isoformat(timespec=value)


_TIMESPECS = ("auto", "hours", "minutes", "seconds", "milliseconds", "microseconds")
_DIALECT = Rule(("dialect",), csv.get_dialect, near=_dialects)
_AGGREGATION = Rule(("func",), _aggregation, kind=(str, dict), near=_aggregations)
_GROUPED = ("SeriesGroupBy", "DataFrameGroupBy")

CHECKED.update(
    {
        "PIL.Image.new": [Rule(("mode",), _image_mode)],
        "PIL.Image.Image.convert": [Rule(("mode",), _image_mode)],
        "PIL.Image.Image.save": [Rule(("format",), _image_format, near=_image_formats)],
        "datetime.isoformat": [Rule(("timespec",), _timespec, near=lambda: _TIMESPECS)],
        "time.isoformat": [Rule(("timespec",), _timespec, near=lambda: _TIMESPECS)],
        **{f"click.termui.{name}": [Rule(("fg", "bg"), _colour, near=_colours)] for name in ("style", "secho")},
        **{name: [_DIALECT] for name in ("_csv.reader", "_csv.writer", "csv.DictReader", "csv.DictWriter")},
        **{f"pandas.core.groupby.generic.{cls}.aggregate": [_AGGREGATION] for cls in _GROUPED},
    }
)
FOR_ANY.extend(
    [
        Rule(("scoring",), _scoring, roots=("sklearn",), near=_scorings),
        Rule(("rule",), _frequency, roots=("pandas",), root="pandas"),
    ]
)
