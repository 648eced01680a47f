"""Tie a structure to the place of the organisation that works there: who may propose for it follows from that."""

from typing import Any

from django.utils.translation import gettext

from maillage.actors.models import Organisation, Site
from maillage.core import journal
from maillage.core.concurrency import once, save_version
from maillage.core.refusals import Refused
from maillage.directory.actions.changing import protect_site
from maillage.directory.models import Structure, Submission


def tie(structure: Structure, site: Site, *, expected: int, key: str, by: Any) -> None:
    """From now on this structure is that site's: whoever keeps the organisation's records proposes for it.

    Raises Refused for a place that is closed, or while a proposal of the organisation it leaves waits for an answer;
    Stale when someone changed the structure since it was read at version `expected`; AlreadyDone.
    """
    with journal.act():
        once(key)
        # Its row is held: closed meanwhile, the place takes nothing more.
        current = Site.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=site.pk)
        if current.closed_on or current.organisation.closed_on:
            raise Refused(gettext("Ce lieu est fermé : choisissez un lieu ouvert de l'organisation."))
        _refuse_while_someone_waits(structure, organisation=current.organisation)
        structure.site = current
        save_version(structure, expected=expected, fields=["site"])
        protect_site(structure)
        journal.record(by, "directory.tied", structure, site=current.pk, organisation=current.organisation_id)


def untie(structure: Structure, *, expected: int, key: str, by: Any) -> None:
    """It is no organisation's any more: only those who keep the directory correct it. Raises as `tie` does."""
    with journal.act():
        once(key)
        _refuse_while_someone_waits(structure, organisation=None)
        left = structure.site_id
        structure.site = None
        save_version(structure, expected=expected, fields=["site"])
        journal.record(by, "directory.untied", structure, site=left)


def _refuse_while_someone_waits(structure: Structure, *, organisation: Organisation | None) -> None:
    """An organisation that loses the structure would no longer read the answer it waits for."""
    waiting = Submission.objects.waiting().filter(structure=structure)
    if organisation is not None:
        waiting = waiting.exclude(organisation=organisation)
    if waiting.exists():
        raise Refused(
            gettext("Une proposition de l'organisation actuelle attend encore votre réponse."),
            instead=gettext("Publiez-la ou renvoyez-la d'abord."),
            instead_url=waiting[0].get_absolute_url(),
        )
