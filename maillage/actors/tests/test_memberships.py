"""Giving roles, changing their end, ending them; the house always keeps an administrator."""

import datetime as dt

import pytest

from maillage.actors.actions import organisations
from maillage.actors.actions.giving import give_or_invite
from maillage.actors.actions.invitations import Offer
from maillage.actors.actions.memberships import change_dates, end, give
from maillage.actors.choices import Role
from maillage.actors.models import Invitation, Membership, Organisation, User
from maillage.actors.tests.factories import a_membership, an_organisation, someone, the_house
from maillage.actors.tests.post import BASE
from maillage.actors.tests.test_organisations import fields_of
from maillage.core import clock, journal
from maillage.core.concurrency import AlreadyDone, Stale, new_key
from maillage.core.models import JournalLine
from maillage.core.refusals import Refused
from maillage.core.tests.conftest import at_once, committed  # noqa: F401 -- several people at the same instant


def a_role(user, role=Role.DPO, **facts):
    return Membership(user=user, role=role, **({"organisation": the_house(), "valid_from": clock.today()} | facts))


def grant(membership, *, by):
    with journal.act():
        give(membership, by=by)


def finish(membership, *, by, on=None):
    end(membership, on=on or clock.today(), expected=membership.version, key=new_key(), by=by)


def test_a_role_is_given_at_once_and_written_down(adele):
    tom = someone("tom")
    assert tom.roles() == frozenset()
    grant(a_role(tom), by=adele)
    assert User.objects.get(pk=tom.pk).roles() == {Role.DPO}
    line = JournalLine.objects.get(verb="actors.role_granted")
    assert (line.who_id, line.facts) == (adele.pk, {"role": "dpo", "user": tom.pk})


def test_a_double_click_gives_one_role(adele):
    key, tom = new_key(), someone("tom")
    offer = Offer(Role.DPO, the_house())
    give_or_invite(tom.email, offer, key=key, by=adele, base=BASE)
    with pytest.raises(AlreadyDone):
        give_or_invite(tom.email, offer, key=key, by=adele, base=BASE)
    assert Membership.objects.filter(user=tom).count() == 1


def test_a_role_already_held_there_is_not_given_twice(adele):
    tom = someone("tom", Role.DPO)
    with pytest.raises(Refused, match="tient déjà ce rôle"):
        grant(a_role(tom), by=adele)


def test_a_role_beyond_ones_sector_changes_nothing(maud, sector):
    tom = someone("tom")
    with pytest.raises(Refused, match="pas le vôtre"):
        grant(a_role(tom, Role.REFERENT, sector=sector("TIS-3")), by=maud)
    assert not Membership.objects.filter(user=tom).exists()
    assert not JournalLine.objects.filter(verb="actors.role_granted").exists()


def test_a_closed_account_receives_no_role(adele):
    tom = someone("tom")
    User.objects.filter(pk=tom.pk).update(is_active=False)
    tom.refresh_from_db()
    with pytest.raises(Refused, match="compte est fermé"):
        grant(a_role(tom), by=adele)


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


# -- Whom one does not know ----------------------------------------------------------------------------------------


def test_typing_an_address_says_nothing_of_who_has_an_account_and_imposes_nothing(signed_in, charlie, association):
    """Charlie edits for an association: of the Département's agents, they read no name."""
    nina, said = someone("nina", Role.CRIP), []
    browser = signed_in(charlie)
    for email in (nina.email, "inconnue@exemple.fr"):
        typed = fields_of(browser.get("/roles/donner/")) | {"email": email, "role": "partner", "site": ""}
        page = browser.post("/roles/donner/", typed | {"organisation": association.pk, "last_day": ""}, follow=True)
        said.append([str(one) for one in page.context["messages"]])
        assert "Nina" not in page.content.decode()
    assert said[0] == said[1] == ["Invitation envoyée : le lien est valable sept jours."]
    assert User.objects.get(pk=nina.pk).roles() == {Role.CRIP}
    assert set(Invitation.objects.values_list("email", flat=True)) == {nina.email, "inconnue@exemple.fr"}


