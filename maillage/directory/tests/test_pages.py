"""The pages of the directory, as Édith reads them: searching, sheets, territory; what is closed to her."""

import logging

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maillage.directory.models import ImportRun, Service, Structure
from maillage.directory.tests.factories import (
    FOOD,
    KM_NORTH,
    a_service,
    a_source,
    a_structure,
    fill,
    inputs_of,
    links_of,
    text_of,
)

pytestmark = pytest.mark.django_db
SEARCH = "/annuaire/"


@pytest.fixture(autouse=True)
def _one_monday_in_melune(melune, monday_morning):
    """Every test of this page stands in Melune on Monday 9 March 2026, at ten."""


def ask(client, words="", place="Melune", **facts):
    return client.post(SEARCH, {"words": words, "place": place} | facts)


# -- Searching -------------------------------------------------------------------------------------------------------


def test_edith_says_her_need_and_her_place_and_reads_real_answers(client):
    fill(
        a_service(
            "test--1",
            frais="gratuit",
            telephone="0199001122",
            horaires_accueil="Mo-Fr 09:00-12:00; PH off",
            publics=["familles"],
        ),
        a_service("test--2", nom="Chorale", thematiques=None, description="Chanter ensemble."),
    )
    response = ask(client, "j'ai faim")
    said = text_of(response)
    assert response.status_code == 200
    assert "Une réponse à moins de 30 minutes" in said
    assert "Nous avons compris : Alimentation" in said
    for told in (
        "Épicerie solidaire",
        "Maison de la Grande Rue",
        "Melune",
        "min en voiture",
        "estimé",
        "Ouvert jusqu'à 12 h",
        "Gratuit",
        "Familles",
        "Répond à : alimentation",
        "01 99 00 11 22",
        "Vérifiée récemment",
    ):
        assert told in said.replace("’", "'"), told
    assert "Chorale" not in said
    assert Service.objects.get(uid="test--1").get_absolute_url() in links_of(response)


def test_the_list_says_all_the_map_says(client):
    fill(*(a_service(f"test--{n}", nom=f"Atelier {n}", latitude=48.0 + n * KM_NORTH) for n in range(1, 6)))
    response = ask(client)
    said = text_of(response)
    for point in response.context["points"][1:]:
        assert point.label in said
        assert point.href.removeprefix("#") in response.content.decode()
    assert len(response.context["points"]) == 6


def test_words_in_the_address_are_ignored(client):
    fill(a_service("test--1"), a_service("test--2", nom="Chorale", thematiques=None, description="Chanter ensemble."))
    for address in ("?words=chorale", "?words=chorale&place=Melune", "?latitude=48&longitude=2", "?mots=chorale"):
        response = client.get(SEARCH + address)
        assert response.status_code == 200
        assert "chorale" not in response.content.decode().lower()
        assert "Où êtes-vous" in text_of(response)
    both = text_of(client.get(SEARCH + "?commune=00001&words=chorale"))
    assert "Épicerie solidaire" in both
    assert "Chorale" in both


def test_an_address_of_codes_gives_answers_and_can_be_kept(client):
    fill(a_service("test--1"), a_service("test--2", nom="Chorale", thematiques=None, description="Chanter."))
    said = text_of(client.get(f"{SEARCH}?commune=00001&theme={FOOD}"))
    assert "Épicerie solidaire" in said
    assert "Chorale" not in said


def test_no_link_of_the_answers_carries_words_or_a_position(client):
    fill(*(a_service(f"test--{n}") for n in range(30)))
    response = ask(client, "j'ai faim dimanche")
    for link in links_of(response):
        if "openstreetmap.org" not in link:
            assert "faim" not in link
            assert "48." not in link
    assert "Voir la suite" in text_of(response)


def test_nothing_logs_what_she_looks_for(client, caplog):
    with caplog.at_level(logging.DEBUG):
        ask(client, "violences conjugales", "Castelorme")
        ask(client, "violences conjugales", "Zzyzx")
        client.post(SEARCH, {"words": "violences conjugales", "latitude": "43.1234", "longitude": "5.4321"})
        Client(enforce_csrf_checks=True).post(SEARCH, {"words": "violences conjugales", "place": "Castelorme"})
    for secret in ("violences", "Castelorme", "Zzyzx", "43.1234"):
        assert secret not in caplog.text


