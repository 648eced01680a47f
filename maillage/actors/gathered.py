"""What organisations and roles give to the whole house: what waits for someone, tools in the menu, search."""

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from maillage.actors.actions.api_keys import WARNED_BEFORE
from maillage.actors.actions.reviews import waiting_for
from maillage.actors.choices import Role
from maillage.actors.models import Invitation, Organisation, User
from maillage.actors.pages.organisations import expiring_keys
from maillage.actors.permissions import can_read_organisation, can_read_person, can_withdraw_invitation
from maillage.core import clock
from maillage.core.access import has_role
from maillage.core.gathering import Found, Waiting, global_search, my_day
from maillage.core.navigation import Entry, navigation
from maillage.core.text import fold


def reviews_wait(reader: Any) -> list[Waiting]:
    """One line for all the roles to look at again, by the date of the first."""
    due = sorted(one.review_due_on for one in waiting_for(reader))
    if not due:
        return []
    title = ngettext("%(count)d rôle à revoir", "%(count)d rôles à revoir", len(due)) % {"count": len(due)}
    why = _("Chaque habilitation est revue au moins une fois par an (RGPD, art. 32).")
    return [Waiting(title, reverse("actors:reviews"), why, due_on=due[0], kind=_("Revue des habilitations"))]


def keys_wait(reader: Any) -> list[Waiting]:
    """The keys that will soon stop opening, for who may replace them."""
    return [
        Waiting(
            _("La clé « %(name)s » expire") % {"name": one.name},
            reverse("actors:organisation", args=[one.organisation_id]),
            _("Créez-en une autre avant le %(day)s.") % {"day": date_format(one.expires_on)},
            due_on=one.expires_on,
            kind=_("Clés d'API"),
        )
        for one in expiring_keys(reader, within=WARNED_BEFORE)
    ]


def invitations_wait(reader: Any) -> list[Waiting]:
    """The invitations of this person whose link died before anyone opened it."""
    over = Invitation.objects.filter(accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__lte=clock.now())
    mine = can_withdraw_invitation.among(over.filter(invited_by=reader.pk), reader)
    if not (count := mine.count()):
        return []
    title = ngettext("%(count)d invitation sans réponse", "%(count)d invitations sans réponse", count)
    why = _("Leur lien n'est plus valable : renvoyez-les ou retirez-les.")
    return [Waiting(title % {"count": count}, reverse("actors:roles"), why, kind=_("Invitations"))]


def find_organisations(reader: Any, words: str, limit: int) -> list[Found]:
    known = can_read_organisation.among(Organisation.objects.filter(closed_on__isnull=True), reader)
    number = words.replace(" ", "").upper()
    by_name = [pk for pk, name in known.values_list("pk", "name") if fold(words) in fold(name)][:limit]
    found = known.filter(Q(pk__in=by_name) | Q(siren=number[:9], siren__gt="") | Q(rna=number, rna__gt=""))[:limit]
    return [
        Found(one.name, reverse("actors:organisation", args=[one.pk]), one.get_kind_display(), one.address)
        for one in found
    ]


def find_people(reader: Any, words: str, limit: int) -> list[Found]:
    """People by name, for who opens the list of roles: each leads to the roles of that person."""
    if not any(has_role(reader, role) for role in (*GIVERS, Role.DPO)):
        return []
    known = can_read_person.among(User.objects.filter(is_active=True), reader).exclude(pk=reader.pk)
    rows = known.values_list("pk", "first_name", "last_name").order_by("last_name", "pk")
    named = ((pk, f"{first} {last}") for pk, first, last in rows)
    found = [(pk, name) for pk, name in named if fold(words) in fold(name)]
    return [
        Found(name, f"{reverse('actors:roles')}?person={pk}&ended=on", _("Personne")) for pk, name in found[:limit]
    ]


GIVERS = (Role.ADMINISTRATOR, Role.MDS_MANAGER, Role.PARTNER_EDITOR)
ENTRIES = (
    Entry(
        gettext_lazy("Rôles et habilitations"), "actors:roles", GIVERS,
        gettext_lazy("Qui tient quel rôle, où, jusqu'à quand ; en donner un, en terminer un."), "users", 30,
    ),
    Entry(  # Who watches over habilitations reads them, and gives none.
        gettext_lazy("Rôles et habilitations"), "actors:roles", (Role.DPO,),
        gettext_lazy("Qui tient quel rôle, où, jusqu'à quand."), "users", 30,
    ),
    Entry(
        gettext_lazy("Revue des habilitations"), "actors:reviews", GIVERS,
        gettext_lazy("Chaque année : ce rôle est-il encore utile ?"), "list-checks", 20,
    ),
    Entry(
        gettext_lazy("Organisations"), "actors:organisations", tuple(Role.values),
        gettext_lazy("Qui agit avec le Département, et dans quels lieux."), "building-2", 25,
    ),
    Entry(
        gettext_lazy("Équipes"), "actors:teams", (Role.ADMINISTRATOR, Role.MDS_MANAGER, Role.ANALYST),
        gettext_lazy("Accueil social et accompagnement : qui couvre quelles communes, et ce qui manque."), "users", 22,
    ),
    Entry(
        gettext_lazy("Ce que chaque rôle ouvre"), "actors:role_meanings", tuple(Role.values),
        gettext_lazy("Les rôles et leurs règles, en phrases."), "info", 5,
    ),
)  # fmt: skip


def register() -> None:
    """Give all this to the house; called once, by `apps.py`."""
    for source in (reviews_wait, keys_wait, invitations_wait):
        my_day.add(source)
    for entry in ENTRIES:
        navigation.add(entry)
    global_search.add(gettext_lazy("Organisations"), find_organisations)
    global_search.add(gettext_lazy("Personnes"), find_people)
