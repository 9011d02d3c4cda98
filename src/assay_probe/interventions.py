"""Where in a call something can be altered, and in which order that is tried."""

import ast
import itertools
import random
from collections import Counter

from assay_probe import built, contents, conversions, encoding, steps
from assay_probe.heirs import HEIR
from assay_probe.kinds import kind_of
from assay_probe.operators import PLAIN, SEEDED, operators
from assay_probe.places import Edit, general, is_named, places
from assay_probe.variants import OPAQUE, is_a

KEPT, GIVEN, KEYWORDS, ASKED = "argument.kept", "argument.given", "keywords.given", "value.asked"
COMPARED = "value.compared"
_SLOT_OPERATORS = frozenset(
    ("boolean.flip", "none", "none.given", "number.edge", "text.edge", "sequence.empty", "mapping.empty")
)
_SETTER_OPERATORS = _SLOT_OPERATORS | {"number.constant", "number.step", "text.constant", "enum.member"}
_RICH = (
    "text.edit",
    "text.token",
    "text.join",
    "text.lines",
    "text.corpus",
    "text.constant",
    "text.telling",
    "sequence.fill",
)
_RICH += ("bytes.edit", "bytes.token", "bytes.join", "bytes.lines", "bytes.corpus", "bytes.constant", "bytes.telling")
_ALTERED = (bool, int, float, str, bytes)
_SAME_KIND = frozenset(
    (
        "boolean.flip",
        "number.step",
        "text.edit",
        "text.token",
        "text.join",
        "text.constant",
        "text.telling",
        "bytes.edit",
        "bytes.token",
    )
)
"""What makes another value of the same kind."""
_VARIANTS_A_CALL = 6
_OPTION = "mapping.key"
"""What an option does hangs on the call, so it is tried at each."""
_FLAGS, GIVEN_AGAIN = frozenset(("boolean.flip", "none.key")), 2
"""At calls that run other lines than those before them flags are options too, and so many values that tests give."""
PAIRS = 6
"""So many pairs of options are given together at one call."""
SHARED_KEYS = 4
"""So many keys that stand in two mappings of a call are looked at like keys that the code names: there they meet."""
FAR, MOST_FAR, MOST_COMPARED = 6, 1500, 8
"""How deep, and among how many places, a value of a certain name is looked for; so many such alterations a call."""
_AFTER_A_CALL = frozenset(
    (
        "number.step",
        "text.edge",
        "boolean.flip",
        "none.given",
        "enum.member",
        "date.step",
        "duration.step",
        "sequence.order",
    )
)
_TOGETHER = frozenset(
    ("date.zone", "sequence.iterator", "number.float", "number.decimal", "text.bytes", "text.path", "none")
)