def test_a_need_without_a_place_asks_where_she_is_and_keeps_the_need(client):
    response = client.post(SEARCH, {"words": "j'ai faim"})
    assert "Où êtes-vous" in text_of(response)
    assert inputs_of(response)["words"] == ["j'ai faim"] or "j'ai faim" in text_of(response)


def test_an_unknown_place_is_said_and_what_was_typed_is_kept(client):
    response = ask(client, "j'ai faim", "Zzyzx-les-Bains")
    said = text_of(response)
    assert "Nous ne connaissons pas « Zzyzx-les-Bains »" in said or "Le service d'adresses ne répond pas" in said
    assert inputs_of(response)["words"] == ["j'ai faim"]
    assert inputs_of(response)["place"] == ["Zzyzx-les-Bains"]


def test_a_commune_nobody_can_place_asks_for_a_nearby_one(client):
    response = ask(client, "j'ai faim", "Nulleporte")
    assert "Nous ne savons pas encore où se trouve Nulleporte : indiquez une commune voisine." in text_of(response)
    assert inputs_of(response)["words"] == ["j'ai faim"]


def test_limits_are_kept_from_one_search_to_the_next(client):
    fill(a_service("test--1", frais="gratuit", publics=["femmes"]))
    response = ask(client, "j'ai faim", minutes="60", mode="car", free="on", audiences=["femmes"])
    sent = inputs_of(response)
    assert sent["words"] == ["j'ai faim"]
    assert sent["place"] == ["Melune"]
    assert sent["minutes"] == ["60"]
    assert "on" in sent["free"]
    assert "femmes" in sent["audiences"]


def test_what_she_types_is_never_markup(client):
    response = ask(client, "<script>alert(1)</script>", "<b>Melune</b>")
    assert "<script>alert(1)" not in response.content.decode()
    assert "<b>Melune" not in response.content.decode()


def test_what_a_source_writes_is_never_markup_nor_a_link_that_runs(client):
    nasty = "<img src=x onerror=alert(1)>"
    [service] = fill(
        a_service("test--1", nom=f"Nom {nasty}", description=f"Texte {nasty}", adresse=nasty, telephone=nasty)
    )
    Structure.objects.update(website="javascript:alert(1)")
    Service.objects.update(contact_url="javascript:alert(1)")
    for response in (
        ask(client),
        client.get(service.get_absolute_url()),
        client.get(service.structure.get_absolute_url()),
    ):
        assert "<img src=x" not in response.content.decode()
        assert not any(link.startswith("javascript:") for link in links_of(response))


def test_page_after_page_she_reads_each_service_once(client):
    fill(*(a_service(f"test--{n:02}", nom=f"Atelier {n:02}", latitude=48.0 + n * KM_NORTH / 4) for n in range(45)))
    seen, response = [], ask(client, "")
    for _ in range(3):
        seen += [link for link in links_of(response) if link.startswith("/annuaire/services/")]
        cursor = response.context["answer"].next_cursor
        response = ask(client, "", cursor=cursor) if cursor else response
    assert len(seen) == len(set(seen)) == 45


def test_a_cursor_that_is_not_ours_is_refused_in_plain_words(client):
    for response in (ask(client, cursor="abc"), client.get(f"{SEARCH}?commune=00001&cursor=abc")):
        assert response.status_code == 400
        assert "Relancez la recherche" in text_of(response)


def test_nothing_near_is_no_dead_end(client):
    fill(a_service("test--loin", nom="Épicerie lointaine", latitude=48.5))
    said = text_of(ask(client, "j'ai faim"))
    assert "Rien à moins de 30 minutes" in said
    assert "Épicerie lointaine" in said


def test_an_empty_directory_still_answers(client):
    said = text_of(ask(client, "j'ai faim"))
    assert "Rien à moins de 30 minutes" in said
    assert "115" in said


