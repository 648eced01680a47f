"""Who gives which role to whom, and where; who reads whom."""

import datetime as dt

import pytest

from maillage.actors.choices import ROLES, Role, Scope
from maillage.actors.models import Invitation, Membership, Organisation, Site, User
from maillage.actors.permissions import (
    can_add_site,
    can_create_api_key,
    can_edit_organisation,
    can_edit_site,
    can_end_membership,
    can_manage_person,
    can_read_membership,
    can_read_organisation,
    can_read_person,
    can_review_membership,
    can_withdraw_invitation,
    may_end,
    may_grant,
)
from maillage.actors.tests.factories import a_membership, someone
from maillage.core import clock
from maillage.territories.actions import SectorRow, set_sectors
from maillage.territories.models import Sector


def sentence(refusal):
    assert refusal is not None, "It was allowed."
    return refusal.sentence


def test_an_administrator_gives_each_role_in_its_place_and_nowhere_else(adele, house, association):
    for role, facts in ROLES.items():
        right, wrong = (association, house) if facts.scope == Scope.ORGANISATION else (house, association)
        assert may_grant(adele, role, right) is None
        assert "se donne dans" in sentence(may_grant(adele, role, wrong))


def test_nobody_gives_a_role_to_themselves(adele, house):
    assert "à soi-même" in sentence(may_grant(adele, Role.DPO, house, to=adele))


def test_a_manager_gives_roles_in_the_sectors_of_her_tas(maud, house, sector):
    assert may_grant(maud, Role.MDS_EDITOR, house, sector("TIS-1")) is None
    assert may_grant(maud, Role.REFERENT, house, sector("TIS-2")) is None
    assert may_grant(maud, Role.GREETER, house, sector("TAS-A")) is None


def test_a_role_beyond_ones_own_sector_is_refused(maud, house, sector):
    assert "n'est pas le vôtre" in sentence(may_grant(maud, Role.MDS_EDITOR, house, sector("TIS-3")))
    assert "tout le Département" in sentence(may_grant(maud, Role.MDS_EDITOR, house))


def test_the_manager_of_a_tis_does_not_reach_its_tas(house, sector):
    manager = someone("noe", Role.MDS_MANAGER, sector=sector("TIS-1"))
    assert may_grant(manager, Role.MDS_EDITOR, house, sector("TIS-1")) is None
    assert "n'est pas le vôtre" in sentence(may_grant(manager, Role.MDS_EDITOR, house, sector("TAS-A")))
    assert "n'est pas le vôtre" in sentence(may_grant(manager, Role.MDS_EDITOR, house, sector("TIS-2")))


def test_a_manager_of_the_whole_house_gives_in_any_sector_but_not_everywhere(house, sector):
    manager = someone("noe", Role.MDS_MANAGER)
    assert may_grant(manager, Role.MDS_EDITOR, house, sector("TIS-3")) is None
    assert "administrateur" in sentence(may_grant(manager, Role.MDS_EDITOR, house))


def test_no_manager_makes_a_manager_a_dpo_nor_an_administrator(maud, house, sector):
    for role in (Role.MDS_MANAGER, Role.ELECTED):
        assert "que vous pouvez donner" in sentence(may_grant(maud, role, house, sector("TIS-1")))
    for role in (Role.DPO, Role.ADMINISTRATOR, Role.CRIP):
        assert "que vous pouvez donner" in sentence(may_grant(maud, role, house))


def test_a_manager_gives_partners_their_roles_in_her_sector_only(maud, association, ccas):
    melune, ruel = association.sites.get(name__contains="Melune"), association.sites.get(name__contains="Ruel")
    assert may_grant(maud, Role.PARTNER, ccas) is None
    assert may_grant(maud, Role.PARTNER, association, None, melune) is None
    assert "hors de votre secteur" in sentence(may_grant(maud, Role.PARTNER, association, None, ruel))
    assert "hors de votre secteur" in sentence(may_grant(maud, Role.PARTNER_EDITOR, association))


def test_a_partner_editor_invites_colleagues_and_nobody_else(charlie, association, ccas, house):
    assert may_grant(charlie, Role.PARTNER, association) is None
    assert may_grant(charlie, Role.PARTNER_EDITOR, association, None, association.sites.first()) is None
    assert "votre propre organisation" in sentence(may_grant(charlie, Role.PARTNER, ccas))
    assert "que vous pouvez donner" in sentence(may_grant(charlie, Role.DELEGATE, association))
    assert sentence(may_grant(charlie, Role.MDS_EDITOR, house))


