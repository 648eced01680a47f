"""Whole sentences: one need or several, text-message French, what is lacking before what is around it, and nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.core.text import fold
from maillage.directory.lexicon import read_need
from maillage.directory.lexicon.files import COLUMNS, FOLDER
from maillage.directory.lexicon.hearing import _folded, hear, spellings
from maillage.directory.lexicon.reading import build
from maillage.directory.lexicon.rows import Row
from maillage.directory.lexicon.sounds import sound
from maillage.directory.lexicon.typos import Speller, slips
from maillage.directory.lexicon.weighing import Scales, guess

ARREARS = "logement-hebergement--reduire-les-impayes-de-loyer"
RENT = "logement-hebergement--louer-un-logement"
PAPERS = "difficultes-administratives-ou-juridiques--accompagnement-aux-demarches-administratives"
FOOD = "equipement-et-alimentation--alimentation"
CLOTHES = "equipement-et-alimentation--habillement"
SHELTER = "logement-hebergement--rechercher-une-solution-dhebergement-temporaire"
CARE = "sante--acces-aux-soins"
MIND = "sante--sante-mentale"
JOB = "trouver-un-emploi--repondre-a-des-offres-demploi"
KEPT_JOB = "trouver-un-emploi--maintien-dans-lemploi"
CHILDCARE = "famille--garde-denfants"
PARENTS = "famille--soutien-a-la-parentalite-et-a-leducation"
VIOLENCE = "famille--surmonter-conflits-separation-violence"
LICENCE = "mobilite--preparer-un-permis"
CAR = "mobilite--acceder-a-un-vehicule"
FRENCH = "lecture-ecriture-calcul--maitriser-le-francais"
COMPUTER = "numerique--acquerir-un-equipement"
INTERNET = "numerique--acceder-a-une-connexion-internet"
ONLINE = "numerique--acceder-a-des-services-en-ligne"
DEBTS = "difficultes-financieres--situation-dendettement-surendettement"
TRAINING = "se-former--trouver-sa-formation"
ADDICTION = "sante--addictions"
CV = "preparer-sa-candidature--realiser-un-cv-et-ou-une-lettre-de-motivation"


@pytest.mark.parametrize(
    ("sentence", "needs"),
    [
        ("logement et papiers", [RENT, PAPERS]),
        ("papiers, logement", [PAPERS, RENT]),
        ("manger + dormir ce soir", [FOOD, SHELTER]),
        ("j'ai perdu mon travail, je ne peux plus payer mon loyer", [KEPT_JOB, ARREARS]),
        ("j'ai perdu mon travail je ne peux plus payer mon loyer", [KEPT_JOB, ARREARS]),
        ("dentiste et psy", [CARE, MIND]),
        ("passer le permis et acheter une voiture", [LICENCE, CAR]),
        ("pas de boulot et pas de garde pour mon fils", [JOB, CHILDCARE]),
        ("cours de français et logement", [FRENCH, RENT]),
        ("mon mari me frappe et je sais pas où aller dormir", [VIOLENCE, SHELTER]),
        ("ordinateur et internet", [COMPUTER, INTERNET]),
        ("je suis seule avec mes enfants et je n'ai plus rien à manger", [PARENTS, FOOD]),
        ("je cherche une formation et un logement pour la rentrée", [TRAINING, RENT]),
        ("alcool, logement, travail", [ADDICTION, RENT, JOB]),
        ("aide alimentaire ; vêtements pour bébé", [FOOD, CLOTHES]),
    ],
)
def test_each_need_said_is_kept_in_the_order_said(sentence, needs):
    assert [group[0] for group in read_need(sentence).needs] == needs


@pytest.mark.parametrize(
    ("sentence", "need"),
    [
        ("je peux plus payer mon loyer, j'ai trois mois de retard, le proprio menace de m'expulser", ARREARS),
        ("garder mon fils quand je travaille", CHILDCARE),
        ("pas de voiture pour aller bosser", CAR),
        ("mot de passe caf oublié", ONLINE),
        ("dettes, crédits, huissier, surendettement", DEBTS),
        ("cv et lettre de motivation", CV),
        ("lire et écrire", FRENCH),
        ("alcool et drogue", ADDICTION),
        ("divorce puis pension alimentaire", VIOLENCE),
        ("frigo vide, plus rien à manger, besoin d'un colis alimentaire", FOOD),
    ],
)
def test_one_need_said_in_several_ways_stays_one(sentence, need):
    assert [group[0] for group in read_need(sentence).needs] == [need]


def test_the_needs_hold_all_that_was_understood_and_nothing_else():
    reading = read_need("logement et papiers, plus un dentiste")
    assert {slug for group in reading.needs for slug in group} == set(reading.understood)


def test_a_hint_comes_last_fills_up_to_three_and_is_not_claimed_to_be_understood():
    reading = read_need("je cherche des ménages chez des particuliers")
    assert reading.thematiques == reading.understood + reading.hints
    assert len(reading.thematiques) <= 3 or not reading.hints
    assert read_need("zzzzzzzz").hints == ()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("g pa dargent", "j'ai pas d'argent"),
        ("jpp payer mon loyé", "j'en peux plus payer mon loyer"),
        ("g bzoin d1 appart", "j'ai besoin d'un appartement"),
        ("j'ai perdu mon taf", "j'ai perdu mon travail"),
        ("g plu de loyer a manjé", "j'ai plus de loyer à manger"),
        ("lapl", "l'apl"),
        ("mon tel é cassé", "mon téléphone est cassé"),
        ("R.S.A.", "rsa"),
        ("une asistente sosiale", "une assistante sociale"),
        ("surandettement", "surendettement"),
        ("jai pu de mutuel", "j'ai plus de mutuelle"),
        ("le toubib", "le médecin"),
    ],
)
def test_text_messages_and_spelling_by_ear_are_read_as_they_were_meant(typed, meant):
    assert read_need(typed).thematiques == read_need(meant).thematiques != ()


@pytest.mark.parametrize(
    ("sentence", "first"),
    [
        ("pas de mutuelle", CARE),
        ("plus de voiture", CAR),
        ("j'ai pas le permis", LICENCE),
        ("sans papiers", PAPERS),
        ("pas d'ordinateur", COMPUTER),
        ("je ne sais ni lire ni écrire", FRENCH),
    ],
)
def test_what_someone_does_not_have_is_what_they_need(sentence, first):
    assert read_need(sentence).thematiques[0] == first


@pytest.mark.parametrize(
    ("sentence", "first"),
    [
        ("au RSA et sans véhicule", CAR),
        ("qui garde mes enfants pendant que je travaille", CHILDCARE),
        (
            "chômage refusé parce que j'ai démissionné",
            PAPERS.rpartition("--")[0] + "--accompagnement-pour-lacces-aux-droits",
        ),
    ],
)
def test_the_need_comes_before_what_is_around_it(sentence, first):
    assert read_need(sentence).thematiques[0] == first


NOTHING = """
    Melun · 77000 · avenue du Général de Gaulle, Fontainebleau · bonjour
    je voudrais un renseignement · s'il vous plaît
    quelle heure est-il · il fait beau aujourd'hui · quel temps demain · recette de tarte aux pommes
    comment faire une pâte à crêpes · résultat du match de dimanche · la lune est pleine ce soir
    mon chien s'appelle Rex · acheter un bouquet de roses · vous êtes ouverts le lundi · où êtes-vous situés
    quelqu'un peut me rappeler · je ne sais pas quoi dire · test · azerty · lorem ipsum dolor sit amet
    j'habite à Nemours · je suis à Paris pour deux jours · Saint-Pierre-lès-Nemours · La Ferté-sous-Jouarre
    route de Montereau · Dammarie-les-Lys 77190 · hameau des Trois Chênes · bonne année · joyeux anniversaire
    les pommiers fleurissent au printemps · combien coûte un timbre · la capitale de l'Italie
    je préfère le bleu au rouge · il pleut depuis trois jours · deux plus deux font quatre · ma montre est en avance
    je suis content · tout va bien · à bientôt · 12 rue de la Paix à Melun · les horaires d'ouverture
    le marché du samedi · un café s'il vous plaît · je pars demain matin · c'est noté · on se voit jeudi
    la cathédrale est magnifique · le roman est court · une belle journée · mon prénom est Paul
    il neige sur les montagnes · le soleil brille · la souris grise · les étoiles filantes · un deux trois
    tourner à gauche puis à droite · au bord de la rivière · le pont est fermé · la tour penche · il court vite