def test_the_sixty_first_search_of_a_minute_is_asked_to_wait(client, stopped_clock):
    for _ in range(60):
        assert ask(client).status_code == 200
    response = ask(client)
    assert response.status_code == 429
    assert "Réessayez" in text_of(response)
    assert client.get(SEARCH).status_code == 200


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    facts=st.dictionaries(
        st.sampled_from(
            [
                "words",
                "place",
                "choice",
                "choice_for",
                "latitude",
                "longitude",
                "themes",
                "minutes",
                "mode",
                "audiences",
                "reception",
                "free",
                "open_now",
                "cursor",
                "other_place",
            ]
        ),
        st.text(max_size=30) | st.sampled_from(["Melune", "commune:00001", "48.0", "2.0", FOOD, "30", "car"]),
        max_size=6,
    ),
    number=st.integers(0, 10**9),
)
def test_whatever_is_sent_the_page_answers(client, facts, number):
    sent = {key: value.encode("utf-8", "replace").decode() for key, value in facts.items()}
    response = client.post(SEARCH, sent, REMOTE_ADDR=f"host-{number}")
    assert response.status_code in {200, 400}


# -- Sheets ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def service():
    home = a_structure(
        description="Une grande maison.", site_web="https://maison.example", horaires_accueil="Mo 09:00-12:00"
    )
    [service, _] = fill(
        a_service(
            "test--1",
            publics=["femmes"],
            frais="payant",
            frais_precisions="2 euros",
            conditions_acces="Sur inscription",
            courriel="accueil@maison.example",
            contact_nom_prenom="Zénobie Particulière",
            adresse="5 rue Neuve",
        ),
        a_service("test--2", nom="Vestiaire"),
        structures=(home,),
    )
    return service


def test_the_page_of_a_service_says_all_there_is_to_know(client, service):
    response = client.get(service.get_absolute_url())
    said = text_of(response).replace("’", "'")
    for told in (
        "Épicerie solidaire",
        "Des courses à petit prix",
        "Maison de la Grande Rue",
        "Femmes",
        "2 euros",
        "Sur inscription",
        "accueil@maison.example",
        "5 rue Neuve",
        "Ouvert jusqu'à 12 h",
        "9 h – 12 h",
        "Vérifiée récemment",
        "il y a 8 jours",
        "Test (test)",
        "Vestiaire",
        "Alimentation",
    ):
        assert told in said, told
    assert "Zénobie" not in response.content.decode()
    assert reverse("directory:sheet", args=[service.pk]) in links_of(response)
    assert not any("corriger" in link for link in links_of(response))


def test_the_page_of_a_structure_lists_its_published_services(client, service):
    Service.objects.filter(uid="test--2").update(withdrawn_at=timezone.now())
    response = client.get(service.structure.get_absolute_url())
    said = text_of(response)
    assert "Une grande maison." in said
    assert "Épicerie solidaire" in said
    assert "Vestiaire" not in said
    assert "https://maison.example" in links_of(response)


def test_the_sheet_is_a_pdf(client, service):
    response = client.get(reverse("directory:sheet", args=[service.pk]))
    assert response["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF")


def test_what_is_withdrawn_has_no_page_but_for_who_keeps_the_directory(client, service, dora, alice):
    Structure.objects.update(withdrawn_at=timezone.now())
    addresses = [
        service.get_absolute_url(),
        service.structure.get_absolute_url(),
        reverse("directory:sheet", args=[service.pk]),
    ]
    for reader in (None, dora):
        if reader:
            client.force_login(reader)
        assert [client.get(address).status_code for address in addresses] == [404, 404, 404]
    client.force_login(alice)
    assert [client.get(address).status_code for address in addresses] == [200, 200, 200]
    assert "retirée" in text_of(client.get(addresses[1]))


