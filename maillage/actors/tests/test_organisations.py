"""Organisations and their sites: added, corrected by two people at once, closed; wrong numbers are explained."""

import datetime as dt

import pytest

from maillage.actors.actions import organisations as actions
from maillage.actors.choices import Role
from maillage.actors.models import Organisation, Site
from maillage.actors.tests.factories import an_organisation, someone
from maillage.core import clock
from maillage.core.concurrency import new_key
from maillage.core.models import JournalLine
from maillage.core.refusals import Refused

GOOD = {"name": "Les Mains Tendues", "kind": "mutual_aid", "siren": "", "siret": "", "rna": "", "address": ""}


def fields_of(page):
    """The hidden fields of the form, as a browser would send them back."""
    form = page.context["form"]
    hidden = {bound.html_name: bound.value() for bound in form.hidden_fields()}
    shown = [bound for bound in form if bound.field.show_hidden_initial]
    initials = {b.html_initial_name: form.data.get(b.html_initial_name, b.value()) or "" for b in shown}
    return hidden | initials | {b.html_name: b.value() or "" for b in form.visible_fields()}


def send(browser, door, /, **typed):
    return browser.post(door, fields_of(browser.get(door)) | typed)


def test_an_organisation_is_added_with_its_numbers_however_they_are_written(signed_in, adele):
    browser = signed_in(adele)
    typed = GOOD | {"siren": "000 990 028", "siret": "000 990 028 00011", "rna": "w001000001"}
    assert send(browser, "/organisations/ajouter/", **typed).status_code == 302
    made = Organisation.objects.get(name="Les Mains Tendues")
    assert (made.siren, made.siret, made.rna) == ("000990028", "00099002800011", "W001000001")
    assert JournalLine.objects.filter(verb="actors.organisation_added", who=adele).count() == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"siret": "00099002800012"}, "La clé de ce SIRET est fausse : relisez les 14 chiffres."),
        ({"siret": "0009900280001"}, "Un SIRET a 14 chiffres."),
        ({"siren": "000990029"}, "La clé de ce SIREN est fausse : relisez les 9 chiffres."),
        ({"siren": "990"}, "Un SIREN a 9 chiffres."),
        ({"rna": "75 1234567"}, "Un numéro RNA s'écrit W suivi de 9 signes"),
        ({"siren": "000990036", "siret": "00099002800011"}, "Un SIRET commence par le SIREN de l'organisation"),
    ],
)
def test_a_wrong_number_has_its_sentence_and_changes_nothing(signed_in, adele, typed, sentence):
    page = send(signed_in(adele), "/organisations/ajouter/", **(GOOD | typed))
    said = [error for errors in page.context["form"].errors.values() for error in errors]
    assert page.status_code == 422
    assert any(sentence in error for error in said), said
    assert not Organisation.objects.filter(is_house=False).exists()


def test_an_association_of_alsace_moselle_has_no_rna(signed_in, adele):
    assert send(signed_in(adele), "/organisations/ajouter/", **GOOD).status_code == 302


def test_a_number_already_known_leads_to_who_bears_it(signed_in, adele):
    an_organisation("Le Secours", siren="000990028", rna="W001000001")
    page = send(signed_in(adele), "/organisations/ajouter/", **(GOOD | {"siren": "000990028", "rna": "W001000001"}))
    assert page.context["form"].errors["siren"] == ["Ce SIREN est déjà celui de « Le Secours »."]
    assert page.context["form"].errors["rna"] == ["Ce numéro RNA est déjà celui de « Le Secours »."]


def test_two_people_who_add_the_same_at_once_are_told(adele):
    an_organisation("Le Secours", siren="000990028")
    with pytest.raises(Refused, match="a déjà ce numéro"):
        actions.add_organisation(
            Organisation(name="Secours", kind="mutual_aid", siren="000990028"), key=new_key(), by=adele
        )


def test_a_double_click_adds_one(signed_in, adele):
    browser = signed_in(adele)
    typed = fields_of(browser.get("/organisations/ajouter/")) | GOOD
    for _time in range(2):
        assert browser.post("/organisations/ajouter/", typed).status_code == 302
    assert Organisation.objects.filter(name="Les Mains Tendues").count() == 1


