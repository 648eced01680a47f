"""What those who keep the Département's words type: an expression and its meaning, a table, a sentence to try."""

from copy import copy
from typing import Any, Self, cast

from django import forms
from django.http import QueryDict
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from maillage.core.concurrency import new_key
from maillage.core.names import one_line
from maillage.directory.actions.own_words import faults_of
from maillage.directory.choices import AUDIENCES, CATEGORIES, EVERYONE, THEMES, Urgency, category_of
from maillage.directory.lexicon.checks import Fault
from maillage.directory.lexicon.house import contradiction, row_of
from maillage.directory.models import OwnExpression
from maillage.directory.models.words import LONGEST_EXPRESSION, LONGEST_WORD

LONGEST_TABLE = 200_000
FIELD_OF = {"expression": "expression", "thematiques": "main", "publics": "publics", "urgence": "urgency"}
"""Where a fault of a column of the files is shown in the form."""


def main_themes() -> list[tuple[str, Any]]:
    """The thématiques by category, as a list to choose from has them."""
    grouped = [
        (label, [(code, theme) for code, theme in THEMES.items() if category_of(code) == category])
        for category, label in CATEGORIES.items()
    ]
    return [("", _("Aucun besoin précis")), *grouped]


def urgencies() -> list[tuple[str, Any]]:
    return [("", _("Aucune")), *Urgency.choices]


class OwnWordForm(forms.Form):
    """An expression of the Département, and what it means. `replaces` is only asked when the product reads it too."""

    expression = forms.CharField(
        label=_("Mot ou expression"), max_length=LONGEST_EXPRESSION, validators=[one_line],
        help_text=_("Comme les gens le disent, sans les mots autour : « bus des droits », « plus de ballon »."),
        error_messages={"required": _("Écrivez le mot ou l'expression.")},
    )  # fmt: skip
    main = forms.ChoiceField(label=_("Besoin principal"), choices=lazy(main_themes, list)(), required=False)
    others = forms.MultipleChoiceField(
        label=_("Autres besoins"), choices=list(THEMES.items()), required=False, widget=forms.CheckboxSelectMultiple
    )
    publics = forms.MultipleChoiceField(
        label=_("Ces mots disent aussi pour qui"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=[(code, label) for code, label in AUDIENCES.items() if code != EVERYONE],
    )  # fmt: skip
    urgency = forms.ChoiceField(
        label=_("Urgence"), choices=lazy(urgencies, list)(), required=False,
        help_text=_("Une urgence affiche le numéro à appeler au-dessus des réponses."),
    )  # fmt: skip
    is_exact = forms.BooleanField(
        label=_("Les petits mots comptent"), required=False,
        help_text=_("Par exemple « à la rue », qui n'est pas n'importe quelle rue."),
    )  # fmt: skip
    replaces = forms.BooleanField(label=_("Oui, notre lecture remplace celle du produit"), required=False)
    version_read = forms.IntegerField(widget=forms.HiddenInput)
    intention = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, word: OwnExpression, **kwargs: Any) -> None:
        main, *others = word.thematiques or [""]
        read = {"expression": word.expression, "main": main, "others": others, "publics": word.publics}
        read |= {"urgency": word.urgency, "is_exact": word.is_exact}
        read |= {"version_read": word.version if word.pk else 0, "intention": new_key()}
        super().__init__(*args, **({"initial": read} | kwargs))
        self.word = word
        self.fields["expression"].show_hidden_initial = True
        self.asks_to_replace = self.is_bound and bool(self.data.get("replaces"))

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        if not self.errors:
            self._take(facts)
            replaces = facts["replaces"]
            against = contradiction(row_of(self.word))
            self.asks_to_replace = against is not None
            for fault in faults_of(self.word, replaces=replaces):
                self.add_error(FIELD_OF[fault.field], _asking(fault) if fault == against else _said(fault))
        return facts

    def _take(self, facts: dict[str, Any]) -> None:
        """Put what was typed on the word in memory; the needs it had keep their order."""
        kept = [code for code in self.word.thematiques if code in facts["others"]]
        chosen = [*([facts["main"]] if facts["main"] else []), *kept, *facts["others"]]
        self.word.expression = facts["expression"].strip("« »")
        self.word.is_exact = facts["is_exact"] or facts["expression"].startswith("«")
        self.word.thematiques, self.word.publics = list(dict.fromkeys(chosen)), facts["publics"]
        self.word.urgency = facts["urgency"]

    def rebased(self, current: OwnExpression) -> Self:
        """What was typed, on the expression as someone else left it meanwhile."""
        data = cast(QueryDict, self.data).copy()
        data["version_read"], data["intention"] = str(current.version), new_key()
        return type(self)(data, word=copy(current))

    def hidden_initials(self) -> list[str]:
        return [self["expression"].as_hidden(only_initial=True)]


def _said(fault: Fault) -> str:
    if fault.field == "thematiques" and not fault.value:
        return gettext("Choisissez au moins un besoin, un public ou une urgence : sinon ces mots ne disent rien.")
    return fault.sentence


def _asking(fault: Fault) -> str:
    """What the product says for the same words, and how to go on."""
    ask = gettext("Si vous préférez votre lecture, cochez « Oui, notre lecture remplace celle du produit ».")
    return f"{fault.sentence} {ask}"


class OwnWordsAsked(forms.Form):
    """Which of our words to list. Typed words come by POST."""

    words = forms.CharField(label=_("Mot ou besoin"), required=False, max_length=120)
    withdrawn = forms.BooleanField(label=_("Les mots retirés"), required=False)
    page = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)


class PasteForm(forms.Form):
    """Lines of a table, in the columns of the product's files."""

    table = forms.CharField(
        label=_("Lignes à ajouter"), max_length=LONGEST_TABLE, strip=False,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
        error_messages={
            "required": _("Collez au moins une ligne."),
            "max_length": _("C'est trop long pour être lu d'un coup : collez-en la moitié, puis l'autre."),
        },
        help_text=_("Une expression par ligne : expression, thématiques, publics, urgence."),
    )  # fmt: skip
    replaces = forms.BooleanField(
        label=_("Remplacer ce que le produit lit autrement"), required=False,
        help_text=_("Sinon, ces lignes sont refusées et vous disent ce que le produit en lit."),
    )  # fmt: skip
    intention = forms.CharField(max_length=64, widget=forms.HiddenInput)


class TryForm(forms.Form):
    """A sentence, to see how a search reads it. It is kept nowhere."""

    sentence = forms.CharField(
        label=_("Une phrase, comme quelqu'un l'écrirait"), max_length=300,
        error_messages={"required": _("Écrivez une phrase à essayer.")},
    )  # fmt: skip


class CountAgainForm(forms.Form):
    """A word set aside by mistake: nobody can read it here any more, so that it is typed again."""

    word = forms.CharField(label=_("Mot à compter de nouveau"), max_length=LONGEST_WORD)
