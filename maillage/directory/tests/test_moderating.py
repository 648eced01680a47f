"""The MDS of the sector answers: it publishes, in whole or in part, or returns with a sentence; never twice."""

import json

import pytest
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from maillage.actors.actions.letters import deliver
from maillage.actors.tests.factories import a_membership, someone
from maillage.actors.tests.post import letters
from maillage.core import clock
from maillage.core.concurrency import new_key
from maillage.core.models import JournalLine
from maillage.core.refusals import Refused
from maillage.core.workflow import cases
from maillage.directory.actions.moderating import publish, send_back
from maillage.directory.actions.submitting import propose_closing, take_back
from maillage.directory.actions.telling import tell_author, tell_moderators
from maillage.directory.models import RecordChange, Service, Structure, Submission
from maillage.directory.search import search
from maillage.directory.tests.factories import a_service, ask, fill, inputs_of, links_of, text_of
from maillage.directory.workflows import PROPOSALS

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_monday(monday_morning):
    """Every test stands on Monday 9 March 2026, at ten."""


def opened(client, reader, proposal):
    client.force_login(reader)
    return inputs_of(client.get(proposal.get_absolute_url()))


def answer(client, reader, proposal, form, **changes):
    client.force_login(reader)
    address = reverse("directory:decide", args=[proposal.pk])
    return client.post(address, form | {k: v if isinstance(v, list) else [v] for k, v in changes.items()})


def all_of(proposal):
    return {"kept": list(proposal.values), "sentence": "", "seen": proposal.record().version, "key": new_key()}


# -- The table -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", cases(PROPOSALS), ids=str)
def test_only_the_table_lets_a_proposal_move(case, lea, mona, epicerie, proposed):
    proposal = proposed(epicerie, phone="01 99 00 33 44")
    Submission.objects.filter(pk=proposal.pk).update(**{"state": case.state})
    by = mona if case.transition.name in {"publish", "return"} else lea
    proposal.refresh_from_db()
    if case.possible:
        moved = PROPOSALS.apply(case.transition.name, proposal, by=by, sentence="Un mot.")
        assert moved.state == case.transition.target
    else:
        with pytest.raises(Refused):
            PROPOSALS.apply(case.transition.name, proposal, by=by, sentence="Un mot.")
        proposal.refresh_from_db()
        assert proposal.state == case.state


# -- Publishing ------------------------------------------------------------------------------------------------------


def test_mona_publishes_and_everything_follows(client, lea, mona, nobody, epicerie, proposed):
    proposal = proposed(epicerie, name="Laverie", phone="01 99 00 33 44")
    response = answer(client, mona, proposal, opened(client, mona, proposal), publish="1")
    assert response.status_code == 302
    epicerie.refresh_from_db()
    assert (epicerie.name, epicerie.phone, epicerie.version) == ("Laverie", "01 99 00 33 44", 2)
    assert epicerie.updated_on == clock.today()
    assert [found.service.pk for found in search(ask("laverie"), reader=nobody).results] == [epicerie.pk]
    proposal.refresh_from_db()
    assert (proposal.state, proposal.decided_by) == ("published", mona)
    changes = {one.field: (one.before, one.after, one.by, one.through) for one in RecordChange.objects.all()}
    assert changes["name"] == ("Épicerie solidaire", "Laverie", mona, "submission")
    assert JournalLine.objects.get(verb="directory.corrected").who_id == mona.pk


def test_what_is_published_survives_the_next_import(mona, epicerie, proposed):
    proposal = proposed(epicerie, name="Laverie")
    publish(proposal, **all_of(proposal), by=mona)
    fill(a_service("test--1", nom="Épicerie, de la source", publics=["femmes"], telephone="0199001122"))
    epicerie.refresh_from_db()
    assert epicerie.name == "Laverie"