def test_two_people_who_correct_different_fields_lose_nothing(signed_in, adele, association):
    browser, address = signed_in(adele), f"/organisations/{association.pk}/corriger/"
    first = fields_of(browser.get(address))
    second = fields_of(browser.get(address))
    browser.post(address, first | {"address": "3 rue du Port"})
    assert browser.post(address, second | {"name": "Les Mains Ouvertes"}).status_code == 302
    association.refresh_from_db()
    assert (association.name, association.address) == ("Les Mains Ouvertes", "3 rue du Port")


def test_two_people_who_correct_the_same_field_are_shown_both(signed_in, adele, association):
    browser, address = signed_in(adele), f"/organisations/{association.pk}/corriger/"
    first, second = fields_of(browser.get(address)), fields_of(browser.get(address))
    browser.post(address, first | {"name": "Les Mains Jointes"})
    page = browser.post(address, second | {"name": "Les Mains Ouvertes"})
    text = page.content.decode()
    assert page.status_code == 409
    assert "Les Mains Jointes" in text and "Les Mains Ouvertes" in text
    again = fields_of(page) | {"name": "Les Mains Ouvertes"}
    assert browser.post(address, again).status_code == 302
    association.refresh_from_db()
    assert association.name == "Les Mains Ouvertes"


def test_a_site_has_the_siren_of_its_organisation(signed_in, adele, association):
    Organisation.objects.filter(pk=association.pk).update(siren="000990028")
    browser, address = signed_in(adele), f"/organisations/{association.pk}/lieux/ajouter/"
    page = send(browser, address, name="Antenne", siret="00099003600014", address="", commune="")
    assert "il commencerait par 000990028" in page.context["form"].errors["siret"][0]
    assert send(browser, address, name="Antenne", siret="00099002800029", commune="00002").status_code == 302
    assert Site.objects.get(siret="00099002800029").commune_id == "00002"


def test_a_partner_editor_corrects_a_site_and_not_the_identity(signed_in, charlie, association, ccas):
    browser, site = signed_in(charlie), association.sites.first()
    assert send(browser, f"/organisations/lieux/{site.pk}/corriger/", name="Le Port").status_code == 302
    site.refresh_from_db()
    assert site.name == "Le Port"
    assert browser.get(f"/organisations/{association.pk}/corriger/").status_code == 404
    assert browser.get(f"/organisations/lieux/{ccas.sites.get().pk}/corriger/").status_code == 404


def test_a_manager_moves_no_site_out_of_her_sector(signed_in, maud, association):
    browser, site = signed_in(maud), association.sites.get(name__contains="Melune")
    page = send(browser, f"/organisations/lieux/{site.pk}/corriger/", commune="00003")
    assert page.status_code == 409
    assert "sortirait de votre secteur" in page.content.decode()
    site.refresh_from_db()
    assert site.commune_id == "00001"
    page = send(browser, f"/organisations/{association.pk}/lieux/ajouter/", name="Antenne", commune="00003")
    assert "hors de votre secteur" in page.content.decode()
    assert not Site.objects.filter(name="Antenne").exists()


def test_nothing_closes_while_someone_acts_there(adele, rosa, association):
    site = association.sites.get(name__contains="Melune")
    with pytest.raises(Refused, match="tiennent encore un rôle"):
        actions.close_organisation(association, expected=association.version, key=new_key(), by=adele)
    with pytest.raises(Refused, match="tiennent encore un rôle"):
        actions.close_site(site, expected=site.version, key=new_key(), by=adele)
    association.refresh_from_db()
    assert association.closed_on is None


def test_an_organisation_closes_with_its_sites_and_leaves_the_list(signed_in, adele, association):
    browser = signed_in(adele)
    page = send(browser, f"/organisations/{association.pk}/fermer/")
    assert page.status_code == 302
    association.refresh_from_db()
    assert association.closed_on == clock.today()
    assert not association.sites.filter(closed_on__isnull=True).exists()
    assert association.name not in browser.get("/organisations/").content.decode()
    assert association.name in browser.post("/organisations/", {"closed": "on"}).content.decode()


