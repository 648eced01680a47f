"""French text for searching: what people type meets what was written."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from maillage.core.text import STOP_WORDS, fold, stem, stems, words


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Élève à Noël", "eleve a noel"),
        ("CŒUR et Ex æquo", "coeur et ex aequo"),
        ("l’aide", "l'aide"),
        ("F2 au 115", "f2 au 115"),
        ("", ""),
    ],
)
def test_capitals_accents_ligatures_and_curly_apostrophes_do_not_matter(typed, folded):
    assert fold(typed) == folded


@given(st.text())
@example("İ")
@example("ŉ´")
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_reading_the_words_again_gives_the_same_words(text):
    assert words(" ".join(words(text))) == words(text)


@given(st.text())
def test_every_word_is_folded_and_says_something(text):
    assert all(word.isalnum() and (len(word) > 1 or word.isdigit()) for word in words(text))


def test_little_words_stuck_to_the_next_are_dropped():
    assert words("J'ai besoin d’aide jusqu'à l'été, qu'on m'aide") == ["ai", "besoin", "aide", "ete", "on", "aide"]


def test_numbers_people_know_by_heart_are_kept():
    assert words("le 115, le 3919 ou un T2 pour 4") == ["le", "115", "le", "3919", "ou", "un", "t2", "pour", "4"]


def test_aujourdhui_is_not_taken_for_an_elision():
    assert "hui" not in stems("aujourd'hui")


@pytest.mark.parametrize(
    "family",
    [
        "impayé impayés impayée impayées impaye impayees",
        "loyer loyers LOYER",
        "payer payé payée paye",
        "frigo frigos",
        "perdu perdus perdue perdues",
        "étranger étrangère étrangères etrangere",
        "loger logement logé logée",
        "handicap handicapé handicapée handicapés",
        "enfant enfants",
        "aide aides aider",
        "aidant aidants aidante aidantes",
        "ami amis",
    ],
)
def test_the_forms_of_a_word_are_one_word(family):
    assert len({stem(word) for word in family.split()}) == 1


@pytest.mark.parametrize(
    ("one", "another"),
    [
        ("loyer", "loi"),
        ("payer", "pays"),
        ("aidant", "aide"),
        ("isolé", "isolation"),
        ("mari", "mars"),
        ("français", "France"),
        ("Caf", "café"),
        ("papiers", "papi"),
        ("licencié", "licence"),
    ],
)
def test_words_that_look_alike_stay_apart(one, another):
    assert stem(one) != stem(another)


def test_only_the_words_that_carry_meaning_are_stemmed_in_order():
    assert stems("Bonjour, je ne peux plus payer mon loyer, le loyer est trop cher") == [
        *("pay", "loy", "loy", "trop", "cher"),
    ]


def test_words_that_can_change_the_meaning_are_not_stop_words():
    assert STOP_WORDS.isdisjoint({"sans", "seul", "seule", "mal", "trop", "aide", "personne", "etre", "urgence"})


def test_stop_words_are_written_as_the_words_of_a_text_are():
    assert all(words(word) in ([word], []) for word in STOP_WORDS)


def test_two_people_typing_at_the_same_time_get_the_same_stems():
    typed = [f"accompagnement{i % 7} impayées{i}" for i in range(400)]
    stem.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(stems, typed))
    stem.cache_clear()
    assert together == [stems(text) for text in typed]