"""


def _sentences(text):
    return [sentence.strip() for line in text.strip().splitlines() for sentence in line.split("·")]


@pytest.mark.parametrize("sentence", _sentences(NOTHING))
def test_a_sentence_without_a_need_says_nothing(sentence):
    assert (read_need(sentence).thematiques, read_need(sentence).urgencies) == ((), ())


def test_those_sentences_are_many():
    assert len(_sentences(NOTHING)) >= 60


def test_a_guess_needs_two_words_that_agree():
    said = [("colis", "restos"), ("colis", "famille"), ("restos", "famille"), ("restos", "semaine")]
    rows = {words: Row("", 0, " ".join(words), (FOOD,), (), "") for words in said}
    rows[("semaine", "permis")] = Row("", 0, "semaine permis", (LICENCE,), (), "")
    scales = Scales.of(rows, ())
    assert guess(["colis", "restos", "inconnu"], scales) == (FOOD,)
    assert guess(["restos"], scales) == ()
    assert guess([], scales) == ()


def test_what_matches_an_expression_is_no_guess():
    assert not read_need("frigo vide").is_guess
    assert not read_need("zzzzzzzz").is_guess


def test_a_departement_adds_its_own_words_and_they_win():
    own = Row("", 0, "le bus des droits", (PAPERS,), (), "")
    book = build([Row("", 0, "bus des droits", (FOOD,), (), ""), own])
    assert book.index.rows[own.key] == own


@given(st.text(max_size=60))
def test_the_quick_fold_is_the_slow_one(text):
    assert _folded(text) == fold(text)


@given(st.text(max_size=200))
def test_whatever_is_typed_is_heard_without_empty_words(text):
    assert all(each.word and each.word.isalnum() for each in hear(text))


@given(st.sampled_from(sorted(spellings())))
def test_a_text_message_spelling_is_read_in_one_go(typed):
    assert [each.word for each in hear(typed)] == list(spellings()[typed])


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", max_size=20))
def test_a_word_always_has_the_same_sound_and_is_no_slip_from_itself(word):
    assert sound(word) == sound(word)
    assert slips(word, word, most=2) == 0


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("lojeman", "logement"), ("asistente", "assistante"), ("farmasi", "pharmacie"), ("anceinte", "enceinte")],
)
def test_what_is_written_as_it_is_heard_is_found(typed, meant):
    assert sound(fold(typed)) == sound(meant)
    assert Speller([meant]).closest(fold(typed)) == meant


def test_every_table_can_be_opened_in_a_spreadsheet():
    for path in FOLDER.glob("*.csv"):
        lines = path.read_text(encoding="utf-8").splitlines()
        assert len({line.count(",") for line in lines if '"' not in line}) == 1, path.name
    assert COLUMNS[0] == "expression"
