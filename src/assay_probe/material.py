"""What alterations at one point are made of, read from the job; texts that tell expressions apart are found here."""

from assay_probe import forks, patterns
from assay_probe.operators import Context

PATIENCE_S = 2.0


def context_of(job, point_id):
    """The material of a point. Only a run that plans looks for texts: what it chose travels with the plan."""
    material = job.get("material", {}).get(point_id, {})
    pairs, texts = material.get("patterns", ()), ()
    if pairs and job["mode"] == "plan":
        found = forks.ask(lambda: {"texts": patterns.telling(pairs, job.get("seed", 0))}, PATIENCE_S)
        texts = found.get("texts", ())
    return Context(
        material.get("numbers", ()),
        material.get("texts", ()),
        job.get("corpus", ()),
        material.get("given", {}),
        material.get("asked", {}),
        [*texts, *material.get("telling", ())],
        material.get("compared", {}),
        material.get("keys", ()),
        material.get("made", {}),
        material.get("words", ()),
    )