def test_a_part_is_published_and_the_rest_goes_back_with_the_sentence(client, mona, lea, epicerie, proposed):
    proposal = proposed(epicerie, name="Laverie", phone="01 99 00 33 44")
    form = opened(client, mona, proposal)
    without_word = answer(client, mona, proposal, form, kept=["phone"], publish="1")
    assert without_word.status_code == 409
    assert "Écrivez pourquoi le reste" in text_of(without_word)
    assert inputs_of(without_word)["kept"] == ["phone"]
    form = inputs_of(without_word)
    answer(client, mona, proposal, form, sentence="Gardons le nom connu.", publish="1")
    epicerie.refresh_from_db()
    assert (epicerie.name, epicerie.phone) == ("Épicerie solidaire", "01 99 00 33 44")
    rest = Submission.objects.exclude(pk=proposal.pk).get()
    assert (rest.state, rest.values, rest.sentence, rest.author) == (
        "returned", {"name": "Laverie"}, "Gardons le nom connu.", lea,
    )  # fmt: skip


def test_what_was_published_in_part_says_so_and_one_letter_says_both(client, mona, lea, epicerie, proposed):
    proposal = proposed(epicerie, name="Laverie", phone="01 99 00 33 44")
    form = opened(client, mona, proposal)
    answer(client, mona, proposal, form, kept=["phone"], sentence="Gardons le nom connu.", publish="1")
    proposal.refresh_from_db()
    assert (proposal.values, proposal.unpublished) == ({"phone": "01 99 00 33 44"}, {"name": "Laverie"})
    rest = Submission.objects.get(rest_of=proposal)
    client.force_login(lea)
    page = client.get(proposal.get_absolute_url())
    said = text_of(page)
    assert "Publié : Téléphone. Non publié : Nom." in said
    assert "Laverie" in said and "Gardons le nom connu." in said
    assert rest.get_absolute_url() in links_of(page)
    assert proposal.get_absolute_url() in links_of(client.get(rest.get_absolute_url()))
    assert tell_author.func(proposal.pk) == 1
    assert len(DBTaskResult.objects.filter(task_path__endswith="tell_author")) == 1
    letter = letters()[-1]
    assert "est publiée en partie" in letter.subject
    assert "Le reste vous revient" in letter.body


def test_what_changed_meanwhile_is_shown_and_published_only_if_ticked(client, mona, epicerie, proposed, corrected):
    proposal = proposed(epicerie, name="Laverie", phone="01 99 00 33 44")
    corrected(epicerie, phone="01 99 00 77 88")
    client.force_login(mona)
    page = client.get(proposal.get_absolute_url())
    assert "La fiche a changé depuis" in text_of(page)
    assert "01 99 00 77 88" in text_of(page)
    form = inputs_of(page)
    assert form["kept"] == ["name"]
    answer(client, mona, proposal, form, kept=["name", "phone"], publish="1")
    epicerie.refresh_from_db()
    assert (epicerie.name, epicerie.phone) == ("Laverie", "01 99 00 33 44")


def test_what_changes_while_mona_reads_stops_her(client, mona, epicerie, proposed, corrected):
    proposal = proposed(epicerie, name="Laverie", phone="01 99 00 33 44")
    form = opened(client, mona, proposal)
    corrected(epicerie, phone="01 99 00 77 88")
    response = answer(client, mona, proposal, form, sentence="Merci.", publish="1")
    assert response.status_code == 409
    assert "01 99 00 77 88" in text_of(response)
    again = inputs_of(response)
    assert (again["kept"], again["sentence"]) == (["name"], ["Merci."])
    proposal.refresh_from_db()
    epicerie.refresh_from_db()
    assert (proposal.state, epicerie.name) == ("submitted", "Épicerie solidaire")


def test_the_obstacle_holds_whoever_asks(mona, epicerie, proposed, corrected):
    proposal = proposed(epicerie, phone="01 99 00 33 44")
    corrected(epicerie, phone="01 99 00 77 88")
    with pytest.raises(Refused, match="a changé entre-temps"):
        PROPOSALS.apply("publish", proposal, by=mona)


