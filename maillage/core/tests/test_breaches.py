"""A violation of data is handled in its hours, step by step, by the data protection officer and nobody else."""

import datetime as dt

import pytest

from maillage.core import clock, retention
from maillage.core.breaches import (
    STEPS,
    assess_risk,
    check_step,
    close_breach,
    complete_breach,
    do_without_notice,
    due_of,
    missing_steps,
    notify_cnil,
    open_breach,
)
from maillage.core.concurrency import AlreadyDone, Stale
from maillage.core.models import BreachStep, DataBreach, JournalLine
from maillage.core.permissions import can_handle_breach
from maillage.core.refusals import Refused

WHAT = "Une liste d'adresses est partie au mauvais destinataire."


def a_breach(**facts):
    return DataBreach(**({"what_happened": WHAT, "discovered_at": clock.now()} | facts))


@pytest.fixture
def breach(claire, monday_morning):
    """Opened on Monday 9 March 2026 at 10, as it was discovered."""
    return open_breach(a_breach(), by=claire)


def ready_to_close(breach, claire):
    for step in ("contain", "assess", "register", "lessons"):
        check_step(breach, step, by=claire)


def test_its_hours_run_from_its_discovery_not_from_its_opening(claire, monday_morning):
    discovered = monday_morning - dt.timedelta(hours=70)
    breach = open_breach(a_breach(discovered_at=discovered), by=claire)
    assert due_of(breach).at == monday_morning + dt.timedelta(hours=2)
    assert str(due_of(breach)) == "Notification à la CNIL : au plus tard le 9 mars 2026 à 12 h 00"


def test_opening_writes_a_line_that_says_nothing_of_what_happened(breach, claire):
    line = JournalLine.objects.get()
    assert (line.who_id, line.verb, line.facts) == (claire.pk, "core.breach_opened", {})
    assert line.thing == f"core.databreach:{breach.pk}"


def test_sent_twice_it_is_opened_once(claire, monday_morning):
    open_breach(a_breach(), by=claire, key="k")
    with pytest.raises(AlreadyDone):
        open_breach(a_breach(), by=claire, key="k")
    assert DataBreach.objects.count() == 1


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"what_happened": "  "}, "Dites ce qui s'est passé"),
        ({"discovered_at": dt.datetime(2026, 3, 9, 9, 1, tzinfo=dt.UTC)}, "dans l'avenir"),
    ],
)
def test_a_notice_that_says_nothing_or_comes_from_the_future_is_refused(claire, monday_morning, facts, said):
    with pytest.raises(Refused, match=said):
        open_breach(a_breach(**facts), by=claire)
    assert not DataBreach.objects.exists()


def test_claire_reads_it_and_neither_dora_nor_alice_nor_nobody_does(breach, claire, dora, alice, nobody):
    assert can_handle_breach(claire, breach)
    assert not any(can_handle_breach(reader, breach) for reader in (dora, alice, nobody))


def test_what_is_learnt_is_added_bit_by_bit_and_two_people_lose_nothing(breach, claire):
    breach.people_about, breach.risk = 40, "risk"
    complete_breach(breach, by=claire, fields=["risk", "people_about"], expected_version=1)
    stored = DataBreach.objects.get()
    assert (stored.people_about, stored.risk, stored.version) == (40, "risk", 2)
    assert JournalLine.objects.get(verb="core.breach_completed").facts == {"fields": ["people_about", "risk"]}
    with pytest.raises(Stale):
        complete_breach(breach, by=claire, fields=["risk"], expected_version=1)


def test_a_step_is_ticked_once_and_the_first_tick_stands(breach, claire, monday_morning):
    check_step(breach, "contain", by=claire, note=" Lien coupé. ")
    with clock.travel(monday_morning + dt.timedelta(hours=1)):
        check_step(breach, "contain", by=claire, note="encore")
    done = BreachStep.objects.get()
    assert (done.note, done.done_at, done.done_by) == ("Lien coupé.", monday_morning, claire)
    assert JournalLine.objects.filter(verb="core.breach_step_done").count() == 1
    with pytest.raises(LookupError):
        check_step(breach, "dance", by=claire)


