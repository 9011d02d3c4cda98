"""24 more pairs, written after the learner and without running it: slips of the kind that a rewrite makes."""

from __future__ import annotations

_ORDER = """\
from dataclasses import dataclass, field


@dataclass
class Order:
    amount: int
    currency: str
    items: list[str] = field(default_factory=list)
    note: str | None = None


"""

PAIRS: dict[str, tuple[str, str, str]] = {
    "Y01-cents": (
        "from decimal import Decimal\n\n\ndef f(amount: Decimal):\n    return amount.quantize(Decimal('0.01'))\n",
        "from decimal import Decimal\n\n\ndef f(amount: Decimal):\n    return Decimal(str(amount))\n",
        "amount has not exactly two decimals",
    ),
    "Y02-yen": (
        _ORDER + "def f(order: Order):\n    return order.amount if order.currency == 'JPY' else order.amount / 100\n",
        _ORDER + "def f(order: Order):\n    return order.amount / 100\n",
        "order.currency == 'JPY' (and 0 == 0.0 has another type)",
    ),
    "Y03-note": (
        _ORDER + "def f(order: Order):\n    return '' if order.note is None else order.note\n",
        _ORDER + "def f(order: Order):\n    return order.note or 'none'\n",
        "not order.note",
    ),
    "Y04-free": (
        _ORDER + "def f(order: Order):\n    return 0 if not order.items else order.amount\n",
        _ORDER + "def f(order: Order):\n    return order.amount\n",
        "not order.items and order.amount != 0",
    ),
    "Y05-leap": (
        "def f(year: int):\n    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)\n",
        "def f(year: int):\n    return year % 4 == 0\n",
        "year % 100 == 0 and year % 400 != 0",
    ),
    "Y06-clamp": (
        "def f(n: int):\n    return max(0, min(100, n))\n",
        "def f(n: int):\n    return min(100, n)\n",
        "n < 0",
    ),
    "Y07-strict": (
        "def f(age: int, limit: int):\n    return age >= limit\n",
        "def f(age: int, limit: int):\n    return age > limit\n",
        "age == limit",
    ),
    "Y08-title": (
        "def f(name: str):\n    return name.title()\n",
        "def f(name: str):\n    return ' '.join(word.capitalize() for word in name.split(' '))\n",
        "a letter follows something that is neither a letter nor a blank",
    ),
    "Y09-split": (
        "def f(line: str):\n    return line.split()\n",
        "def f(line: str):\n    return line.split(' ')\n",
        "line is empty, begins or ends with a blank, or holds two in a row or another white space",
    ),
    "Y10-suffix": (
        "def f(path: str):\n    return path[:-4] if path.endswith('.txt') else path\n",
        "def f(path: str):\n    return path.rstrip('.txt')\n",
        "stripping characters is not stripping the suffix",
    ),
    "Y11-casefold": (
        "def f(a: str, b: str):\n    return a.lower() == b.lower()\n",
        "def f(a: str, b: str):\n    return a == b\n",
        "a != b and a.lower() == b.lower()",
    ),
    "Y12-first": (
        "def f(xs: list[int]):\n    return xs[0] if xs else None\n",
        "def f(xs: list[int]):\n    return min(xs) if xs else None\n",
        "xs and xs[0] != min(xs)",
    ),
    "Y13-unique": (
        "def f(xs: list[int]):\n    return list(dict.fromkeys(xs))\n",
        "def f(xs: list[int]):\n    return sorted(set(xs))\n",
        "the first occurrences are not in ascending order",
    ),
    "Y14-last": (
        "def f(xs: list[int], n: int):\n    return xs[-n:] if n else []\n",
        "def f(xs: list[int], n: int):\n    return xs[-n:]\n",
        "n == 0 and xs",
    ),
    "Y15-any": (
        "def f(flags: list[bool]):\n    return all(flags)\n",
        "def f(flags: list[bool]):\n    return bool(flags) and all(flags)\n",
        "not flags",
    ),
    "Y16-merge": (
        "def f(a: dict[str, int], b: dict[str, int]):\n    return {**a, **b}\n",
        "def f(a: dict[str, int], b: dict[str, int]):\n    return {**b, **a}\n",
        "a shared key has two values (the order of keys is soft)",
    ),
    "Y17-default": (
        "def f(cfg: dict[str, int]):\n    return cfg.get('retries', 3)\n",
        "def f(cfg: dict[str, int]):\n    return cfg.get('retries') or 3\n",
        "cfg.get('retries') == 0",
    ),
    "Y18-window": (
        "def f(x: int, low: int, high: int):\n    return low <= x < high\n",
        "def f(x: int, low: int, high: int):\n    return low < x < high\n",
        "x == low and low < high",
    ),
    "Y19-weekday": (
        "from datetime import date\n\n\ndef f(d: date):\n    return d.weekday() >= 5\n",
        "from datetime import date\n\n\ndef f(d: date):\n    return d.isoweekday() >= 5\n",
        "d.weekday() == 4",
    ),
    "Y20-truncate": (
        "def f(s: str, n: int):\n    return s if len(s) <= n else s[:n] + '...'\n",
        "def f(s: str, n: int):\n    return s if len(s) < n else s[:n] + '...'\n",
        "len(s) == n",
    ),
    "Y21-integer": (
        "def f(s: str):\n    return int(s) if s.isdigit() else None\n",
        "def f(s: str):\n    try:\n        return int(s)\n    except ValueError:\n        return None\n",
        "int(s) works and s is not all digits",
    ),
    "Y22-none": (
        "def f(v: int | str | None):\n    return 'missing' if v is None else str(v)\n",
        "def f(v: int | str | None):\n    return str(v) if v else 'missing'\n",
        "v is not None and not v",
    ),
    "Y23-tax": (
        "def f(net: int):\n    return net + net * 19 // 100\n",
        "def f(net: int):\n    return net + round(net * 0.19)\n",
        "the hundredths of the tax round up",
    ),
    "Y24-retry": (
        "def f(status: int, tries: int):\n    return status in (429, 503) and tries < 5\n",
        "def f(status: int, tries: int):\n    return status >= 429 and tries < 5\n",
        "status > 429 and status != 503 and tries < 5",
    ),
}
