"""What the catalogue of the design system shows: samples of a fictional Département, one set for each theme."""

import re
from dataclasses import dataclass
from pathlib import Path

from django import forms
from django.conf import settings
from django.core.paginator import Page, Paginator
from django.utils.safestring import SafeString, mark_safe

from maillage.core.components import (
    Contact,
    Crumb,
    Fresh,
    Legend,
    MapPoint,
    Opening,
    Result,
    Step,
    Table,
    ToDo,
    Travel,
)
from maillage.core.contrast import Contrast, contrasts, tokens
from maillage.core.templatetags.desk import LEVELS
from maillage.core.templatetags.ui import CATEGORY_ICONS, CONTACTS, FRESHNESS, NOTICES, SAVED, TONES

NAMES = {"light": "Jour", "dark": "Nuit"}
SECTIONS = [
    ("couleurs", "Couleurs", "core/design/colours.html"),
    ("lettres", "Lettres et espaces", "core/design/type.html"),
    ("signes", "Signes", "core/design/signs.html"),
    ("agir", "Agir", "core/design/actions.html"),
    ("dire", "Dire", "core/design/blocks.html"),
    ("suivre", "Suivre", "core/design/facts.html"),
    ("ecrire", "Écrire", "core/design/fields.html"),
    ("chercher", "Chercher", "core/design/results.html"),
    ("compter", "Compter", "core/design/tables.html"),
    ("situer", "Situer", "core/design/maps.html"),
    ("bureau", "Au bureau", "core/design/desk.html"),
]
LONG = "Accompagnement social lié au logement et aide éducative budgétaire des Trois-Rivières-et-Plateaux"


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="Votre nom", help_text="Tel que vous voulez qu'on vous appelle.")
    phone = forms.CharField(
        label="Un numéro où vous joindre",
        error_messages={"required": "Il nous faut un numéro ou une adresse pour vous répondre."},
    )
    commune = forms.ChoiceField(label="Votre commune", choices=[("", "Choisir"), ("1", "Valmont"), ("2", "Castel")])
    story = forms.CharField(
        label="Votre situation", required=False, widget=forms.Textarea, help_text="Quelques mots suffisent."
    )
    way = forms.ChoiceField(
        label="Comment préférez-vous être joint ?",
        widget=forms.RadioSelect,
        choices=[("phone", "Par téléphone"), ("sms", "Par SMS"), ("letter", "Par courrier")],
        error_messages={"required": "Choisissez la façon qui vous convient : nous n'en utiliserons pas d'autre."},
    )
    audience = forms.MultipleChoiceField(
        label="Pour qui",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("family", "Familles"), ("young", "Jeunes"), ("senior", "Séniors"), ("everyone", "Tous publics")],
    )
    agree = forms.BooleanField(label="Je veux bien que la Maison des solidarités me rappelle", required=False)
    closed = forms.CharField(label="Numéro du dossier", required=False, disabled=True, initial="2026-0042")


