"""Which calls are pure enough to be made with the constants of a file, and which parameters can be tried alone."""

import codecs
import datetime
import encodings.aliases
import hashlib
import io
import logging
import os
import re
import string
import struct
import sys
import unicodedata
import zoneinfo

from assay_probe.reality.installed import nearest

PURE = frozenset(
    """
    re.compile re.match re.search re.fullmatch re.sub re.subn re.findall re.finditer re.split re.template
    zoneinfo.ZoneInfo struct.calcsize _struct.calcsize struct.pack _struct.pack struct.Struct _struct.Struct
    hashlib.new _hashlib.new hashlib.__hash_new hashlib.pbkdf2_hmac _hashlib.pbkdf2_hmac hmac.new hmac.digest
    logging.config.dictConfig codecs.lookup _codecs.lookup codecs.getencoder codecs.getdecoder
    codecs.getreader codecs.getwriter codecs.lookup_error _codecs.lookup_error decimal.Decimal uuid.UUID
    fractions.Fraction ipaddress.ip_network ipaddress.ip_address ipaddress.ip_interface ipaddress.IPv4Address
    ipaddress.IPv4Network ipaddress.IPv6Address ipaddress.IPv6Network datetime.timezone datetime.datetime datetime.date
    datetime.time datetime.timedelta datetime.datetime.utcnow datetime.datetime.utcfromtimestamp
    datetime.datetime.fromisoformat datetime.date.fromisoformat
    datetime.time.fromisoformat datetime.datetime.strptime time.strptime pandas.date_range
    pandas.core.indexes.datetimes.date_range pandas.to_datetime pandas.core.tools.datetimes.to_datetime
    pandas.to_timedelta pandas.core.tools.timedeltas.to_timedelta pandas.Timedelta pandas.Timestamp pandas.period_range
    pandas.core.indexes.period.period_range pandas.timedelta_range pandas._libs.tslibs.timedeltas.Timedelta
    pandas._libs.tslibs.timestamps.Timestamp pandas._libs.tslibs.period.Period unicodedata.normalize http.HTTPStatus
    bytes.fromhex float.fromhex base64.b64decode base64.b32decode binascii.unhexlify logging._checkLevel
    sqlalchemy.engine.create.create_engine sqlalchemy.engine.url.make_url sqlalchemy.engine.url.URL.create
    int float complex chr bytes json.loads ast.literal_eval numpy.dtype numpy.array numpy.zeros numpy.ones numpy.full
    numpy.arange numpy.linspace numpy.empty email.utils.parsedate_to_datetime shlex.split signal.Signals
    celery.schedules.crontab botocore.config.Config rich.style.Style.parse
    packaging.version.Version packaging.version.parse packaging.specifiers.SpecifierSet packaging.specifiers.Specifier
    packaging.requirements.Requirement packaging.markers.Marker pygments.lexers.get_lexer_by_name
    pygments.styles.get_style_by_name pygments.formatters.get_formatter_by_name pygments.formatters.html.HtmlFormatter
    pygments.formatters.terminal256.Terminal256Formatter sqlalchemy.engine.create.engine_from_config
    yarl.URL yarl._url.URL dateutil.rrule.rrulestr dateutil.parser._parser.parse PIL.ImageColor.getrgb decimal.Context
    pandas.tseries.frequencies.to_offset pandas._libs.tslibs.offsets.to_offset pandas.CategoricalDtype
    pandas.api.types.pandas_dtype pandas.DatetimeTZDtype numpy.datetime64 numpy.timedelta64 numpy.finfo numpy.iinfo
    croniter.croniter pendulum.parse pendulum.timezone arrow.get semver.Version.parse pytz.timezone isodate.parse_date
    babel.core.Locale.parse scipy.signal.get_window scipy.signal.windows._windows.get_window
    scipy.signal.butter scipy.signal._filter_design.butter scipy.signal._filter_design.iirfilter
    scipy.signal._fir_filter_design.firwin rich.style.Style rich.color.Color.parse
    sqlalchemy.orm.relationship sqlalchemy.orm._orm_constructors.relationship
    string.Template urllib.parse.urlsplit urllib.parse.urlparse dateutil.parser.parse
    """.split()
)
"""Functions and classes that are called when every argument is a constant. They make values and touch nothing."""

