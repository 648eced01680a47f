"""What someone finds in the morning: what waits, in order; who they are here; relief when nothing waits."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from maillage.actors.choices import Role
from maillage.actors.tests.factories import someone
from maillage.core.gathering import Waiting, my_day
from maillage.core.navigation import navigation
from maillage.home.tests.conftest import text_of
from maillage.home.wording import due_in_words, greeting, instant_in_words, time_left_in_words

TODAY = dt.date(2026, 3, 9)
DAY = "/ma-journee/"


def at(days):
    return TODAY + dt.timedelta(days=days)


def test_the_morning_begins_with_what_is_late(monday_morning, alice, entering, waiting):
    waiting += [
        Waiting("Sans date", "/a/", "Parce que."),
        Waiting("Jeudi", "/b/", "Parce que.", due_on=at(3)),
        Waiting("Vieux", "/c/", "Parce que.", due_on=at(-3), kind="Fiche"),
        Waiting("Loin", "/d/", "Parce que.", due_on=at(30)),
    ]

    page = text_of(entering(alice).get(DAY))

    assert "Bonjour Alice" in page and "lundi 9 mars 2026" in page and "4 choses vous attendent" in page
    assert re.findall(r"part-(late|soon|later|undated)\"><span", page) == ["late", "soon", "later", "undated"]
    assert "en retard de 3 jours" in page and "avant jeudi 12 mars" in page


def test_when_nothing_waits_the_page_offers_what_this_role_does(alice, entering, waiting):
    page = text_of(entering(alice).get(DAY))

    assert "Rien ne vous attend." in page and "Tout est à jour" in page
    assert reverse("directory:records") in page
    assert reverse("home:journal") not in page


def test_two_hundred_things_come_fifty_at_a_time_with_their_whole_counts(monday_morning, alice, entering, waiting):
    waiting += [Waiting(f"Fiche {n}", f"/f/{n}/", "", due_on=at(n - 100)) for n in range(200)]
    browser = entering(alice)

    first, last = text_of(browser.get(DAY)), text_of(browser.get(f"{DAY}?page=4"))

    assert first.count('class="todo ') == last.count('class="todo ') == 50
    assert "200 choses" in first and "Page 1 sur 4" in first
    assert '<span>En retard</span> <span class="figure">100</span>' in first
    assert "Fiche 199" in last and browser.get(f"{DAY}?page=999").status_code == 200


def test_a_room_that_cannot_answer_is_named_and_keeps_nobody_else_silent(alice, entering, monkeypatch):
    def fallen(reader):
        raise RuntimeError("the database of this room is away")

    monkeypatch.setattr(my_day, "_sources", [fallen, lambda reader: [Waiting("Une fiche", "/f/", "")]])

    page = text_of(entering(alice).get(DAY))

    assert "n'a pas pu répondre" in page and "Une fiche" in page


def test_who_signed_in_with_one_factor_is_told_what_waits_for_the_second(claire, entering, waiting):
    page = text_of(entering(claire, factors=1).get(DAY))

    assert "attend un second facteur" in page and reverse("second_factor") in page
    assert "Contrôle qui a lu quoi" in page, "the role is said all the same"
    assert "attend un second facteur" not in text_of(entering(claire).get(DAY))


def test_someone_without_a_role_is_told_whom_to_ask(dora, entering, waiting):
    assert "Aucun rôle ne vous est donné aujourd'hui" in text_of(entering(dora).get(DAY))


def test_nobody_is_asked_to_sign_in_first(client, db):
    answer = client.get(DAY)
    assert answer.status_code == 302 and answer.url.startswith(reverse("account_login"))


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (-1, "en retard de 1 jour"),
        (-12, "en retard de 12 jours"),
        (0, "aujourd'hui"),
        (1, "demain"),
        (3, "avant jeudi 12 mars"),
        (23, "avant mercredi 1er avril"),
        (300, "avant dimanche 3 janvier 2027"),
    ],
)
def test_a_date_is_said_as_one_says_it(days, words):
    assert due_in_words(at(days), today=TODAY) == words


def test_hours_are_said_with_their_minutes_when_few_are_left():
    now = dt.datetime(2026, 3, 9, 9, tzinfo=dt.UTC)
    said = [time_left_in_words(now + dt.timedelta(minutes=left), now=now) for left in (1, 90, 41 * 60, -300, 6_000)]
    assert said == [
        "Il reste 1 minute",
        "Il reste 90 minutes",
        "Il reste 41 heures",
        "En retard de 5 heures",
        "Il reste 4 jours",
    ]
    assert instant_in_words(dt.datetime(2026, 3, 1, 8, 5, tzinfo=dt.UTC)) == "1er mars 2026 à 9 h 05"


def test_the_evening_is_greeted_as_such():
    assert greeting("Alice", at=dt.datetime(2026, 3, 9, 18)) == "Bonsoir Alice"
    assert greeting("", at=dt.datetime(2026, 3, 9, 8)) == "Bonjour"


def test_menus_show_each_role_its_own_tools(alice, claire, gaston, entering, waiting):
    def menu(user):
        return re.search(r"<header.*?</header>", text_of(entering(user).get(DAY)), re.DOTALL)[0]

    assert reverse("directory:records") in menu(alice) and reverse("home:journal") not in menu(alice)
    assert reverse("home:journal") in menu(claire) and reverse("directory:records") not in menu(claire)
    assert reverse("home:who_reads_what") in menu(gaston) and reverse("home:journal") not in menu(gaston)
    assert "Se déconnecter" in menu(alice) and reverse("usersessions_list") in menu(alice)


def test_roles_are_said_to_who_gives_them_and_to_who_watches_over_them(claire, gaston, entering, waiting):
    giving = "en donner un, en terminer un"
    assert giving in text_of(entering(gaston).get(DAY))
    watching = text_of(entering(claire).get(DAY))
    assert reverse("actors:roles") in watching and giving not in watching


def test_the_manager_is_offered_the_records_of_the_sector(db, entering, waiting):
    browser = entering(someone("mona", Role.MDS_MANAGER))
    assert reverse("directory:records") in text_of(browser.get(DAY))
    assert browser.get(reverse("directory:records")).status_code == 200


def test_the_corner_of_personal_data_offers_its_own_pages_and_no_other(claire, gaston, entering):
    def offered(user):
        page = text_of(entering(user).get(reverse("home:protection")))
        return set(re.findall(r'href="(/[^"]*)"', re.search(r"<main.*?</main>", page, re.DOTALL)[0]))

    both = {reverse(f"home:{name}") for name in ("who_reads_what", "register", "retention")}
    assert offered(gaston) == both
    assert offered(claire) == both | {reverse("home:journal"), reverse("home:breaches")}


def test_every_tool_opens_for_every_role_it_is_offered_to(db, entering, waiting):
    for role in Role:
        user = someone(role.value, role)
        browser = entering(user)
        for entry in navigation.of(user):
            assert browser.get(entry.url).status_code == 200, f"{role}: {entry.url}"