def test_every_step_cites_its_article_and_the_cnil_has_its_address():
    assert all(step.article.startswith("RGPD, art. 3") for step in STEPS)
    assert [step.code for step in STEPS if step.url.startswith("https://notifications.cnil.fr")] == ["notify"]


def test_notified_in_time_it_bears_the_number_and_the_step_is_ticked(breach, claire, monday_morning):
    DataBreach.objects.update(risk="risk")
    notify_cnil(breach, by=claire, reference=" 2026-118 ", notified_at=monday_morning)
    stored = DataBreach.objects.get()
    assert (stored.state, stored.cnil_reference, stored.notified_at) == ("notified", "2026-118", monday_morning)
    assert BreachStep.objects.get().step == "notify"
    verbs = {"core.breach_opened", "core.breach_step_done", "core.databreach_notify"}
    assert set(JournalLine.objects.values_list("verb", flat=True)) == verbs


def test_the_risk_is_weighed_before_anything_is_decided(breach, claire, monday_morning):
    with pytest.raises(Refused, match="quel est le risque"):
        notify_cnil(breach, by=claire, reference="1", notified_at=monday_morning)
    with pytest.raises(Refused, match="quel est le risque"):
        do_without_notice(breach, by=claire, because="Le disque est chiffré.")


def test_the_risk_is_weighed_by_choosing_it_and_not_by_a_tick(breach, claire):
    with pytest.raises(Refused, match="quel est le risque"):
        check_step(breach, "assess", by=claire)
    assess_risk(breach, "risk", by=claire, read="", note="Des adresses seulement.")
    assert breach.risk == "risk" and breach.version == 2
    assert breach.steps.get().note == "Des adresses seulement."
    line = JournalLine.objects.get(verb="core.breach_risk_assessed")
    assert (line.who_id, line.facts) == (claire.pk, {"risk": "risk"})


def test_sent_twice_the_risk_is_weighed_once_and_weighed_again_it_keeps_both_notes(breach, claire):
    for _twice in range(2):
        assess_risk(breach, "risk", by=claire, read="", note="Des adresses.")
    assess_risk(breach, "high", by=claire, read="risk", note="Des mots de passe aussi.")
    assert breach.steps.get().note == "Des adresses.\nDes mots de passe aussi."
    written = JournalLine.objects.filter(verb="core.breach_risk_assessed").order_by("seq")
    assert [line.facts["risk"] for line in written] == ["risk", "high"]


def test_what_someone_else_weighed_meanwhile_is_not_written_over_unseen(breach, claire):
    assess_risk(breach, "high", by=claire, read="")
    with pytest.raises(Refused, match="« Un risque élevé »"):
        assess_risk(breach, "unlikely", by=claire, read="")
    assert DataBreach.objects.get().risk == "high"


def test_a_risk_found_after_doing_without_a_notice_must_be_notified_before_closing(breach, claire, monday_morning):
    assess_risk(breach, "unlikely", by=claire, read="")
    do_without_notice(breach, by=claire, because="Le disque est chiffré.")
    ready_to_close(breach, claire)
    assess_risk(breach, "risk", by=claire, read="unlikely")
    with pytest.raises(Refused, match="doit être notifiée"):
        close_breach(breach, by=claire)
    notify_cnil(breach, by=claire, reference="1", notified_at=monday_morning)
    assert close_breach(breach, by=claire).state == "closed"


def test_past_the_seventy_two_hours_the_notice_must_say_why(breach, claire, monday_morning):
    DataBreach.objects.update(risk="risk")
    with clock.travel(monday_morning + dt.timedelta(hours=72, minutes=1)) as late:
        with pytest.raises(Refused, match="doit dire pourquoi") as refused:
            notify_cnil(breach, by=claire, reference="1", notified_at=late)
        assert refused.value.article == "RGPD, art. 33(1)"
        DataBreach.objects.update(late_because="Le prestataire nous a prévenus tard.")
        notify_cnil(breach, by=claire, reference="1", notified_at=late)
    assert DataBreach.objects.get().state == "notified"


@pytest.mark.parametrize("minutes", [-1, 1])
def test_a_notice_dated_before_the_discovery_or_after_now_is_refused(breach, claire, monday_morning, minutes):
    DataBreach.objects.update(risk="risk")
    with pytest.raises(Refused, match="entre la découverte et maintenant"):
        notify_cnil(breach, by=claire, reference="1", notified_at=monday_morning + dt.timedelta(minutes=minutes))


