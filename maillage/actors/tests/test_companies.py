"""Numbers of organisations, and the national registry: what it answers, and what happens when it does not."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from maillage.actors.companies import RegistryAway, WrongNumber, read_rna, read_siren, read_siret, search
from maillage.actors.models import Organisation

HELPERS = {
    "siren": "000990028",
    "nom_complet": "LES MAINS TENDUES (LMT)",
    "nom_raison_sociale": "LES MAINS TENDUES",
    "etat_administratif": "A",
    "siege": {
        "siret": "00099002800011", "adresse": "3 RUE DU PORT 00100 MELUNE",
        "geo_adresse": "3 Rue du Port 00100 Melune", "commune": "00001", "code_postal": "00100",
    },
    "matching_etablissements": [
        {"siret": "00099002800029", "adresse": "9 QUAI NEUF 00300 RUEL", "commune": "00003", "est_siege": False}
    ],
    "complements": {"identifiant_association": "W001000001", "est_association": True},
}  # fmt: skip
OTHER = HELPERS | {"siren": "000990036", "nom_complet": "LES MAINS OUVERTES", "complements": {}}


@pytest.fixture
def registry(settings):
    """A registry on this machine that speaks as the real one; `answer` is what it says, `asked` what it was asked."""

    class Registry(ThreadingHTTPServer):
        daemon_threads = True
        asked: list[dict[str, list[str]]] = []
        status, body, after, headers = 200, b"", 0.0, {}

        def says(self, *results):
            self.body = json.dumps({"results": results, "total_results": len(results), "page": 1}).encode()

        def handle_error(self, request, client_address):
            """A client that left before the end is what some tests want."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.server.asked.append(parse_qs(urlsplit(self.path).query))
            time.sleep(self.server.after)
            self.send_response(self.server.status)
            for name, value in self.server.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(self.server.body)))
            self.end_headers()
            self.wfile.write(self.server.body)

        def log_message(self, *args):
            """Quiet."""

    server = Registry(("127.0.0.1", 0), Handler)
    server.asked = []
    server.says()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    settings.COMPANY_API_URL = f"http://127.0.0.1:{server.server_port}/search"
    settings.COMPANY_API_TIMEOUT_MS = 5000
    yield server
    server.shutdown()
    server.server_close()


# -- Numbers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["00099002800011", "000 990 028 00011", "000.990.028.00011", " 000990028-00011 "])
def test_a_siret_is_read_however_it_is_written(written):
    assert read_siret(written) == "00099002800011"


@pytest.mark.parametrize(
    ("read", "written", "is_key"),
    [
        (read_siret, "00099002800013", True), (read_siret, "0009900280001", False),
        (read_siret, "A0099002800012", False),
        (read_siren, "000990029", True), (read_siren, "12", False), (read_siren, "", False),
        (read_rna, "X001000001", False), (read_rna, "W00100", False), (read_rna, "W0010000011", False),
    ],
)  # fmt: skip
def test_a_number_that_cannot_be_is_told_from_one_whose_key_is_wrong(read, written, is_key):
    with pytest.raises(WrongNumber) as wrong:
        read(written)
    assert wrong.value.is_key == is_key


def test_la_poste_has_a_key_of_its_own():
    assert read_siret("35600000049837") == "35600000049837"
    with pytest.raises(WrongNumber):
        read_siret("35600000049838")


@pytest.mark.parametrize("written", ["W001000001", "w2a1000001", "W9R1000001", "W 001 000 001"])
def test_the_numbers_of_associations_have_letters_in_corsica_and_overseas(written):
    assert read_rna(written) == written.upper().replace(" ", "")


# -- The registry --------------------------------------------------------------------------------------------------


def test_a_siren_gives_the_name_the_seat_and_the_rna(registry):
    registry.says(HELPERS)
    (found,) = search("000 990 028")
    assert registry.asked == [{"q": ["000990028"], "page": ["1"], "per_page": ["5"]}]
    assert (found.name, found.siret, found.rna) == ("LES MAINS TENDUES (LMT)", "00099002800011", "W001000001")
    assert (found.address, found.commune_code) == ("3 Rue du Port 00100 Melune", "00001")


def test_the_siret_of_a_site_gives_the_address_of_that_site(registry):
    registry.says(HELPERS)
    (found,) = search("00099002800029")
    assert (found.siren, found.siret, found.address) == ("000990028", "00099002800029", "9 QUAI NEUF 00300 RUEL")


