"""Rules, register, durations, slips, holds, breaches: what Claire does there, what Gaston sees, what others do not."""

import datetime as dt
from dataclasses import asdict

import pytest
from django.urls import reverse
from django.utils import timezone

from maillage.core import breaches, clock, elimination
from maillage.core.access import RULES
from maillage.core.concurrency import new_key
from maillage.core.documents import accessibility_problems
from maillage.core.models import DataBreach, JournalLine, LegalHold, RetentionRun, SlipState
from maillage.core.retention import KEPT, Report
from maillage.home.forms import BreachForm
from maillage.home.pages.protection import opens
from maillage.home.tests.conftest import text_of

SHARED = ("home:protection", "home:who_reads_what", "home:register", "home:retention")
OWN = ("home:journal", "home:holds", "home:breaches", "home:breach_new")


@pytest.mark.parametrize("name", [*SHARED, *OWN])
def test_each_page_opens_for_its_readers_only(name, claire, gaston, alice, dora, client, entering):
    address = reverse(name)
    assert entering(claire).get(address).status_code == 200
    assert entering(gaston).get(address).status_code == (200 if name in SHARED else 404)
    for user in (alice, dora):
        assert entering(user).get(address).status_code == 404
    assert client.get(address).status_code == 404


# -- Rules ----------------------------------------------------------------------------------------------------------


def test_the_page_of_rules_says_each_sentence(claire, entering):
    page = text_of(entering(claire).get(reverse("home:who_reads_what")))
    assert all(law.name in page for law in RULES.values())
    assert "/donnees/journal/" in page


def test_a_role_is_shown_what_it_opens_more_than_no_role(claire, entering):
    page = text_of(entering(claire).get(reverse("home:who_reads_what"), {"role": "dpo"}))

    assert "can_read_journal" in page and "can_edit_structure" not in page
    assert opens(RULES["core.can_read_journal"], "dpo") and not opens(RULES["core.can_read_journal"], "elected")


def test_a_kind_of_object_is_shown_alone(claire, entering):
    page = text_of(entering(claire).get(reverse("home:who_reads_what"), {"kind": "core.databreach"}))
    assert "can_handle_breach" in page and "can_read_journal" not in page


@pytest.mark.parametrize("asked", [{"role": "wizard"}, {"kind": "nothing.here"}, {"role": "dpo' OR 1=1"}])
def test_an_unknown_filter_is_harmless(claire, entering, asked):
    assert entering(claire).get(reverse("home:who_reads_what"), asked).status_code == 200


# -- Register and durations -----------------------------------------------------------------------------------------


def test_the_register_tells_each_class(claire, entering):
    page = text_of(entering(claire).get(reverse("home:register")))
    assert KEPT, "the house keeps something"
    for kept in KEPT.values():
        assert str(kept.retention_class.label) in page.replace("&amp;", "&")


def test_the_public_reads_the_same_durations(client, db):
    page = text_of(client.get(reverse("home:privacy")))
    kept = [one.retention_class for one in KEPT.values() if one.personal or one.subjects]
    assert kept and all(str(law.label) in page for law in kept)


def test_the_last_run_is_told_with_what_fell(claire, gaston, entering):
    RetentionRun.objects.create(
        day=dt.date(2026, 3, 9),
        started_at=clock.now(),
        finished_at=clock.now(),
        report=[
            {
                "retention_class": "gone",
                "kind": "no.more",
                "examined": 3,
                "removed": 2,
                "held": 1,
                "awaiting": 0,
                "failed": True,
            }
        ],
    )

    page = text_of(entering(gaston).get(reverse("home:retention")))

    assert "9 mars 2026" in page and "non appliquée" in page
    assert reverse("home:holds") not in page, "slips and holds are the officer's"
    assert "n'a pas pu être appliquée" in text_of(entering(claire).get("/ma-journee/"))


def test_what_is_kept_is_said_in_french(claire, entering):
    RetentionRun.objects.create(
        day=dt.date(2026, 3, 9),
        started_at=clock.now(),
        finished_at=clock.now(),
        report=[asdict(Report(law, label, kept.name)) for (law, label), kept in KEPT.items()],
    )

    page = text_of(entering(claire).get(reverse("home:retention")))

    assert "travaux accomplis" in page and page.count("sessions ouvertes") == 2
    for english in ("task results", "user session", "access attempt", "access log", "access failure"):
        assert english not in page.lower()


