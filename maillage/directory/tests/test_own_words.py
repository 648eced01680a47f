"""The Département's own words: added, corrected, withdrawn by those who keep everything; read by everyone at once."""

import csv
import datetime as dt
from pathlib import Path

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from maillage.actors.tests.factories import someone
from maillage.core import clock, retention
from maillage.core.concurrency import AlreadyDone, Stale, new_key
from maillage.core.gathering import my_day
from maillage.core.models import JournalLine
from maillage.core.navigation import navigation
from maillage.core.refusals import Refused
from maillage.directory.actions.own_words import (
    add_word,
    correct_word,
    own_words_table,
    paste_words,
    restore_word,
    withdraw_word,
)
from maillage.directory.choices import THEMES, Urgency
from maillage.directory.lexicon import read_here, read_need
from maillage.directory.lexicon.rows import URGENCIES
from maillage.directory.models import OwnExpression, UnknownWord
from maillage.directory.tests.factories import inputs_of, text_of

RIGHTS = "difficultes-administratives-ou-juridiques--accompagnement-aux-demarches-administratives"
FOOD = "equipement-et-alimentation--alimentation"
RENT = "logement-hebergement--reduire-les-impayes-de-loyer"
DOORS = ("words", "try_words", "own_words", "add_word", "paste_words", "own_words_file")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_monday(monday_morning):
    """Every test stands on Monday 9 March 2026, at ten."""


@pytest.fixture
def mona(sectors):
    """Mona keeps the directory of one sector."""
    return someone("mona", "mds_editor", sector=sectors["TIS-1"])


@pytest.fixture
def teach(alice):
    def act(expression="zorgue solidaire", *themes, by=None, replaces=False, **facts):
        word = OwnExpression(expression=expression, thematiques=list(themes or (FOOD,)), **facts)
        return add_word(word, key=new_key(), by=by or alice, replaces=replaces)

    return act


@pytest.fixture
def paste(alice):
    def act(*lines, **facts):
        return paste_words("\n".join(lines), key=new_key(), by=alice, **facts)

    return act


@pytest.fixture
def waiting(db):
    """A word that five askers wrote, and nobody understood."""

    def act(word="zorgue", times=5, month=dt.date(2026, 3, 1)):
        return UnknownWord.objects.create(
            digest=f"{word}-{times}", word=word, times=times, first_month=month, last_month=month
        )

    return act


# -- Reading ---------------------------------------------------------------------------------------------------------


def test_a_word_of_ours_is_read_at_once_and_forgotten_at_once(teach, alice):
    assert read_here("la zorgue solidaire").thematiques == read_need("la zorgue solidaire").thematiques
    word = teach()
    assert read_here("où est la zorgue solidaire ?").thematiques == (FOOD,)
    withdraw_word(word, by=alice)
    assert FOOD not in read_here("la zorgue solidaire").thematiques
    restore_word(word, by=alice)
    assert read_here("la zorgue solidaire").thematiques == (FOOD,)


def test_a_search_understands_a_word_of_ours(melune, client, teach):
    teach("zorgue", RENT)
    asked = {"words": "zorgue", "place": "Melune", "choice": "commune:00001", "choice_for": "Melune"}
    assert THEMES[RENT] in text_of(client.post(reverse("directory:search"), asked))
    told = client.post(
        "/api/v1/search", {"mots": "zorgue", "code_commune": "00001"}, content_type="application/json"
    ).json()
    assert told["thematiques_comprises"] == [RENT]


def test_what_a_search_did_not_understand_is_counted_by_the_page_and_by_the_api(melune, client):
    for number in range(3):
        asked = {"words": "zorgue", "place": "Melune", "choice": "commune:00001", "choice_for": "Melune"}
        assert client.post(reverse("directory:search"), asked, REMOTE_ADDR=f"192.0.2.{number}").status_code == 200
    for number in range(3, 5):
        asked = {"mots": "zorgue", "code_commune": "00001"}
        client.post("/api/v1/search", asked, content_type="application/json", REMOTE_ADDR=f"192.0.2.{number}")
    assert [one.word for one in UnknownWord.objects.all()] == ["zorgue"]