def test_what_is_closed_keeps_its_date(adele, association):
    site = association.sites.get(name__contains="Melune")
    actions.close_site(site, expected=site.version, key=new_key(), by=adele)
    actions.close_organisation(association, expected=association.version, key=new_key(), by=adele)
    closed_on = clock.today()
    with clock.travel(closed_on + dt.timedelta(days=40)):
        for thing, close in ((site, actions.close_site), (association, actions.close_organisation)):
            thing.refresh_from_db()
            with pytest.raises(Refused, match="déjà fermé"):
                close(thing, expected=thing.version, key=new_key(), by=adele)
            thing.refresh_from_db()
            assert thing.closed_on == closed_on


def a_site(browser, organisation):
    return send(browser, f"/organisations/{organisation.pk}/lieux/ajouter/", name="Antenne", commune="00001")


def test_a_manager_does_not_take_an_organisation_by_adding_its_first_site(signed_in, maud, adele):
    """Its people would all come within her reach: names, roles, departures."""
    elsewhere = an_organisation("Ailleurs")
    someone("uma", Role.PARTNER, organisation=elsewhere)
    page = a_site(signed_in(maud), elsewhere)
    assert page.status_code == 409 and "Demandez à un administrateur" in page.content.decode()
    assert not elsewhere.sites.exists()
    assert a_site(signed_in(adele), elsewhere).status_code == 302
    assert elsewhere.sites.count() == 1


def test_a_manager_adds_the_first_site_of_whom_she_brought(signed_in, maud):
    browser = signed_in(maud)
    send(browser, "/organisations/ajouter/", **GOOD)
    mine = Organisation.objects.get(name="Les Mains Tendues")
    assert a_site(browser, mine).status_code == 302
    assert mine.sites.count() == 1


def test_an_editor_adds_the_first_site_of_their_own_organisation(signed_in, association, charlie):
    association.sites.update(closed_on=clock.today())
    assert a_site(signed_in(charlie), association).status_code == 302
    assert association.sites.filter(closed_on=None).count() == 1


def test_the_departement_never_closes(adele, house):
    with pytest.raises(Refused, match="ne se ferme pas"):
        actions.close_organisation(house, expected=house.version, key=new_key(), by=adele)


def test_the_list_is_searched_without_accents_and_by_number(signed_in, rosa):
    an_organisation("Été solidaire", siren="000990036")
    browser = signed_in(rosa)
    assert "Été solidaire" in browser.post("/organisations/", {"words": "ete SOL"}).content.decode()
    assert "Été solidaire" in browser.post("/organisations/", {"words": "000 990 036"}).content.decode()
    none = browser.post("/organisations/", {"words": "hiver"}).content.decode()
    assert "Été solidaire" not in none and "Essayez un mot de moins" in none


def test_names_of_people_are_read_by_colleagues_only(signed_in, rosa, charlie, association):
    address = f"/organisations/{association.pk}/"
    assert "Charlie" in signed_in(rosa).get(address).content.decode()
    stranger = someone("noe", Role.ANALYST)
    text = signed_in(stranger).get(address).content.decode()
    assert "Charlie" not in text and "ne vous sont pas ouverts" in text


def test_the_thousandth_organisation_is_one_page_away(signed_in, rosa, django_assert_max_num_queries):
    Organisation.objects.bulk_create(Organisation(name=f"Comité {n:04d}", kind="mutual_aid") for n in range(1000))
    browser = signed_in(rosa)
    with django_assert_max_num_queries(20):
        text = browser.post("/organisations/", {"page": "20"}).content.decode()
    assert "Comité 0950" in text and "Comité 0949" not in text and "Page 20 sur 21" in text


@pytest.mark.parametrize("name", ["Org\u2028Bcc: a@exemple.fr", "Votre compte : https://exemple.fr"])
def test_a_name_that_hides_or_leads_elsewhere_is_refused(signed_in, adele, name):
    page = send(signed_in(adele), "/organisations/ajouter/", **(GOOD | {"name": name}))
    assert page.status_code == 422
    assert not Organisation.objects.filter(is_house=False).exists()