@dataclass(frozen=True)
class Side:
    """Everything the catalogue shows in one theme; no name on the page is there twice."""

    theme: str
    first_result: int

    @property
    def name(self) -> str:
        return NAMES[self.theme]

    @property
    def contrasts(self) -> list[Contrast]:
        return contrasts(self.theme)

    @property
    def colours(self) -> list[tuple[str, str]]:
        """Each role with its hexadecimal colour."""
        written = tokens(self.theme).items()
        return [(role, value) for role, value in written if value.startswith("#") and "house" not in role]

    @property
    def form(self) -> SampleForm:
        audience, phone = ["family", "young"], "06 00 00 00 00"
        written = {"name": "Awa Diallo", "commune": "1", "audience": audience, "way": "phone", "phone": phone}
        return SampleForm(initial=written, prefix=self.theme)

    @property
    def filter_form(self) -> SampleForm:
        return SampleForm(initial={"audience": ["family", "young"]}, prefix=f"{self.theme}-filter")

    @property
    def wrong_form(self) -> SampleForm:
        prefix = f"{self.theme}-wrong"
        return SampleForm({f"{prefix}-name": "Awa Diallo", f"{prefix}-commune": "1"}, prefix=prefix)

    @property
    def results(self) -> list[Result]:
        return [near(self.first_result), far(self.first_result + 1), bare(self.first_result + 2)]

    @property
    def points(self) -> list[MapPoint]:
        origin = MapPoint(46.58, 0.34, "Vous êtes ici")
        there = [(46.59, 0.36, 12), (46.56, 0.31, 19), (46.61, 0.29, 38)]
        return [
            origin,
            *(
                MapPoint(lat, lon, shown.name, rank=shown.number, minutes=minutes)
                for (lat, lon, minutes), shown in zip(there, self.results, strict=True)
            ),
        ]

    @property
    def page(self) -> Page:
        return Paginator(range(10_000), 20).page(3)

    crumbs = [Crumb("Accueil", "/"), Crumb("Annuaire", "/annuaire/"), Crumb("Le Panier bleu")]
    steps = [
        Step("Demande reçue", "done", "le 3 mars 2026"),
        Step("Évaluation avec vous", "done", "le 17 mars 2026", "Vous avez vu Madame Lenoir à la MDS de Valmont."),
        Step(
            "Contrat à signer",
            "now",
            "avant le 14 avril 2026",
            "Relisez vos objectifs, changez ce qui ne vous ressemble pas, puis signez.",
            "Le contrat repose sur des engagements réciproques (CASF, art. L271-1).",
        ),
        Step("Premier point ensemble", "next", "en juillet 2026"),
        Step("Bilan", "next", "en octobre 2026", article="La durée totale ne peut excéder quatre ans (art. L271-2)."),
    ]
    facts = [
        ("Adresse", "4 rue des Tisserands, 00120 Valmont"),
        ("Accès", "Bus 3, arrêt Filature. Entrée de plain-pied."),
        ("Prix", "Gratuit"),
        ("Zone", LONG),
    ]
    hours = [
        ("Lundi", "9 h – 12 h", False),
        ("Mardi", "9 h – 12 h, 14 h – 17 h", True),
        ("Mercredi", "Fermé", False),
        ("Jeudi", "14 h – 18 h 30", False),
        ("Vendredi", "9 h – 12 h", False),
    ]
    table = Table(
        "Demandes qui attendent, les plus anciennes d'abord",
        ("Demande", "Reçue le", "Échéance", "Jours restants"),
        [
            ("Famille Costa", "2 mars 2026", "En retard depuis le 1er avril", "−6"),
            ("Madame Diallo", "17 mars 2026", "14 avril 2026", "7"),
            ("Monsieur Petit", "30 mars 2026", "29 avril 2026", "22"),
        ],
        numeric=(3,),
        note="3 demandes montrées sur 10 412. Filtrez par secteur ou par échéance pour trouver la vôtre.",
    )
    empty_table = Table("Demandes en retard", ("Demande", "Échéance"), [], empty="Rien n'est en retard aujourd'hui.")
    chart_table = Table(
        "Part des ménages à moins de 30 minutes d'un accueil",
        ("Secteur", "Part"),
        [("Valmont", "91 %"), ("Castelrive", "78 %"), ("Hauts-Plateaux", "54 %")],
        numeric=(1,),
    )
    desk_table = Table(
        "Ce qui attend, en retard d'abord",
        ("Personne", "À faire", "Avant le", "Secteur"),
        [
            ("Famille Costa", "Répondre à la demande", "1er avril", "Valmont"),
            ("Madame Diallo", "Faire signer le contrat", "14 avril", "Valmont"),
            ("Monsieur Petit", "Préparer le bilan", "29 avril", "Castelrive"),
            ("Madame Roy", "Rappeler", "30 avril", "Hauts-Plateaux"),
        ],
    )
    todos = [
        ToDo("Famille Costa", "#bureau", "Vous êtes sa référente.", "en retard de 3 jours", "late", "Demande"),
        ToDo(LONG, "#bureau", "Proposée par son organisation.", "avant jeudi 12 mars", "soon", "Fiche à relire"),
        ToDo("Monsieur Petit", "#bureau", "Bilan à préparer.", "avant mercredi 29 avril", "later"),
        ToDo("Compléter votre fiche", "#bureau"),
    ]
    desk_facts = [("Référente", "Nadia Lenoir"), ("Contrat", "à signer avant le 14 avril 2026")]
    legend = [Legend("Vous", "origin"), Legend("Lieux de la liste", "place")]
    shades = [
        Legend("moins de 20 %", "class-1"),
        Legend("20 à 39 %", "class-2"),
        Legend("40 à 59 %", "class-3"),
        Legend("60 à 79 %", "class-4"),
        Legend("80 % et plus", "class-5"),
        Legend("Secret statistique", "secret"),
        Legend("Pas de donnée", "missing"),
    ]


