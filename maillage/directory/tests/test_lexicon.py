"""The lexicon: people's own words are understood, and the files that say so stay right."""

import csv
from pathlib import Path

import pytest
from data_inclusion.schema.v1 import Public, Thematique
from hypothesis import given
from hypothesis import strategies as st

from maillage.directory.lexicon import check_lexicon, neighbours, read_need
from maillage.directory.lexicon.files import COLUMNS, COLUMNS_OF, FOLDER, NEIGHBOURS
from maillage.directory.lexicon.rows import read_rows
from maillage.directory.lexicon.typos import Speller, is_one_slip

ARREARS = "logement-hebergement--reduire-les-impayes-de-loyer"
SHELTER = "logement-hebergement--rechercher-une-solution-dhebergement-temporaire"
FOOD = "equipement-et-alimentation--alimentation"
MIND = "sante--sante-mentale"
VIOLENCE = "famille--surmonter-conflits-separation-violence"
THEMATIQUES = [thematique.value for thematique in Thematique]

with (Path(__file__).parent / "everyday_queries.csv").open(encoding="utf-8", newline="") as lines:
    EVERYDAY = [(line["query"], line["thematique"]) for line in csv.DictReader(lines)]


@pytest.mark.parametrize(("query", "thematique"), EVERYDAY)
def test_everyday_words_lead_to_the_right_need(query, thematique):
    assert thematique in read_need(query).thematiques[:3]


def test_the_everyday_queries_are_many_and_of_every_category():
    assert len({query for query, _ in EVERYDAY}) >= 60
    assert {slug.partition("--")[0] for _, slug in EVERYDAY} == {slug.partition("--")[0] for slug in THEMATIQUES}


@pytest.mark.parametrize("thematique", THEMATIQUES)
def test_every_need_can_be_reached_by_at_least_three_expressions(thematique):
    leading = [row.expression for row in read_rows() if thematique in row.thematiques]
    assert len([words for words in leading if thematique in read_need(words).thematiques]) >= 3


def test_each_expression_of_the_lexicon_is_understood_as_written():
    for row in read_rows():
        assert set(row.thematiques) <= set(read_need(row.expression).thematiques), row


def test_someone_who_cannot_pay_the_rent_is_understood():
    reading = read_need("Bonjour, je n'arrive plus à payer mon loyer, merci")
    assert reading.thematiques[0] == ARREARS
    assert [match.thematiques[0] for match in reading.matched] == [ARREARS]
    assert reading.leftover == ()


def test_someone_who_types_without_accents_in_capitals_is_understood_the_same():
    assert read_need("IMPAYES DE LOYER") == read_need("impayés de loyer")


def test_one_slip_of_the_finger_is_forgiven():
    assert read_need("aide alimantaire").thematiques == read_need("aide alimentaire").thematiques
    assert read_need("surendetement").matched == read_need("surendettement").matched


@pytest.mark.parametrize("word", ["fermer", "collègue", "fracture", "montrer", "ouvrier"])
def test_an_ordinary_word_is_not_taken_for_a_slip(word):
    assert read_need(word).matched == ()


def test_a_short_or_very_different_word_is_not_guessed():
    assert read_need("caisse").matched == ()
    assert read_need("zzzzzzzz").leftover == ("zzzzzzzz",)


def test_several_needs_in_one_sentence_are_all_heard_the_most_precise_first():
    reading = read_need("J'ai perdu mon travail, je ne peux plus payer mon loyer ni manger")
    assert {ARREARS, FOOD, "trouver-un-emploi--maintien-dans-lemploi"} <= set(reading.thematiques)
    assert reading.thematiques.index(ARREARS) < reading.thematiques.index(FOOD)


def test_the_longest_expression_wins_and_its_words_are_not_read_twice():
    matched = read_need("pension alimentaire").matched
    assert [match.expression for match in matched] == ["pension alimentaire"]


def test_words_nobody_explained_are_left_for_a_search_by_words():
    assert read_need("cours de macramé pour mon chat").leftover == ("cour", "macram", "chat")


def test_a_polite_sentence_without_a_need_says_nothing():
    reading = read_need("Bonjour, j'ai besoin d'aide s'il vous plaît")
    assert (reading.thematiques, reading.matched, reading.urgency) == ((), (), "")


@pytest.mark.parametrize(
    ("sentence", "urgency"),
    [
        ("mon mari me frappe", "violence"),
        ("il veut me tuer", "violence"),
        ("mon conjoint est violent avec moi", "violence"),
        ("mon père me frappe", "child"),
        ("ma fille a fugué", "child"),
        ("je veux me tuer", "suicide"),
        ("j'ai envie d'en finir", "suicide"),
        ("je ne sais pas où dormir ce soir", "street"),
        ("on est à la rue avec les petits", "street"),
        ("elle fait un malaise", "health"),
        ("mon mari me frappe, je ne sais pas où dormir", "violence"),
    ],
)
def test_someone_in_danger_is_heard(sentence, urgency):
    assert read_need(sentence).urgency == urgency


@pytest.mark.parametrize(
    "sentence",
    [
        "12 rue de la Paix à Melun",
        "fin de contrat",
        "je veux finir mes études",
        "mon père vient de mourir",
        "je n'arrive pas à dormir",
        "la coupe de cheveux",
        "violon pour ma fille",
        "peur de l'avion",
        "mon loyer est en retard",
        "je me bats pour mes droits",
        "taper un courrier",
        "mon téléphone est cassé",
        "bois de chauffage",
        "camp de vacances",
        "on m'a coupé le gaz",
    ],
)
def test_ordinary_sentences_raise_no_alarm(sentence):
    assert read_need(sentence).urgency == ""


