"""Whose a structure is: an organisation's place is found and chosen by those who keep the directory."""

import pytest
from django.urls import reverse

from maillage.actors.models import Site
from maillage.actors.tests.factories import an_organisation, someone
from maillage.core import clock
from maillage.core.concurrency import Stale, new_key
from maillage.core.models import JournalLine
from maillage.core.refusals import Refused
from maillage.directory.actions.moderating import send_back
from maillage.directory.actions.tying import tie, untie
from maillage.directory.models import Structure
from maillage.directory.permissions import can_propose_structure
from maillage.directory.tests.factories import inputs_of, links_of, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_monday(monday_morning):
    """Every test stands on Monday 9 March 2026, at ten."""


@pytest.fixture
def address(tablees):
    return reverse("directory:tie", args=[tablees.pk])


@pytest.fixture
def relais(tablees):
    """Another association, whose place bears the SIRET of the structure."""
    made = an_organisation("Le Relais", siren="732829320")
    Structure.objects.filter(pk=tablees.pk).update(siret="73282932000074")
    return Site.objects.create(organisation=made, name="Accueil de jour", siret="73282932000074")


def settle(structure, site, by):
    tie(structure, site, expected=structure.version, key=new_key(), by=by)


def chosen(client, reader, address, **sent):
    client.force_login(reader)
    form = inputs_of(client.get(address))
    return client.post(address, form | {name: [value] for name, value in sent.items()})


def test_who_keeps_the_sector_says_whose_a_structure_is_and_its_editors_propose_at_once(
    client, mona, tablees, address, relais
):
    rita = someone("rita", "partner_editor", organisation=relais.organisation)
    client.force_login(mona)
    assert address in links_of(client.get(tablees.get_absolute_url()))
    assert not can_propose_structure(rita, tablees)
    assert chosen(client, mona, address, site=relais.pk, tie="1")["Location"] == tablees.get_absolute_url()
    tablees.refresh_from_db()
    assert (tablees.site, tablees.version) == (relais, 2)
    assert can_propose_structure(rita, tablees)
    line = JournalLine.objects.get(verb="directory.tied")
    assert (line.who_id, line.thing, line.facts["site"]) == (mona.pk, f"directory.structure:{tablees.pk}", relais.pk)


def test_the_place_that_bears_the_siret_comes_first_without_searching(client, mona, tablees, address, relais):
    Site.objects.exclude(pk=relais.pk).update(commune="00001")
    client.force_login(mona)
    said = text_of(client.get(address))
    assert said.index("Le Relais · Accueil de jour") < said.index("Les Tablées · Centre de Melune · Melune", 400)


def test_a_place_is_searched_by_words_without_accents_or_by_its_number(client, mona, address, relais):
    for words in ("acceuil", "RELAIS jour", "732 829 320", "73282932000074"):
        page = chosen(client, mona, address, words=words, search="1")
        assert page.status_code == 200
        assert ("Le Relais · Accueil de jour" in text_of(page)) is (words != "acceuil")
        assert ("Aucun lieu ouvert ne porte ces mots" in text_of(page)) is (words == "acceuil")


def test_nobody_else_ties_a_structure(client, address, lea, nils, dora, relais):
    for reader in (lea, nils, dora, someone("ada", "administrator")):
        client.force_login(reader)
        assert client.get(address).status_code == 404
        assert client.post(address, {"site": relais.pk, "tie": "1"}).status_code == 404


def test_a_closed_place_is_not_offered_nor_taken(client, mona, tablees, address, relais):
    Site.objects.filter(pk=relais.pk).update(closed_on=clock.today())
    assert "Le Relais" not in text_of(chosen(client, mona, address, words="relais", search="1"))
    assert chosen(client, mona, address, site=relais.pk, tie="1").status_code == 422
    with pytest.raises(Refused, match="Ce lieu est fermé"):
        settle(tablees, relais, mona)
    tablees.refresh_from_db()
    assert tablees.site != relais


def test_choosing_nothing_is_said(client, mona, address, tablees):
    Structure.objects.update(site=None)
    page = chosen(client, mona, address, words="tablées", site="", tie="1")
    assert page.status_code == 422
    assert "Choisissez le lieu" in text_of(page)


def test_sent_twice_or_after_someone_else_it_is_done_once(client, mona, tablees, address, relais):
    client.force_login(mona)
    form = inputs_of(client.get(address)) | {"site": [relais.pk], "tie": ["1"]}
    for _twice in range(2):
        assert client.post(address, form).status_code == 302
    assert JournalLine.objects.filter(verb="directory.tied").count() == 1
    late = client.post(address, form | {"intention": [new_key()]})
    assert late.status_code == 409
    assert "La fiche a changé" in text_of(late)
    with pytest.raises(Stale):
        tie(tablees, relais, expected=1, key=new_key(), by=mona)


def test_a_structure_becomes_nobody_s_again(client, mona, lea, tablees, address):
    assert can_propose_structure(lea, tablees)
    assert chosen(client, mona, address, untie="1").status_code == 302
    tablees.refresh_from_db()
    assert tablees.site is None
    assert not can_propose_structure(lea, tablees)
    assert JournalLine.objects.filter(verb="directory.untied", who_id=mona.pk).exists()


def test_an_organisation_that_waits_for_an_answer_gets_it_first(mona, tablees, relais, proposed):
    sent = proposed(tablees, phone="01 99 00 33 44")
    for act in (lambda: settle(tablees, relais, mona),
                lambda: untie(tablees, expected=tablees.version, key=new_key(), by=mona)):  # fmt: skip
        with pytest.raises(Refused, match="attend encore votre réponse"):
            act()
    settle(tablees, tablees.site, mona)  # The same organisation keeps it: nobody loses anything.
    send_back(sent, sentence="Merci.", key=new_key(), by=mona)
    tablees.refresh_from_db()
    settle(tablees, relais, mona)
