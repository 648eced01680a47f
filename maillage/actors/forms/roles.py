"""What people type about roles: to give one, to change its dates, to prepare a departure."""

import datetime as dt
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from maillage.actors.actions.accounts import by_email
from maillage.actors.choices import ROLES, Role, Scope
from maillage.actors.forms.organisations import say_what_is_missing
from maillage.actors.models import Organisation, Site, User
from maillage.actors.permissions import may_grant, roles_to_give, sectors_to_give
from maillage.core import clock
from maillage.core.concurrency import new_key
from maillage.core.days import sensible_day
from maillage.core.refusals import Refused
from maillage.territories.models import Sector

DAY = {"type": "date"}


def _day(label: Any, **facts: Any) -> forms.DateField:
    widget = forms.DateInput(attrs=DAY, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, validators=[sensible_day], **facts)


NOT_YOURS = {
    "role": _("Ce rôle n'est pas de ceux que vous pouvez donner."),
    "organisation": _("Cette organisation n'est pas de celles où vous donnez des rôles."),
    "sector": _("Ce secteur n'est pas le vôtre : vous ne donnez de rôle que dans votre secteur."),
    "site": _("Ce lieu n'est pas un lieu ouvert d'une organisation où vous donnez des rôles."),
}


class SectorChoice(forms.ModelChoiceField):
    def label_from_instance(self, sector: Any) -> str:
        return f"{sector.name} ({sector.code})"


class SiteChoice(forms.ModelChoiceField):
    def label_from_instance(self, site: Any) -> str:
        return f"{site.organisation.name} · {site.name}"


class GrantForm(forms.Form):
    """A role for an address: given at once when an account is open there, else by an invitation."""

    email = forms.EmailField(label=_("Adresse électronique de la personne"), max_length=254)
    role = forms.ChoiceField(label=_("Rôle"))
    organisation = forms.ModelChoiceField(
        label=_("Organisation"), queryset=Organisation.objects.none(), empty_label=_("(à choisir)")
    )
    sector = SectorChoice(
        label=_("Secteur"), queryset=Sector.objects.none(), required=False, empty_label=_("(aucun)"),
        help_text=_("Pour un rôle de secteur. Aucun : tout le Département, que seul un administrateur donne."),
    )  # fmt: skip
    site = SiteChoice(
        label=_("Lieu"), queryset=Site.objects.none(), required=False, empty_label=_("(aucun)"),
        help_text=_("Pour un rôle dans une organisation partenaire. Aucun : toute l'organisation."),
    )  # fmt: skip
    last_day = _day(_("Dernier jour"), required=False, help_text=_("Aucun : sans date de fin, revu chaque année."))
    intention = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        given = roles_to_give(by)
        self.fields["intention"].initial = new_key()
        choices = [(role.value, role.label) for role in given]
        cast(forms.ChoiceField, self.fields["role"]).choices = [("", gettext("(à choisir)")), *choices]
        organisations = Organisation.objects.filter(closed_on__isnull=True)
        if set(given) <= {role for role, facts in ROLES.items() if facts.scope == Scope.ORGANISATION}:
            organisations = organisations.filter(is_house=False)
            del self.fields["sector"]
        else:
            self._model("sector").queryset = sectors_to_give(by)
        if not by.roles() & {Role.ADMINISTRATOR, Role.MDS_MANAGER}:
            organisations = organisations.filter(
                pk__in=[held.organisation_id for held in by.holds(Role.PARTNER_EDITOR)]
            )
        self._model("organisation").queryset = organisations
        sites = Site.objects.filter(closed_on__isnull=True, organisation__in=organisations).exclude(
            organisation__in=Organisation.objects.filter(is_house=True)
        )
        for name, sentence in NOT_YOURS.items():
            if name in self.fields:
                self.fields[name].error_messages["invalid_choice"] = str(sentence)
        self._model("site").queryset = sites.select_related("organisation").order_by("organisation__name", "name")
        say_what_is_missing(self)

    def _model(self, name: str) -> forms.ModelChoiceField:
        return cast(forms.ModelChoiceField, self.fields[name])

    def clean_last_day(self) -> dt.date | None:
        day = cast("dt.date | None", self.cleaned_data["last_day"])
        if day and day < clock.today():
            raise forms.ValidationError(gettext("Ce jour est passé : choisissez un jour à venir, ou aucun."))
        return day

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        if facts.get("role") and facts.get("organisation"):
            refusal = may_grant(
                self.by, facts["role"], facts["organisation"], facts.get("sector"), facts.get("site"),
                to=by_email(facts.get("email", "")),
            )  # fmt: skip
            if refusal:
                raise forms.ValidationError(said(refusal))
        return facts

    @property
    def until(self) -> dt.date | None:
        """The first day without the role."""
        day = self.cleaned_data.get("last_day")
        return day + dt.timedelta(days=1) if day else None


def said(refusal: Refused) -> str:
    """The refusal on one line, for a form."""
    return " ".join(filter(None, [refusal.sentence, refusal.instead]))


class DatesForm(forms.Form):
    """When a role ends."""

    last_day = _day(_("Dernier jour du rôle"), required=False, help_text=_("Vide : sans date de fin."))
    version_read = forms.IntegerField(widget=forms.HiddenInput)
    intention = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def clean_last_day(self) -> dt.date | None:
        day = cast("dt.date | None", self.cleaned_data["last_day"])
        if day and day < clock.today() - dt.timedelta(days=1):
            raise forms.ValidationError(gettext("Ce jour est passé : un rôle se termine aujourd'hui au plus tôt."))
        return day


class DepartureForm(forms.Form):
    """The last day of a colleague, and who takes over."""

    last_day = _day(_("Dernier jour"), help_text=_("Ce jour-là compris, la personne garde ses accès."))
    successor = forms.ModelChoiceField(
        label=_("Qui reprend ce qu'elle laisse"), queryset=User.objects.none(), required=False
    )
    intention = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, colleagues: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["intention"].initial = new_key()
        self.fields["last_day"].initial = clock.today()
        successor = cast(forms.ModelChoiceField, self.fields["successor"])
        successor.queryset = colleagues
        successor.empty_label = gettext("(personne)")
        say_what_is_missing(self)

    def clean_last_day(self) -> dt.date:
        day = cast(dt.date, self.cleaned_data["last_day"])
        if day < clock.today() - dt.timedelta(days=1):
            raise forms.ValidationError(
                gettext("Pour un départ déjà passé, écrivez la date d'hier : les accès se ferment aussitôt.")
            )
        return day


class RolesAsked(forms.Form):
    """What to keep of the list of roles. Codes only: they may stand in an address."""

    role = forms.ChoiceField(label=_("Rôle"), required=False, choices=[("", _("Tous les rôles")), *Role.choices])
    organisation = forms.ModelChoiceField(
        label=_("Organisation"), queryset=Organisation.objects.all(), required=False, empty_label=_("Toutes")
    )
    sector = forms.ChoiceField(label=_("Secteur"), required=False)
    ended = forms.BooleanField(label=_("Aussi les rôles terminés"), required=False)
    person = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sectors = [(sector.code, f"{sector.name} ({sector.code})") for sector in Sector.objects.now()]
        cast(forms.ChoiceField, self.fields["sector"]).choices = [("", _("Tous")), *sectors]
