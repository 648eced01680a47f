"""Who reads what the tools of the house keep: the journal, breaches, slips, reports of retention."""

from typing import Any

from django.db.models import Q

from maillage.core.access import has_role, rule
from maillage.core.models import DataBreach, EliminationSlip, JournalLine, LegalHold, RetentionRun

# The words of `actors` for these roles: core knows no room, and asks `has_role` with their slug.
DPO, ADMINISTRATOR = "dpo", "administrator"
NOBODY = Q(pk__in=())


def _only(reader: Any, *roles: str) -> Q:
    return Q() if any(has_role(reader, role) for role in roles) else NOBODY


@rule(JournalLine)
def can_read_journal(reader: Any) -> Q:
    """Seul le délégué à la protection des données consulte le journal, et chaque consultation y est inscrite."""
    return _only(reader, DPO)


@rule(DataBreach)
def can_handle_breach(reader: Any) -> Q:
    """Seul le délégué à la protection des données lit et traite les violations de données."""
    return _only(reader, DPO)


@rule(EliminationSlip)
def can_handle_slip(reader: Any) -> Q:
    """Seul le délégué à la protection des données lit les bordereaux d'élimination et y inscrit le visa reçu."""
    return _only(reader, DPO)


@rule(LegalHold)
def can_handle_hold(reader: Any) -> Q:
    """Seul le délégué à la protection des données pose et lève une conservation exceptionnelle."""
    return _only(reader, DPO)


@rule(RetentionRun)
def can_read_retention_run(reader: Any) -> Q:
    """Le délégué à la protection des données et l'administration lisent le bilan des durées de conservation."""
    return _only(reader, DPO, ADMINISTRATOR)
