"""What people type about a team: its name, its pole, its communes, its posts, who joins it."""

from typing import Any, cast

from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from maillage.actors.actions.teams import TeamFacts
from maillage.actors.choices import TEAM_ROLES, Pole
from maillage.actors.forms.organisations import say_what_is_missing
from maillage.actors.models import Membership, Site, Team, TeamMember
from maillage.actors.permissions import can_read_membership, eligible_for, sector_codes_of
from maillage.core.concurrency import new_key
from maillage.territories.models import Commune, SectorCommune

MOST_POSTS = 99


class TeamForm(forms.Form):
    """A whole team, written at once: what was read travels with the form, and a key that is spent once."""

    version_read = forms.IntegerField(widget=forms.HiddenInput, required=False)
    intention = forms.CharField(max_length=64, widget=forms.HiddenInput)
    name = forms.CharField(label=_("Nom de l'équipe"), max_length=120)
    pole = forms.ChoiceField(label=_("Pôle"), choices=Pole.choices)
    communes = forms.ModelMultipleChoiceField(
        label=_("Communes où elle intervient"), queryset=Commune.objects.none(),
        widget=forms.CheckboxSelectMultiple, help_text=_("D'ordinaire une à trois, du secteur de la MDS."),
        error_messages={"required": _("Une équipe intervient dans une commune au moins : dites laquelle.")},
    )  # fmt: skip

    def __init__(self, data: QueryDict | None, *, site: Site, team: Team | None = None) -> None:
        super().__init__(data, initial=_initial(team))
        for role in TEAM_ROLES:
            label = gettext("Postes attendus : %(role)s") % {"role": str(role.label).lower()}
            self.fields[_posts(role)] = forms.IntegerField(label=label, min_value=0, max_value=MOST_POSTS, initial=0)
        self.initial.update({_posts(post.role): post.expected for post in team.posts.all()} if team else {})
        cast(forms.ModelMultipleChoiceField, self.fields["communes"]).queryset = _offered(site, team)
        say_what_is_missing(self)

    def facts(self) -> TeamFacts:
        said = self.cleaned_data
        posts = {str(role): said[_posts(role)] for role in TEAM_ROLES}
        return TeamFacts(said["name"], said["pole"], tuple(said["communes"]), posts)

    def upon(self, current: Team) -> "TeamForm":
        """The same words, over the team as someone else left it meanwhile."""
        data = cast(QueryDict, self.data).copy()
        data["version_read"], data["intention"] = str(current.version), new_key()
        return TeamForm(data, site=current.site, team=current)


def _posts(role: str) -> str:
    return f"posts_{role}"


def _initial(team: Team | None) -> dict[str, Any]:
    known = {"intention": new_key()}
    if team is None:
        return known
    communes = list(team.communes.values_list("pk", flat=True))
    return known | {"version_read": team.version, "name": team.name, "pole": team.pole, "communes": communes}


def _offered(site: Site, team: Team | None) -> QuerySet[Commune]:
    """The communes of the site's TIS today, and those the team has already, whatever the map became."""
    inside = SectorCommune.objects.now().filter(sector__code__in=sector_codes_of(site)[:1])
    kept = team.communes.values_list("pk", flat=True) if team else ()
    return Commune.objects.filter(Q(pk__in=inside.values("commune")) | Q(pk__in=list(kept)))


class _Colleague(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        team = obj.team_now
        told = {"person": str(obj.user), "role": obj.get_role_display(), "team": team}
        return (_("%(person)s · %(role)s (quitterait « %(team)s »)") if team else _("%(person)s · %(role)s")) % told


class PlaceForm(forms.Form):
    """Who joins a team: those who hold a role there and whom the reader may name."""

    intention = forms.CharField(max_length=64, widget=forms.HiddenInput)
    membership = _Colleague(
        label=_("Qui rejoint l'équipe ?"), queryset=Membership.objects.none(), empty_label=_("(à choisir)"),
        help_text=_("Les personnes qui tiennent un rôle d'accueil ou d'accompagnement dans ce secteur."),
    )  # fmt: skip

    def __init__(self, data: QueryDict | None, *, team: Team, reader: Any) -> None:
        super().__init__(data, initial={"intention": new_key()})
        people = cast(forms.ModelChoiceField, self.fields["membership"])
        # Who has just joined stays a valid answer: a double click is answered as the first one was.
        gone_in = TeamMember.objects.filter(team=team, valid_until__isnull=True) if data is None else ()
        people.queryset = _colleagues(team, reader).exclude(pk__in=[each.membership_id for each in gone_in])
        people.error_messages["invalid_choice"] = gettext("Cette personne ne peut pas rejoindre cette équipe.")
        say_what_is_missing(self)


def _colleagues(team: Team, reader: Any) -> QuerySet[Membership]:
    known = can_read_membership.among(eligible_for(team), reader)
    named = Membership.objects.with_team_now().filter(pk__in=known.values("pk"))
    return named.select_related("user").order_by("user__last_name", "user__first_name", "pk")
