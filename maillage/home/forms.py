"""What people type on the porch: a search, a consultation of the journal, a breach, a visa, a hold."""

import datetime as dt
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from maillage.core import clock
from maillage.core.concurrency import new_key
from maillage.core.days import sensible_day
from maillage.core.models import BreachRisk, DataBreach
from maillage.home.actions import ACCOUNT, Consultation
from maillage.home.choices import Reason, Side
from maillage.home.subjects import identifier_of, thing_of
from maillage.home.verbs import every_verb


class Day(forms.DateInput):
    """A day chosen or typed, as browsers want it."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class Instant(forms.DateTimeInput):
    """A day and an hour, as browsers want them."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class SearchForm(forms.Form):
    """A few words. They come by POST: what someone looks for is in no address and no log."""

    words = forms.CharField(
        label=_("Que cherchez-vous ?"),
        max_length=200,
        error_messages={"required": _("Écrivez un mot : un nom, un lieu, ce que vous voulez faire.")},
    )


# -- The journal ----------------------------------------------------------------------------------------------------


class ConsultationForm(forms.Form):
    """Whose lines, over which days, and why. Without a reason, nothing is shown."""

    subject = forms.CharField(
        label=_("De qui, ou de quoi ?"),
        max_length=300,
        help_text=_(
            "L'adresse électronique d'un compte, l'adresse d'une page de ce site, ou l'identifiant du journal "
            "(directory.service:12)."
        ),
        error_messages={"required": _("Dites de qui, ou de quoi : le journal ne se parcourt pas sans objet.")},
    )
    side = forms.ChoiceField(label=_("Que voulez-vous savoir ?"), choices=Side, widget=forms.RadioSelect)
    since = forms.DateField(label=_("Depuis le"), required=False, widget=Day, validators=[sensible_day])
    until = forms.DateField(label=_("Jusqu'au"), required=False, widget=Day, validators=[sensible_day])
    verb = forms.ChoiceField(label=_("Un acte en particulier"), required=False)
    reason = forms.ChoiceField(
        label=_("Pourquoi ?"),
        choices=[("", _("Choisissez")), *Reason.choices],
        error_messages={"required": _("Choisissez pourquoi vous consultez le journal : il l'inscrira.")},
    )
    reference = forms.RegexField(
        r"^[\w./-]{1,60}$",
        label=_("Référence"),
        max_length=60,
        help_text=_("Celle de la demande ou du courrier, sans espace et sans nom de personne : 2026-014."),
        error_messages={
            "required": _("Il faut une référence, pour qu'on retrouve la demande : 2026-014."),
            "invalid": _("Une référence s'écrit sans espace, avec des lettres, des chiffres, . / ou - : 2026-014."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["verb"].choices = [("", _("Tous")), *every_verb()]  # type: ignore[attr-defined]

    def clean_subject(self) -> str:
        found = identifier_of(self.cleaned_data["subject"])
        if not found:
            raise forms.ValidationError(
                gettext(
                    "Nous ne reconnaissons ni un compte, ni une page de ce site, ni un identifiant. Copiez l'adresse "
                    "de la page, ou vérifiez l'adresse électronique."
                )
            )
        return found

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        subject, since, until = facts.get("subject", ""), facts.get("since"), facts.get("until")
        if subject and facts.get("side") == Side.BY and not subject.startswith(ACCOUNT):
            self.add_error("subject", gettext("Seul un compte lit ou change : donnez son adresse électronique."))
        if since and until and until < since:
            self.add_error("until", gettext("La fin de la période vient avant son début."))
        return facts

    def consultation(self) -> Consultation:
        facts = self.cleaned_data
        why = f"{facts['reason']}:{facts['reference']}"
        return Consultation(
            facts["subject"], facts["side"], facts["since"], facts["until"], verb=facts["verb"], why=why
        )


# -- Retention ------------------------------------------------------------------------------------------------------


class VisaForm(forms.Form):
    """What the archives answered to a slip."""

    answer = forms.ChoiceField(
        label=_("Les archives départementales…"),
        choices=[("sign", _("ont donné leur visa")), ("refuse", _("refusent l'élimination"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Dites si les archives ont donné leur visa.")},
    )
    sentence = forms.CharField(
        label=_("Référence du visa, ou raison du refus"),
        max_length=300,
        help_text=_("Telle qu'elle est écrite sur le bordereau revenu signé."),
        error_messages={"required": _("Écrivez la référence du visa, ou la raison du refus.")},
    )
    intention = forms.CharField(initial=new_key, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        if facts.get("answer") == "sign" and len(facts.get("sentence", "")) > 80:
            self.add_error("sentence", gettext("La référence d'un visa tient en 80 signes."))
        return facts


class HoldForm(forms.Form):
    """What must not be removed for now, and why."""

    subject = forms.CharField(
        label=_("Que faut-il garder ?"),
        max_length=300,
        help_text=_(
            "L'adresse de sa page sur ce site, l'adresse électronique d'un compte, ou l'identifiant du journal."
        ),
        error_messages={"required": _("Dites ce qu'il faut garder.")},
    )
    reason = forms.CharField(
        label=_("Pourquoi ?"),
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Un recours, une enquête, un contrôle : avec sa référence."),
        error_messages={"required": _("Une conservation exceptionnelle a un motif : écrivez-le en une phrase.")},
    )

    def clean_subject(self) -> Any:
        thing = thing_of(identifier_of(self.cleaned_data["subject"]))
        if thing is None:
            raise forms.ValidationError(gettext("Nous ne trouvons rien à cette adresse : vérifiez-la."))
        return thing


# -- Breaches -------------------------------------------------------------------------------------------------------


class BreachForm(forms.ModelForm):
    """What is known of a breach: little at first, more each day (RGPD, art. 33(4))."""

    version_read = forms.IntegerField(widget=forms.HiddenInput, required=False)
    intention = forms.CharField(initial=new_key, widget=forms.HiddenInput)

    class Meta:
        model = DataBreach
        fields = [
            "what_happened", "discovered_at", "harms_confidentiality", "harms_integrity", "harms_availability",
            "data_concerned", "people_about", "records_about", "consequences", "measures", "late_because",
        ]  # fmt: skip
        labels = {
            "what_happened": _("Que s'est-il passé ?"),
            "discovered_at": _("Quand l'avez-vous découvert ?"),
            "harms_confidentiality": _("Des données ont pu être lues ou divulguées"),
            "harms_integrity": _("Des données ont pu être modifiées"),
            "harms_availability": _("Des données sont perdues ou hors d'atteinte"),
            "data_concerned": _("Quelles données ?"),
            "people_about": _("Combien de personnes, à peu près ?"),
            "records_about": _("Combien d'enregistrements, à peu près ?"),
            "consequences": _("Que risquent ces personnes ?"),
            "measures": _("Qu'avez-vous fait, qu'allez-vous faire ?"),
            "late_because": _("Si les 72 heures sont passées, pourquoi ?"),
        }
        help_texts = {
            "what_happened": _("Les faits, sans nommer les personnes touchées. Une phrase suffit pour commencer."),
            "discovered_at": _("Les 72 heures courent à partir de cet instant."),
        }
        widgets = {
            "discovered_at": Instant,
            **{
                name: forms.Textarea(attrs={"rows": 3})
                for name in ("what_happened", "data_concerned", "consequences", "measures", "late_because")
            },
        }
        error_messages = {
            "what_happened": {"required": _("Dites ce qui s'est passé, même en une phrase.")},
            "discovered_at": {"required": _("Il nous faut cet instant : les 72 heures courent à partir de lui.")},
        }

    def clean_discovered_at(self) -> dt.datetime:
        found: dt.datetime = self.cleaned_data["discovered_at"]
        if found > clock.now():
            raise forms.ValidationError(gettext("La découverte ne peut pas être dans l'avenir : vérifiez l'heure."))
        return found

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["discovered_at"].validators.append(sensible_day)
        for name in self.own:
            self.fields[
                name
            ].show_hidden_initial = True  # What was read comes back: a change is told from a stale value.

    @property
    def own(self) -> list[str]:
        """The breach's own fields."""
        return [name for name in self.fields if name not in ("version_read", "intention")]

    def hidden_initials(self) -> list[str]:
        """The fields as they were read, to be sent back beside what the person writes."""
        return [self[name].as_hidden(only_initial=True) for name in self.own]

    def changed_fields(self) -> list[str]:
        """What this person changed, compared with what they had read."""
        return [name for name in self.own if name in self.changed_data]

    def conflicts(self, current: DataBreach) -> list[tuple[str, object]]:
        """The fields both people changed: their label, what stands now."""
        return [
            (str(self.fields[name].label), getattr(current, name))
            for name in self.changed_fields()
            if _as_read(self, name) != (getattr(current, name) or "")
        ]

    def merged(self, current: DataBreach) -> DataBreach:
        """The breach as someone else left it, with what this person changed."""
        for name in self.changed_fields():
            setattr(current, name, self.cleaned_data[name])
        return current

    def rebased(self, current: DataBreach) -> "BreachForm":
        """The same words, on the breach as someone else left it: sent again, they are kept."""
        data = cast(QueryDict, self.data).copy()
        fresh = BreachForm(instance=current)
        for name in self.own:
            now = _sent(fresh[name])
            data.setlist(f"initial-{name}", now)
            if name not in self.changed_data:
                data.setlist(name, now)
        data["version_read"], data["intention"] = str(current.version), new_key()
        return BreachForm(data, instance=current)


def _sent(bound: forms.BoundField) -> list[str]:
    """A stored value as a browser would send it."""
    value = bound.value()
    if isinstance(value, bool):
        return ["on"] if value else []
    written = bound.field.widget.format_value(value)
    return [] if written is None else [written[0] if isinstance(written, list) else str(written)]


def _as_read(form: BreachForm, name: str) -> Any:
    """What the person had read, as it came back with the form."""
    field = form.fields[name]
    value = field.hidden_widget().value_from_datadict(form.data, form.files, form.add_initial_prefix(name))
    return field.to_python(value) or ""


class StepForm(forms.Form):
    """A step done, with a note."""

    note = forms.CharField(label=_("Une précision"), required=False, max_length=1_000)


class AssessForm(StepForm):
    """How much risk for the people concerned: this choice is the step."""

    risk = forms.ChoiceField(
        label=_("Quel risque pour elles ?"),
        choices=BreachRisk,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choisissez le risque pour les personnes, avec ce que l'on sait aujourd'hui.")},
    )
    risk_read = forms.CharField(required=False, widget=forms.HiddenInput)


class NoticeForm(forms.Form):
    """The CNIL was told: when, and its number."""

    sentence = forms.CharField(
        label=_("Numéro donné par la CNIL"),
        max_length=80,
        error_messages={"required": _("Écrivez le numéro que la CNIL a donné à la notification.")},
    )
    notified_at = forms.DateTimeField(
        label=_("Notifiée le"),
        widget=Instant,
        validators=[sensible_day],
        error_messages={"required": _("Dites quand la CNIL a été prévenue.")},
    )
    intention = forms.CharField(initial=new_key, widget=forms.HiddenInput)


class WithoutNoticeForm(forms.Form):
    """The CNIL is not told: why."""

    sentence = forms.CharField(
        label=_("Pourquoi aucun risque n'est-il probable ?"),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Écrivez pourquoi aucun risque n'est probable pour les personnes.")},
    )
    intention = forms.CharField(initial=new_key, widget=forms.HiddenInput)


class CloseForm(forms.Form):
    """Nothing more to say: one key, so that it happens once."""

    intention = forms.CharField(initial=new_key, widget=forms.HiddenInput)