def test_a_number_never_gives_another_organisation(registry):
    """The service searches words too: it may answer with a unit that only looks like what was asked."""
    registry.says(OTHER)
    assert search("000990028") == []


def test_a_name_may_be_that_of_several(registry):
    registry.says(HELPERS, OTHER)
    assert [one.siren for one in search("les mains")] == ["000990028", "000990036"]


def test_an_rna_finds_the_association_that_bears_it(registry):
    registry.says(OTHER, HELPERS)
    assert [one.siren for one in search("w001000001")] == ["000990028"]


def test_what_asked_not_to_be_published_stays_empty(registry):
    hidden = HELPERS | {"nom_complet": "[NON-DIFFUSIBLE]", "nom_raison_sociale": None}
    registry.says(
        hidden | {"siege": HELPERS["siege"] | {"geo_adresse": "[NON-DIFFUSIBLE]", "adresse": "[NON-DIFFUSIBLE]"}}
    )
    (found,) = search("000990028")
    assert (found.name, found.address) == ("", "")


def test_words_it_does_not_understand_are_nothing_found(registry):
    registry.status, registry.body = 400, b'{"erreur": "Veuillez indiquer au moins un parametre de recherche."}'
    assert search("???") == []


def test_two_letters_are_not_even_asked(registry):
    assert search("ab") == []
    assert registry.asked == []


@pytest.mark.parametrize("status", [429, 500, 502, 301])
def test_a_registry_that_refuses_is_away(registry, status):
    registry.status = status
    with pytest.raises(RegistryAway):
        search("les mains")


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b'{"results": {}}', b'{"results": [{"siren": "1"}]}', b'{"results": [null]}',
     b'{"results": [{"siren": "000990028", "siege": null}]}', b'{"results": [{"siren": "000990029", "siege": {}}]}',
     b"[" * 100_000],
)  # fmt: skip
def test_an_answer_that_is_none_is_the_registry_away(registry, body):
    registry.body = body
    with pytest.raises(RegistryAway):
        search("les mains")


def test_a_slow_registry_keeps_nobody_waiting(registry, settings):
    registry.after, settings.COMPANY_API_TIMEOUT_MS = 20, 200
    began = time.monotonic()
    with pytest.raises(RegistryAway):
        search("les mains")
    assert time.monotonic() - began < 10


def test_nobody_listening_is_the_registry_away():
    with pytest.raises(RegistryAway):
        search("les mains")


def test_what_was_typed_never_reaches_a_log(registry, caplog):
    caplog.set_level("DEBUG")
    registry.status = 500
    with pytest.raises(RegistryAway):
        search("les mains tendues")
    assert "mains" not in caplog.text


# -- On the page ---------------------------------------------------------------------------------------------------


def typed(**values):
    blank = dict.fromkeys(("name", "kind", "siren", "siret", "rna", "address"), "")
    return blank | {"sought": "000990028", "search": "1"} | values


def test_the_form_comes_back_filled_and_nothing_is_saved(registry, signed_in, adele):
    registry.says(HELPERS)
    page = signed_in(adele).post("/organisations/ajouter/", typed(kind="mutual_aid"))
    text = page.content.decode()
    assert page.status_code == 200
    assert 'value="LES MAINS TENDUES (LMT)"' in text and 'value="W001000001"' in text
    assert '<option value="mutual_aid" selected>' in text
    assert not Organisation.objects.filter(is_house=False).exists()


def test_when_several_answer_one_is_chosen_by_its_number(registry, signed_in, adele):
    registry.says(HELPERS, OTHER)
    browser = signed_in(adele)
    text = browser.post("/organisations/ajouter/", typed(sought="les mains")).content.decode()
    assert "Laquelle est-ce ?" in text and 'name="sought_number" value="000990036"' in text
    registry.says(OTHER)
    text = browser.post(
        "/organisations/ajouter/", typed(sought="les mains", sought_number="000990036")
    ).content.decode()
    assert 'value="LES MAINS OUVERTES"' in text


def test_without_the_registry_the_form_stays_and_loses_nothing(signed_in, adele):
    text = signed_in(adele).post("/organisations/ajouter/", typed(name="Les Mains Tendues")).content.decode()
    assert "Le registre national ne répond pas : écrivez vous-même le nom et l'adresse." in text
    assert 'value="Les Mains Tendues"' in text


def test_nothing_found_says_what_to_try(registry, signed_in, adele):
    text = signed_in(adele).post("/organisations/ajouter/", typed(sought="les mains")).content.decode()
    assert "ne connaît rien sous ces mots" in text
