# mypy: ignore-errors
# ruff: noqa: ANN201, ANN202, B018, PT009, PT027
"""What is true of the functions of every kind, observed or not; run by `unittest`, on Python 3.9 too."""

import asyncio
import inspect
import unittest

import m


class Facts(unittest.TestCase):
    def setUp(self):
        m.SEEN.clear()

    def test_arguments(self):
        self.assertEqual(m.plain(1, c=3), (1, 2, (), 3, 4, {}))
        self.assertEqual(m.plain(1, 5, 6, 7, c=3, e=9), (1, 5, (6, 7), 3, 4, {"e": 9}))
        self.assertEqual(m.positional_only(1, b=2), 123)
        self.assertEqual(m.shadows(1, print=2), (1, 2, 1))

    def test_wrong_arguments(self):
        for arguments, named in (((), {}), ((1,), {}), ((1,), {"c": 1, "a": 2})):
            with self.assertRaises(TypeError):
                m.plain(*arguments, **named)
        with self.assertRaises(TypeError):
            m.positional_only(a=1, b=2)

    def test_names(self):
        self.assertEqual(m.plain.__name__, "plain")
        self.assertEqual(m.plain.__module__, "m")
        self.assertEqual(m.Derived.describe.__qualname__, "Derived.describe")
        self.assertEqual(m.plain.__defaults__, (2,))
        self.assertEqual(m.plain.__kwdefaults__, {"d": 4})
        self.assertEqual(m.plain.__doc__, "A plain function.")
        self.assertTrue(m.plain.__code__.co_filename.endswith("m.py"))

    def test_default_of_its_own(self):
        self.assertEqual(m.remembers(1), [1])
        self.assertEqual(m.remembers(2), [1, 2])
        self.assertEqual(m.remembers(3, []), [3])
        m.remembers.__defaults__[0].clear()

    def test_global(self):
        before = m.COUNT
        self.assertEqual([m.counts(), m.counts()], [before + 1, before + 2])
        self.assertEqual(m.COUNT, before + 2)

    def test_closure(self):
        add, read = m.make_counter(5)
        other, _ = m.make_counter(50)
        self.assertEqual([add(), add(10), other(), read()], [6, 16, 51, 16])

    def test_nested(self):
        self.assertEqual(m.nested(2), [2, 2, [2, 1, [2]]])

    def test_recursion(self):
        self.assertEqual(m.factorial(20), 2432902008176640000)
        self.assertTrue(m.is_even(40))
        self.assertFalse(m.is_odd(40))

    def test_generator(self):
        made = m.numbers(4)
        self.assertTrue(inspect.isgenerator(made))
        self.assertTrue(inspect.isgeneratorfunction(m.numbers))
        self.assertEqual(next(made), 0)
        self.assertEqual(made.send("x"), 1)
        self.assertEqual(made.throw(KeyError("k")), 2)
        made.close()
        self.assertEqual(m.SEEN, [("x", "k")])
        self.assertEqual(list(m.delegates(2)), [0, 1, [None, None]])

    def test_generator_begins_when_it_is_asked(self):
        made = m.entered("a")
        self.assertEqual(m.SEEN, [])
        with made as name:
            self.assertEqual(name, "A")
        self.assertEqual(m.SEEN, ["in a", "out a"])
        with self.assertRaises(ZeroDivisionError), m.entered("b"):
            1 / 0
        self.assertEqual(m.SEEN[2:], ["in b", "out b"])

    def test_coroutine(self):
        self.assertTrue(inspect.iscoroutinefunction(m.asks))
        self.assertEqual(asyncio.run(m.asks(1)), 4)

    def test_asynchronous_generator(self):
        async def collect():
            return [i async for i in m.counted(3)]

        self.assertTrue(inspect.isasyncgenfunction(m.counted))
        self.assertEqual(asyncio.run(collect()), [0, 1, 2])

    def test_cache(self):
        m.cached.cache_clear()
        self.assertEqual([m.cached(2), m.cached(2)], [4, 4])
        self.assertEqual(m.SEEN, [2])

    def test_decorated(self):
        self.assertEqual(m.decorated(1), (1, 1))
        self.assertEqual(m.decorated.__wrapped__(1), 1)

    def test_exceptions(self):
        with self.assertRaises(ValueError) as caught:
            m.refuses("a")
        self.assertEqual(repr(caught.exception.__cause__), "KeyError('a')")
        with self.assertRaises(ValueError) as caught:
            m.refuses_inside("a")
        self.assertEqual(repr(caught.exception.__context__), "KeyError('a')")
        with self.assertRaises(SystemExit) as caught:
            m.leaves(3)
        self.assertEqual(caught.exception.code, 3)

    def test_construction(self):
        before = m.Base.made
        one = m.Base("one")
        self.assertEqual((one.name, one.size, m.Base.made), ("one", 1, before + 1))
        two = m.Derived("two")
        self.assertEqual((two.name, len(two), two.size, two.born), ("two", 3, 4, "Derived"))
        type("Third", (m.Derived,), {})
        self.assertEqual(m.SEEN, ["subclass Third"])

    def test_operators(self):
        one = m.Base("ab")
        self.assertEqual((one + one).name, "abab")
        self.assertEqual((one + "c").name, "abc")
        self.assertEqual(("c" + one).name, "cab")
        self.assertEqual(repr(one), "<Base ab>")
        self.assertEqual({one: 1}[m.Base("ab")], 1)
        self.assertEqual(list(one), ["a"])
        self.assertEqual(one(1, k=2), ((1,), {"k": 2}))
        with one as entered:
            raise KeyError
        self.assertIs(entered, one)

    def test_attributes(self):
        one = m.Base("ab")
        one.size = 4
        self.assertEqual(one.size, 8)
        del one.size
        self.assertEqual(one.size, 0)
        self.assertEqual([one.initials, one.initials], ["a", "a"])
        self.assertEqual(m.SEEN, ["initials"])
        self.assertEqual(one.call_private(), "base's own")

    def test_methods(self):
        self.assertEqual((m.Base.static(1), m.Base("a").static(1, b=5)), (2, 6))
        self.assertEqual([type(m.Base.make()).__name__, m.Derived.make().name], ["Base", "child"])
        self.assertEqual(m.Derived("x").describe(loud=True), "derived X")
        self.assertEqual(m.Base.describe(m.Derived("x")), "x")


class Signatures(unittest.TestCase):
    def test_signature(self):
        self.assertEqual(str(inspect.signature(m.plain)), "(a, b=2, *rest, c, d=4, **others)")
        self.assertEqual(str(inspect.signature(m.positional_only)), "(a, /, b, *, c=3)")
        self.assertEqual(str(inspect.signature(m.Base)), "(name, size=1)")
        self.assertEqual(str(inspect.signature(m.Base("a").describe)), "(*, loud=False)")

    def test_argument_specification(self):
        told = inspect.getfullargspec(m.plain)
        self.assertEqual(told[:3], (["a", "b"], "rest", "others"))
        self.assertEqual((told.defaults, told.kwonlyargs, told.kwonlydefaults), ((2,), ["c", "d"], {"d": 4}))


if __name__ == "__main__":
    unittest.main()
