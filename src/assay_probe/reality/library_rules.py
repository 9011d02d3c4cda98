"""Options of libraries that only the library itself can judge; each is put to a harmless function of it."""

import bz2
import csv
import datetime
import decimal
import gzip
import importlib
import lzma
import os

from assay_probe.reality.literal_rules import CHECKED, FOR_ANY, UNSIGNED, Rule


def _image_mode(value):
    importlib.import_module("PIL.Image").new(value, (1, 1))


def _image_format(value):
    image = importlib.import_module("PIL.Image")
    image.init()
    if value.upper() not in image.SAVE:
        raise KeyError(f"unknown file format {value!r}")


def _image_formats():
    return list(importlib.import_module("PIL.Image").SAVE)


def _colour(value):
    importlib.import_module("click").style("", fg=value)


def _colours():
    return list(getattr(importlib.import_module("click.termui"), "_ansi_colors", ()))


def _scoring(value):
    importlib.import_module("sklearn.metrics").get_scorer(value)


def _scorings():
    return importlib.import_module("sklearn.metrics").get_scorer_names()


def _frequency(value):
    importlib.import_module("pandas").tseries.frequencies.to_offset(value)


def _aggregation(value):
    grouped = importlib.import_module("pandas").Series([1.0]).groupby([0])
    names = [value] if isinstance(value, str) else []
    if isinstance(value, dict):
        names = [name for inner in value.values() for name in ([inner] if isinstance(inner, str) else inner)]
    for name in names:
        if isinstance(name, str):
            grouped.agg(name)


def _aggregations():
    return [
        name for name in dir(importlib.import_module("pandas").Series([1.0]).groupby([0])) if not name.startswith("_")
    ]


def _drawn_colour(value):
    importlib.import_module("PIL.ImageColor").getrgb(value)


def _rounding(value):
    decimal.Decimal(1).quantize(decimal.Decimal(1), rounding=value)


def _array_type(value):
    importlib.import_module("numpy").dtype(value)


def _schema(value):
    jsonschema = importlib.import_module("jsonschema")
    jsonschema.validators.validator_for(value).check_schema(value)


def _cascade(value):
    importlib.import_module("sqlalchemy.orm").relationship("Other", cascade=value)


def _opener(make):
    def opened(value):
        make(os.devnull, value).close()

    return opened


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
        **{f"{m.__name__}.open": [Rule(("mode",), _opener(m.open))] for m in (gzip, bz2, lzma)},
        **{f"Decimal.{name}": [Rule(("rounding",), _rounding)] for name in ("quantize", "to_integral_value")},
        "ndarray.astype": [Rule(("dtype",), _array_type)],
        "jsonschema.validators.validate": [Rule(("schema",), _schema, kind=dict)],
        "sqlalchemy.orm._orm_constructors.relationship": [Rule(("cascade",), _cascade)],
        "PIL.Image.new": [Rule(("mode",), _image_mode), Rule(("color",), _drawn_colour)],
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
        Rule(("fill", "outline"), _drawn_colour, roots=("PIL",)),
        Rule(("dtype",), _array_type, roots=("numpy",)),
        Rule(("scoring",), _scoring, roots=("sklearn",), near=_scorings),
        Rule(("rule",), _frequency, roots=("pandas",), root="pandas"),
    ]
)
UNSIGNED["ndarray.astype"] = ("dtype",)
