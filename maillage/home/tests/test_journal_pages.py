"""Claire consults the journal: with a reason, written down before anything is shown, about whoever it is."""

import csv
import io
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, connection
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from maillage.core import clock, journal
from maillage.core.models import JournalLine
from maillage.home import actions
from maillage.home.tests.conftest import text_of

JOURNAL, EXPORT = "/donnees/journal/", "/donnees/journal/extrait.csv"


def asking(subject="alice@exemple.fr", side="by", **more):
    return {"subject": subject, "side": side, "reason": "access_request", "reference": "2026-014"} | more


@contextmanager
def a_journal_that_refuses():
    """The database no longer takes a line of the journal."""

    def refuse(execute, sql, params, many, context):
        if "INSERT INTO" in sql and "core_journalline" in sql:
            raise DatabaseError("disk full")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        yield


def lines(verb):
    return list(JournalLine.objects.filter(verb=verb).order_by("seq"))


def test_a_consultation_is_written_before_it_is_shown(claire, alice, entering):
    journal.record(alice, "directory.hidden_address_read", "directory.structure:7")

    page = text_of(entering(claire).post(JOURNAL, asking()))

    assert "a lu une adresse confidentielle" in page and "structure n° 7" in page and "Alice" in page
    [line] = lines("home.journal_consulted")
    assert (line.who_id, line.thing, line.why) == (claire.pk, f"actors.user:{alice.pk}", "access_request:2026-014")


def test_what_cannot_be_written_down_is_not_shown(claire, alice, entering):
    journal.record(alice, "directory.hidden_address_read", "directory.structure:7")
    browser = entering(claire)

    with a_journal_that_refuses():
        answer, extract = browser.post(JOURNAL, asking()), browser.post(EXPORT, asking())

    for refused in (answer, extract):
        assert refused.status_code == 503 and "structure n° 7" not in text_of(refused)
    assert "n'a pas pu être inscrite" in text_of(answer)
    assert not lines("home.journal_consulted")


@pytest.mark.parametrize("missing", ["reason", "reference", "subject"])
def test_without_a_reason_and_an_object_nothing_is_shown_nor_written(claire, alice, entering, missing):
    answer = entering(claire).post(JOURNAL, asking() | {missing: ""})

    assert answer.status_code == 422 and not lines("home.journal_consulted")


@pytest.mark.parametrize("reference", ["Madame Diallo", "2026 014", "x" * 61, "a@b.fr"])
def test_a_reference_is_no_place_for_a_name(claire, alice, entering, reference):
    assert entering(claire).post(JOURNAL, asking(reference=reference)).status_code == 422


def test_who_read_something_is_found_by_the_address_of_its_page(claire, alice, bob, entering):
    journal.record(alice, "directory.opened_to_correct", "directory.structure:7")
    journal.record(bob, "directory.opened_to_correct", "directory.structure:8")

    for subject in ("http://testserver/annuaire/structures/7/", "/annuaire/structures/7/", "directory.structure:7"):
        page = text_of(entering(claire).post(JOURNAL, asking(subject, "about")))
        assert "Alice" in page and "Bob" not in page


def test_the_consultation_of_the_consultations_is_shown_too(claire, entering):
    browser = entering(claire)
    browser.post(JOURNAL, asking("claire@exemple.fr"))

    page = text_of(browser.post(JOURNAL, asking("claire@exemple.fr")))

    assert page.count("a consulté le journal") >= 2


NOBODYS = ("9" * 26, "actors.user:" + "9" * 23, "actors.user:²", "actors.user:abc")


@pytest.mark.parametrize("side", ["by", "about"])
@pytest.mark.parametrize("address", [JOURNAL, EXPORT])
@pytest.mark.parametrize("subject", [f"/annuaire/structures/{NOBODYS[0]}/", *NOBODYS[1:]])
def test_a_number_no_database_holds_is_refused_before_anything_is_written(claire, entering, subject, address, side):
    answer = entering(claire).post(address, asking(subject, side))

    assert answer.status_code == 422 and "Nous ne reconnaissons" in text_of(answer)
    assert not lines("home.journal_consulted") and not lines("home.journal_exported")


def test_an_old_line_that_holds_such_a_number_is_still_shown(claire, entering):
    for thing in (f"directory.structure:{NOBODYS[0]}", *NOBODYS[1:3]):
        journal.record(claire, "home.journal_consulted", thing, why="check:2026-013")
    browser = entering(claire)

    shown = text_of(browser.post(JOURNAL, asking("claire@exemple.fr", "by")))
    extract = browser.post(EXPORT, asking("claire@exemple.fr", "by"))

    assert f"structure n° {NOBODYS[0]}" in shown and f"structure n° {NOBODYS[0]}" in text_of(extract)
    assert extract.status_code == 200 and JournalLine.objects.latest("seq").verb == "home.journal_exported"


@pytest.mark.parametrize("field", ["since", "until"])
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1899-12-31", "2201-01-01"])
@pytest.mark.parametrize("address", [JOURNAL, EXPORT])
def test_a_year_that_cannot_be_is_asked_again(claire, entering, address, field, day):
    answer = entering(claire).post(address, asking("claire@exemple.fr", **{field: day}))
    assert answer.status_code == 422 and "Vérifiez l'année." in text_of(answer)
    assert not lines("home.journal_consulted") and not lines("home.journal_exported")


FOREIGN = (
    "http://evil.example/annuaire/structures/41/",
    "//evil.example/annuaire/structures/41/",
    "http://testserver@evil.example/annuaire/structures/41/",
    "ftp://testserver/annuaire/structures/41/",
    "http:///annuaire/structures/41/",
)