# -- Slips ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def slip(db):
    return elimination.prepare("journal", "core.journalline", ids=["1", "2"], dates=(dt.date(2024, 1, 1), None))


def test_a_slip_waits_in_the_morning_and_prints(claire, gaston, slip, entering):
    browser = entering(claire)

    assert "Bordereau d'élimination n°" in text_of(browser.get("/ma-journee/"))
    assert "1 janvier 2024" in text_of(browser.get(reverse("home:slip", args=[slip.pk]))).replace("1er", "1")
    paper = browser.get(reverse("home:slip_paper", args=[slip.pk]))
    assert accessibility_problems(paper.content) == []
    assert entering(gaston).get(reverse("home:slip", args=[slip.pk])).status_code == 404
    assert JournalLine.objects.filter(verb="home.slip_read").count() == 2


def test_the_visa_is_written_once(claire, slip, entering):
    browser, key = entering(claire), new_key()
    sent = {"answer": "sign", "sentence": "AD00-2026-12", "intention": key}

    for _twice in range(2):
        assert browser.post(reverse("home:slip_answer", args=[slip.pk]), sent).status_code == 302

    slip.refresh_from_db()
    assert (slip.state, slip.reference, slip.signed_by) == (SlipState.SIGNED, "AD00-2026-12", claire)


def test_a_visa_without_a_reference_changes_nothing(claire, slip, entering):
    answer = entering(claire).post(reverse("home:slip_answer", args=[slip.pk]), {"answer": "sign", "intention": "k"})
    slip.refresh_from_db()
    assert answer.status_code == 422 and slip.state == SlipState.PREPARED
    assert JournalLine.objects.filter(verb="home.slip_read", who=claire).count() == 1, "the page showed the slip again"


def test_the_archives_may_refuse(claire, slip, entering):
    sent = {"answer": "refuse", "sentence": "Intérêt historique.", "intention": "k"}
    page = text_of(entering(claire).post(reverse("home:slip_answer", args=[slip.pk]), sent, follow=True))
    assert "Refus inscrit" in page and "Intérêt historique." in page


# -- Holds ----------------------------------------------------------------------------------------------------------


def test_something_is_kept_then_let_go(claire, alice, entering):
    browser = entering(claire)

    placed = browser.post(
        reverse("home:holds"), {"subject": "alice@exemple.fr", "reason": "Recours 26-01."}, follow=True
    )
    hold = LegalHold.objects.get()
    assert "Recours 26-01." in text_of(placed) and hold.thing == f"actors.user:{alice.pk}"
    lifted = browser.post(reverse("home:hold_lift", args=[hold.pk]), follow=True)

    assert "Exception levée" in text_of(lifted)
    hold.refresh_from_db()
    assert hold.lifted_by == claire


@pytest.mark.parametrize("subject", ["actors.user:999999", "actors.user:abc", "no.model:1", ""])
def test_what_does_not_exist_cannot_be_kept(claire, entering, subject):
    answer = entering(claire).post(reverse("home:holds"), {"subject": subject, "reason": "Recours."})
    assert answer.status_code == 422 and not LegalHold.objects.exists()


# -- Breaches -------------------------------------------------------------------------------------------------------


def page_of(breach, browser):
    return text_of(browser.get(reverse("home:breach", args=[breach.pk])))


def filled(breach, **more):
    """The form as a browser sends it back: what was read beside what is written."""
    form = BreachForm(instance=breach)
    read = {f"initial-{name}": form[name].value() or "" for name in form.own}
    written = {name: form[name].value() for name in form.own if form[name].value()}
    read["initial-discovered_at"] = written["discovered_at"] = (
        f"{timezone.localtime(breach.discovered_at):%Y-%m-%dT%H:%M}"
    )
    return read | written | {"version_read": breach.version, "intention": new_key()} | more


def test_a_breach_is_opened_with_one_sentence(claire, monday_morning, entering):
    sent = {"what_happened": "Un ordinateur volé.", "discovered_at": "2026-03-09T09:30", "intention": new_key()}
    browser = entering(claire)

    page = text_of(browser.post(reverse("home:breach_new"), sent, follow=True))
    browser.post(reverse("home:breach_new"), sent)

    assert "Il reste 71 heures" in page and "12 mars 2026 à 9 h 30" in page and "Téléservice de la CNIL" in page
    assert DataBreach.objects.count() == 1, "sent twice, opened once"