def near(number: int) -> Result:
    return Result(
        number,
        "Colis alimentaire du jour",
        "#chercher",
        "Épicerie solidaire Le Panier bleu",
        "Valmont",
        Travel(12, "à pied"),
        Opening("Ouvert jusqu'à 17 h", is_open=True),
        "Sans rendez-vous. Venez avec un sac ; aucun justificatif la première fois.",
        cost="Gratuit",
        is_free=True,
        audiences=("Tous publics",),
        why="Vous avez écrit « manger » : ce lieu donne de quoi cuisiner le jour même.",
        contacts=(
            Contact("phone", "0100000042"),
            Contact("route", "#situer"),
            Contact("site", "https://panier-bleu.example"),
        ),
        freshness=Fresh("Vérifiée récemment", "le 12 mars 2026"),
    )


def far(number: int) -> Result:
    return Result(
        number,
        LONG,
        "#chercher",
        "Centre intercommunal d'action sociale des Trois-Rivières",
        "Saint-Aubin-des-Plateaux",
        Travel(138, "en transports", is_estimated=False),
        Opening("Fermé, ouvre demain à 9 h", is_open=False),
        cost="2 € par passage",
        audiences=("Familles", "Personnes en situation de handicap", "Résidents en QPV ou FRR"),
        contacts=(
            Contact("email", "mailto:accueil@cias.example"),
            Contact("form", "https://cias.example/rendez-vous"),
        ),
        freshness=Fresh("À vérifier par téléphone", "le 2 août 2025", "ageing"),
    )


def bare(number: int) -> Result:
    return Result(
        number,
        "Permanence d'écoute",
        "#chercher",
        "Association La Navette",
        opening=Opening("Horaires non renseignés"),
        contacts=(Contact("phone", "01 00 00 00 43"),),
        freshness=Fresh("Ancienne : appelez avant de vous déplacer", "en 2024", "old"),
    )


def icons() -> list[str]:
    """Every icon the house uses, in its tags and its templates."""
    signs = (CATEGORY_ICONS, CONTACTS, FRESHNESS, LEVELS, NOTICES, SAVED, TONES)
    used = {name for names in signs for name in names.values()}
    for page in (Path(settings.BASE_DIR) / "maillage").rglob("templates/**/*.html"):
        used |= set(re.findall(r'(?:\{% icon |icon=)"([a-z0-9-]+)"', page.read_text(encoding="utf-8")))
    return sorted(used)


def bars() -> SafeString:
    """A small drawing for the catalogue's chart: three bars, the one to look at in terracotta."""
    rows = [("Valmont", 91, "bar"), ("Castelrive", 78, "bar"), ("Hauts-Plateaux", 54, "bar-here")]
    drawn = "".join(
        f'<text x="0" y="{26 + 44 * at}">{name}</text>'
        f'<rect class="{kind}" x="104" y="{8 + 44 * at}" width="{1.5 * part:.0f}" height="26" rx="3"/>'
        f'<text x="{112 + 1.5 * part:.0f}" y="{26 + 44 * at}">{part} %</text>'
        for at, (name, part, kind) in enumerate(rows)
    )
    return mark_safe(f'<svg viewBox="0 0 300 136" role="img" aria-label="Trois barres : 91, 78 et 54 %">{drawn}</svg>')


def shown() -> dict[str, object]:
    """All that the catalogue's page needs."""
    return {
        "sections": SECTIONS,
        "sides": [Side("light", 1), Side("dark", 4)],
        "icons": icons(),
        "bars": bars(),
        "long": LONG,
        "tones": ["neutral", "action", "attention", "success", "accent", "confidential"],
    }