def test_ours_win_over_the_product_and_it_is_said_first(teach):
    before = read_need("impayés de loyer").thematiques
    assert before[0] == RENT
    with pytest.raises(Refused, match="se lit déjà comme"):
        teach("impayés de loyer", FOOD)
    teach("impayés de loyer", FOOD, replaces=True)
    assert read_here("impayés de loyer").understood == (FOOD,)
    assert read_need("impayés de loyer").thematiques == before


def test_a_number_to_call_is_never_put_out(teach):
    assert read_need("mon mari me frappe").urgency == "violence"
    teach("mon mari", FOOD, replaces=True, is_exact=True)
    teach("mari frappe", FOOD, replaces=True)
    assert read_here("mon mari me frappe").urgency == "violence"


def test_a_word_of_ours_may_ring_an_alarm(teach):
    assert read_need("la zorgue").urgency == ""
    teach("zorgue", urgency="child")
    assert read_here("la zorgue").urgency == "child"


def test_a_slip_in_a_word_of_ours_is_forgiven_and_those_of_the_product_still_are(teach):
    teach("papothèque", RENT)
    assert read_here("la papoteque").thematiques == (RENT,)
    assert read_here("aide alimantaire").thematiques == read_need("aide alimantaire").thematiques


def test_a_word_of_ours_changes_nothing_of_what_else_people_say(teach):
    with (Path(__file__).parent / "everyday_queries.csv").open(encoding="utf-8") as lines:
        sentences = [row[0] for row in csv.reader(lines)][1:]
    teach("zorgue solidaire", FOOD)
    assert len(sentences) > 100
    assert [said for said in sentences if read_here(said) != read_need(said)] == []


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(text=st.text(alphabet="abcdeil rstuàé'", max_size=60))
def test_until_we_have_words_we_read_as_the_product_does(db, text):
    assert read_here(text) == read_need(text)


def test_each_urgency_of_the_lexicon_has_a_french_name():
    assert set(Urgency.values) == set(URGENCIES)


# -- What is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "themes", "facts", "said"),
    [
        ("zorgue", ["logement-hebergement--reduire-les-impaye-de-loyer"], {}, "vouliez-vous écrire"),
        ("zorgue", [], {}, "au moins une thématique"),
        ("zorgue", [FOOD], {"publics": ["famille"]}, "« familles »"),
        ("zorgue", [FOOD], {"urgency": "violences"}, "« violence »"),
        ("aide", [FOOD], {}, "trop large"),
        ("avec", [FOOD], {"is_exact": True}, "trop large"),
        ("de la", [FOOD], {}, "mots de liaison"),
        ("", [FOOD], {}, "est vide"),
        ("impayés de loyer", list(read_need("impayés de loyer").thematiques), {}, "déjà compris ainsi"),
    ],
)
def test_what_could_not_be_read_is_refused_with_what_would_be_right(alice, expression, themes, facts, said):
    word = OwnExpression(expression=expression, thematiques=themes, **facts)
    with pytest.raises(Refused) as refusal:
        add_word(word, key=new_key(), by=alice)
    assert said in refusal.value.sentence
    assert not OwnExpression.objects.exists()


def test_the_same_words_are_not_ours_twice(teach, alice):
    first = teach("les zorgues")
    with pytest.raises(Refused, match="déjà dans vos mots"):
        teach("une zorgue", RENT)
    withdraw_word(first, by=alice)
    second = teach("une zorgue", RENT)
    with pytest.raises(Refused, match="déjà dans vos mots"):
        restore_word(first, by=alice)
    withdraw_word(second, by=alice)
    restore_word(first, by=alice)
    assert read_here("zorgue").thematiques == (FOOD,)


