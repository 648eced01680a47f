"""Whoever guesses passwords finds the door closed for a while; whoever forgot theirs is told what to do."""

import datetime as dt

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from axes.models import AccessAttempt

from maillage.actors.choices import Role
from maillage.actors.tests.factories import someone
from maillage.actors.tests.post import PASSWORD, code_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def nour(house):
    person = someone("nour", Role.MDS_EDITOR)
    person.set_password(PASSWORD)
    person.save()
    return person


def try_in(client, email, password="faux", **more):
    return client.post("/connexion/", {"login": email, "password": password}, **more)


def said(response):
    return response.content.decode().replace("&#x27;", "'").replace("\xa0", " ")


@pytest.mark.parametrize("email", ["nour@exemple.fr", "personne@exemple.fr"])
def test_after_five_wrong_passwords_the_door_says_when_to_come_back(client, nour, email):
    for _ in range(4):
        assert try_in(client, email).status_code == 200
    page = try_in(client, email)
    assert page.status_code == 429 and 0 < int(page["Retry-After"]) <= 15 * 60 + 1
    assert "Cinq mots de passe faux" in said(page) and "clé d'accès" in said(page)
    assert "/mot-de-passe-oublie/" in said(page) and "attempt" not in said(page)


def test_a_locked_account_refuses_even_the_right_password(client, nour):
    for capitals in ("nour@exemple.fr", "NOUR@exemple.fr", " nour@Exemple.fr", "nour@exemple.fr", "Nour@exemple.fr"):
        try_in(client, capitals)
    assert try_in(client, nour.email, PASSWORD).status_code == 429
    assert "_auth_user_id" not in client.session


def test_nour_is_not_locked_out_of_another_office_by_who_attacks_from_afar(client, nour):
    for _ in range(6):
        try_in(client, nour.email, REMOTE_ADDR="203.0.113.9")
    assert try_in(client, nour.email, PASSWORD, REMOTE_ADDR="192.0.2.7").status_code == 302


def test_quarter_of_an_hour_later_it_opens(client, nour):

    for _ in range(5):
        try_in(client, nour.email)
    for attempt in AccessAttempt.objects.all():
        AccessAttempt.objects.filter(pk=attempt.pk).update(
            attempt_time=attempt.attempt_time - dt.timedelta(minutes=16)
        )
    assert try_in(client, nour.email, PASSWORD).status_code == 302


def test_a_success_forgets_the_failures_before_it(client, nour):
    for _ in range(4):
        try_in(client, nour.email)
    assert try_in(client, nour.email, PASSWORD).status_code == 302
    assert not AccessAttempt.objects.exists()


def test_one_connection_that_tries_many_addresses_is_slowed_down(client, stopped_clock):
    answers = [try_in(client, f"personne{number}@exemple.fr").status_code for number in range(61)]
    assert answers[:60] == [200] * 60 and answers[60] == 429


def test_no_password_nor_address_is_kept_of_what_was_typed(client, nour):
    try_in(client, nour.email, "mot-secret-faux")
    (attempt,) = AccessAttempt.objects.all()
    assert "mot-secret-faux" not in attempt.post_data and nour.email not in attempt.post_data


def test_five_wrong_codes_close_the_second_factor_for_a_while(client, nour):

    secret = generate_totp_secret()
    TOTP.activate(nour, secret)
    try_in(client, nour.email, PASSWORD)
    wrong = str((int(code_of(secret)) + 1) % 10**6).zfill(6)
    for _ in range(5):
        assert "n'est pas le bon" in said(client.post("/connexion/second-facteur/", {"code": wrong}))
    page = client.post("/connexion/second-facteur/", {"code": code_of(secret)})
    assert "réessayez dans 15 minutes" in said(page) and "_auth_user_id" not in client.session
