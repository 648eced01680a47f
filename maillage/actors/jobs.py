"""What the house does by itself about people: carry out departures, remind of the yearly review."""

from django_tasks import task

from maillage.actors.actions.departures import carry_out_due
from maillage.actors.actions.reviews import remind
from maillage.core.jobs import daily


@daily(hour=0)
@task()
def close_departed_accounts() -> int:
    """The day after someone's last day: hand over, close the account."""
    return carry_out_due()


@daily(hour=6)
@task()
def remind_of_reviews() -> int:
    """Write to those who have roles to look at again."""
    return remind()
