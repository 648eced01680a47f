"""An organisation's own software reads its records and proposes corrections, with a key that says what it may do."""

import json

import pytest
from django.db.models.signals import pre_save

from maillage.actors.actions.api_keys import create_key
from maillage.actors.choices import ApiScope
from maillage.actors.models import ApiKey
from maillage.actors.tests.factories import an_organisation, someone
from maillage.core import clock
from maillage.core.concurrency import new_key
from maillage.core.models import JournalLine
from maillage.directory.actions.moderating import publish
from maillage.directory.models import Structure, Submission
from maillage.directory.tests.factories import a_service, fill

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_monday(monday_morning):
    """Every test stands on Monday 9 March 2026, at ten."""


def a_key(organisation, *scopes):
    api_key = ApiKey(
        organisation=organisation, name="Logiciel", scopes=list(scopes),
        expires_on=clock.today() + clock.dt.timedelta(days=90),
    )  # fmt: skip
    by = someone(f"ada{ApiKey.objects.count()}", "administrator")
    return create_key(api_key, key=new_key(), by=by)


@pytest.fixture
def secret(tablees):
    return a_key(tablees.site.organisation, *ApiScope)


def read(client, secret):
    return client.get("/api/v1/organisation/structures", headers={"Authorization": f"Bearer {secret}"})


def propose(client, secret, **sent):
    return client.post(
        "/api/v1/submissions", json.dumps(sent), content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )  # fmt: skip


def test_a_key_reads_its_organisation_s_records_and_what_waits(client, secret, epicerie, proposed):
    proposed(epicerie, phone="01 99 00 33 44")
    Structure.objects.update(withdrawn_at=clock.now())
    answer = read(client, secret).json()
    [item] = answer["items"]
    assert (answer["total"], item["structure"]["id"], item["retiree"]) == (1, "test--maison", True)
    assert [service["id"] for service in item["services"]] == ["test--1"]
    assert [(one["fiche"], one["etat"]) for one in item["propositions"]] == [("test--1", "submitted")]


def test_a_page_of_records_asks_the_database_as_little_for_thirty_as_for_one(
    client, secret, epicerie, proposed, django_assert_max_num_queries
):
    proposed(epicerie, phone="01 99 00 33 44")
    site = epicerie.structure.site
    fill(*(a_service(f"test--s{n}", structure=f"test--m{n}") for n in range(30)))
    Structure.objects.update(site=site)
    with django_assert_max_num_queries(15):
        answer = read(client, secret).json()
    assert (answer["total"], len(answer["items"])) == (31, 31)
    assert all(item["services"] for item in answer["items"])


def test_a_hidden_address_leaves_by_no_key(client, secret, tablees):
    Structure.objects.update(is_address_confidential=True, address="7 rue Cachée")
    response = read(client, secret)
    assert response.json()["items"][0]["adresse_confidentielle"] is True
    assert "Cachée" not in response.content.decode()


def test_another_organisation_s_key_reads_and_proposes_nothing_here(client, epicerie):
    secret = a_key(an_organisation("Autre"), *ApiScope)
    assert read(client, secret).json() == {"total": 0, "items": []}
    assert propose(client, secret, fiche="test--1", valeurs={"telephone": "01 99 00 33 44"}).status_code == 404
    assert not Submission.objects.exists()


def test_a_key_proposes_and_the_mds_publishes(client, secret, mona, epicerie):
    response = propose(
        client,
        secret,
        fiche="test--1",
        valeurs={"telephone": "01 99 00 33 44", "nom": "Épicerie solidaire"},
        mot="Oui",
    )
    assert (response.status_code, response.json()["champs"]) == (201, ["telephone"])
    proposal = Submission.objects.get()
    assert (proposal.state, proposal.author, proposal.values) == ("submitted", None, {"phone": "01 99 00 33 44"})
    line = JournalLine.objects.get(verb="directory.submission_sent_by_key")
    assert (line.who_id, line.facts["key"]) == (None, ApiKey.objects.get().pk)
    publish(proposal, kept=["phone"], sentence="", seen=epicerie.version, key=new_key(), by=mona)
    epicerie.refresh_from_db()
    assert epicerie.phone == "01 99 00 33 44"


def test_one_open_proposal_at_a_time(client, secret, epicerie):
    assert propose(client, secret, fiche="test--1", valeurs={"telephone": "01 99 00 33 44"}).status_code == 201
    again = propose(client, secret, fiche="test--1", valeurs={"telephone": "01 99 00 55 66"})
    assert (again.status_code, Submission.objects.count()) == (409, 1)


def test_two_programs_that_propose_at_the_same_instant_are_answered_in_words(client, secret, tablees, epicerie):
    same = {"kind": "correction", "structure": tablees, "service": epicerie, "organisation": tablees.site.organisation}
    already = []

    def the_other_program_is_first(sender, instance, **kwargs):
        if not already:
            already.append(instance)
            Submission.objects.create(state="submitted", values={"phone": "1"}, read={"phone": ""}, **same)

    pre_save.connect(the_other_program_is_first, sender=Submission)
    try:
        late = propose(client, secret, fiche="test--1", valeurs={"telephone": "01 99 00 33 44"})
    finally:
        pre_save.disconnect(the_other_program_is_first, sender=Submission)
    assert already
    assert late.status_code == 409
    assert "déjà ouverte" in late.json()["detail"]


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"telephone": "0199001122"}, 409),
        ({"courriel": "accueil"}, 409),
        ({"id": "vole--1"}, 422),
        ({"contact_nom_prenom": "Jean"}, 422),
        ({"thematiques": "sante--acces-aux-soins"}, 422),
        ({"telephone": ["01"]}, 422),
        ({"frais": "cher"}, 409),
        ({}, 422),
    ],
)
def test_what_cannot_be_taken_is_refused_and_nothing_is_kept(client, secret, epicerie, values, status):
    response = propose(client, secret, fiche="test--1", valeurs=values)
    assert response.status_code == status, response.content
    assert not Submission.objects.exists()


def test_a_key_without_the_scope_is_told_so(client, tablees, epicerie):
    organisation = tablees.site.organisation
    assert read(client, a_key(organisation, ApiScope.SUBMIT)).status_code == 403
    secret = a_key(organisation, ApiScope.READ_SELF)
    assert propose(client, secret, fiche="test--1", valeurs={"telephone": "01 99 00 33 44"}).status_code == 403


def test_without_a_key_nothing_is_told(client, lea, epicerie):
    client.force_login(lea)
    assert client.get("/api/v1/organisation/structures").status_code == 401
    assert client.post("/api/v1/submissions", "{}", content_type="application/json").status_code == 401
