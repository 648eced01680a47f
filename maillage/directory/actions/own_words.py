"""The Département's own words: add one, correct, withdraw or restore it; many at once, from a table pasted in."""

import csv
import io
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext

from maillage.core import clock, journal
from maillage.core.concurrency import once, save_version
from maillage.core.refusals import Refused
from maillage.core.text import stem
from maillage.directory.lexicon.checks import Fault, sense
from maillage.directory.lexicon.files import COLUMNS
from maillage.directory.lexicon.house import check_own, contradiction, is_known, key_of, row_of
from maillage.directory.models import LexiconStamp, OwnExpression, UnknownWord
from maillage.directory.models.words import LONGEST_EXPRESSION

FIELDS = ("expression", "is_exact", "thematiques", "publics", "urgency")
MOST_LINES = 2_000
SEPARATORS = (",", ";", "\t")
PASTED = "directory.own_words"


@dataclass(frozen=True)
class RefusedLine:
    """A pasted line that was not taken: where it stood, as it was written, why."""

    number: int
    text: str
    sentences: list[str]


@dataclass
class Pasted:
    """What became of a pasted table."""

    added: int = 0
    known: int = 0
    refused: list[RefusedLine] = field(default_factory=list)

    def rest(self) -> str:
        """The lines that were not taken, as they were written."""
        return "\n".join(line.text for line in self.refused)


def faults_of(word: OwnExpression, *, replaces: bool) -> list[Fault]:
    """What keeps this expression, as it stands in memory, from being read; it `replaces` the product's, or not."""
    row = row_of(word)
    found = check_own(row, but=word.pk)
    if is_known(row):
        what = "est déjà compris ainsi par le produit : rien à ajouter"
        found.append(Fault(row, "expression", row.expression, what))
    against = contradiction(row)
    return [*found, *([against] if against and not replaces else [])]


def add_word(word: OwnExpression, *, key: str, by: Any, replaces: bool = False) -> OwnExpression:
    """From now on everyone's searches read this expression so. Raises Refused with what is wrong; AlreadyDone.

    The unknown words it explains wait no more.
    """
    with journal.act():
        once(key)
        _renew_stamp()
        _refuse(faults_of(word, replaces=replaces))
        _explain([_save(word, by=by)])
        journal.record(by, "directory.word_added", word)
    return word


def correct_word(word: OwnExpression, *, expected: int, key: str, by: Any, replaces: bool = False) -> None:
    """Keep the expression as it stands in memory. Raises Refused; Stale when it changed meanwhile; AlreadyDone."""
    with journal.act():
        once(key)
        _renew_stamp()
        _refuse(faults_of(word, replaces=replaces))
        _change(word, FIELDS, expected=expected, by=by)
        _explain([word])
        journal.record(by, "directory.word_corrected", word)


def withdraw_word(word: OwnExpression, *, by: Any) -> None:
    """Searches forget it; it is kept, and can come back. Done once, however often it is asked."""
    with journal.act():
        _renew_stamp()
        current = OwnExpression.objects.select_for_update().get(pk=word.pk)
        if current.withdrawn_at is None:
            current.withdrawn_at = clock.now()
            _change(current, ("withdrawn_at",), expected=current.version, by=by)
            journal.record(by, "directory.word_withdrawn", current)


def restore_word(word: OwnExpression, *, by: Any) -> None:
    """Searches read it again. Raises Refused when another expression of ours now says the same words."""
    with journal.act():
        _renew_stamp()
        current = OwnExpression.objects.select_for_update().get(pk=word.pk)
        if current.withdrawn_at is not None:
            _refuse(check_own(row_of(current), but=current.pk))
            current.withdrawn_at = None
            _change(current, ("withdrawn_at",), expected=current.version, by=by)
            _explain([current])
            journal.record(by, "directory.word_restored", current)


def _renew_stamp() -> None:
    """First of all: whoever changes a word of ours waits here for the others; each process then reads anew."""
    stamp, _ = LexiconStamp.objects.select_for_update().get_or_create(pk=1)
    stamp.stamp = secrets.token_hex(16)
    stamp.save(update_fields=["stamp"])


def _refuse(faults: list[Fault]) -> None:
    if faults:
        instead = gettext("Corrigez, puis recommencez : rien n'a changé.")
        raise Refused(" ".join(fault.sentence for fault in faults), instead=instead)


