"""The register of processing (RGPD, art. 30), read from the retention classes, the models and the rules themselves."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from maillage.core.access import RULES, Rule
from maillage.core.retention import FOLLOWING, IMPERSONAL, KEPT, Kept, RetentionClass

# Art. 32, as this software does it; each has its test.
MEASURES = (
    _("Comptes personnels ; second facteur pour les rôles qui lisent des dossiers."),
    _("Rien n'est ouvert sans une règle écrite ; aucun rôle ne lit tout."),
    _("Journal des actes et des lectures, enchaîné et scellé chaque mois."),
    _("Une page qui se lit ne peut rien écrire ; deux personnes qui corrigent ne s'effacent pas."),
    _("Durées de conservation appliquées chaque nuit, avec leur bilan."),
    _("Sauvegardes vérifiées ; chiffrement des textes les plus sensibles."),
)


TRANSFERS = _("Aucun transfert hors de l'Union européenne n'est fait par le logiciel.")  # Art. 30(1)(e).


@dataclass(frozen=True)
class Processed:
    """One kind of thing in a processing: the names of its personal data, and the rules under which it is read."""

    label: str
    fields: tuple[str, ...]
    recipients: tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """One processing, with what art. 30(1) asks: purpose, basis, people, data, recipients, time kept, measures."""

    id: str
    label: str
    purpose: str
    legal_basis: str
    subjects: tuple[str, ...]
    things: tuple[Processed, ...]
    kept_for: str
    reference: str
    measures: tuple[str, ...]
    transfers: str


def register_of_processing() -> list[Entry]:
    """One entry for each retention class in use, in the order of their labels."""
    ordered = sorted(KEPT.values(), key=lambda kept: (str(kept.retention_class.label), kept.model._meta.label))
    grouped = groupby(ordered, key=lambda kept: kept.retention_class.id)
    return [_entry(members[0].retention_class, members) for members in (list(group) for _id, group in grouped)]


def _entry(law: RetentionClass, members: list[Kept]) -> Entry:
    return Entry(
        id=law.id,
        label=str(law.label),
        purpose=str(law.purpose),
        legal_basis=str(law.legal_basis),
        subjects=tuple(sorted({str(kept.subjects) for kept in members if kept.subjects})),
        things=tuple(thing for kept in members for thing in _things(kept)),
        kept_for=law.kept_for(),
        reference=str(law.reference),
        measures=tuple(str(measure) for measure in MEASURES),
        transfers=str(TRANSFERS),
    )


def _things(kept: Kept) -> Iterator[Processed]:
    """The model, then those that are removed with it."""
    yield Processed(kept.name, _words(kept.model, kept.personal, kept.data), _readers_of(kept.model))
    yield from _followers(kept.model)


def _followers(parent: type[Model]) -> Iterator[Processed]:
    """What is removed with a model, and what is removed with that."""
    for one in FOLLOWING.values():
        if one.parent is parent:
            words = _words(one.model, one.personal, one.data)
            yield Processed(one.name, words, _readers_of(one.model, *one.read_by))
            yield from _followers(one.model)


def _words(model: type[Model], personal: tuple[str, ...], data: str | Promise) -> tuple[str, ...]:
    if data:
        return (str(data),)
    words = {field.name: str(field.verbose_name) for field in model._meta.fields}
    return tuple(words[name] for name in personal)


def _readers_of(model: type[Model], *others: Rule) -> tuple[str, ...]:
    """The sentence of each rule that opens the model: a model that none opens is read by nobody."""
    rules = {rule for rule in RULES.values() if rule.model is model}.union(others)
    return tuple(sorted(rule.sentence for rule in rules))


def impersonal() -> list[tuple[str, str]]:
    """The models that say nothing of anybody, each with its reason."""
    return sorted((label, str(reason)) for label, reason in IMPERSONAL.items())