def test_the_future_and_silence_are_refused_in_words(claire, monday_morning, entering):
    sent = {"what_happened": "", "discovered_at": "2026-03-10T09:30", "intention": new_key()}
    answer = entering(claire).post(reverse("home:breach_new"), sent)

    assert answer.status_code == 422 and "même en une phrase" in text_of(answer)
    assert "ne peut pas être dans l'avenir" in text_of(answer)


@pytest.mark.parametrize("discovered", ["0001-01-01T00:00", "9999-12-31T23:59", "0202-03-09T09:30"])
def test_a_year_that_cannot_be_is_asked_again(claire, monday_morning, entering, discovered):
    sent = {"what_happened": "Un vol.", "discovered_at": discovered, "intention": new_key()}
    answer = entering(claire).post(reverse("home:breach_new"), sent)
    assert answer.status_code == 422 and "Vérifiez l'année." in text_of(answer)
    assert not DataBreach.objects.exists()


def test_the_hours_are_said_and_late_is_said_too(claire, breach, entering):
    assert "Il reste 41 heures" in page_of(breach, entering(claire))
    with clock.travel(breach.discovered_at + dt.timedelta(hours=80)):
        assert "En retard de 8 heures" in page_of(breach, entering(claire))
        assert "En retard de 8 heures" in text_of(entering(claire).get(reverse("home:breaches")))


def test_two_people_who_complete_the_same_lines_at_once_lose_nothing(claire, breach, entering):
    browser, mine = entering(claire), filled(breach, measures="Mots de passe changés.")
    theirs = _with(breach, measures="Prestataire prévenu.")
    breaches.complete_breach(theirs, by=claire, fields=["measures"], expected_version=1)

    answer = browser.post(reverse("home:breach_complete", args=[breach.pk]), mine)
    page = text_of(answer)
    again = dict(answer.context["form"].data.lists())
    assert browser.post(reverse("home:breach_complete", args=[breach.pk]), again).status_code == 302

    assert answer.status_code == 409 and "Prestataire prévenu." in page and "Mots de passe changés." in page
    breach.refresh_from_db()
    assert breach.measures == "Mots de passe changés."


def test_what_two_people_complete_apart_is_merged(claire, breach, entering):
    mine = filled(breach, measures="Mots de passe changés.")
    theirs = _with(breach, consequences="Courriels lus.")
    breaches.complete_breach(theirs, by=claire, fields=["consequences"], expected_version=1)

    answer = entering(claire).post(reverse("home:breach_complete", args=[breach.pk]), mine)

    breach.refresh_from_db()
    assert answer.status_code == 302
    assert (breach.measures, breach.consequences) == ("Mots de passe changés.", "Courriels lus.")


def _with(breach, **fields):
    current = DataBreach.objects.get(pk=breach.pk)
    for name, value in fields.items():
        setattr(current, name, value)
    return current


def test_nobody_else_reads_a_breach_and_each_reading_is_written(claire, gaston, breach, entering):
    page_of(breach, entering(claire))
    assert JournalLine.objects.filter(verb="home.breach_read", thing=f"core.databreach:{breach.pk}").count() == 1
    assert entering(gaston).get(reverse("home:breach", args=[breach.pk])).status_code == 404
    assert entering(claire).post(reverse("home:breach_check", args=[breach.pk, "nothing"])).status_code == 404
    assert entering(claire).post(reverse("home:breach_move", args=[breach.pk, "nothing"])).status_code == 404
    failed = entering(claire).post(reverse("home:breach_move", args=[breach.pk, "notify"]))
    assert failed.status_code == 422 and "Un courriel parti au mauvais groupe." in text_of(failed)
    assert JournalLine.objects.filter(verb="home.breach_read", thing=f"core.databreach:{breach.pk}").count() == 2


def test_a_breach_waits_in_the_morning_with_its_date(claire, gaston, breach, entering):
    assert "Violation de données découverte le 8 mars 2026" in text_of(entering(claire).get("/ma-journee/"))
    assert "Violation de données" not in text_of(entering(gaston).get("/ma-journee/"))
