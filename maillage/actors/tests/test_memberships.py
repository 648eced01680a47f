"""Giving roles, changing their end, ending them; the house always keeps an administrator."""

import datetime as dt

import pytest

from maillage.actors.actions.memberships import change_dates, end, grant
from maillage.actors.choices import Role
from maillage.actors.models import Membership, User
from maillage.actors.tests.factories import a_membership, someone, the_house
from maillage.core import clock
from maillage.core.concurrency import AlreadyDone, Stale, new_key
from maillage.core.models import JournalLine
from maillage.core.refusals import Refused
from maillage.core.tests.conftest import at_once, committed  # noqa: F401 -- several people at the same instant


def a_role(user, role=Role.DPO, **facts):
    return Membership(user=user, role=role, **({"organisation": the_house(), "valid_from": clock.today()} | facts))


def finish(membership, *, by, on=None):
    end(membership, on=on or clock.today(), expected=membership.version, key=new_key(), by=by)


def test_a_role_is_given_at_once_and_written_down(adele):
    tom = someone("tom")
    assert tom.roles() == frozenset()
    grant(a_role(tom), key=new_key(), by=adele)
    assert User.objects.get(pk=tom.pk).roles() == {Role.DPO}
    line = JournalLine.objects.get(verb="actors.role_granted")
    assert (line.who_id, line.facts) == (adele.pk, {"role": "dpo", "user": tom.pk})


def test_a_double_click_gives_one_role(adele):
    key, tom = new_key(), someone("tom")
    grant(a_role(tom), key=key, by=adele)
    with pytest.raises(AlreadyDone):
        grant(a_role(tom), key=key, by=adele)
    assert Membership.objects.filter(user=tom).count() == 1


def test_a_role_already_held_there_is_not_given_twice(adele):
    tom = someone("tom", Role.DPO)
    with pytest.raises(Refused, match="tient déjà ce rôle"):
        grant(a_role(tom), key=new_key(), by=adele)


def test_a_role_beyond_ones_sector_changes_nothing(maud, sector):
    tom = someone("tom")
    with pytest.raises(Refused, match="pas le vôtre"):
        grant(a_role(tom, Role.REFERENT, sector=sector("TIS-3")), key=new_key(), by=maud)
    assert not Membership.objects.filter(user=tom).exists()
    assert not JournalLine.objects.filter(verb="actors.role_granted").exists()


def test_a_closed_account_receives_no_role(adele):
    tom = someone("tom")
    User.objects.filter(pk=tom.pk).update(is_active=False)
    tom.refresh_from_db()
    with pytest.raises(Refused, match="compte est fermé"):
        grant(a_role(tom), key=new_key(), by=adele)


def test_a_role_that_ends_today_opens_nothing_any_more(adele):
    tom = someone("tom", Role.DPO)
    finish(Membership.objects.get(user=tom), by=adele)
    assert User.objects.get(pk=tom.pk).roles() == frozenset()


def test_a_role_that_ends_tomorrow_opens_until_tonight(adele):
    tom = someone("tom", Role.DPO)
    finish(Membership.objects.get(user=tom), by=adele, on=clock.today() + dt.timedelta(days=1))
    assert User.objects.get(pk=tom.pk).roles() == {Role.DPO}
    with clock.travel(clock.today() + dt.timedelta(days=1)):
        assert User.objects.get(pk=tom.pk).roles() == frozenset()


def test_a_role_for_later_that_is_ended_never_begins(adele):
    tom, later = someone("tom"), clock.today() + dt.timedelta(days=30)
    given = a_membership(tom, Role.DPO, valid_from=later)
    finish(given, by=adele)
    with clock.travel(later):
        assert User.objects.get(pk=tom.pk).roles() == frozenset()
    assert not Membership.objects.to_come_or_in_force().filter(user=tom).exists()


def test_what_one_may_not_give_one_may_not_end_nor_prolong(maud, sector):
    far = a_membership(someone("tom"), Role.REFERENT, sector=sector("TIS-3"), valid_until=dt.date(2099, 1, 1))
    with pytest.raises(Refused):
        finish(far, by=maud)
    with pytest.raises(Refused):
        change_dates(far, until=None, expected=far.version, key=new_key(), by=maud)


def test_two_people_who_change_the_same_role_do_not_erase_one_another(adele, basile):
    given = a_membership(someone("tom"), Role.DPO)
    read = given.version
    in_a_month, in_a_year = (clock.today() + dt.timedelta(days=days) for days in (30, 365))
    change_dates(given, until=in_a_month, expected=read, key=new_key(), by=adele)
    other = Membership.objects.get(pk=given.pk)
    with pytest.raises(Stale):
        change_dates(other, until=in_a_year, expected=read, key=new_key(), by=basile)
    assert Membership.objects.get(pk=given.pk).valid_until == in_a_month


# -- The last administrator ----------------------------------------------------------------------------------------


def test_the_last_administrator_cannot_leave(adele):
    mine = Membership.objects.get(user=adele)
    with pytest.raises(Refused, match="dernier administrateur"):
        finish(mine, by=adele)
    with pytest.raises(Refused, match="dernier administrateur"):
        change_dates(mine, until=clock.today() + dt.timedelta(days=90), expected=1, key=new_key(), by=adele)
    assert Membership.objects.get(user=adele).valid_until is None


def test_an_administrator_leaves_when_another_remains(adele, basile):
    finish(Membership.objects.get(user=adele), by=adele)
    assert User.objects.get(pk=adele.pk).roles() == frozenset()
    with pytest.raises(Refused, match="dernier administrateur"):
        finish(Membership.objects.get(user=basile), by=basile)


@pytest.mark.parametrize("why", ["closed", "temporary", "not yet"])
def test_an_administrator_who_cannot_be_counted_on_is_not_another(adele, basile, why):
    other = Membership.objects.get(user=basile)
    tomorrow = clock.today() + dt.timedelta(days=1)
    if why == "closed":
        User.objects.filter(pk=basile.pk).update(is_active=False)
    elif why == "temporary":
        Membership.objects.filter(pk=other.pk).update(valid_until=tomorrow + dt.timedelta(days=200))
    else:
        Membership.objects.filter(pk=other.pk).update(valid_from=tomorrow)
    with pytest.raises(Refused, match="dernier administrateur"):
        finish(Membership.objects.get(user=adele), by=adele)


def test_two_administrators_who_end_each_other_at_once_leave_one(at_once):  # noqa: F811
    adele, basile = someone("adele", Role.ADMINISTRATOR), someone("basile", Role.ADMINISTRATOR)
    of_adele, of_basile = (Membership.objects.get(user=person) for person in (adele, basile))
    results = at_once(lambda: finish(of_basile, by=adele), lambda: finish(of_adele, by=basile))
    refused = [one for one in results if isinstance(one, Refused)]
    assert len(refused) == 1, results
    assert Membership.objects.now().filter(role=Role.ADMINISTRATOR).count() == 1


def test_two_administrators_who_end_each_other_in_turn_leave_one(adele, basile):
    finish(Membership.objects.get(user=basile), by=adele)
    with pytest.raises(Refused, match="dernier administrateur"):
        finish(Membership.objects.get(user=adele), by=adele)
    assert Membership.objects.now().filter(role=Role.ADMINISTRATOR).count() == 1