PURE_METHODS = frozenset(
    """
    str.format str.encode str.format_map bytes.decode int.to_bytes str.split str.join str.zfill
    str.center str.ljust str.rjust str.replace bytes.hex
    """.split()
)
"""Methods that are called on constants with constant arguments."""

LIVE = frozenset(
    """
    re.compile re.match re.search re.fullmatch datetime.datetime datetime.date datetime.time datetime.timedelta
    datetime.datetime.fromisoformat datetime.date.fromisoformat datetime.datetime.now datetime.date.today
    datetime.datetime.strptime decimal.Decimal fractions.Fraction uuid.UUID zoneinfo.ZoneInfo pathlib.Path
    pathlib.PurePath pathlib.PosixPath pathlib._local.Path pathlib.PurePosixPath hashlib.md5 hashlib.sha1
    hashlib.sha256 hashlib.new
    _hashlib.openssl_md5 _hashlib.openssl_sha1 _hashlib.openssl_sha256 _hashlib.openssl_sha512 collections.Counter
    collections.OrderedDict collections.deque collections.defaultdict ipaddress.ip_address ipaddress.ip_network
    struct.Struct
    urllib.parse.urlparse urllib.parse.urlsplit http.HTTPStatus io.StringIO io.BytesIO _io.StringIO _io.BytesIO
    numpy.array numpy.zeros numpy.ones numpy.arange numpy.dtype pandas.DataFrame pandas.Series pandas.Timestamp
    pandas.Timedelta pandas.core.frame.DataFrame pandas.core.series.Series pandas._libs.tslibs.timestamps.Timestamp
    pandas.date_range pandas.core.indexes.datetimes.date_range pandas.to_datetime
    pandas.core.tools.datetimes.to_datetime
    pyarrow.table pyarrow.lib.table pyarrow.array pyarrow.lib.array pyarrow.schema pyarrow.lib.schema
    lxml.etree.fromstring lxml.etree.Element lxml.etree._Element xml.etree.ElementTree.fromstring
    xml.etree.ElementTree.XML
    """.split()
)
"""Calls whose real result says what class an expression has."""

LIVE_METHODS = frozenset(
    f"{owner}.{name}"
    for owner, names in {
        "Pattern": "match search fullmatch split findall sub finditer",
        "Match": "group groups groupdict span start end",
        "str": "split partition encode splitlines strip upper lower replace format join title",
        "bytes": "split decode strip hex",
        "datetime": "date time replace isoformat timetuple strftime astimezone",
        "Decimal": "quantize normalize to_integral_value",
    }.items()
    for name in names.split()
)


class Rule:
    """A parameter whose value can be tried alone: `make` raises when it is wrong."""

    __slots__ = ("_near", "kind", "make", "parameters", "root", "roots", "unless")

    def __init__(self, parameters, make, *, kind=str, roots=None, near=None, root=None, unless=()):
        self.unless = unless
        self.parameters = parameters
        self.make = make
        self.kind = kind
        self.roots = roots
        self.root = root
        self._near = near

    def fits(self, parameter, value, root):
        """Is it about this parameter, this kind of value, and a callable of this module?"""
        return (
            parameter in self.parameters
            and isinstance(value, self.kind)
            and (self.roots is None or root.partition(".")[0] in self.roots)
        )

    def near(self, value):
        """Names that may have been meant."""
        return nearest(value, self._near(), 0.5) if self._near is not None and isinstance(value, str) else []


def _codec_names():
    return {*encodings.aliases.aliases.values(), "utf-8-sig", "utf-8", "utf-16", "latin-1", "ascii", "cp1252"}


def _error_names():
    return [
        "strict",
        "ignore",
        "replace",
        "surrogateescape",
        "backslashreplace",
        "xmlcharrefreplace",
        "namereplace",
        "surrogatepass",
    ]


def _mode(value):
    io.open(os.devnull, value, encoding=None if "b" in value else "utf-8").close()


def _newline(value):
    io.TextIOWrapper(io.BytesIO(), newline=value)


def _time_format(value):
    try:
        datetime.datetime.strptime("", value)
    except ValueError as error:
        if "does not match" not in str(error) and "unconverted" not in str(error):
            raise


def _level(value):
    logging.Handler().setLevel(value)


