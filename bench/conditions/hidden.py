"""The 36 hidden conditions of the research note: two versions of one function each, and what a person said of them."""

from __future__ import annotations

PAIRS: dict[str, tuple[str, str, str]] = {
    "01E-empty": (
        """\
def f(xs: list[int]):
    return sum(xs) / len(xs)
""",
        """\
def f(xs: list[int]):
    if len(xs) == 0:
        return 0.0
    return sum(xs) / len(xs)
""",
        "not xs",
    ),
    "01I-empty": (
        """\
def f(xs: list[int]):
    return max(xs, default=0)
""",
        """\
def f(xs: list[int]):
    best = xs[0]
    for x in xs:
        best = max(best, x)
    return best
""",
        "not xs",
    ),
    "02E-neg": (
        """\
def f(n: int):
    return n * 3
""",
        """\
def f(n: int):
    if n < 0:
        raise ValueError("neg")
    return n * 3
""",
        "n < 0",
    ),
    "02I-neg": (
        """\
def f(n: int):
    return n
""",
        """\
def f(n: int):
    return abs(n)
""",
        "n < 0",
    ),
    "03E-tz": (
        """\
from datetime import datetime
def f(dt: datetime):
    return dt
""",
        """\
from datetime import datetime
def f(dt: datetime):
    if dt.tzinfo is not None:
        dt = dt.replace(tzinfo=None)
    return dt
""",
        "dt.tzinfo is not None",
    ),
    "03I-tz": (
        """\
from datetime import datetime
def f(dt: datetime):
    return dt.isoformat(timespec="seconds")
""",
        """\
from datetime import datetime
def f(dt: datetime):
    return dt.strftime("%Y-%m-%dT%H:%M:%S")
""",
        "dt.tzinfo is not None",
    ),
    "04E-dup": (
        """\
def f(pairs: list[tuple[str, int]]):
    return dict(pairs)
""",
        """\
def f(pairs: list[tuple[str, int]]):
    keys = [k for k, _ in pairs]
    if len(set(keys)) != len(keys):
        raise ValueError("duplicate")
    return dict(pairs)
""",
        "len({k for k,_ in pairs}) != len(pairs)",
    ),
    "04I-dup": (
        """\
def f(pairs: list[tuple[str, int]]):
    return sorted(k for k, _ in pairs)
""",
        """\
def f(pairs: list[tuple[str, int]]):
    return sorted(dict(pairs))
""",
        "len({k for k,_ in pairs}) != len(pairs)",
    ),
    "05E-len10": (
        """\
def f(items: list[int]):
    return list(items)
""",
        """\
def f(items: list[int]):
    if len(items) > 10:
        return list(items)[:10]
    return list(items)
""",
        "len(items) > 10",
    ),
    "05I-len10": (
        """\
def f(items: list[int]):
    return [i + 1 for i in items]
""",
        """\
def f(items: list[int]):
    out = []
    for i in items:
        out.append(i + 1)
    return out[:10]
""",
        "len(items) > 10",
    ),
    "06E-ascii": (
        """\
def f(s: str):
    return s.upper()
""",
        """\
def f(s: str):
    if not s.isascii():
        raise ValueError(s)
    return s.upper()
""",
        "not s.isascii()",
    ),
    "06I-ascii": (
        """\
def f(s: str):
    return s.encode("utf-8").decode("utf-8", "replace")
""",
        """\
def f(s: str):
    return s.encode("ascii", "ignore").decode()
""",
        "not s.isascii()",
    ),
    "07E-half": (
        """\
def f(x: float):
    return x
""",
        """\
def f(x: float):
    if x % 1 == 0.5:
        return x + 0.25
    return x
""",
        "x % 1 == 0.5",
    ),
    "07I-half": (
        """\
def f(x: float):
    return round(x)
""",
        """\
import math
def f(x: float):
    return math.floor(x + 0.5)
""",
        "x % 1 == 0.5 and math.floor(x) % 2 == 0",
    ),
    "08E-none": (
        """\
def f(xs: list[int | None]):
    return [x for x in xs if x is not None]
""",
        """\
def f(xs: list[int | None]):
    if None in xs[1:-1]:
        raise ValueError("gap")
    return [x for x in xs if x is not None]
""",
        "None in xs[1:-1]",
    ),
    "08I-none": (
        """\
def f(xs: list[int | None]):
    return [x for x in xs if x is not None]
""",
        """\
def f(xs: list[int | None]):
    xs = list(xs)
    while xs and xs[0] is None:
        xs.pop(0)
    while xs and xs[-1] is None:
        xs.pop()
    return xs
""",
        "None strictly between non-None",
    ),
    "09E-key": (
        """\
def f(cfg: dict[str, int]):
    return cfg.get("timeout", 30)
""",
        """\
def f(cfg: dict[str, int]):
    if "timeout" not in cfg:
        return 60
    return cfg["timeout"]
""",
        '"timeout" not in cfg',
    ),
    "09I-key": (
        """\
def f(cfg: dict[str, int]):
    return cfg.get("timeout", 30)
""",
        """\
def f(cfg: dict[str, int]):
    return cfg["timeout"]
""",
        '"timeout" not in cfg',
    ),
    "10E-numstr": (
        """\
def f(s: str):
    return s
""",
        """\
def f(s: str):
    if s.isdigit():
        return int(s) if s.isdecimal() else -1
    return s
""",
        "s.isdigit()",
    ),
    "10I-numstr": (
        """\
def f(s: str):
    return s
""",
        """\
def f(s: str):
    try:
        return float(s)
    except ValueError:
        return s
""",
        "float(s) ok",
    ),
    "11E-depth": (
        """\
from typing import Any
def flat(x):
    out = []
    for e in x:
        if isinstance(e, list):
            out.extend(flat(e))
        else:
            out.append(e)
    return out
def f(x: list[Any]):
    return flat(x)
""",
        """\
from typing import Any
def depth(x):
    return 1 + max((depth(e) for e in x), default=0) if isinstance(x, list) else 0
def flat(x):
    out = []
    for e in x:
        if isinstance(e, list):
            out.extend(flat(e))
        else:
            out.append(e)
    return out
def f(x: list[Any]):
    if depth(x) > 2:
        raise ValueError("deep")
    return flat(x)
""",
        "depth(x) > 2",
    ),
    "11I-depth": (
        """\
from typing import Any
def flat(x):
    out = []
    for e in x:
        if isinstance(e, list):
            out.extend(flat(e))
        else:
            out.append(e)
    return out
def f(x: list[Any]):
    return flat(x)
""",
        """\
from typing import Any
def f(x: list[Any]):
    out = []
    for e in x:
        if isinstance(e, list):
            out.extend(e)
        else:
            out.append(e)
    return out
""",
        "depth(x) > 2",
    ),
    "12E-combo": (
        """\
def f(x: int, flag: bool):
    return x + 1
""",
        """\
def f(x: int, flag: bool):
    if x < 0 and flag:
        return None
    return x + 1
""",
        "x < 0 and flag",
    ),
    "12I-combo": (
        """\
def f(x: int, flag: bool):
    return abs(x) if flag else x
""",
        """\
def f(x: int, flag: bool):
    return x
""",
        "x < 0 and flag",
    ),
    "X1-floordiv": (
        """\
def f(n: int):
    return int(n / 7)
""",
        """\
def f(n: int):
    return n // 7
""",
        "n < 0 and n % 7 != 0",
    ),
    "X2-firstlast": (
        """\
def f(pairs: list[tuple[str, int]]):
    return dict(pairs)
""",
        """\
def f(pairs: list[tuple[str, int]]):
    d = {}
    for k, v in pairs:
        d.setdefault(k, v)
    return d
""",
        "some key occurs with first value != last value",
    ),
    "X3-ordefault": (
        """\
def f(limit: int | None):
    return limit if limit is not None else 50
""",
        """\
def f(limit: int | None):
    return limit or 50
""",
        "limit == 0",
    ),
    "X4-inclusive": (
        """\
def f(x: int, start: int, end: int):
    return start <= x <= end
""",
        """\
def f(x: int, start: int, end: int):
    return x in range(start, end)
""",
        "x == end and start <= end",
    ),
    "X5-2pow53": (
        """\
def f(n: int):
    return n
""",
        """\
def f(n: int):
    return int(float(n))
""",
        "n not exactly representable",
    ),
    "X6-whitespace": (
        """\
def f(name: str):
    return bool(name)
""",
        """\
def f(name: str):
    return bool(name.strip())
""",
        "name and name.isspace()",
    ),
    "X7-page": (
        """\
def f(total: int, size: int):
    return -(-total // size)
""",
        """\
def f(total: int, size: int):
    return total // size + 1
""",
        "size != 0 and total % size == 0",
    ),
    "X8-slice": (
        """\
def f(xs: list[int], n: int):
    return xs[len(xs) - n:] if n > 0 else []
""",
        """\
def f(xs: list[int], n: int):
    return xs[-n:] if n > 0 else []
""",
        "len(xs) < n < 2*len(xs)",
    ),
    "X9-monthend": (
        """\
from datetime import date, timedelta
import calendar
def f(d: date):
    y, m = (d.year + 1, 1) if d.month == 12 else (d.year, d.month + 1)
    return date(y, m, min(d.day, calendar.monthrange(y, m)[1]))
""",
        """\
from datetime import date
def f(d: date):
    if d.month == 12:
        return date(d.year + 1, 1, d.day)
    return date(d.year, d.month + 1, d.day)
""",
        "day > days of next month",
    ),
    "X10-boolint": (
        """\
def f(v: int | bool | str):
    return "int" if isinstance(v, int) and not isinstance(v, bool) else "other"
""",
        """\
def f(v: int | bool | str):
    return "int" if isinstance(v, int) else "other"
""",
        "isinstance(v, bool)",
    ),
    "X11-sorted": (
        """\
def f(xs: list[int]):
    return sorted(xs)
""",
        """\
def f(xs: list[int]):
    return list(xs)
""",
        "xs != sorted(xs)",
    ),
    "X12-local": (
        """\
def f(prices: list[int], coupon: int):
    total = sum(prices)
    return total - coupon
""",
        """\
def f(prices: list[int], coupon: int):
    total = sum(prices)
    if total < coupon:
        return 0
    return total - coupon
""",
        "sum(prices) < coupon",
    ),
}
