"""What features are a part of, or located in, by the text of the plan."""

from __future__ import annotations

from layers.plan.area import area, per_plan
from layers.plan.catalogue import gazetteer, table

# The role of what the text says lies in something, beside those of parts that a plan names.
LOCATED = "located"


@per_plan
def wholes() -> dict[str, frozenset[str]]:
    """Return the ids of all that each feature belongs to, at any remove.

    What belongs to a park that is of a circle belongs to the circle, and what belongs to a node
    that is a city to the city. Who only supports something, or works in it, is no part of it.
    """
    links = table("memberships")
    links = links[links["role"].isin({*area().parts, LOCATED})]
    above: dict[str, set[str]] = {}
    for feature, target in zip(links["feature_id"], links["target_id"], strict=True):
        above.setdefault(feature, set()).add(target)
    places = gazetteer()
    for each in {*above, *links["target_id"]}:
        same = places.same_as(each)
        if same is not None:
            above.setdefault(each, set()).add(same)
    return {each: _reached(each, above) for each in above}


def _reached(feature: str, above: dict[str, set[str]]) -> frozenset[str]:
    reached: set[str] = set()
    waiting = [*above[feature]]
    while waiting:
        each = waiting.pop()
        if each not in reached:
            reached.add(each)
            waiting += above.get(each, ())
    return frozenset(reached - {feature})
