# mypy: ignore-errors
# ruff: noqa: A002, ANN001, ANN002, ANN003, ANN201, ANN202, ANN204, ANN205, ANN206, ARG004, B006, B904, PLW0603, UP008, UP031, UP033
"""Functions of every kind that Python 3.9 knows, to be observed; `facts_of_functions` says what is true of them."""

import contextlib
import functools

COUNT = 0
SEEN = []


def plain(a, b=2, *rest, c, d=4, **others):
    """A plain function."""
    return (a, b, rest, c, d, others)


def positional_only(a, /, b, *, c=3):
    return a * 100 + b * 10 + c


def shadows(list, print, __x=1):
    return list, print, __x


def counts():
    global COUNT
    COUNT += 1
    return COUNT


def remembers(item, seen=[]):
    seen.append(item)
    return seen


def make_counter(start):
    total = start

    def add(n=1):
        nonlocal total
        total += n
        return total

    def read():
        return total

    return add, read


def nested(depth):
    def inner(n):
        return [depth, n, inner(n - 1)] if n else [depth]

    return inner(depth)


def factorial(n):
    return 1 if n < 2 else n * factorial(n - 1)


def down(n):
    return 0 if n == 0 else 1 + down(n - 1)


def is_even(n):
    return True if n == 0 else is_odd(n - 1)


def is_odd(n):
    return False if n == 0 else is_even(n - 1)


def numbers(n):
    """Send, throw and close arrive where they belong."""
    got = []
    try:
        for i in range(n):
            try:
                got.append((yield i))
            except KeyError as error:
                got.append(error.args[0])
    finally:
        SEEN.append(tuple(got))
    return got


def delegates(n):
    result = yield from numbers(n)
    yield result


async def answer(n):
    return n + 1


async def asks(n):
    return await answer(n) + await answer(n)


async def counted(n):
    for i in range(n):
        yield i


@functools.lru_cache(maxsize=None)
def cached(n):
    SEEN.append(n)
    return n * 2


@contextlib.contextmanager
def entered(name):
    SEEN.append("in " + name)
    try:
        yield name.upper()
    finally:
        SEEN.append("out " + name)


def twice(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs), function(*args, **kwargs)

    return wrapper


@twice
def decorated(a):
    return a


def refuses(a):
    raise ValueError("no " + a) from KeyError(a)


def refuses_inside(a):
    try:
        {}[a]
    except KeyError:
        raise ValueError(a)


def leaves(code):
    raise SystemExit(code)


class Base:
    """Methods of every kind."""

    made = 0

    def __init__(self, name, size=1):
        self.name, self._size = name, size
        type(self).made += 1

    def __repr__(self):
        return "<%s %s>" % (type(self).__name__, self.name)

    def __eq__(self, other):
        return isinstance(other, Base) and self.name == other.name

    def __hash__(self):
        return hash(self.name)

    def __add__(self, other):
        return type(self)(self.name + getattr(other, "name", other))

    def __radd__(self, other):
        return type(self)(other + self.name)

    def __len__(self):
        return self._size

    def __getitem__(self, index):
        if index >= self._size:
            raise IndexError(index)
        return self.name[index % len(self.name)]

    def __call__(self, *args, **kwargs):
        return args, kwargs

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return error[0] is KeyError

    def __private(self):
        return "base's own"

    def call_private(self):
        return self.__private()

    @property
    def size(self):
        return self._size

    @size.setter
    def size(self, value):
        self._size = value * 2

    @size.deleter
    def size(self):
        self._size = 0

    @functools.cached_property
    def initials(self):
        SEEN.append("initials")
        return self.name[:1]

    @staticmethod
    def static(a, b=1):
        return a + b

    @classmethod
    def make(cls, name="made"):
        return cls(name)

    def describe(self, *, loud=False):
        return self.name.upper() if loud else self.name


class Derived(Base):
    """`super()` with and without arguments."""

    def __init__(self, name):
        super().__init__(name, size=3)

    def describe(self, *, loud=False):
        return "derived " + super().describe(loud=loud)

    @classmethod
    def make(cls, name="child"):
        return super(Derived, cls).make(name)

    @property
    def size(self):
        return super().size + 1

    def __new__(cls, *args):
        made = super().__new__(cls)
        made.born = cls.__name__
        return made

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        SEEN.append("subclass " + cls.__name__)
