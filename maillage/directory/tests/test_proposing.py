"""A member of a structure proposes: a draft nobody loses, sent to the MDS of the sector, taken back or given up."""

import json

import pytest
from django.urls import reverse

from maillage.actors.tests.factories import an_organisation, someone
from maillage.core import clock
from maillage.core.models import JournalLine
from maillage.core.refusals import Refused
from maillage.directory.actions.submitting import submit, take_back, withdraw
from maillage.directory.models import RecordChange, Structure, Submission
from maillage.directory.tests.factories import inputs_of, links_of, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_monday(monday_morning):
    """Every test stands on Monday 9 March 2026, at ten."""


def propose_url(record):
    kind = "service" if hasattr(record, "structure") else "structure"
    return reverse(f"directory:propose_{kind}", args=[record.pk])


def opened(client, reader, url):
    client.force_login(reader)
    return inputs_of(client.get(url))


def send(client, reader, url, form, **changes):
    client.force_login(reader)
    return client.post(url, form | {k: v if isinstance(v, list) else [v] for k, v in changes.items()})


def exact_url(record):
    return reverse(f"directory:confirm_{record._meta.model_name}", args=[record.pk])


def say_exact(client, reader, record, form):
    client.force_login(reader)
    return client.post(exact_url(record), {name: form[name][0] for name in ("intention", "record_version")})


def test_lea_proposes_and_nothing_changes_until_it_is_published(client, lea, epicerie):
    url = propose_url(epicerie)
    response = send(
        client, lea, url, opened(client, lea, url), phone="01 99 00 33 44", note="Nouvelle ligne", send="1"
    )
    proposal = Submission.objects.get()
    assert response["Location"] == proposal.get_absolute_url()
    assert (proposal.state, proposal.values, proposal.read) == (
        "submitted", {"phone": "01 99 00 33 44"}, {"phone": "0199001122"},
    )  # fmt: skip
    assert (proposal.author, proposal.organisation.name, proposal.note) == (lea, "Les Tablées", "Nouvelle ligne")
    epicerie.refresh_from_db()
    assert (epicerie.phone, epicerie.version) == ("0199001122", 1)
    said = text_of(client.get(proposal.get_absolute_url()))
    assert "01 99 00 11 22" in said
    assert "01 99 00 33 44" in said
    assert "au plus tard le 23 mars 2026" in said


def test_a_draft_waits_until_it_is_sent(client, lea, mona, epicerie):
    url = propose_url(epicerie)
    send(client, lea, url, opened(client, lea, url), phone="01 99 00 33 44", keep="1")
    proposal = Submission.objects.get()
    assert proposal.state == "draft"
    client.force_login(mona)
    assert client.get(proposal.get_absolute_url()).status_code == 404
    assert inputs_of_page(client, lea, url)["phone"] == ["01 99 00 33 44"]
    client.post(reverse("directory:submit", args=[proposal.pk]))
    proposal.refresh_from_db()
    assert proposal.state == "submitted"


def inputs_of_page(client, reader, url):
    client.force_login(reader)
    return inputs_of(client.get(url))


def test_a_field_put_back_as_it_was_is_no_longer_proposed(client, lea, epicerie, proposed):
    proposed(epicerie, send=False, phone="01 99 00 33 44", name="Laverie")
    url = propose_url(epicerie)
    send(client, lea, url, opened(client, lea, url), phone="0199001122", keep="1")
    assert Submission.objects.get().values == {"name": "Laverie"}


def test_two_colleagues_on_different_fields_lose_nothing(client, lea, tom, epicerie):
    url = propose_url(epicerie)
    hers, his = opened(client, lea, url), opened(client, tom, url)
    send(client, tom, url, his, name="Laverie", keep="1")
    response = send(client, lea, url, hers, phone="01 99 00 33 44", keep="1")
    assert response.status_code == 302
    assert Submission.objects.get().values == {"name": "Laverie", "phone": "01 99 00 33 44"}


def test_two_colleagues_on_the_same_field_see_both_versions(client, lea, tom, epicerie):
    url = propose_url(epicerie)
    hers, his = opened(client, lea, url), opened(client, tom, url)
    send(client, tom, url, his, name="Laverie de Tom", keep="1")
    response = send(client, lea, url, hers, name="Laverie de Léa", keep="1")
    assert response.status_code == 409
    said = text_of(response)
    assert "Laverie de Tom" in said
    assert "Laverie de Léa" in said
    assert Submission.objects.get().values == {"name": "Laverie de Tom"}
    assert send(client, lea, url, inputs_of(response), keep="1").status_code == 302
    assert Submission.objects.get().values == {"name": "Laverie de Léa"}