def test_a_new_service_joins_the_directory(client, mona, lea, nobody, tablees):
    url = reverse("directory:propose_new_service", args=[tablees.pk])
    client.force_login(lea)
    form = inputs_of(client.get(url))
    facts = {"name": ["Atelier vélo"], "description": ["Réparer son vélo."], "send": ["1"]}
    client.post(url, form | facts)
    proposal = Submission.objects.get()
    answer(client, mona, proposal, opened(client, mona, proposal), publish="1")
    service = Service.objects.get(name="Atelier vélo")
    assert (service.structure, service.source_id, service.uid) == (tablees, "maillage", f"maillage--{proposal.pk}")
    client.logout()
    assert client.get(service.get_absolute_url()).status_code == 200
    fill(a_service("test--1"))
    service.refresh_from_db()
    assert not service.is_withdrawn


def test_a_service_that_closes_stays_closed_whatever_its_source_says(client, mona, lea, nobody, epicerie):
    proposal = propose_closing(epicerie, note="", key=new_key(), by=lea)
    answer(client, mona, proposal, opened(client, mona, proposal), publish="1")
    epicerie.refresh_from_db()
    assert epicerie.is_withdrawn
    fill(a_service("test--1", nom="Épicerie", publics=["femmes"]))
    epicerie.refresh_from_db()
    assert (epicerie.is_withdrawn, epicerie.name) == (True, "Épicerie")
    assert search(ask(), reader=nobody).total == 0


# -- Returning -------------------------------------------------------------------------------------------------------


def test_it_goes_back_with_a_sentence_and_comes_again(client, lea, mona, epicerie, proposed):
    proposal = proposed(epicerie, phone="01 99 00 33 44")
    form = opened(client, mona, proposal)
    assert "demande une phrase" in text_of(answer(client, mona, proposal, form, **{"return": "1"}))
    form = opened(client, mona, proposal)
    answer(client, mona, proposal, form, sentence="Ce numéro ne répond pas.", **{"return": "1"})
    proposal.refresh_from_db()
    assert (proposal.state, proposal.sentence) == ("returned", "Ce numéro ne répond pas.")
    client.force_login(lea)
    assert "Ce numéro ne répond pas." in text_of(client.get(proposal.get_absolute_url()))
    proposed(epicerie, phone="01 99 00 55 66")
    proposal.refresh_from_db()
    assert (proposal.state, proposal.values) == ("submitted", {"phone": "01 99 00 55 66"})


def test_what_an_answer_that_fails_shows_again_is_a_reading_and_is_written_down(client, mona, epicerie, proposed):
    proposal = proposed(epicerie, phone="01 99 00 33 44")
    client.force_login(mona)
    page = client.post(reverse("directory:decide", args=[proposal.pk]))
    assert page.status_code == 422
    assert "01 99 00 33 44" in text_of(page)
    line = JournalLine.objects.get(verb="directory.submission_read")
    assert (line.who_id, line.thing) == (mona.pk, f"directory.submission:{proposal.pk}")


def test_the_second_of_two_moderators_is_told_that_it_is_done(client, mona, alice, epicerie, proposed):
    proposal = proposed(epicerie, phone="01 99 00 33 44")
    hers, his = opened(client, mona, proposal), opened(client, alice, proposal)
    answer(client, mona, proposal, hers, sentence="Non.", **{"return": "1"})
    response = answer(client, alice, proposal, his, publish="1")
    assert response.status_code == 409
    assert "Renvoyée avec un mot" in text_of(response)
    epicerie.refresh_from_db()
    assert epicerie.phone == "0199001122"


def test_the_answer_sent_twice_is_given_once(client, mona, epicerie, proposed):
    proposal = proposed(epicerie, phone="01 99 00 33 44")
    form = opened(client, mona, proposal)
    for _twice in range(2):
        assert answer(client, mona, proposal, form, publish="1").status_code == 302
    epicerie.refresh_from_db()
    assert epicerie.version == 2


# -- Who answers -----------------------------------------------------------------------------------------------------