def test_a_stale_correction_and_a_form_sent_twice_lose_and_double_nothing(teach, alice, bob):
    word, key = teach(), new_key()
    word.thematiques = [RENT]
    correct_word(word, expected=1, key=key, by=bob)
    with pytest.raises(AlreadyDone):
        correct_word(word, expected=2, key=key, by=bob)
    word.thematiques = [FOOD]
    with pytest.raises(Stale) as stale:
        correct_word(word, expected=1, key=new_key(), by=alice)
    assert stale.value.current.thematiques == [RENT]
    assert read_here("zorgue solidaire").thematiques == (RENT,)


def test_the_journal_says_who_and_which_never_the_words(teach, alice, paste):
    word = teach()
    withdraw_word(word, by=alice)
    withdraw_word(word, by=alice)
    restore_word(word, by=alice)
    paste(f"blorgue,{FOOD},,")
    lines = list(JournalLine.objects.order_by("seq").values_list("verb", "thing", "facts"))
    thing = f"directory.ownexpression:{word.pk}"
    assert lines == [
        ("directory.word_added", thing, {}),
        ("directory.word_withdrawn", thing, {}),
        ("directory.word_restored", thing, {}),
        ("directory.words_pasted", "directory.own_words", {"count": 1}),
    ]


def test_a_withdrawn_word_is_kept_two_years(teach, alice):
    withdraw_word(teach(), by=alice)
    teach("blorgue")
    for years, left in ((1, 2), (3, 1)):
        with clock.travel(clock.now() + dt.timedelta(days=365 * years)):
            retention.apply(clock.today())
            assert OwnExpression.objects.count() == left


# -- Many at once ----------------------------------------------------------------------------------------------------


def test_faulty_lines_are_refused_by_their_number_and_keep_no_other_from_being_taken(paste):
    done = paste(
        "expression,thematiques,publics,urgence",
        f"zorgue,{FOOD},familles,",
        "blorgue,thematique-inconnue,,",
        "",
        f"« au blorg »;{RENT} {FOOD};;street",
        f"impayés de loyer,{FOOD},,",
        f"zorgues,{RENT},,",
        "trop,de,colonnes,ici,vraiment",
        f'"guillemet,{FOOD},,',
    )
    assert done.added == 2
    assert [line.number for line in done.refused] == [3, 6, 7, 8, 9]
    assert "les plus proches" in done.refused[0].sentences[0]
    assert done.rest().splitlines()[0] == "blorgue,thematique-inconnue,,"
    exact = OwnExpression.objects.get(is_exact=True)
    assert (exact.expression, exact.thematiques, exact.urgency) == ("au blorg", [RENT, FOOD], "street")


def test_pasting_again_what_we_have_adds_nothing(paste):
    lines = [f"zorgue,{FOOD},familles,", f"« au blorg »,{RENT},,street"]
    assert paste(*lines).added == 2
    again = paste(*lines)
    assert (again.added, again.known, again.refused) == (0, 2, [])


def test_pasted_lines_replace_the_product_only_when_asked(paste):
    line = f"impayés de loyer,{FOOD},,"
    assert paste(line).refused
    assert paste(line, replaces=True).added == 1
    assert read_here("impayés de loyer").understood == (FOOD,)


def test_what_leaves_comes_back_the_same(teach, alice, paste):
    teach("zorgue", FOOD, RENT, publics=["familles"])
    teach("au blorg", RENT, is_exact=True, urgency="street")
    table = own_words_table(OwnExpression.objects.in_use())
    kept = set(OwnExpression.objects.values_list("key", "urgency"))
    OwnExpression.objects.all().delete()
    assert paste(*table.splitlines()).added == 2
    assert set(OwnExpression.objects.values_list("key", "urgency")) == kept