@pytest.mark.parametrize("subject", ["personne@exemple.fr", "n'importe quoi", "/introuvable/", "/design/", *FOREIGN])
def test_an_object_that_nobody_knows_is_asked_again(claire, entering, subject):
    answer = entering(claire).post(JOURNAL, asking(subject))
    assert answer.status_code == 422 and "Nous ne reconnaissons" in text_of(answer)


def test_a_thing_does_nothing_only_an_account_does(claire, entering):
    assert "Seul un compte lit ou change" in text_of(
        entering(claire).post(JOURNAL, asking("directory.service:1", "by"))
    )


def test_days_and_acts_narrow_the_question(claire, alice, entering):
    journal.record(alice, "directory.hidden_address_read", "directory.structure:7")
    browser = entering(claire)

    for more in ({"until": "2020-01-01"}, {"verb": "directory.corrected"}):
        assert "Aucune ligne pour cette question" in text_of(browser.post(JOURNAL, asking(**more)))
    backwards = browser.post(JOURNAL, asking(since="2026-03-09", until="2026-03-01"))
    assert backwards.status_code == 422 and "avant son début" in text_of(backwards)


def test_pages_turn_by_post_and_each_is_written_down(claire, alice, entering):
    with journal.act():
        for n in range(60):
            journal.record(alice, "directory.opened_to_correct", f"directory.structure:{n}")
    browser = entering(claire)

    second = text_of(browser.post(JOURNAL, asking(page="2")))

    assert "Page 2 sur 2" in second and "structure n° 0" in second
    assert lines("home.journal_consulted")[0].facts["page"] == 2


def test_an_extract_says_whose_copy_it_is_and_holds_no_formula(claire, alice, entering):
    alice.first_name, alice.last_name = "=1+1", ""
    alice.save()
    journal.record(alice, "directory.hidden_address_read", "directory.structure:7")

    answer = entering(claire).post(EXPORT, asking())

    table = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert "Claire" in table[0][0]
    assert "Une personne demande qui a lu ce qui la concerne (RGPD, art. 15) · 2026-014" in table[2][0]
    assert f"=1+1 (utilisateur n° {alice.pk})" in table[3][0]
    assert not any("access_request" in cell or "actors.user" in cell for row in table for cell in row)
    assert table[6][1] == "'=1+1"
    assert "attachment" in answer["Content-Disposition"]
    assert lines("home.journal_exported")[0].who_id == claire.pk


def test_an_extract_that_stops_before_the_end_says_so(claire, alice, entering, monkeypatch):
    for n in range(3):
        journal.record(alice, "directory.hidden_address_read", f"directory.structure:{n}")
    browser = entering(claire)
    assert "Extrait incomplet" not in browser.post(EXPORT, asking()).content.decode()

    monkeypatch.setattr(actions, "MOST_EXPORTED", 2)
    said = browser.post(EXPORT, asking()).content.decode()

    assert "Extrait incomplet : les 2 lignes les plus récentes, sur 3." in said
    assert "structure n° 0" not in said


def test_names_are_shown_where_a_rule_lets_identifiers_elsewhere(claire, alice, entering):
    journal.record(alice, "core.tried", "nobody.knows:3")
    journal.record(None, "core.tried", f"actors.user:{alice.pk}")

    page = text_of(entering(claire).post(JOURNAL, asking()))
    assert "nobody.knows:3" in page
    about = text_of(entering(claire).post(JOURNAL, asking("alice@exemple.fr", "about")))
    assert "la maison" in about and "Alice (utilisateur" in about


@pytest.mark.parametrize("factors", [1, 2])
def test_nobody_else_finds_this_page(alice, gaston, dora, claire, entering, factors):
    for user in (alice, gaston, dora) if factors == 2 else (claire,):
        browser = entering(user, factors=factors)
        assert browser.get(JOURNAL).status_code == 404, user
        assert browser.post(JOURNAL, asking()).status_code == 404
        assert browser.post(EXPORT, asking()).status_code == 404
        assert browser.post("/donnees/journal/verifier/").status_code == 404
    assert not lines("home.journal_consulted")


def as_the_worker_does(asked):
    """Run a stored task here: the worker itself closes connections, hence the test's transaction."""
    asked.claim("tests")
    asked.set_successful(asked.task.call())


def test_the_chain_is_read_again_on_demand_and_its_result_said(claire, entering):
    browser = entering(claire)

    assert browser.post(reverse("home:journal_verify")).status_code == 302
    assert "Vérification en cours" in text_of(browser.get(JOURNAL))
    as_the_worker_does(DBTaskResult.objects.get())

    assert "se suivent sans rupture" in text_of(browser.get(JOURNAL))
    assert lines("home.verification_asked")[0].who_id == claire.pk


def test_a_broken_chain_is_said_and_so_is_a_reading_that_fell(claire, entering):
    browser = entering(claire)
    previous = journal.GENESIS
    JournalLine.objects.create(
        seq=7, at=clock.now(), verb="core.tried", thing="a:1", facts={}, previous=previous, digest="0" * 64
    )
    browser.post(reverse("home:journal_verify"))
    asked = DBTaskResult.objects.get()

    asked.set_failed(RuntimeError("killed"))
    assert "n'a pas pu se terminer" in text_of(browser.get(JOURNAL))
    as_the_worker_does(asked)

    assert "la chaîne est rompue" in text_of(browser.get(JOURNAL))


def test_the_page_says_it_measures_nobody(claire, entering):
    assert "ne mesure le travail de personne" in text_of(entering(claire).get(JOURNAL))


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\tx"])
def test_a_formula_is_written_as_text(cell):
    assert f"'{cell}" in actions.extract([[cell]], ["a"], watermark=[])