class Planner:
    """Chooses what to alter at each call: every (place, operator) pair of a point once before anything twice."""

    def __init__(self, seed):
        self._seed = seed
        self._done = {}
        self._systematic = {}
        self._rich = _VARIANTS_A_CALL
        self.faults = {}
        """Alterations that could not even be listed, by point and fault."""

    def choose(self, point_id, call_name, arguments, context, names, flags, n, left_out=(), is_fresh=False):
        """Return up to `n` of `(key, edits)` for this call, in the order in which to try them.

        The key of what is really made is to be given to `note`. `left_out` names parameters that the call leaves out.
        At a call that is fresh, because it runs other lines than those before it, named slots are tried once more.
        """
        draw = random.Random("%s|%s|%s" % (self._seed, point_id, call_name))
        self._rich = max(_VARIANTS_A_CALL, n // 12)
        names = names.union(_shared_keys(arguments))
        candidates = self._candidates(point_id, arguments, context, names, flags, draw, is_fresh=is_fresh)
        candidates += self._together(point_id, arguments, context, draw)
        candidates += self._given(point_id, arguments, context, draw, left_out, is_fresh=is_fresh)
        candidates += self._pairs(point_id, arguments, context, draw)
        candidates += self._made(point_id, arguments, context, draw, is_fresh=is_fresh)
        candidates += self._asked(point_id, arguments, context, names, draw)
        candidates += self._compared(point_id, arguments, context, draw)
        candidates += self._in_files(point_id, arguments, context, draw)
        candidates += self._after_a_call(point_id, arguments, context, draw)
        candidates.sort(key=lambda candidate: candidate[0])
        return [(key, edits) for _rank, key, edits in candidates[:n]]

    def note(self, key):
        """What has this key was made once more."""
        self._done[key] = self._done.get(key, 0) + 1

    def _note_fault(self, point_id, fault):
        name = "alterations could not be listed: " + type(fault).__name__ + ": " + str(fault)[:200]
        faults = self.faults.setdefault(point_id, {})
        faults[name] = faults.get(name, 0) + 1

    def pairs(self, point_id):
        """`[tried, known]`: (place, operator) pairs of the systematic pass, as far as the calls seen show them."""
        known = self._systematic.get(point_id, set())
        return [sum(key in self._done for key in known), len(known)]

    def _candidates(self, point_id, arguments, context, names, flags, draw, *, is_fresh):
        out = []
        for path, value in places(arguments, names, flags):
            weight, allowed = _weight(path, names)
            if is_a(value, OPAQUE) and (len(path) > 1 or path[0][1] == "cls"):
                continue
            try:
                listed = operators(value, context, draw)
            except Exception as fault:
                self._note_fault(point_id, fault)
                continue
            for name, variants in listed:
                if allowed is not None and name not in allowed:
                    continue
                if not variants:
                    continue
                key = (point_id, general(path, names), name)
                done = self._done.get(key, 0)
                if weight == 0:
                    self._systematic.setdefault(point_id, set()).add(key)
                for again in range(self._repeats(name, variants) if weight < 2 else 1):
                    at_each_call = name == _OPTION or (is_fresh and (len(path) > 1 or name in _FLAGS))
                    before = again if at_each_call and weight == 0 else done + again
                    rank = (min(before, 9) * 2 + weight, draw.random())
                    out.append((rank, key, self._edit(path, name, variants, done + again, draw)))
        return [(rank, key, [edit]) for rank, key, edit in out if edit is not None]

    def _repeats(self, name, variants):
        """How many variants a call may see: seeded operators give something new each time, others what they list."""
        return self._rich if name in _RICH else min(len(variants), self._rich)

    def _edit(self, path, name, variants, visit, draw):
        variant = (
            draw.randrange(len(variants))
            if visit == 0 and name.endswith((".edge", ".constant"))
            else visit % len(variants)
        )
        if name not in SEEDED:
            return Edit(path, name, variant)
        try:
            literal = encoding.literal(variants[variant]())
        except Exception:
            return None
        return None if literal is None else Edit(path, name, variant, literal)

    def _given(self, point_id, arguments, context, draw, left_out, *, is_fresh):
        """What tests give to a parameter of this name in other calls, and keywords that the code names.

        After everything else once, but for what the call leaves out: head may not take it at all. A call that is fresh
        sees some of them whatever was tried at others: one option may change what another does.
        """
        out = []
        for argument, value in (*arguments.items(), *dict.fromkeys(left_out).items()):
            if argument in left_out:
                literals = context.given.get(argument, ())
            elif argument.startswith("**"):
                taken = [name for name in context.given if name in context.texts and name not in value]
                literals = ["{%r: %s}" % (name, literal) for name in taken for literal in context.given[name]]
            else:
                present = encoding.literal(value)
                literals = [literal for literal in context.given.get(argument, ()) if literal != present]
            operator = KEYWORDS if argument.startswith("**") else GIVEN
            key = (point_id, operator, argument)
            done = self._done.get(key, 0)
            for again in range(min(len(literals), self._rich)):
                edit = Edit((("arg", argument),), operator, 0, literals[(done + again) % len(literals)])
                late = argument not in left_out
                before = again if is_fresh and again < GIVEN_AGAIN else min(done, 9) + again
                out.append(((before * 2 + late, draw.random()), key, [edit]))
        return out

    def _pairs(self, point_id, arguments, context, draw):
        """Two options at once, and an option with another text: tests try most of them alone."""
        options = {}
        for argument, value in arguments.items():
            present = encoding.literal(value) if type(value) in PLAIN else None
            literals = [literal for literal in context.given.get(argument, ()) if literal != present]
            if type(value) is bool:
                literals = [repr(not value)]
            elif type(value) is str and context.corpus:
                literals.append(repr(draw.choice(context.corpus)))
            if literals and not argument.startswith("*"):
                options[argument] = draw.choice(literals)
        pairs, out = list(itertools.combinations(options, 2)), []
        for pair in draw.sample(pairs, min(PAIRS, len(pairs))):
            key = (point_id, "pair", pair)
            edits = [Edit((("arg", argument),), GIVEN, 0, options[argument]) for argument in pair]
            out.append(((min(self._done.get(key, 0), 9) * 2 + 1, draw.random()), key, edits))
        return out

    def _made(self, point_id, arguments, context, draw, *, is_fresh):
        """Objects as other tests make them: a method meets receivers that no test calls it on.

        Every second one is made of an altered text, number or flag. What a constructor is called with is no object yet.
        """
        out, is_making = [], "__init__" in point_id
        for argument, value in list(arguments.items())[is_making:]:
            ways = context.made.get(type(value).__name__, ()) if not is_a(value, (*PLAIN, *OPAQUE)) else ()
            key = (point_id, built.MADE, argument)
            done = self._done.get(key, 0)
            for again in range(min(len(ways) * 2, self._rich)):
                number, is_altered = divmod(done + again, 2)
                way = ways[number % len(ways)]
                edit = Edit((("arg", argument),), built.MADE, 0, _altered(way, context, draw) if is_altered else way)
                before = again if is_fresh and again < GIVEN_AGAIN else min(done, 9) + again
                out.append(((before * 2 + 1, draw.random()), key, [edit]))
        return out

    def _asked(self, point_id, arguments, context, names, draw):
        """Values of the kinds that the code asks about: an argument's own, and everywhere those that head dropped.

        These first, at the arguments; where calls are few, the others must not take the place of everything else.
        """
        out, anywhere = [], context.asked.get("", ())
        for path, value in places(arguments, names):
            own = context.asked.get(path[0][1], ()) if len(path) == 1 else ()
            weight = _weight(path, names)[0]
            if (
                weight > 1
                or (is_a(value, OPAQUE) and HEIR not in own)
                or any(kind in ("attr", "flag", "set") for kind, _ in path)
            ):
                continue
            dropped = conversions.variants_for({*anywhere, HEIR} - {kind_of(value)})
            for variant in conversions.variants_for({*own, *anywhere} - {kind_of(value)}):
                key = (point_id, ASKED, general(path, names), variant)
                late = bool(weight) or variant not in dropped
                rank = (self._done.get(key, 0) * 2 + late, draw.random())
                out.append((rank, key, [Edit(path, ASKED, variant)]))
        return out

    def _compared(self, point_id, arguments, context, draw):
        """What base compares a value of this name with and head does not, wherever such a value stands.

        First where one stands that it is compared with as well: there it matters.
        """
        out = []
        for path, value in places(arguments, context.compared, depth=FAR, limit=MOST_FAR) if context.compared else ():
            name = path[-1][1].lstrip("_*") if type(path[-1][1]) is str else ""
            dropped, others = context.compared.get(name, ((), ()))
            present = encoding.literal(value) if type(value) in PLAIN else None
            for literal in dropped if present is not None else ():
                if literal != present and type(value) is type(ast.literal_eval(literal)):
                    key = (point_id, COMPARED, name, literal)
                    rank = (self._done.get(key, 0) * 2 + (present not in (*dropped, *others)), draw.random())
                    out.append((rank, key, [Edit(path, COMPARED, 0, literal)]))
        return sorted(out, key=lambda found: found[0])[:MOST_COMPARED]

    def _in_files(self, point_id, arguments, context, draw):
        """Files that arguments name, holding something else."""
        out = []
        for name, edit in contents.offered(arguments, context, draw):
            key = (point_id, *name)
            out.append(((self._done.get(key, 0) * 2, draw.random()), key, [edit]))
        return out

    def _after_a_call(self, point_id, arguments, context, draw):
        """Each argument altered in a second call, for what a first one leaves behind: caches, counters, open state."""
        out, copied = [], steps.copied(arguments)
        for argument, value in arguments.items():
            for name, variants in operators(value, context, draw):
                if name in _AFTER_A_CALL and variants:
                    key = (point_id, "after", argument, name)
                    done = self._done.get(key, 0)
                    first = Edit((("arg", argument),), steps.CALL_FIRST)
                    edits = [first, Edit((("arg", argument),), name, done % len(variants))]
                    if copied not in (None, argument):
                        edits.insert(1, Edit((("arg", copied),), steps.COPY_FIRST))
                    out.append(((done * 2, draw.random()), key, edits))
        for argument, taken in steps.offered(arguments):
            key = (point_id, tuple(taken), argument)
            edits = [Edit((("arg", argument),), operator) for operator in taken]
            # A hash that is kept shows only here, and its number says nothing.
            first = key not in self._done and point_id.endswith("__hash__")
            out.append(((-1 if first else self._done.get(key, 0) * 2, draw.random()), key, edits))
        return out

    def _together(self, point_id, arguments, context, draw):
        """The same operator on all arguments of one kind, and an argument at None given as its sibling first."""
        groups = {}
        for name, value in arguments.items():
            if not name.startswith("*") and not is_a(value, (bool, type(None), *OPAQUE)):
                groups.setdefault(kind_of(value), []).append((name, value))
        unset = [name for name, value in arguments.items() if value is None and not name.startswith("*")]
        out = []
        for kind, members in groups.items():
            if kind.startswith("object"):
                continue
            for name, _value in members[1:]:
                key = (point_id, "equal", name)
                edits = [Edit((("arg", name),), "argument.sibling:" + members[0][0])]
                out.append(((self._done.get(key, 0) * 2, draw.random()), key, edits))
            for given in [None, *unset[:3]] if len(members) > 1 else unset[:3]:
                targets = [name for name, _ in members] + ([given] if given else [])
                start = [Edit((("arg", given),), "argument.sibling:" + members[0][0])] if given else []
                for name, variants in operators(members[0][1], context, draw):
                    if name in _TOGETHER:
                        for variant in range(len(variants)):
                            key = (point_id, "together", kind, given, name, variant)
                            edits = start + [Edit((("arg", target),), name, variant) for target in targets]
                            out.append(((self._done.get(key, 0) * 2 + 1, draw.random()), key, edits))
                if start:
                    key = (point_id, "sibling", given)
                    out.append(((self._done.get(key, 0) * 2, draw.random()), key, start))
        return out


def _altered(way, context, draw):
    """A way of making an object with another value of the same kind in one place."""
    maker, arguments, keywords = ast.literal_eval(way)
    given = list(arguments)
    spots = [(given, n) for n in range(len(given))] + [(keywords, name) for name in keywords]
    spots = [(holder, key) for holder, key in spots if type(holder[key]) in _ALTERED]
    if spots:
        holder, key = draw.choice(spots)
        listed = operators(holder[key], context, draw)
        holder[key] = draw.choice([make for name, makers in listed if name in _SAME_KIND for make in makers])()
    return repr((maker, tuple(given), keywords))


def _shared_keys(arguments):
    """Keys that stand in more than one mapping among the arguments."""
    found = Counter(key for value in arguments.values() if is_a(value, dict) for key in dict.keys(value))
    return sorted(key for key, count in found.items() if count > 1 and type(key) is str)[:SHARED_KEYS]


def _weight(path, names):
    """How late a place comes, and which operators it may see: arguments first, then named slots, then the rest."""
    distance = len(path) - path[0][1].startswith("*")
    if distance <= 1:
        return 0, None
    kinds = {kind for kind, _ in path[1:]}
    if "set" in kinds:
        return (0 if len(path) == 2 else 1), _SETTER_OPERATORS
    if "flag" in kinds:
        return 0, _SLOT_OPERATORS
    if "attr" in kinds:
        named = any(kind == "attr" and is_named(step, names) for kind, step in path)
        return (0 if named and len(path) == 2 else 1 if named else 3), _SLOT_OPERATORS
    if distance == 2:
        return (0 if path[-1][0] == "key" and path[-1][1] in names else 1), None
    return 2, None