def test_the_editor_of_one_site_gives_roles_at_that_site_only(association):
    melune, ruel = association.sites.get(name__contains="Melune"), association.sites.get(name__contains="Ruel")
    editor = someone("lea", Role.PARTNER_EDITOR, organisation=association, site=melune)
    assert may_grant(editor, Role.PARTNER, association, None, melune) is None
    assert sentence(may_grant(editor, Role.PARTNER, association, None, ruel))
    assert sentence(may_grant(editor, Role.PARTNER, association))


def test_someone_without_a_giving_role_gives_nothing(rosa, association):
    assert "que vous pouvez donner" in sentence(may_grant(rosa, Role.PARTNER, association))


def test_without_their_second_factor_nobody_gives_a_role(adele, house):
    adele.has_second_factor = False
    assert "que vous pouvez donner" in sentence(may_grant(adele, Role.DPO, house))


def test_no_role_is_given_in_a_place_that_is_over(adele, house, association, sector):
    site = association.sites.first()
    site.closed_on = clock.today()
    assert "lieu ouvert" in sentence(may_grant(adele, Role.PARTNER, association, None, site))
    association.closed_on = clock.today()
    assert "ne participe plus" in sentence(may_grant(adele, Role.PARTNER, association))
    old = sector("TIS-1")
    old.valid_until = clock.today()
    assert "n'existe plus" in sentence(may_grant(adele, Role.GREETER, house, old))


def test_a_site_of_another_organisation_is_no_place(adele, association, ccas):
    assert "n'est pas un lieu" in sentence(may_grant(adele, Role.PARTNER, association, None, ccas.sites.first()))


def test_a_role_of_sectors_has_no_site_and_a_role_of_the_house_no_sector(adele, house, sector):
    site = Site.objects.create(organisation=house, name="MDS de Melune")
    assert "ne se limite pas à un lieu" in sentence(may_grant(adele, Role.GREETER, house, None, site))
    assert "ne se limite pas à un secteur" in sentence(may_grant(adele, Role.DPO, house, sector("TIS-1")))


def test_the_map_changes_and_a_manager_keeps_her_sector_by_its_code(territory, house, sector):
    """TIS-2 goes from TAS-A to TAS-B: the manager of TAS-A loses it, the manager of TIS-2 keeps it."""
    of_tas = someone("noe", Role.MDS_MANAGER, sector=sector("TAS-A"))
    of_tis = someone("zoe", Role.MDS_MANAGER, sector=sector("TIS-2"))
    before = a_membership(someone("tom"), Role.REFERENT, sector=sector("TIS-2"))
    rows = [
        SectorRow("TAS-A", "Aval", "TIS-1", "Melune", "00001"),
        SectorRow("TAS-B", "Amont", "TIS-2", "Castelorme", "00002"),
        SectorRow("TAS-B", "Amont", "TIS-3", "Ruel", "00003"),
    ]
    later = clock.today() + dt.timedelta(days=40)
    set_sectors(territory, rows, from_day=later)
    with clock.travel(later):
        now = Sector.objects.now().get(code="TIS-2")
        for person in (of_tas, of_tis):
            person.__dict__.pop("held", None)
        assert sentence(may_grant(of_tas, Role.REFERENT, house, now))
        assert may_grant(of_tis, Role.REFERENT, house, now) is None
        assert can_end_membership(of_tis, before)
        assert not can_end_membership(of_tas, before)


# -- Reading and ending --------------------------------------------------------------------------------------------


def reads(reader):
    return {one.user.username for one in can_read_membership.among(Membership.objects.all(), reader)}


def test_who_reads_who_holds_what(adele, maud, charlie, rosa, house, sector):
    a_membership(someone("tom"), Role.REFERENT, sector=sector("TIS-2"))
    a_membership(someone("uma"), Role.REFERENT, sector=sector("TIS-3"))
    crip = someone("ines", Role.CRIP)
    dpo = someone("judith", Role.DPO)
    everyone = {"adele", "maud", "charlie", "rosa", "tom", "uma", "ines", "judith"}
    assert reads(adele) == reads(dpo) == everyone
    assert reads(maud) == {"maud", "tom", "rosa"}
    assert reads(charlie) == reads(rosa) == {"charlie", "rosa"}
    assert reads(crip) == {"ines"}


def test_names_follow_the_roles_one_may_read(maud, rosa, charlie, nobody):
    known = can_read_person.among(User.objects.all(), maud)
    assert set(known) == {maud, rosa}
    assert not can_read_person.among(User.objects.all(), nobody)


def test_organisations_are_read_by_whoever_holds_a_role(rosa, dora, nobody, association):
    assert can_read_organisation(rosa, association)
    assert not can_read_organisation(dora, association)
    assert not can_read_organisation(nobody, association)


