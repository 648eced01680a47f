"""The « Rôles et habilitations » screen: who sees what, gives, invites, changes the end, and what each role opens."""

import datetime as dt

import pytest
from django.utils.functional import Promise

from maillage.actors.choices import ROLES, Role
from maillage.actors.gathered import find_organisations, find_people
from maillage.actors.models import Invitation, Membership, Organisation, User
from maillage.actors.pages.roles import meanings
from maillage.actors.tests.factories import a_membership, someone
from maillage.actors.tests.test_organisations import fields_of, send
from maillage.core import clock
from maillage.core.gathering import global_search
from maillage.core.models import JournalLine


def give(browser, **typed):
    blank = {"sector": "", "site": "", "last_day": ""}
    return send(browser, "/roles/donner/", **(blank | typed))


def test_someone_who_has_an_account_holds_the_role_at_once(signed_in, adele, house):
    tom = someone("tom")
    page = give(signed_in(adele), email="TOM@exemple.fr", role="dpo", organisation=house.pk)
    assert page.status_code == 302
    assert User.objects.get(pk=tom.pk).roles() == {Role.DPO}


def test_an_unknown_address_receives_an_invitation(signed_in, maud, house, sector):
    page = give(
        signed_in(maud), email="eve@exemple.fr", role="referent", organisation=house.pk, sector=sector("TIS-1").pk
    )
    assert page.status_code == 302
    made = Invitation.objects.get(email="eve@exemple.fr")
    assert (made.role, made.sector.code, made.invited_by) == ("referent", "TIS-1", maud)


def test_a_double_click_sends_one_invitation(signed_in, adele, house):
    browser = signed_in(adele)
    typed = fields_of(browser.get("/roles/donner/")) | {
        "email": "eve@exemple.fr", "role": "dpo", "organisation": house.pk, "sector": "", "site": "", "last_day": "",
    }  # fmt: skip
    for _time in range(2):
        assert browser.post("/roles/donner/", typed).status_code == 302
    assert Invitation.objects.count() == 1


def test_a_role_beyond_ones_sector_is_refused_on_the_form_that_stays(signed_in, maud, house, sector):
    page = give(
        signed_in(maud), email="eve@exemple.fr", role="referent", organisation=house.pk, sector=sector("TIS-3").pk
    )
    assert page.status_code == 422
    assert "Ce secteur n'est pas le vôtre" in page.context["form"].errors["sector"][0]
    assert 'value="eve@exemple.fr"' in page.content.decode()
    assert not Invitation.objects.exists()


def test_a_partner_editor_is_only_offered_what_is_theirs(signed_in, charlie, association, ccas):
    form = signed_in(charlie).get("/roles/donner/").context["form"]
    assert {value for value, _label in form.fields["role"].choices} == {"", "partner", "partner_editor"}
    assert list(form.fields["organisation"].queryset) == [association]
    assert "sector" not in form.fields


def test_a_role_that_is_not_offered_is_not_given(signed_in, charlie, association):
    page = give(signed_in(charlie), email="eve@exemple.fr", role="administrator", organisation=association.pk)
    assert page.status_code == 422
    assert not Invitation.objects.exists()


def test_the_last_day_is_included(signed_in, adele, house):
    tom, last = someone("tom"), clock.today() + dt.timedelta(days=10)
    give(signed_in(adele), email=tom.email, role="dpo", organisation=house.pk, last_day=last.isoformat())
    with clock.travel(last):
        assert User.objects.get(pk=tom.pk).roles() == {Role.DPO}
    with clock.travel(last + dt.timedelta(days=1)):
        assert User.objects.get(pk=tom.pk).roles() == frozenset()


def test_a_role_is_ended_from_its_page(signed_in, adele):
    given = a_membership(someone("tom"), Role.DPO)
    yesterday = clock.today() - dt.timedelta(days=1)
    page = send(signed_in(adele), f"/roles/{given.pk}/terminer/", last_day=yesterday.isoformat())
    assert page.status_code == 302
    given.refresh_from_db()
    assert given.valid_until == clock.today()


def test_the_last_administrator_reads_why_they_stay(signed_in, adele):
    mine = Membership.objects.get(user=adele)
    page = send(signed_in(adele), f"/roles/{mine.pk}/terminer/")
    assert page.status_code == 409
    assert "C&#x27;est le dernier administrateur" in page.content.decode()


def test_a_role_that_is_not_ones_to_end_has_no_page(signed_in, maud, sector):
    far = a_membership(someone("tom"), Role.REFERENT, sector=sector("TIS-3"))
    mine = Membership.objects.get(user=maud)
    browser = signed_in(maud)
    for pk in (far.pk, mine.pk):
        for verb in ("dates", "terminer"):
            assert browser.get(f"/roles/{pk}/{verb}/").status_code == 404
            assert browser.post(f"/roles/{pk}/{verb}/", {}).status_code == 404


def test_the_list_filters_by_role_organisation_and_sector(signed_in, adele, rosa, association, sector):
    a_membership(someone("tom"), Role.REFERENT, sector=sector("TIS-2"))
    a_membership(someone("uma"), Role.REFERENT, sector=sector("TIS-3"))
    browser = signed_in(adele)

    def names(query):
        return {row[0] for row in browser.get(f"/roles/?{query}").context["table"].rows}

    assert names("role=referent") == {"Tom", "Uma"}
    assert names("sector=TAS-A") == {"Tom"}
    assert names(f"organisation={association.pk}") == {"Rosa"}