def test_the_same_form_sent_twice_proposes_once(client, lea, epicerie):
    url = propose_url(epicerie)
    form = opened(client, lea, url)
    for _twice in range(2):
        assert send(client, lea, url, form, phone="01 99 00 33 44", send="1").status_code == 302
    assert Submission.objects.count() == 1
    assert JournalLine.objects.filter(verb="directory.submission_submit").count() == 1


def test_what_is_sent_is_no_longer_written(client, lea, epicerie, proposed):
    url = propose_url(epicerie)
    late = opened(client, lea, url)
    sent = proposed(epicerie, phone="01 99 00 33 44")
    assert client.get(url)["Location"] == sent.get_absolute_url()
    response = send(client, lea, url, late, name="Laverie", keep="1")
    assert response["Location"] == sent.get_absolute_url()
    sent.refresh_from_db()
    assert sent.values == {"phone": "01 99 00 33 44"}
    take_back(sent, by=lea)
    assert inputs_of_page(client, lea, url)["phone"] == ["01 99 00 33 44"]


def test_everything_is_exact_needs_no_moderation(client, lea, epicerie):
    type(epicerie).objects.update(updated_on="2024-01-01")
    url = propose_url(epicerie)
    client.force_login(lea)
    assert exact_url(epicerie) in client.get(url).content.decode()
    response = say_exact(client, lea, epicerie, inputs_of(client.get(url)))
    assert response["Location"] == reverse("directory:my_records")
    epicerie.refresh_from_db()
    assert epicerie.updated_on == clock.today()
    assert not Submission.objects.exists()
    assert JournalLine.objects.get(verb="directory.confirmed").who_id == lea.pk
    assert [(one.field, one.by) for one in RecordChange.objects.all()] == [("updated_on", lea)]


def test_exact_is_not_said_of_a_record_that_changed_meanwhile(client, lea, epicerie, corrected):
    type(epicerie).objects.update(updated_on="2024-01-01")
    url = propose_url(epicerie)
    form = opened(client, lea, url)
    corrected(epicerie, phone="01 99 00 33 44")
    response = say_exact(client, lea, epicerie, form)
    assert response["Location"] == epicerie.get_absolute_url()
    assert not JournalLine.objects.filter(verb="directory.confirmed").exists()


def test_exact_is_said_of_several_records_of_one_list_and_once_of_each(client, lea, tablees, epicerie):
    Structure.objects.update(updated_on="2024-01-01")
    type(epicerie).objects.update(updated_on="2024-01-02")
    client.force_login(lea)
    page = client.get(reverse("directory:my_records"))
    said = text_of(page)
    assert said.index("la structure elle-même") < said.index("Épicerie solidaire")
    form = inputs_of(page) | {"record_version": ["1"]}
    for record in (tablees, epicerie, epicerie):
        assert exact_url(record) in page.content.decode()
        assert say_exact(client, lea, record, form).status_code == 302
    assert JournalLine.objects.filter(verb="directory.confirmed").count() == 2
    assert {type(one).objects.get(pk=one.pk).updated_on for one in (tablees, epicerie)} == {clock.today()}


def test_exact_said_without_its_form_changes_nothing(client, lea, epicerie):
    client.force_login(lea)
    assert client.post(exact_url(epicerie), {}).status_code == 400
    assert not JournalLine.objects.filter(verb="directory.confirmed").exists()


def test_the_oldest_comes_first_be_it_a_service(client, lea, tablees, epicerie):
    Structure.objects.update(updated_on="2025-01-01")
    type(epicerie).objects.update(updated_on="2024-01-02")
    client.force_login(lea)
    said = text_of(client.get(reverse("directory:my_records")))
    assert said.index("Épicerie solidaire") < said.index("la structure elle-même")


def test_no_word_of_the_form_asks_for_an_article_and_the_code_comes_last(client, lea, tablees):
    client.force_login(lea)
    page = client.get(propose_url(tablees))
    assert "Réponse : MDS du secteur Secteur 1." in text_of(page)
    written = page.content.decode()
    assert written.index('name="commune_code"') > written.index('name="is_address_confidential"')
    assert "laissez-le tel quel" in text_of(page).replace("’", "'")