def test_nobody_ends_their_own_role_except_an_administrator(adele, maud, charlie):
    mine = {person: Membership.objects.get(user=person) for person in (adele, maud, charlie)}
    assert can_end_membership(adele, mine[adele])
    assert may_end(adele, mine[adele]) is None
    for person in (maud, charlie):
        assert not can_end_membership(person, mine[person])
        assert "propre rôle" in sentence(may_end(person, mine[person]))
    assert not can_review_membership(adele, mine[adele])


def test_a_rule_and_its_sentence_never_differ(adele, maud, charlie, rosa, association, house, sector):
    """What the door shows and what the action refuses are the same, for every giver and every kind of role."""
    givers = [adele, maud, charlie, someone("noe", Role.MDS_MANAGER), someone("zoe", Role.MDS_EDITOR)]
    sites = {"melune": association.sites.first()}
    given = [
        a_membership(someone("a1"), Role.MDS_EDITOR, sector=sector("TIS-2")),
        a_membership(someone("a2"), Role.MDS_EDITOR, sector=sector("TIS-3")),
        a_membership(someone("a3"), Role.MDS_EDITOR),
        a_membership(someone("a4"), Role.MDS_MANAGER, sector=sector("TIS-1")),
        a_membership(someone("a5"), Role.DPO),
        a_membership(someone("a6"), Role.PARTNER, organisation=association),
        a_membership(someone("a7"), Role.PARTNER_EDITOR, organisation=association, site=sites["melune"]),
        a_membership(someone("a8"), Role.DELEGATE, organisation=association, site=sites["melune"]),
    ]
    for giver in givers:
        for one in given:
            wanted = may_grant(giver, one.role, one.organisation, one.sector, one.site)
            assert can_review_membership(giver, one) == (wanted is None), (giver.username, str(one))


def test_an_invitation_is_withdrawn_by_who_could_give_its_role(adele, maud, charlie, association, sector, house):
    facts = {"email": "eve@exemple.fr", "expires_at": clock.now() + dt.timedelta(days=7)}
    here = Invitation.objects.create(
        organisation=house, role=Role.REFERENT, sector=sector("TIS-1"), digest="1", **facts
    )
    there = Invitation.objects.create(organisation=association, role=Role.PARTNER, digest="2", **facts)
    allowed = {
        p.username: set(can_withdraw_invitation.among(Invitation.objects.all(), p)) for p in (adele, maud, charlie)
    }
    assert allowed == {"adele": {here, there}, "maud": {here}, "charlie": {there}}


def test_a_departure_is_in_the_hands_of_who_could_give_every_role_held(adele, maud, charlie, rosa, sector):
    tom = someone("tom", Role.REFERENT, sector=sector("TIS-1"))
    assert can_manage_person(maud, tom)
    assert can_manage_person(charlie, rosa)
    a_membership(tom, Role.CRIP)
    assert not can_manage_person(maud, tom)
    assert can_manage_person(adele, tom)
    assert not can_manage_person(maud, maud)
    assert not can_manage_person(maud, charlie)


def test_a_manager_of_many_sectors_who_also_edits_for_a_partner_is_understood(maud, association, sector, rosa):
    """The widest of all conditions: a database that cannot read it fails here and not before someone."""
    for code in ("TIS-1", "TIS-3", "TAS-B"):
        a_membership(maud, Role.MDS_MANAGER, sector=sector(code))
    a_membership(maud, Role.PARTNER_EDITOR, organisation=association)
    assert can_manage_person(maud, rosa)
    assert rosa in can_read_person.among(User.objects.all(), maud)


def test_sites_and_organisations_are_kept_by_those_they_belong_to(
    adele, maud, charlie, rosa, association, ccas, house
):
    melune, ruel = association.sites.get(name__contains="Melune"), association.sites.get(name__contains="Ruel")
    own = Site.objects.create(organisation=house, name="MDS", commune=melune.commune)
    assert [can_edit_site(maud, one) for one in (melune, ruel, ccas.sites.get(), own)] == [True, False, True, False]
    assert [can_edit_site(charlie, one) for one in (melune, ruel, ccas.sites.get(), own)] == [True, True, False, False]
    assert all(can_edit_site(adele, one) for one in (melune, ruel, own))
    assert not can_edit_site(rosa, melune)
    every = Organisation.objects.all()
    assert set(can_add_site.among(every, charlie)) == set(can_create_api_key.among(every, charlie)) == {association}
    assert house not in can_add_site.among(every, maud)
    assert not can_edit_organisation.among(every, charlie)
    assert set(can_edit_organisation.among(every, adele)) == set(every)


@pytest.mark.parametrize("role", [role for role in Role if ROLES[role].scope == Scope.ORGANISATION])
def test_colleagues_of_a_partner_know_one_another(association, rosa, role):
    newcomer = someone("ana", role, organisation=association)
    assert can_read_person(newcomer, rosa)