def test_what_is_over_is_shown_when_it_is_asked_for(signed_in, adele):
    old = clock.today() - dt.timedelta(days=100)
    a_membership(someone("tom"), Role.DPO, valid_from=old, valid_until=old + dt.timedelta(days=50))
    browser = signed_in(adele)
    assert "Tom" not in browser.get("/roles/").content.decode()
    text = browser.get("/roles/?ended=on").content.decode()
    assert "Tom" in text and "(terminé)" in text


def test_an_invitation_that_waits_is_sent_again_or_taken_back(signed_in, adele, house):
    browser = signed_in(adele)
    give(browser, email="eve@exemple.fr", role="dpo", organisation=house.pk)
    made = Invitation.objects.get()
    assert "eve@exemple.fr" in browser.get("/roles/").content.decode()
    ((_one, _place, key),) = browser.get("/roles/").context["invitations"]
    for _click in range(2):
        assert browser.post(f"/roles/invitations/{made.pk}/renvoyer/", {"intention": key}).status_code == 302
    assert Invitation.objects.get().digest != made.digest
    assert JournalLine.objects.filter(verb="actors.invitation_resent").count() == 1
    assert browser.post(f"/roles/invitations/{made.pk}/retirer/").status_code == 302
    assert not Invitation.objects.get().is_open


def test_an_invitation_of_another_sector_is_not_found(signed_in, adele, maud, house, sector):
    give(signed_in(adele), email="eve@exemple.fr", role="referent", organisation=house.pk, sector=sector("TIS-3").pk)
    made, browser = Invitation.objects.get(), signed_in(maud)
    assert "eve@exemple.fr" not in browser.get("/roles/").content.decode()
    assert browser.post(f"/roles/invitations/{made.pk}/retirer/").status_code == 404


def test_who_lost_everything_is_one_link_away(signed_in, adele, maud):
    text = signed_in(adele).get("/roles/").content.decode()
    assert f"/personnes/{maud.pk}/rendre-l-acces/" in text
    assert f"/personnes/{adele.pk}/rendre-l-acces/" not in text
    assert "rendre-l-acces" not in signed_in(someone("claire", Role.DPO)).get("/roles/").content.decode()


# -- Finding someone -----------------------------------------------------------------------------------------------


def test_a_person_found_leads_to_their_roles_and_to_no_one_elses(signed_in, adele, maud, charlie):
    (found,) = find_people(adele, "maud", 10)
    page = signed_in(adele).get(found.url)
    assert {row[0] for row in page.context["table"].rows} == {"Maud"}
    assert "Voir ceux de tous" in page.content.decode()


def test_who_does_not_open_the_list_of_roles_finds_no_link_to_it(signed_in, rosa, charlie):
    assert signed_in(rosa).get("/roles/").status_code == 404
    assert find_people(rosa, "charlie", 10) == []
    assert [one.title for one in find_people(charlie, "rosa", 10)] == ["Rosa "]


@pytest.mark.parametrize("typed", ["0", "-1", "a", "9" * 30, "999999"])
def test_a_person_typed_in_the_address_shows_nobody_else(signed_in, adele, typed):
    assert signed_in(adele).get(f"/roles/?person={typed}").status_code == 200


def test_the_last_name_of_a_very_long_list_is_found(adele):
    Organisation.objects.bulk_create(Organisation(name=f"Comité {n:05d}", kind="mutual_aid") for n in range(5_001))
    User.objects.bulk_create(User(username=f"a{n}", last_name=f"Nom {n:05d}") for n in range(5_001))
    assert [one.title for one in find_organisations(adele, "comite 05000", 10)] == ["Comité 05000"]
    assert [one.title.strip() for one in find_people(adele, "nom 05000", 10)] == ["Nom 05000"]
    assert len(find_people(adele, "nom", 10)) == len(find_organisations(adele, "comite", 10)) == 10


def test_the_labels_of_the_search_speak_the_language_of_the_page():
    labels = [label for label, source in global_search._sources if source.__module__ == "maillage.actors.gathered"]
    assert len(labels) == 2 and all(isinstance(label, Promise) for label in labels)


# -- What each role opens ------------------------------------------------------------------------------------------


def test_every_role_says_what_it_may_do_in_one_sentence(signed_in, rosa):
    text = signed_in(rosa).get("/roles/ce-que-chacun-ouvre/").content.decode()
    assert all(str(role.label).replace("'", "&#x27;") in text for role in ROLES)


def test_what_a_role_opens_is_read_in_the_rules_themselves():
    opened = {one.role: one for one in meanings()}
    editor, crip = opened[Role.MDS_EDITOR.label], opened[Role.CRIP.label]
    assert any("orrige" in sentence for sentence in editor.rules)
    assert "/annuaire/fiches/" in editor.pages
    assert not crip.rules and not crip.pages
    assert "/roles/donner/" in opened[Role.ADMINISTRATOR.label].pages


def test_no_role_opens_everything():
    every = {sentence for one in meanings() for sentence in one.rules}
    assert all(set(one.rules) < every for one in meanings())


@pytest.mark.parametrize("address", ["/roles/", "/roles/donner/", "/roles/revue/", "/roles/revue/bilan/"])
def test_who_gives_no_role_finds_no_page(signed_in, rosa, address):
    assert signed_in(rosa).get(address).status_code == 404


def test_without_a_second_factor_the_screen_stays_closed(client, adele):
    client.force_login(adele)
    assert client.get("/roles/").status_code == 404
