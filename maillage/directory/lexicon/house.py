"""The lexicon of this house: the product's, and the Département's own words, which win, in every process at once."""

from dataclasses import replace
from functools import cache, lru_cache

from maillage.directory.choices import AUDIENCES, THEMES
from maillage.directory.lexicon.checks import Fault, check_row, sense
from maillage.directory.lexicon.matching import Index, Key
from maillage.directory.lexicon.reading import Lexicon, Reading, build, lexicon, product_rows, read_need
from maillage.directory.lexicon.rows import URGENCIES, Row
from maillage.directory.lexicon.typos import Speller, is_one_slip
from maillage.directory.lexicon.weighing import Scales
from maillage.directory.models import LexiconStamp, OwnExpression

OURS = "nos mots"


def read_here(text: str) -> Reading:
    """What a person needs, as this house reads it: its own words first, and a number to call is never put out.

    An urgency that the product hears stays heard, whatever ours say of the same words. One look-up in the database.
    """
    book, product = house_lexicon(), lexicon()
    reading = read_need(text, book)
    if book is product:
        return reading
    heard = {*reading.urgencies, *read_need(text, product).urgencies}
    return replace(reading, urgencies=tuple(urgency for urgency in URGENCIES if urgency in heard))


def house_lexicon() -> Lexicon:
    """The product's lexicon until the Département has words of its own."""
    stamp = LexiconStamp.objects.order_by("pk").values_list("stamp", flat=True).first()
    return _with_own_words(stamp) if stamp else lexicon()


@lru_cache(maxsize=2)
def _with_own_words(stamp: str) -> Lexicon:
    """Made once for each stamp: it is drawn anew in the very transaction that changes a word."""
    return extended(lexicon(), build(row_of(one) for one in OwnExpression.objects.in_use().order_by("pk")))


def extended(product: Lexicon, ours: Lexicon) -> Lexicon:
    """The product's lexicon with our words in it: built whole again, its ten thousand rows would take a second.

    Where both say the same words, ours are right. A part that the product does not know says as much as its rarest.
    """
    weights, most = product.scales.precision, max(product.scales.precision.values(), default=1.0)
    new = ours.scales.leaning.keys() - product.scales.leaning.keys()
    return replace(
        product,
        index=Index.of({**product.index.rows, **ours.index.rows}, _exact(product) | _exact(ours)),
        spellings=product.spellings | ours.spellings,
        vocabulary=product.vocabulary | ours.vocabulary,
        speller=_BothSpellers(product.speller, ours.speller),
        scales=Scales({**dict.fromkeys(new, most), **weights}, {**ours.scales.leaning, **product.scales.leaning}),
        remembered={},
    )


def _exact(book: Lexicon) -> dict[Key, Row]:
    return {key: row for found in book.index.exact.values() for key, row in found}


class _BothSpellers(Speller):
    """The word meant, of the product's or of ours: one slip rather than two, the product's at equal slips."""

    def __init__(self, product: Speller, ours: Speller) -> None:
        super().__init__(())
        self._product, self._ours = product, ours

    def closest(self, word: str) -> str:
        theirs, ours = self._product.closest(word), self._ours.closest(word)
        is_nearer = bool(ours) and is_one_slip(word, ours) and not is_one_slip(word, theirs)
        return ours if is_nearer or not theirs else theirs


def row_of(own: OwnExpression) -> Row:
    """An expression of ours, as the files have theirs."""
    return Row(
        OURS, own.pk or 0, own.expression, tuple(own.thematiques), tuple(own.publics), own.urgency, own.is_exact
    )


def key_of(row: Row) -> str:
    """What a sentence has to contain, in one text: two rows of one key cannot both be right."""
    return f"{'=' if row.is_exact else ''}{' '.join(row.key)}"


def product_row(row: Row) -> Row | None:
    """What the product says for the same words, if it says anything."""
    return _product_by_key().get(key_of(row))


@cache
def _product_by_key() -> dict[str, Row]:
    return {key_of(row): row for row in product_rows()}


def is_known(row: Row) -> bool:
    """Whether the product already reads these words in this very sense."""
    found = product_row(row)
    return found is not None and sense(found) == sense(row)


def check_own(row: Row, *, but: int | None = None) -> list[Fault]:
    """The faults of a row of ours, itself (`but`) aside: those of any row, then what others of ours already say."""
    found = check_row(row)
    if not row.key:
        return found
    others = OwnExpression.objects.in_use().filter(key=key_of(row))
    if other := (others.exclude(pk=but) if but else others).first():
        what = f"se lit comme « {other.expression} », déjà dans vos mots ; corrigez plutôt celle-là"
        found.append(Fault(row, "expression", row.expression, what))
    return found


def contradiction(row: Row) -> Fault | None:
    """What the product says otherwise for the same words: said before ours take its place."""
    found = product_row(row)
    if found is None or sense(found) == sense(row):
        return None
    needs = [THEMES.get(code, code) for code in found.thematiques]
    meaning = ", ".join([*needs, *(AUDIENCES.get(code, code) for code in found.publics)])
    what = f"se lit déjà comme « {found.expression} » dans le lexique du produit : {meaning}"
    return Fault(row, "expression", row.expression, what)