def test_a_confidential_address_is_on_no_page(client, corrected, alice):
    home = a_structure(
        "test--refuge",
        nom="Le Refuge",
        commune="Castelorme",
        code_insee="00002",
        adresse="7 rue Cachée",
        code_postal="00299",
        latitude=48.0123,
        longitude=2.0123,
        site_web="https://refuge-cache.example",
        lien_source="https://annuaire.example/cache",
    )
    [service] = fill(
        a_service(
            "test--abri",
            structure="test--refuge",
            nom="Abri",
            latitude=48.0123,
            longitude=2.0123,
            commune="Castelorme",
            code_insee="00002",
            adresse="7 rue Cachée",
            code_postal="00299",
            telephone="0199001122",
            lien_source="https://annuaire.example/cache",
        ),
        structures=(home,),
    )
    corrected(Structure.objects.get(), is_address_confidential=True)
    addresses = [
        service.get_absolute_url(),
        service.structure.get_absolute_url(),
        reverse("directory:territory", args=["00002"]),
    ]
    for reader in (None, alice):
        if reader:
            client.force_login(reader)
        read = [ask(client, "abri"), *map(client.get, addresses[:2])]
        for response in read:
            page = response.content.decode().lower()
            for secret in ("cach", "00299", "48.01", "2.0123", "refuge-cache"):
                assert secret not in page.replace("cache-control", ""), (response.request["PATH_INFO"], secret)
            assert "Castelorme" not in text_of(response)
            assert "01 99 00 11 22" in text_of(response)
        assert "Le Refuge" not in text_of(client.get(addresses[2]))
    assert "Adresse confidentielle" in text_of(client.get(addresses[0]))


def test_pages_that_do_not_exist_are_said_in_plain_words(client):
    for address in (
        "/annuaire/services/999999/",
        "/annuaire/structures/999999/",
        "/annuaire/services/999999/fiche.pdf",
    ):
        assert client.get(address).status_code == 404


# -- Closed doors ----------------------------------------------------------------------------------------------------


def behind_the_counter(service):
    return [
        reverse("directory:edit_service", args=[service.pk]),
        reverse("directory:edit_structure", args=[service.structure_id]),
        reverse("directory:hidden_address", args=[service.structure_id]),
        reverse("directory:records"),
        reverse("directory:imports"),
    ]


def test_the_pages_of_editors_do_not_exist_for_edith_nor_for_dora(client, service, dora):
    Structure.objects.update(is_address_confidential=True)
    for address in behind_the_counter(service):
        response = client.get(address)
        assert response.status_code in {302, 404}, address
        if response.status_code == 302:
            assert "connexion" in response["Location"] or "sign" in response["Location"]
    client.force_login(dora)
    for address in behind_the_counter(service):
        assert client.get(address).status_code == 404, address
        assert client.post(address).status_code in {404, 405}, address


def test_an_address_that_is_not_hidden_has_no_hidden_page(client, service, alice):
    client.force_login(alice)
    assert client.get(reverse("directory:hidden_address", args=[service.structure_id])).status_code == 404


def test_the_page_of_imports_says_what_each_did(client, alice):
    ImportRun.objects.create(
        source=a_source(), state="refused", sentence="fiches.csv est vide.", finished_at=timezone.now()
    )
    client.force_login(alice)
    said = text_of(client.get(reverse("directory:imports")))
    assert "fiches.csv est vide." in said
    assert "Refusé" in said


def test_the_page_of_imports_without_any_says_so(client, alice):
    client.force_login(alice)
    assert "Rien n'a encore été importé." in text_of(client.get(reverse("directory:imports")))


def test_the_oldest_records_come_first_in_the_list_to_keep_true(client, alice):
    homes = [a_structure(f"test--s{n}", nom=f"Maison {n}", date_maj=f"2024-01-0{n}") for n in range(1, 6)]
    fill(*(a_service(structure=home["id"]) for home in homes), structures=tuple(homes))
    client.force_login(alice)
    response = client.get(reverse("directory:records"))
    said = text_of(response)
    assert [said.index(f"Maison {n}") for n in range(1, 6)] == sorted(said.index(f"Maison {n}") for n in range(1, 6))
    assert reverse("directory:edit_structure", args=[Structure.objects.get(uid="test--s1").pk]) in links_of(response)
