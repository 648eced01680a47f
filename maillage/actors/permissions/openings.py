"""Which rules a role opens: each rule itself is asked, for who holds the role and for who holds none."""

from functools import cache

from maillage.actors.choices import Role
from maillage.actors.models import Held, User
from maillage.core.access import Rule


@cache
def opens(law: Rule, role: Role | str) -> bool:
    """Whether holding this role opens more by this rule than holding none."""
    return law.question(_playing(role)) != law.question(_playing(""))


def _playing(role: Role | str) -> User:
    """Someone who is in no database, with this role in a place that does not exist and in the whole Département."""
    player = User(pk=-1)
    player.held = (Held(role, -1, -1, "-"), Held(role, -1)) if role else ()
    return player
