"""One square of a workflow's matrix, tried for good: what each room's test of its workflows calls."""

import pytest

from maillage.core.refusals import Refused


def try_case(case, thing, *, by):
    """Put a thing, ready for the transition, in the state of the case; it moves, or is refused and stays."""
    type(thing).objects.filter(pk=thing.pk).update(**{case.workflow.field: case.state})
    sent = {"sentence": "Une phrase."} if case.transition.asks else {}
    if case.possible:
        case.workflow.apply(case.transition.name, thing, by=by, **sent)
    else:
        with pytest.raises(Refused, match="n'est plus possible"):
            case.workflow.apply(case.transition.name, thing, by=by, **sent)
    thing.refresh_from_db()
    assert case.workflow.state_of(thing) == (case.transition.target if case.possible else case.state)