def test_too_many_lines_are_refused_before_anything_is_read(paste):
    with pytest.raises(Refused, match="au plus à la fois"):
        paste(*[f"zorgue{number},{FOOD},," for number in range(2_001)])


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(lines=st.lists(st.text(max_size=40), max_size=5))
def test_whatever_is_pasted_no_line_is_lost(db, lines):
    text = "\n".join(lines)
    written = [line for line in text.splitlines() if line.strip()]
    done = paste_words(text, key=new_key(), by=None)
    assert done.added + done.known + len(done.refused) <= len(written)
    assert {line.text for line in done.refused} <= set(written)


# -- The pages -------------------------------------------------------------------------------------------------------


def test_only_those_who_keep_everything_find_these_pages(client, alice, mona, dora, waiting, teach):
    word, unknown = teach(), waiting()
    manager, admin = someone("marc", "mds_manager"), someone("ada", "administrator")
    one_by_one = [
        reverse("directory:own_word", args=[word.pk]),
        reverse("directory:add_unknown_word", args=[unknown.pk]),
    ]
    addresses = [reverse(f"directory:{name}") for name in DOORS] + one_by_one
    for reader, found in ((alice, 200), (mona, 404), (dora, 404), (admin, 404), (manager, 404)):
        client.force_login(reader)  # With a password alone: a manager's role waits for a second factor.
        assert {client.get(address).status_code for address in addresses} == {found}, reader
    assert client.post(reverse("directory:withdraw_word", args=[word.pk])).status_code == 404


def test_a_manager_of_everything_finds_them_with_two_factors(enter, teach):
    browser = enter(someone("marc", "mds_manager"))
    assert {browser.get(reverse(f"directory:{name}")).status_code for name in DOORS} == {200}


def test_the_menu_and_the_day_speak_of_words_only_to_those_who_settle_them(alice, mona, waiting):
    waiting()
    assert "directory:words" in {entry.url_name for entry in navigation.of(alice)}
    assert "directory:words" not in {entry.url_name for entry in navigation.of(mona)}
    assert "1 mot à comprendre" in {one.title for one in my_day.of(alice).waiting}
    assert "1 mot à comprendre" not in {one.title for one in my_day.of(mona).waiting}


def test_an_unknown_word_becomes_ours_from_its_line(client, alice, waiting):
    client.force_login(alice)
    unknown = waiting()
    page = client.get(reverse("directory:words"))
    assert "zorgue" in text_of(page)
    address = reverse("directory:add_unknown_word", args=[unknown.pk])
    form = inputs_of(client.get(address))
    assert form["expression"] == ["zorgue"]
    answer = client.post(address, form | {"main": [FOOD]}, follow=True)
    assert "toutes les recherches lisent désormais" in text_of(answer)
    assert read_here("zorgue").thematiques == (FOOD,)
    assert not UnknownWord.objects.exists()


def test_an_unknown_word_is_put_off_taken_back_and_set_aside_from_the_page(client, alice, waiting):
    client.force_login(alice)
    unknown = waiting()
    for door, now in (("put_off_word", 0), ("take_back_word", 1)):
        client.post(reverse(f"directory:{door}", args=[unknown.pk]))
        assert UnknownWord.objects.now().count() == now
    client.post(reverse("directory:ignore_word", args=[unknown.pk]))
    assert UnknownWord.objects.get().word == ""
    assert client.get(reverse("directory:add_unknown_word", args=[unknown.pk])).status_code == 404
    assert "n'était pas écarté" in text_of(
        client.post(reverse("directory:count_word_again"), {"word": "blorgue"}, follow=True)
    )


def test_the_form_says_each_fault_at_its_field_and_asks_before_replacing(client, alice):
    client.force_login(alice)
    address = reverse("directory:add_word")
    form = inputs_of(client.get(address))
    refused = client.post(address, form | {"expression": ["impayés de loyer"], "main": [FOOD]})
    assert refused.status_code == 422
    assert "notre lecture remplace celle du produit" in text_of(refused)
    again = inputs_of(refused)
    client.post(address, again | {"expression": ["impayés de loyer"], "main": [FOOD], "replaces": ["on"]})
    assert read_here("impayés de loyer").understood == (FOOD,)
    assert "trop large" in text_of(client.post(address, form | {"expression": ["aide"], "main": [FOOD]}))


