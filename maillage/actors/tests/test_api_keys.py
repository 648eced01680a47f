"""The keys of organisations' software: shown once, kept as a digest, limited in what they open and in time."""

import datetime as dt
import re

import pytest

from maillage.actors.actions.api_keys import create_key, digest_of, revoke_key
from maillage.actors.choices import ApiScope, Role
from maillage.actors.gathered import keys_wait
from maillage.actors.models import ApiKey, ApiKeyUse, Organisation
from maillage.actors.tests.factories import someone
from maillage.actors.tests.test_organisations import fields_of
from maillage.core import clock
from maillage.core.concurrency import new_key
from maillage.core.models import JournalLine
from maillage.core.refusals import Refused

ME = "/api/v1/me"
TEXT = re.compile(r"mlg_[0-9a-f]{8}_[\w-]{43}")


def a_key(organisation, by, *, days=200, scopes=(ApiScope.READ_SELF,)):
    expires = clock.today() + dt.timedelta(days=days)
    made = ApiKey(organisation=organisation, name="Logiciel", scopes=list(scopes), expires_on=expires)
    return made, create_key(made, key=new_key(), by=by)


def ask(client, text, address=ME):
    return client.get(address, headers={"Authorization": f"Bearer {text}"})


@pytest.fixture
def key(association, charlie):
    return a_key(association, charlie)


def test_a_key_says_whose_it_is_and_what_it_opens(client, key):
    made, text = key
    answer = ask(client, text)
    assert answer.status_code == 200
    assert answer.json() == {
        "organisation": "Les Mains Tendues", "siren": "", "name": "Logiciel", "scopes": ["organisation:read"],
        "expires_on": made.expires_on.isoformat(),
    }  # fmt: skip


def test_the_key_itself_is_kept_nowhere(key):
    made, text = key
    row = ApiKey.objects.filter(pk=made.pk).values().get()
    assert text.split("_", 2)[2] not in str(row)
    assert row["digest"] == digest_of(text)
    assert not any(text[13:] in str(line.facts) for line in JournalLine.objects.all())


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Basic YWRlbGU6eA==", "Bearer mlg_", "Bearer mlg_00000000_" + "a" * 43, "Bearer é",
     "Bearer " + "x" * 5_000],
)  # fmt: skip
def test_what_is_no_key_is_told_so(client, key, header):
    answer = client.get(ME, headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert "clé" in answer.json()["detail"]


def test_a_key_with_one_letter_changed_opens_nothing(client, key):
    _made, text = key
    changed = text[:-1] + ("A" if text[-1] != "A" else "B")
    assert ask(client, changed).status_code == 401


def test_a_withdrawn_key_opens_nothing_any_more(client, key, charlie):
    made, text = key
    revoke_key(made, by=charlie)
    revoke_key(made, by=charlie)
    answer = ask(client, text)
    assert (answer.status_code, "retirée" in answer.json()["detail"]) == (401, True)
    assert JournalLine.objects.filter(verb="actors.key_revoked").count() == 1


def test_a_key_serves_until_the_end_of_its_last_day(client, key):
    made, text = key
    with clock.travel(made.expires_on):
        assert ask(client, text).status_code == 200
    with clock.travel(made.expires_on + dt.timedelta(days=1)):
        answer = ask(client, text)
    assert (answer.status_code, "expiré" in answer.json()["detail"]) == (401, True)


def test_the_key_of_an_organisation_that_left_opens_nothing(client, key, association):
    Organisation.objects.filter(pk=association.pk).update(closed_on=clock.today())
    assert ask(client, key[1]).status_code == 401


def test_a_signed_in_browser_is_no_key(signed_in, adele):
    assert signed_in(adele).get(ME).status_code == 401


def test_a_key_opens_no_page_of_people(client, key):
    assert ask(client, key[1], "/roles/").status_code == 404
    assert ask(client, key[1], "/organisations/").status_code == 404


def test_a_key_that_asks_too_often_is_told_when_to_come_back(client, key, monkeypatch, stopped_clock):
    monkeypatch.setattr("maillage.actors.keys.PER_MINUTE", 3)
    with clock.travel(dt.datetime(2026, 3, 9, 10, 0, 30)):
        codes = [ask(client, key[1]).status_code for _time in range(5)]
        late = client.get(ME, headers={"Authorization": f"Bearer {key[1]}"}, REMOTE_ADDR="192.0.2.9")
    assert codes == [200, 200, 200, 429, 429]
    assert late.status_code == 429 and int(late["Retry-After"]) > 0  # The same key, from elsewhere.


def test_guessing_keys_is_stopped_soon(client, key, stopped_clock):
    with clock.travel(dt.datetime(2026, 3, 9, 10, 0, 30)):
        codes = [ask(client, f"mlg_00000000_{number:043d}").status_code for number in range(22)]
    assert codes[:20] == [401] * 20 and codes[20:] == [429, 429]


def test_the_last_use_is_written_once_a_minute(client, key, django_assert_num_queries):
    made, text = key
    noon = dt.datetime(2026, 3, 9, 12, 0)
    for seconds, expected in ((0, noon), (50, noon), (61, noon + dt.timedelta(seconds=61))):
        with clock.travel(noon + dt.timedelta(seconds=seconds)) as instant:
            assert ask(client, text).status_code == 200
            if expected == noon + dt.timedelta(seconds=seconds):
                assert ApiKeyUse.objects.get(key=made).last_used_at == instant


# -- Creating ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [-1, 367, 4000])
def test_a_key_lasts_a_year_at_most(association, charlie, days):
    with pytest.raises(Refused, match="un an au plus"):
        a_key(association, charlie, days=days)
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("scopes", [(), ("everything",), (ApiScope.READ_SELF, "everything")])
def test_a_key_only_permits_what_exists(association, charlie, scopes):
    with pytest.raises(Refused, match="au moins une chose"):
        a_key(association, charlie, scopes=scopes)


def test_a_key_is_only_created_at_home(charlie, ccas, rosa, association):
    for organisation, person in ((ccas, charlie), (association, rosa)):
        with pytest.raises(Refused, match="ne créez pas de clé"):
            a_key(organisation, person)


def test_the_page_shows_the_key_once(signed_in, charlie, association):
    browser, door = signed_in(charlie), f"/organisations/{association.pk}/cles/ajouter/"
    typed = fields_of(browser.get(door)) | {"name": "Logiciel", "scopes": ["organisation:read"]}
    first = browser.post(door, typed)
    (text,) = set(TEXT.findall(first.content.decode()))
    assert ApiKey.objects.get().digest == digest_of(text)
    assert "no-store" in first["Cache-Control"]
    again = browser.post(door, typed, follow=True).content.decode()
    assert not TEXT.search(again) and "une seule fois" in again
    assert ApiKey.objects.count() == 1
    page = browser.get(f"/organisations/{association.pk}/").content.decode()
    assert not TEXT.search(page) and "n&#x27;a jamais servi" in page


def test_the_key_of_another_organisation_is_not_withdrawn(signed_in, key, ccas):
    stranger = someone("lea", Role.PARTNER_EDITOR, organisation=ccas)
    assert signed_in(stranger).post(f"/organisations/cles/{key[0].pk}/retirer/").status_code == 404
    assert ApiKey.objects.get().is_open


def test_a_month_before_it_ends_my_day_says_so(association, charlie, rosa):
    made, _text = a_key(association, charlie, days=40)
    assert keys_wait(charlie) == []
    with clock.travel(clock.today() + dt.timedelta(days=12)):
        (line,) = keys_wait(charlie)
        assert line.due_on == made.expires_on
        assert keys_wait(rosa) == []
