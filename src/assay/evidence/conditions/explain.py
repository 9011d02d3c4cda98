"""When does a group of differences show? Labelled calls in, one condition for each kind of outcome out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from assay.change.project import Project
from assay.evidence.conditions.answers import Answers
from assay.evidence.conditions.learner import Formula, Observed, Pool, held_in, judge, learn
from assay.evidence.conditions.pools import pool_for
from assay.evidence.conditions.spelling import PLAIN, altered_words, spell
from assay.evidence.conditions.things import read_call
from assay.evidence.conditions.weight import is_shown, least_differing
from assay.evidence.jobs import Placement
from assay.evidence.plausible import Kinds, implausible_because
from assay.values.experiment import Experiment, ExperimentId
from assay.values.finding import Condition, Difference

MOST_DIFFERING, MOST_OTHERS = 70, 110
"""A formula is learned from so many calls, then asked about all; what refutes it is added and it is learned again."""
ROUNDS, MOST_REFUTING = 5, 25
MORE_WORDS = 0.5
"""A formula about all calls may cost so much more than one about plausible calls alone."""
LEAST_ALTERED, LEAST_OTHERS, LEAST_ALWAYS = 2, 3, 5
FRESH_IN_ALL, FRESH_ON_A_SIDE, FRESH_OTHERS = 200, 20, 40
MOST_BORDERED, LONGEST_BORDER = 40, 60
LEAST_AGREEMENT, LEAST_RECALL, LEAST_PRECISION = 0.9, 0.95, 0.99
TWO_STEPS = frozenset(
    {"call.first", "copy.first", "ask.first", "then.result", "then.argument", "then.use", "file.content", "file.text"}
)
"""What shows only before or after the call is nothing that the arguments of the call could tell: it is said itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """All that was seen at the points where something differs."""

    differences: tuple[Difference, ...] = ()
    agreed: tuple[Experiment, ...] = ()
    kinds: Mapping[str, Kinds] = field(default_factory=dict)
    """Kinds of value that base's tests gave at each point: what makes an altered call plausible."""
    masks: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Paths of outcomes that are noise, by point."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """What was learned about one group, and from what."""

    formulas: tuple[Formula, ...]
    """Rivals, best first; they fit all calls, or there is one that is only a part."""
    calls: tuple[Observed, ...]
    pool: Pool
    answers: Answers = field(default_factory=Answers)
    plausible_only: bool = False
    """Was it learned from calls alone that somebody who uses this code would make?"""

    @property
    def is_right(self) -> bool:
        """Is there a formula that is right about every call, and were there calls to be wrong about?"""
        best = self.formulas[0] if self.formulas else None
        return best is not None and best.fits and best.differing > 0 and best.others >= LEAST_OTHERS


def kind_of(difference: Difference) -> tuple[str, ...]:
    """The kind of outcome: how the versions differ, with the exceptions that say it."""
    base, head = difference.base.outcome.raised, difference.head.outcome.raised
    return (
        difference.base.id.point,
        difference.kind,
        "" if base is None else base.type,
        "" if head is None else head.type,
    )


def hypotheses(
    groups: Sequence[Difference],
    seen: Labelled,
    placements: Mapping[str, Placement],
    projects: Sequence[Project],
    has_time: Callable[[], bool],
) -> dict[ExperimentId, Hypothesis]:
    """What each group's differing calls have in common, by the experiment that speaks for the group.

    Groups that come when there is no time left have no hypothesis.
    """
    by_kind: dict[tuple[str, ...], list[Difference]] = defaultdict(list)
    for difference in seen.differences:
        by_kind[kind_of(difference)].append(difference)
    found: dict[ExperimentId, Hypothesis] = {}
    known: dict[tuple[object, ...], Hypothesis] = {}
    answers: dict[str, Answers] = defaultdict(lambda: Answers(has_time))
    for group in groups:
        kind, placement = (*kind_of(group), group.plausible), placements.get(group.base.id.point)
        if kind not in known and placement is not None and has_time():
            own = answers[placement.point.id]
            known[kind] = learn_about(group, by_kind[kind_of(group)], seen, placement, projects, own)
        if kind in known:
            found[group.base.id] = known[kind]
    return found


def learn_about(
    group: Difference,
    alike: Sequence[Difference],
    seen: Labelled,
    placement: Placement,
    projects: Sequence[Project],
    answers: Answers,
) -> Hypothesis:
    """Learn from plausible calls where the group is one of them, and from all.

    What is right about all calls is true of more than what is right about plausible ones; where it takes more words,
    calls that nobody makes have only blurred it.
    """
    all_calls = calls_like(group, alike, seen, placement, plausible_only=False)
    pool = pool_for(placement, projects, _spread(all_calls))
    if has_steps(group.base):
        return Hypothesis(formulas=(), calls=tuple(all_calls), pool=pool, answers=answers)
    plausible: Hypothesis | None = None
    if group.plausible:
        calls = calls_like(group, alike, seen, placement, plausible_only=True)
        plausible = _learned(calls, pool, answers, plausible_only=True)
        if plausible.is_right and (len(calls) == len(all_calls) or not answers.has_time()):
            return plausible
    every = _learned(all_calls, pool, answers, plausible_only=False)
    if plausible is None or not plausible.is_right:
        return every if plausible is None or every.is_right else plausible
    is_short = every.is_right and every.formulas[0].cost <= plausible.formulas[0].cost + MORE_WORDS
    return every if is_short else plausible


def _learned(calls: Sequence[Observed], pool: Pool, answers: Answers, *, plausible_only: bool) -> Hypothesis:
    formulas = learn_from(calls, pool, answers)
    return Hypothesis(formulas=formulas, calls=tuple(calls), pool=pool, answers=answers, plausible_only=plausible_only)


def calls_like(
    group: Difference, alike: Sequence[Difference], seen: Labelled, placement: Placement, *, plausible_only: bool
) -> list[Observed]:
    """Calls that differ as the group does, and those that agree and end as its example ends on the same version.

    Where none that agrees ends so, that is what tells them apart, and all that agree are the others.
    """
    point, kinds = placement.point, seen.kinds.get(placement.point.id, {})
    every = [e for e in seen.agreed if e.id.point == point.id]
    agreed = [e for e in every if _ending(e) == _ending(group.base)] or every
    if plausible_only:
        agreed = [e for e in agreed if not implausible_because(e, point, kinds)]
    differing = [d.base for d in alike if d.plausible or not plausible_only]
    return observe(differing, agreed, steps=has_steps(group.base))


def _ending(experiment: Experiment) -> tuple[str, str]:
    """How a call ended on the version that all others are compared with: only equal endings can part in one way."""
    raised = experiment.outcome.raised
    return experiment.outcome.kind, "" if raised is None else raised.type


def has_steps(experiment: Experiment) -> bool:
    """Does it do more than one call, so that its arguments do not tell what it shows?"""
    return any(edit.operator in TWO_STEPS for edit in experiment.intervention.edits)


def observe(differing: Iterable[Experiment], others: Iterable[Experiment], *, steps: bool = False) -> list[Observed]:
    """Labelled calls, each input once. An input that differed and agreed tells of state, and is left out.

    With `steps` what differs shows only around the call: then what is done there is a part of the input.
    """
    made: dict[str, Observed] = {}
    torn: set[str] = set()
    for label, experiments in ((True, differing), (False, others)):
        for experiment in experiments:
            around = [edit for edit in experiment.intervention.edits if edit.operator in TWO_STEPS]
            if bool(around) is not steps and (around or label):
                continue
            altered = frozenset(filter(None, map(altered_words, experiment.intervention.edits)))
            key = " ".join([experiment.arguments_digest, *(f"{e.operator} {e.variant} {e.literal}" for e in around)])
            if key in made:
                torn |= {key} if made[key].differs != label else set()
                continue
            origin = f"{experiment.id.scenario} {experiment.id.call}"
            values = read_call(experiment)
            made[key] = Observed(values=values, differs=label, key=key, altered=altered, origin=origin)
    return [call for key, call in made.items() if key not in torn]


def learn_from(calls: Sequence[Observed], pool: Pool, answers: Answers) -> tuple[Formula, ...]:
    """Learn from a spread of the calls, ask about all, and learn again from what refutes."""
    sample = _spread(calls)
    chosen = {call.key for call in sample}
    formulas: tuple[Formula, ...] = ()
    for _ in range(ROUNDS):
        formulas = learn(sample, pool, answers)
        if not formulas or not formulas[0].fits:
            break
        judged = [(judge(f.text, calls, pool.scope, f.cost), f) for f in formulas]
        standing = tuple(j for j, _ in judged if j.fits)
        if standing:
            return standing
        held = held_in(formulas[0].text, calls, pool.scope)
        wrong = [c for c, holds in zip(calls, held, strict=True) if holds != c.differs and c.key not in chosen]
        if not wrong:
            break
        sample += wrong[:MOST_REFUTING]
        chosen |= {call.key for call in wrong[:MOST_REFUTING]}
    return tuple(judge(f.text, calls, pool.scope, f.cost) for f in formulas[:1])


def grown(hypothesis: Hypothesis, calls: Sequence[Observed]) -> Hypothesis:
    """The same formulas over more calls: those that are still right."""
    every = (*hypothesis.calls, *calls)
    judged = (judge(f.text, every, hypothesis.pool.scope, f.cost) for f in hypothesis.formulas)
    return replace(hypothesis, formulas=tuple(f for f in judged if f.fits), calls=every)


def _spread(calls: Sequence[Observed]) -> list[Observed]:
    """At most so many of each label, evenly from first to last."""
    differing = [call for call in calls if call.differs]
    others = [call for call in calls if not call.differs]
    return [*_evenly(differing, MOST_DIFFERING), *_evenly(others, MOST_OTHERS)]


def _evenly(calls: Sequence[Observed], n: int) -> list[Observed]:
    step = max(1.0, len(calls) / n)
    return [calls[int(i * step)] for i in range(min(n, len(calls)))]


def condition_of(hypothesis: Hypothesis, fresh: Fresh | None = None) -> Condition | None:
    """What may be said: a formula that is right about all calls, or a good part with its counts; else nothing.

    Where every call differs, and there were several, that is said.
    """
    differing = sum(call.differs for call in hypothesis.calls)
    if not hypothesis.formulas:
        if len(hypothesis.calls) > differing or differing < LEAST_ALWAYS:
            return _by_alteration(hypothesis.calls)
        best = Formula(text="True", cost=0.0, held_differing=differing, differing=differing, held_others=0, others=0)
    else:
        best = hypothesis.formulas[0]
        is_tested = fresh is not None and fresh.others >= FRESH_OTHERS
        least = least_differing(best, hypothesis.calls, is_tested=is_tested)
        if best.differing < least or best.others < LEAST_OTHERS or not (best.fits or _is_good_part(best)):
            return _by_alteration(hypothesis.calls)
        altered = None if best.fits else _by_alteration(hypothesis.calls)
        if altered is not None and altered.held_others < best.held_others:
            return altered
    is_borne = best.text == "True" or is_shown(best.text, hypothesis.calls, hypothesis.pool.scope)
    is_exact = best.fits and is_borne and fresh is not None and fresh.is_enough
    return Condition(
        text="in every call that was made" if best.text == "True" else best.text,
        expression=best.text,
        held_differing=best.held_differing,
        differing=best.differing,
        held_others=best.held_others,
        others=best.others,
        grade="exact" if is_exact else "sufficient" if is_borne and not best.held_others else "approximate",
        fresh=0 if fresh is None else fresh.differing + fresh.others,
        borders=borders(hypothesis.calls),
    )


def _by_alteration(calls: Sequence[Observed]) -> Condition | None:
    """What was made of an argument in all differing calls and in hardly another, where its value does not tell."""
    differing, others = ([call for call in calls if call.differs is side] for side in (True, False))
    if len(differing) < LEAST_ALTERED or len(others) < LEAST_OTHERS:
        return None
    common = frozenset.intersection(*(call.altered for call in differing))
    held, words = min(((sum(words in call.altered for call in others), words) for words in common), default=(0, ""))
    if not words or held > len(differing) or 1 - held / len(others) / 2 < LEAST_AGREEMENT:
        return None
    return Condition(
        text=words,
        expression=None,
        held_differing=len(differing),
        differing=len(differing),
        held_others=held,
        others=len(others),
        grade="approximate" if held else "sufficient",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """Experiments that could have refuted a formula after it was learned, and did not."""

    differing: int = 0
    others: int = 0

    @property
    def is_enough(self) -> bool:
        """Enough, on both sides, to call the formula exact?"""
        return self.differing + self.others >= FRESH_IN_ALL and min(self.differing, self.others) >= FRESH_ON_A_SIDE


def borders(calls: Sequence[Observed]) -> tuple[str, ...]:
    """A differing call and another one that are closest: alike in all arguments but one, and in that one nearly."""
    best: tuple[tuple[float, str], str, str] | None = None
    others = [call for call in calls if not call.differs][:MOST_OTHERS]
    told = [{name: repr(value) for name, value in call.values.items()} for call in others]
    for call in [call for call in calls if call.differs][:MOST_BORDERED]:
        own = {name: repr(value) for name, value in call.values.items()}
        for other, theirs in zip(others, told, strict=True):
            unlike = [name for name in own if own[name] != theirs.get(name)]
            if len(unlike) != 1 or unlike[0] not in theirs:
                continue
            name = unlike[0]
            ours, beside = (_shown(each.values[name]) for each in (call, other))
            key = (_distance(call.values[name], other.values[name]), own[name])
            if ours != beside and max(len(ours), len(beside)) <= LONGEST_BORDER and (best is None or key < best[0]):
                best = (key, f"{name}={ours} differs", f"{name}={beside} does not")
    return () if best is None else best[1:]


def _shown(value: object) -> str:
    text = repr(value)
    return text if isinstance(value, PLAIN) and "Thing(" not in text else spell(value)


def _distance(one: object, other: object) -> float:
    if isinstance(one, (int, float)) and isinstance(other, (int, float)) and abs(one) + abs(other) < MOST_BORDERED**9:
        return abs(one - other)
    return 1000.0 + len(repr(one)) + len(repr(other))


def _is_good_part(formula: Formula) -> bool:
    recall = formula.held_differing / formula.differing
    refuted = formula.held_others / formula.others
    precision = formula.held_differing / max(1, formula.held_differing + formula.held_others)
    balanced = (recall + 1 - refuted) / 2
    return balanced >= LEAST_AGREEMENT and (recall >= LEAST_RECALL or precision >= LEAST_PRECISION)