# -- A later end is a gift -----------------------------------------------------------------------------------------


def later(membership, *, by, days=300):
    until = clock.today() + dt.timedelta(days=days)
    change_dates(membership, until=until, expected=membership.version, key=new_key(), by=by)


def until_in(days):
    return {"valid_until": clock.today() + dt.timedelta(days=days)}


def test_an_administrator_does_not_prolong_their_own_role(adele, basile):
    mine = a_membership(adele, Role.DPO, **until_in(10))
    with pytest.raises(Refused, match="à soi-même"):
        later(mine, by=adele)
    later(Membership.objects.get(pk=mine.pk), by=basile)
    later(Membership.objects.get(pk=mine.pk), by=adele, days=5)
    assert Membership.objects.get(pk=mine.pk).valid_until == clock.today() + dt.timedelta(days=5)


def test_a_role_of_an_organisation_that_left_is_not_prolonged(adele, association):
    given = a_membership(someone("tom"), Role.PARTNER, organisation=association, **until_in(10))
    Organisation.objects.filter(pk=association.pk).update(closed_on=clock.today())
    with pytest.raises(Refused, match="ne participe plus"):
        later(given, by=adele)
    later(Membership.objects.get(pk=given.pk), by=adele, days=3)


def test_a_role_of_a_closed_account_is_not_prolonged(adele):
    given = a_membership(someone("tom"), Role.DPO, **until_in(10))
    User.objects.filter(pk=given.user_id).update(is_active=False)
    with pytest.raises(Refused, match="compte est fermé"):
        later(given, by=adele)


@pytest.mark.parametrize("began", [-50, 30])
def test_a_role_that_is_over_is_given_anew_not_prolonged(adele, began):
    first = clock.today() + dt.timedelta(days=began)
    over = a_membership(someone("tom"), Role.DPO, valid_from=first, valid_until=max(first, clock.today()))
    with pytest.raises(Refused, match="est terminé : donnez-le de nouveau"):
        later(over, by=adele)
    assert Membership.objects.get(pk=over.pk).valid_until == over.valid_until


def test_a_role_is_not_prolonged_over_another_of_the_same(adele):
    tom, next_year = someone("tom"), clock.today() + dt.timedelta(days=200)
    first = a_membership(tom, Role.DPO, **until_in(10))
    a_membership(tom, Role.DPO, valid_from=next_year)
    with pytest.raises(Refused, match="tient déjà ce rôle"):
        later(first, by=adele)
    later(Membership.objects.get(pk=first.pk), by=adele, days=200)


# -- At the same instant -------------------------------------------------------------------------------------------


def test_two_people_who_give_the_same_role_at_once_give_one(at_once):  # noqa: F811
    adele, basile, tom = someone("adele", Role.ADMINISTRATOR), someone("basile", Role.ADMINISTRATOR), someone("tom")
    results = at_once(*(lambda by=by: grant(a_role(tom), by=by) for by in (adele, basile)))
    assert Membership.objects.filter(user=tom).count() == 1, results
    assert [one for one in results if isinstance(one, Refused)], results


def test_an_organisation_does_not_close_under_a_role_that_is_being_given(at_once):  # noqa: F811
    adele, tom, partner = someone("adele", Role.ADMINISTRATOR), someone("tom"), an_organisation()
    version = partner.version
    results = at_once(
        lambda: grant(a_role(tom, Role.PARTNER, organisation=partner), by=adele),
        lambda: organisations.close_organisation(partner, expected=version, key=new_key(), by=adele),
    )
    is_closed = Organisation.objects.get(pk=partner.pk).closed_on is not None
    assert is_closed != Membership.objects.filter(user=tom).exists(), results
    assert len([one for one in results if isinstance(one, Refused)]) == 1, results


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