def test_a_colleague_who_was_there_first_is_shown_and_nothing_typed_is_lost(client, alice, bob, teach):
    client.force_login(alice)
    word = teach()
    address = reverse("directory:own_word", args=[word.pk])
    form = inputs_of(client.get(address))
    word.thematiques = [RENT]
    correct_word(word, expected=1, key=new_key(), by=bob)
    told = client.post(address, form | {"expression": ["zorgue du jeudi"]})
    assert told.status_code == 409
    assert inputs_of(told)["expression"] == ["zorgue du jeudi"]
    client.post(address, inputs_of(told) | {"expression": ["zorgue du jeudi"], "main": [FOOD]})
    word.refresh_from_db()
    assert (word.expression, word.thematiques, word.version) == ("zorgue du jeudi", [FOOD], 3)


def test_our_words_are_found_by_their_need_and_come_back_from_the_page(client, alice, teach):
    client.force_login(alice)
    teach("zorgue", FOOD)
    word, address = teach("blorgue", RENT), reverse("directory:own_words")
    found = text_of(client.post(address, {"words": "impayes loyer"}))
    assert "blorgue" in found
    assert "zorgue" not in found.replace("blorgue", "")
    client.post(reverse("directory:withdraw_word", args=[word.pk]))
    assert "blorgue" not in text_of(client.get(address))
    assert "blorgue" in text_of(client.post(address, {"withdrawn": "on"}))
    client.post(reverse("directory:restore_word", args=[word.pk]))
    assert "blorgue" in text_of(client.get(address))


def test_a_sentence_is_tried_and_neither_kept_nor_counted(client, alice, teach):
    client.force_login(alice)
    teach("zorgue", RENT)
    told = text_of(client.post(reverse("directory:try_words"), {"sentence": "zorgue et blorgue, il me frappe"}))
    for said in ("« zorgue » (de nos mots)", "blorgue", "3919"):
        assert said in told
    assert not UnknownWord.objects.exists()


def test_pasted_lines_that_are_refused_stay_in_the_box(client, alice):
    client.force_login(alice)
    address = reverse("directory:paste_words")
    form = inputs_of(client.get(address))
    told = client.post(address, form | {"table": [f"zorgue,{FOOD},,\nblorgue,rien,,"]})
    assert told.status_code == 422
    assert "1 expression ajoutée" in text_of(told)
    assert "Ligne 2" in text_of(told)
    assert told.context["form"]["table"].value() == "blorgue,rien,,"


def test_ten_thousand_words_come_by_fifty(client, alice):
    client.force_login(alice)
    month = dt.date(2026, 3, 1)
    UnknownWord.objects.bulk_create(
        UnknownWord(digest=str(n), word=f"mot{n}", times=5 + n, first_month=month, last_month=month)
        for n in range(10_000)
    )
    OwnExpression.objects.bulk_create(
        OwnExpression(expression=f"mot {n}", key=f"mot {n}", thematiques=[FOOD]) for n in range(10_000)
    )
    first = text_of(client.get(reverse("directory:words")))
    assert "mot9999" in first
    assert "Page 1 sur 200" in first
    assert "Page 200 sur 200" in text_of(client.get(reverse("directory:words"), {"page": "200"}))
    assert "Page 3 sur 200" in text_of(client.post(reverse("directory:own_words"), {"page": "3"}))


def test_nothing_to_understand_and_no_word_of_ours_say_what_will_come(client, alice):
    client.force_login(alice)
    assert "Rien à comprendre pour le moment" in text_of(client.get(reverse("directory:words")))
    assert "n'a pas encore de mots à lui" in text_of(client.get(reverse("directory:own_words")))