def _levels():
    return ["CRITICAL", "FATAL", "ERROR", "WARN", "WARNING", "INFO", "DEBUG", "NOTSET"]


def _encoding(value):
    if value not in ("locale", "unicode", "bytes"):
        codecs.lookup(value)


def _frequency(value):
    sys.modules["pandas"].tseries.frequencies.to_offset(value)


def _pandas_type(value):
    sys.modules["pandas"].api.types.pandas_dtype(value)


def _template(value):
    list(string.Formatter().parse(value))


_PATTERNS = "re.compile re.match re.search re.fullmatch re.sub re.subn re.findall re.finditer re.split".split()
_STRUCTS = [
    f"{m}.{n}"
    for m in ("struct", "_struct")
    for n in "pack unpack calcsize unpack_from pack_into iter_unpack Struct".split()
]
_OPENERS = "open _io.open io.open codecs.open pathlib.Path.open pathlib._local.Path.open os.fdopen".split()

CHECKED = {
    **{name: [Rule(("pattern",), re.compile, unless=("flags",))] for name in _PATTERNS},
    **{name: [Rule(("format", "fmt"), struct.calcsize)] for name in _STRUCTS},
    **{
        name: [
            Rule(("mode",), _mode),
            Rule(("encoding",), _encoding, near=_codec_names),
            Rule(("errors",), codecs.lookup_error, near=_error_names),
            Rule(("newline",), _newline),
        ]
        for name in _OPENERS
    },
    "hashlib.new": [Rule(("name",), hashlib.new, near=lambda: hashlib.algorithms_available)],
    "hashlib.__hash_new": [Rule(("name",), hashlib.new, near=lambda: hashlib.algorithms_available)],
    "hashlib.pbkdf2_hmac": [Rule(("hash_name",), hashlib.new, near=lambda: hashlib.algorithms_available)],
    "_hashlib.pbkdf2_hmac": [Rule(("hash_name",), hashlib.new, near=lambda: hashlib.algorithms_available)],
    "hmac.new": [Rule(("digestmod",), hashlib.new, near=lambda: hashlib.algorithms_available)],
    "hmac.digest": [Rule(("digest",), hashlib.new, near=lambda: hashlib.algorithms_available)],
    "zoneinfo.ZoneInfo": [Rule(("key",), zoneinfo.ZoneInfo, near=zoneinfo.available_timezones)],
    "datetime.datetime.strptime": [Rule(("format",), _time_format)],
    "time.strptime": [Rule(("format",), _time_format)],
    "logging.Logger.setLevel": [Rule(("level",), _level, near=_levels)],
    "logging.Handler.setLevel": [Rule(("level",), _level, near=_levels)],
    "logging.basicConfig": [Rule(("level",), _level, near=_levels)],
    "unicodedata.normalize": [Rule(("form",), lambda form: unicodedata.normalize(form, "a"))],
    "str.format": [Rule(("self",), _template)],
}
"""By the name of the callable."""

UNSIGNED = {
    **{name: ("format",) for name in _STRUCTS},
    "datetime.datetime.strptime": ("date_string", "format"),
    "time.strptime": ("string", "format"),
    "unicodedata.normalize": ("form",),
    "zoneinfo.ZoneInfo": ("key",),
    "bytes.decode": ("encoding", "errors"),
    "str.encode": ("encoding", "errors"),
    "hashlib.pbkdf2_hmac": ("hash_name",),
}
"""Positional parameters of callables written in C that do not tell them."""

FOR_ANY = [
    Rule(
        ("encoding",),
        _encoding,
        roots=(
            "builtins",
            "io",
            "codecs",
            "pathlib",
            "subprocess",
            "os",
            "tempfile",
            "gzip",
            "bz2",
            "lzma",
            "tokenize",
            "fileinput",
            "logging",
            "csv",
            "str",
            "bytes",
            "xml",
        ),
        near=_codec_names,
    ),
    Rule(
        ("errors",), codecs.lookup_error, roots=("builtins", "io", "codecs", "pathlib", "subprocess"), near=_error_names
    ),
    Rule(("freq",), _frequency, roots=("pandas",), root="pandas"),
    Rule(("dtype",), _pandas_type, roots=("pandas",), root="pandas"),
]
"""By the name of the parameter, in these packages."""