def test_a_very_long_text_is_read_from_its_start():
    assert read_need("j'ai faim " + "lorem ipsum " * 10_000) == read_need("j'ai faim " + "lorem ipsum " * 1_000)


def test_who_the_person_is_is_heard_too():
    assert read_need("étudiante, je cherche un logement").publics == ("etudiants",)


@given(st.text())
def test_whatever_is_typed_a_reading_is_given(text):
    reading = read_need(text)
    assert set(reading.thematiques) <= set(THEMATIQUES)
    assert set(reading.publics) <= {public.value for public in Public}


@given(st.lists(st.sampled_from([row.expression for row in read_rows()]), max_size=4))
def test_the_same_sentence_is_always_read_the_same_way(expressions):
    sentence = " ".join(expressions)
    assert read_need(sentence) == read_need(sentence)
    assert len(set(read_need(sentence).thematiques)) == len(read_need(sentence).thematiques)


def test_when_nothing_is_found_the_same_category_is_tried_first_then_its_relatives():
    near = neighbours([ARREARS])
    assert near[0] == "logement-hebergement--se-maintenir-dans-le-logement"
    assert "difficultes-financieres--situation-dendettement-surendettement" in near
    categories = [slug.startswith("logement-hebergement--") for slug in near]
    assert categories == sorted(categories, reverse=True)


def test_neighbours_go_both_ways_and_never_repeat_what_was_asked():
    assert SHELTER in neighbours([VIOLENCE])
    assert VIOLENCE in neighbours([SHELTER])
    assert {ARREARS, MIND}.isdisjoint(neighbours([ARREARS, MIND]))


@pytest.mark.parametrize("thematique", THEMATIQUES)
def test_every_need_has_neighbours(thematique):
    assert neighbours([thematique])


def test_an_unknown_need_has_no_neighbour():
    assert neighbours(["inconnue--inconnue"]) == ()


def test_the_lexicon_has_no_fault():
    assert check_lexicon() == []


def test_the_lexicon_has_one_file_per_category_and_is_large_enough():
    categories = {slug.partition("--")[0] for slug in THEMATIQUES}
    tables = {Path(name).stem for name in COLUMNS_OF}
    assert {path.stem for path in FOLDER.glob("*.csv")} == categories | {"publics"} | tables
    assert len(read_rows()) >= 450


@pytest.fixture
def folder(tmp_path):
    """A small lexicon to proof-read, written by Alice, who is a social worker."""
    for name in COLUMNS_OF:
        (tmp_path / name).write_bytes((FOLDER / name).read_bytes())
    return tmp_path


def _write(folder, *lines, name="logement-hebergement.csv"):
    (folder / name).write_text("\n".join([",".join(COLUMNS), *lines]) + "\n", encoding="utf-8")


def test_a_mistyped_slug_is_named_with_the_nearest_right_one(folder):
    _write(folder, "loyer en retard,logement-hebergement--reduire-les-impayes-de-loyers,,")
    assert check_lexicon(folder) == [
        "logement-hebergement.csv, ligne 2, colonne « thematiques » : "
        f"« {ARREARS}s » n'existe pas ; vouliez-vous écrire « {ARREARS} » ?"
    ]


def test_an_unknown_public_and_an_unknown_urgency_are_named(folder):
    _write(folder, f"à la porte,{SHELTER},etudiant,rue")
    public, urgency = check_lexicon(folder)
    assert "colonne « publics » : « etudiant »" in public
    assert "« etudiants »" in public
    assert "choisissez parmi : violence, child, elder, suicide, street, health." in urgency


def test_one_expression_with_two_meanings_is_named_with_both_places(folder):
    _write(folder, f"loyers impayés,{ARREARS},,", f"mon loyer impayé,{SHELTER},,")
    (fault,) = check_lexicon(folder)
    assert "ligne 3" in fault
    assert "« loyers impayés » (logement-hebergement.csv, ligne 2)" in fault


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (f",{SHELTER},,", "est vide"),
        (f"je ne peux plus,{SHELTER},,", "mots de liaison"),
        (f"trouver,{SHELTER},,", "trop large"),
        ("toit,,,", "au moins une thématique ou un public"),
        (f"manger,{FOOD},,", "a sa place dans equipement-et-alimentation.csv"),
    ],
)
def test_an_empty_too_large_or_misplaced_expression_is_named(folder, line, words):
    _write(folder, line)
    (fault,) = check_lexicon(folder)
    assert words in fault


def test_columns_from_a_spreadsheet_in_another_shape_are_named(folder):
    (folder / "sante.csv").write_text("expression;thematiques;publics;urgence\n", encoding="utf-8-sig")
    assert any("sante.csv, ligne 1" in fault and ",".join(COLUMNS) in fault for fault in check_lexicon(folder))


def test_a_fault_in_the_table_of_neighbours_is_named(folder):
    (folder / NEIGHBOURS).write_text("thematique,voisines\nlogement,\n", encoding="utf-8")
    assert ["ligne 2" in fault for fault in check_lexicon(folder)] == [True, True]
    (folder / NEIGHBOURS).unlink()
    assert check_lexicon(folder) == ["neighbours.csv : ce fichier manque."]


@pytest.mark.parametrize("typed", ["logment", "logementt", "logemant", "lgoement", "logement"])
def test_a_letter_forgotten_added_replaced_or_swapped_is_one_slip(typed):
    assert is_one_slip(typed, "logement")
    assert Speller(["logement", "ménage"]).closest(typed) == "logement"


@pytest.mark.parametrize("typed", ["logmant", "ogemetn", "loge", ""])
def test_two_slips_are_too_many(typed):
    assert not is_one_slip(typed, "logement")
    assert Speller(["logement"]).closest(typed) == ""