def _change(word: OwnExpression, fields: Iterable[str], *, expected: int, by: Any) -> None:
    word.key, word.changed_by, word.changed_at = key_of(row_of(word)), by, clock.now()
    save_version(word, expected=expected, fields={*fields, "key", "changed_by", "changed_at"})


def _explain(words: Iterable[OwnExpression]) -> None:
    """The unknown words that these expressions say wait no more."""
    said = {stem(part) for word in words for part in row_of(word).key}
    waiting = UnknownWord.objects.waiting().values_list("pk", "word")
    UnknownWord.objects.filter(pk__in=[pk for pk, word in waiting if stem(word) in said]).delete()


# -- Many at once ----------------------------------------------------------------------------------------------------


def paste_words(text: str, *, key: str, by: Any, replaces: bool = False) -> Pasted:
    """Add each line that can be: the files' own columns, with commas, semicolons or tabs. Raises Refused; AlreadyDone.

    A faulty line keeps no other from being taken. What is already read so, by us or by the product, is only counted.
    """
    lines = text.splitlines()
    if len(lines) > MOST_LINES:
        said = gettext("Il y a %(count)d lignes : collez-en %(most)d au plus à la fois.")
        raise Refused(said % {"count": len(lines), "most": MOST_LINES})
    done, added = Pasted(), []
    with journal.act():
        once(key)
        _renew_stamp()
        for number, line in enumerate(lines, start=1):
            if line.strip() and not _is_header(line):
                word = _read_line(line)
                if sentences := _line_faults(line, word, replaces=replaces):
                    done.refused.append(RefusedLine(number, line, sentences))
                elif _is_ours(word) or is_known(row_of(word)):
                    done.known += 1
                else:
                    added.append(_save(word, by=by))
        _explain(added)
        done.added = len(added)
        if added:
            journal.record(by, "directory.words_pasted", PASTED, count=len(added))
    return done


def _cells(line: str) -> list[str]:
    """The cells of one line, whatever separates them."""
    separator = max(SEPARATORS, key=line.count)
    return [cell.strip() for cell in next(csv.reader([line], delimiter=separator), [])]


def _is_header(line: str) -> bool:
    return tuple(_cells(line.lstrip("\ufeff"))[: len(COLUMNS)]) == COLUMNS


def _read_line(line: str) -> OwnExpression:
    expression, thematiques, publics, urgency, *_ = [*_cells(line), "", "", "", ""]
    return OwnExpression(
        expression=expression.strip("« »"), is_exact=expression.startswith("«"), thematiques=thematiques.split(),
        publics=publics.split(), urgency=urgency,
    )  # fmt: skip


def _line_faults(line: str, word: OwnExpression, *, replaces: bool) -> list[str]:
    if len(_cells(line)) > len(COLUMNS):
        said = gettext("Cette ligne a %(found)d colonnes ; il en faut %(expected)d au plus : %(columns)s.")
        return [said % {"found": len(_cells(line)), "expected": len(COLUMNS), "columns": ", ".join(COLUMNS)}]
    if len(word.expression) > LONGEST_EXPRESSION:
        return [gettext("Cette expression est trop longue : %(most)d signes au plus.") % {"most": LONGEST_EXPRESSION}]
    if _is_ours(word):
        return []
    row = row_of(word)
    against = None if replaces else contradiction(row)
    return [fault.sentence for fault in (*check_own(row), *([against] if against else []))]


def _is_ours(word: OwnExpression) -> bool:
    """Whether we already read these words in this very sense."""
    mine = OwnExpression.objects.in_use().filter(key=key_of(row_of(word))).first()
    return mine is not None and sense(row_of(mine)) == sense(row_of(word))


def _save(word: OwnExpression, *, by: Any) -> OwnExpression:
    word.key = key_of(row_of(word))
    word.added_by = word.changed_by = by
    word.added_at = word.changed_at = clock.now()
    word.save(force_insert=True)
    return word


# -- To be offered to the product ------------------------------------------------------------------------------------


def own_words_table(words: Iterable[OwnExpression]) -> str:
    """These expressions in the columns of the product's files, as CSV."""
    table = io.StringIO(newline="")
    written = csv.writer(table, lineterminator="\n")
    written.writerow(COLUMNS)
    for one in words:
        expression = f"« {one.expression} »" if one.is_exact else one.expression
        written.writerow([expression, " ".join(one.thematiques), " ".join(one.publics), one.urgency])
    return table.getvalue()