def test_a_number_too_long_is_refused_before_the_database_does(breach, claire, monday_morning):
    with pytest.raises(Refused, match="80 signes"):
        notify_cnil(breach, by=claire, reference="1" * 81, notified_at=monday_morning)


@pytest.mark.parametrize("risk", ["risk", "high"])
def test_where_there_is_a_risk_one_does_not_do_without_a_notice(breach, claire, risk):
    DataBreach.objects.update(risk=risk)
    with pytest.raises(Refused, match="doit être notifiée"):
        do_without_notice(breach, by=claire, because="Ce n'est pas grave.")


def test_without_risk_the_reason_is_kept_and_a_late_finding_still_leads_to_a_notice(breach, claire, monday_morning):
    DataBreach.objects.update(risk="unlikely")
    do_without_notice(breach, by=claire, because=" Le disque est chiffré. ")
    assert DataBreach.objects.get().not_notified_because == "Le disque est chiffré."
    DataBreach.objects.update(risk="risk")
    notify_cnil(breach, by=claire, reference="1", notified_at=monday_morning)
    assert DataBreach.objects.get().state == "notified"


def test_it_is_closed_once_every_step_is_done(breach, claire, monday_morning):
    DataBreach.objects.update(risk="unlikely")
    do_without_notice(breach, by=claire, because="Le disque est chiffré.")
    check_step(breach, "contain", by=claire)
    with pytest.raises(Refused, match=r"Il reste 2 étapes : Compléter le registre .* Tirer les leçons"):
        close_breach(breach, by=claire)
    ready_to_close(breach, claire)
    close_breach(breach, by=claire)
    assert DataBreach.objects.get().closed_at == monday_morning


def test_at_high_risk_the_people_concerned_are_told_before_it_is_closed(breach, claire, monday_morning):
    DataBreach.objects.update(risk="high")
    notify_cnil(breach, by=claire, reference="1", notified_at=monday_morning)
    ready_to_close(breach, claire)
    with pytest.raises(Refused, match="Informer les personnes sans attendre") as refused:
        close_breach(breach, by=claire)
    assert refused.value.article == "RGPD, art. 34"
    check_step(breach, "inform", by=claire)
    assert missing_steps(DataBreach.objects.get()) == []
    close_breach(breach, by=claire)


def test_once_closed_nothing_changes_any_more(breach, claire):
    DataBreach.objects.update(risk="unlikely")
    do_without_notice(breach, by=claire, because="Le disque est chiffré.")
    ready_to_close(breach, claire)
    close_breach(breach, by=claire)
    with pytest.raises(Refused, match="est close"):
        check_step(breach, "inform", by=claire)
    with pytest.raises(Refused, match="est close"):
        assess_risk(breach, "high", by=claire, read="unlikely")
    with pytest.raises(Refused, match="est close"):
        complete_breach(breach, by=claire, fields=["risk"], expected_version=breach.version)


def test_a_page_opened_before_the_closing_changes_nothing_after_it(breach, claire):
    DataBreach.objects.update(risk="unlikely")
    seen_before = DataBreach.objects.get()
    do_without_notice(breach, by=claire, because="Le disque est chiffré.")
    ready_to_close(breach, claire)
    close_breach(breach, by=claire)
    with pytest.raises(Refused, match="est close"):
        check_step(seen_before, "inform", by=claire)


def test_five_years_after_its_closing_it_goes_with_its_steps(breach, claire):
    DataBreach.objects.update(risk="unlikely")
    do_without_notice(breach, by=claire, because="Le disque est chiffré.")
    ready_to_close(breach, claire)
    close_breach(breach, by=claire)
    retention.apply(dt.date(2031, 3, 9))
    assert DataBreach.objects.exists()
    retention.apply(dt.date(2031, 3, 10))
    assert not DataBreach.objects.exists() and not BreachStep.objects.exists()


def test_an_open_breach_never_goes(breach):
    retention.apply(dt.date(2040, 1, 1))
    assert DataBreach.objects.exists()
