"""The papers of actors: the yearly report on habilitations."""

from collections.abc import Sequence
from typing import Any, Protocol

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from maillage.core import clock
from maillage.core.documents import compile_document, in_words

TEMPLATE = "actors/documents/review_report.typ"


class Line(Protocol):
    """One organisation over twelve months, as `actions.reviews.report` counts it."""

    @property
    def organisation(self) -> str: ...
    @property
    def in_force(self) -> int: ...
    @property
    def reviewed(self) -> int: ...
    @property
    def ended(self) -> int: ...
    @property
    def to_review(self) -> int: ...
    @property
    def late(self) -> int: ...


def review_report(lines: Sequence[Line], *, house: str) -> bytes:
    """The report as PDF/UA, in French whatever the language of who prints it."""
    with translation.override(settings.LANGUAGE_CODE):
        return compile_document(TEMPLATE, report_data(lines, house=house))


def report_data(lines: Sequence[Line], *, house: str) -> dict[str, Any]:
    rows = [
        [line.organisation, *map(str, (line.in_force, line.reviewed, line.ended, line.to_review, line.late))]
        for line in lines
    ]
    late = sum(line.late for line in lines)
    day = in_words(clock.today())
    return {
        "title": _("Revue annuelle des habilitations"),
        "house": house,
        "lead": _("Les douze mois jusqu'au %(day)s.") % {"day": day},
        "verdict": _("%(late)d rôles en retard de revue.") % {"late": late} if late else _("Aucun retard."),
        "headers": [_("Organisation"), _("En vigueur"), _("Revus"), _("Terminés"), _("À revoir"), _("En retard")],
        "rows": rows,
        "nothing": _("Aucun rôle n'est donné."),
        "why": _(
            "Chaque accès doit rester nécessaire à qui le tient (RGPD, art. 5 et 32 ; CNIL, guide de la sécurité des "
            "données personnelles). Un rôle revu est dit encore utile par une personne qui aurait pu le donner. Rien "
            "n'est retiré automatiquement : un retard se voit, se rappelle chaque mois et figure ici."
        ),
        "footer": _("Bilan établi le %(day)s à partir des rôles enregistrés.") % {"day": day},
    }