def test_nobody_answers_their_own_proposal_nor_their_organisation_s(client, lea, mona, tablees, epicerie, proposed):
    proposal = proposed(epicerie, phone="01 99 00 33 44")
    a_membership(lea, "mds_editor")
    a_membership(mona, "partner_editor", organisation=tablees.site.organisation)
    for reader in type(lea).objects.filter(pk__in=(lea.pk, mona.pk)):
        with pytest.raises(Refused, match="ne vous est pas ouvert"):
            publish(proposal, **all_of(proposal), by=reader)
        client.force_login(reader)
        assert client.post(reverse("directory:decide", args=[proposal.pk])).status_code == 404


def test_another_sector_sees_nothing(client, nils, epicerie, proposed):
    proposal = proposed(epicerie, phone="01 99 00 33 44")
    client.force_login(nils)
    assert client.get(proposal.get_absolute_url()).status_code == 404
    assert client.post(reverse("directory:decide", args=[proposal.pk])).status_code == 404
    assert "Tablées" not in text_of(client.get(reverse("directory:submissions")))


def test_the_list_shows_what_is_late_first(client, mona, epicerie, tablees, proposed):
    proposed(epicerie, phone="01 99 00 33 44")
    with clock.travel(clock.now() + clock.dt.timedelta(days=10)):
        proposed(tablees, phone="01 99 00 55 66")
    with clock.travel(clock.now() + clock.dt.timedelta(days=20)):
        client.force_login(mona)
        said = text_of(client.get(reverse("directory:submissions")))
        assert "2 propositions attendent une réponse. 1 est en retard." in said
        assert said.index("en retard depuis le 23 mars 2026") < said.index("au plus tard le")
        late = text_of(client.get(reverse("directory:submissions"), {"etat": "late"}))
        assert "Épicerie solidaire" in late
        assert "au plus tard le" not in late


def test_a_draft_taken_back_leaves_the_list(client, mona, lea, epicerie, proposed):
    take_back(proposed(epicerie, phone="01 99 00 33 44"), by=lea)
    client.force_login(mona)
    assert "Aucune proposition n'attend" in text_of(client.get(reverse("directory:submissions"))).replace("’", "'")


# -- Letters ---------------------------------------------------------------------------------------------------------


def test_the_sector_is_written_to_and_the_author_hears_back(lea, mona, nils, alice, epicerie, proposed):
    proposal = proposed(epicerie, phone="01 99 00 33 44")
    [asked] = letters()
    assert asked.to == ["mona@exemple.fr"]
    assert proposal.get_absolute_url() in asked.body
    assert "01 99" not in asked.body
    send_back(proposal, sentence="Secret de Polichinelle.", key=new_key(), by=mona)
    [answered] = letters()
    assert answered.to == ["lea@exemple.fr"]
    assert "Polichinelle" not in answered.body


def test_where_a_sector_has_nobody_the_departement_is_written_to(alice, nils, epicerie, proposed):
    proposed(epicerie, phone="01 99 00 33 44")
    assert [letter.to for letter in letters()] == [["alice@exemple.fr"]]


def test_a_letter_waits_sealed_and_each_address_has_its_own(mona, sectors, epicerie, proposed):
    someone("rene", "mds_manager", sector=sectors["TIS-1"])
    proposal = proposed(epicerie, phone="01 99 00 33 44")
    assert tell_moderators.func(proposal.pk) == 2
    waiting = DBTaskResult.objects.filter(task_path=deliver.module_path)
    assert waiting.count() == 2
    assert "exemple.fr" not in json.dumps(list(waiting.values_list("args_kwargs", flat=True)))


def test_no_letter_for_what_was_taken_back(lea, mona, epicerie, proposed):
    proposal = proposed(epicerie, phone="01 99 00 33 44")
    take_back(proposal, by=lea)
    assert tell_moderators.func(proposal.pk) == 0
    assert letters() == []


def test_a_manager_of_the_sector_publishes_too(sectors, epicerie, proposed):
    rene = someone("rene", "mds_manager", sector=sectors["TAS-1"])
    proposal = proposed(epicerie, phone="01 99 00 33 44")
    publish(proposal, **all_of(proposal), by=rene)
    assert Structure.objects.get().services.get().phone == "01 99 00 33 44"