def test_a_proposal_that_changes_nothing_is_not_sent(lea, epicerie, proposed):
    draft = proposed(epicerie, send=False, phone="01 99 00 33 44")
    proposed(epicerie, send=False, phone="0199001122")
    draft.refresh_from_db()
    with pytest.raises(Refused, match="ne change rien"):
        submit(draft, by=lea)


def test_a_colleague_carries_on_and_a_stranger_sees_nothing(client, tom, tablees, epicerie, proposed):
    draft = proposed(epicerie, send=False, phone="01 99 00 33 44")
    client.force_login(tom)
    assert client.get(draft.get_absolute_url()).status_code == 200
    stan = someone("stan", "partner_editor", organisation=an_organisation("Autre"))
    client.force_login(stan)
    for name in ("submission", "edit_submission"):
        assert client.get(reverse(f"directory:{name}", args=[draft.pk])).status_code == 404
    for name in ("submit", "take_back", "withdraw", "decide"):
        assert client.post(reverse(f"directory:{name}", args=[draft.pk])).status_code == 404
    assert client.get(propose_url(epicerie)).status_code == 404
    assert text_of(client.get(reverse("directory:my_records"))).count("Tablées") == 0


def test_given_up_it_makes_room_for_another(lea, epicerie, proposed):
    withdraw(proposed(epicerie, phone="01 99 00 33 44"), by=lea)
    again = proposed(epicerie, phone="01 99 00 55 66")
    assert Submission.objects.open().get() == again


def test_a_new_service_is_written_and_carried_on(client, lea, tablees):
    url = reverse("directory:propose_new_service", args=[tablees.pk])
    form = opened(client, lea, url)
    response = send(client, lea, url, form, name="Cours de cuisine", description="Cuisiner à petit prix.", keep="1")
    draft = Submission.objects.get()
    assert response["Location"] == draft.get_absolute_url()
    edit = reverse("directory:edit_submission", args=[draft.pk])
    send(client, lea, edit, opened(client, lea, edit), description="Cuisiner ensemble, à petit prix.", send="1")
    draft.refresh_from_db()
    assert (draft.state, draft.service, draft.name) == ("submitted", None, "Cours de cuisine")
    assert draft.values["description"] == "Cuisiner ensemble, à petit prix."


def test_a_new_service_that_the_standard_refuses_is_not_kept(client, lea, tablees):
    url = reverse("directory:propose_new_service", args=[tablees.pk])
    response = send(client, lea, url, opened(client, lea, url), name="ab", description="Court", send="1")
    assert response.status_code == 422
    assert not Submission.objects.exists()


def test_saying_that_a_service_closes_is_sent_once(client, lea, epicerie):
    url = reverse("directory:propose_closing", args=[epicerie.pk])
    form = opened(client, lea, url)
    send(client, lea, url, form, note="Depuis janvier.")
    assert send(client, lea, url, form, note="Depuis janvier.").status_code == 302
    assert send(client, lea, url, opened(client, lea, url)).status_code == 409
    assert [(one.kind, one.state) for one in Submission.objects.all()] == [("closing", "submitted")]
    epicerie.refresh_from_db()
    assert not epicerie.is_withdrawn


def test_my_records_say_what_waits(client, lea, epicerie, proposed):
    proposed(epicerie, phone="01 99 00 33 44")
    client.force_login(lea)
    page = client.get(reverse("directory:my_records"))
    said = text_of(page)
    assert "Tablées de Melune" in said
    assert "Envoyée, attend une réponse" in said
    assert propose_url(epicerie) in links_of(page)


def test_the_sheet_offers_a_correction_to_its_own_members_only(client, lea, mona, dora, epicerie):
    for reader, name in ((lea, "propose_service"), (mona, "edit_service")):
        client.force_login(reader)
        assert reverse(f"directory:{name}", args=[epicerie.pk]) in links_of(client.get(epicerie.get_absolute_url()))
    client.force_login(dora)
    assert not [link for link in links_of(client.get(epicerie.get_absolute_url())) if link.endswith("/proposer/")]


def test_the_journal_holds_no_word_of_what_is_proposed(client, lea, epicerie, proposed):
    proposed(epicerie, name="Zanzibar")
    written = json.dumps(list(JournalLine.objects.values("verb", "thing", "why", "facts")), ensure_ascii=False)
    assert "submission_written" in written
    assert "Zanzibar" not in written
