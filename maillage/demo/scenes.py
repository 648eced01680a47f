"""What is under way in L'Aubrelle when one enters: proposals, words, a search that changed, a breach, a slip."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from maillage.actors.actions.invitations import Offer, invite
from maillage.actors.choices import Role
from maillage.actors.models import User
from maillage.core import clock, retention
from maillage.core.breaches import check_step, open_breach
from maillage.core.concurrency import new_key
from maillage.core.models import DataBreach
from maillage.directory.actions.moderating import publish, send_back
from maillage.directory.actions.own_words import add_word, withdraw_word
from maillage.directory.actions.saving import save_search
from maillage.directory.actions.submitting import Written, keep_draft, new_service, proposal_about, submit
from maillage.directory.actions.telling import house_address
from maillage.directory.actions.unknown_words import note_unknown_words
from maillage.directory.actions.watching import watch_all
from maillage.directory.models import OwnExpression, Service, Structure, Submission
from maillage.directory.models.proposals import said_by, say

AUTHOR, MODERATOR, DPO = "ibrahim.castaing", "nadege.oriolle", "judith.lanvaux"


@dataclass(frozen=True)
class Plan:
    """What is proposed for a record, by the end of its identifier, and how many days ago."""

    record: str
    days: int
    values: dict[str, str]
    note: str = ""


LATE = Plan(
    "tablees-roquebrande--repas-partage", 21, {"opening_hours": "Th,Fr 10:00-14:00; PH off"},
    "Un second midi depuis la rentrée, le vendredi.",
)  # fmt: skip
IN_PART = Plan(
    "tablees-le-bourg-salin--colis", 18, {"opening_hours": "Mo,We,Fr 14:00-16:30", "phone": "02 61 91 27 99"},
    "Ouverture le mercredi, et nouveau numéro.",
)  # fmt: skip
BACK = Plan(
    "tablees-port-sabliere--culture", 8, {"conditions": "Inscription deux semaines avant la sortie."},
    "Les bus partent pleins : il faut réserver.",
)  # fmt: skip
DRAFT = Plan("tablees-castelorme--vestiaire", 9, {"opening_hours": "We 14:00-18:00"})
WAITING = Plan(
    "tablees-melune", 4, {"opening_hours": "Mo,We,Fr 13:30-17:00; Sa 10:00-12:00; PH off"},
    "Permanence du samedi tenue par trois bénévoles.",
)  # fmt: skip
NEW = Plan(
    "tablees-castelorme", 1,
    {
        "name": "Atelier de cuisine à petit budget",
        "description": "Cuisiner ensemble les produits de saison, puis repartir avec son repas et la recette.",
        "opening_hours": "Th 10:00-13:00",
    },
    "Premier atelier le mois prochain.",
)  # fmt: skip
FORGOTTEN = Plan("jardins-du-gue", 800, {"phone": "02 61 91 20 00"})
"""Written by someone who left two years ago: old enough for the archivist's visa."""

RIGHTS = "difficultes-administratives-ou-juridiques"
OWN_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("bus des droits", (f"{RIGHTS}--accompagnement-aux-demarches-administratives",)),
    ("carte Aubrelle", ("mobilite--financer-ma-mobilite", "mobilite--mobilite-douce-partagee-collective")),
    ("les Tablées", ("equipement-et-alimentation--alimentation",)),
    ("panier du Gué", ("equipement-et-alimentation--alimentation",)),
)
"""What people of L'Aubrelle say and nobody else does; the last one is withdrawn since."""
NOT_UNDERSTOOD = (
    ("la papothèque", 9), ("demander l'affouage", 7), ("le ludobus passe où", 6),
    ("une psychomotricienne", 5), ("un lombricomposteur", 3),
)  # fmt: skip
"""What people asked these last days, from how many connections: the last one is not read yet."""


@dataclass(frozen=True)
class Followed:
    """A search someone keeps, and a record it does not know yet."""

    name: str
    commune: str
    theme: str
    record: str
    by: str


FOLLOWED = Followed(
    "Alimentation · Melune", "00026", "equipement-et-alimentation--alimentation",
    "tablees-melune--repas-partage", "solene.kerbrac",
)  # fmt: skip


def play_scenes() -> None:
    """Play what happened these last weeks, through the rooms' own actions, each on its day; once."""
    if Submission.objects.exists():
        return
    _forget_a_draft()
    _wait_for_answers()
    _answer_in_part()
    _send_one_back()
    _invite_a_colleague()
    _teach_words()
    _ask_in_other_words()
    _follow_a_search()
    _discover_a_breach()
    retention.apply(clock.today())  # As each night: the slip is its work.


def _ago(days: int) -> dt.datetime:
    return clock.now() - dt.timedelta(days=days)


def _person(username: str) -> User:
    return User.objects.get(username=username)


def _record(plan: Plan) -> Structure | Service:
    uid = f"aubrelle--{plan.record}"
    return Service.objects.filter(uid=uid).first() or Structure.objects.get(uid=uid)


def _write(proposal: Submission, plan: Plan, *, by: Any) -> Submission:
    typed = proposal.proposed()
    read = {name: said_by(typed, name) for name in plan.values}
    say(typed, plan.values)
    return keep_draft(proposal, Written(typed, read, plan.note), expected=0, key=new_key(), by=by)


def _propose(plan: Plan) -> Submission:
    """Written and sent the same day."""
    with clock.travel(_ago(plan.days)):
        author = _person(AUTHOR)
        return submit(_write(proposal_about(_record(plan)), plan, by=author), by=author)


def _forget_a_draft() -> None:
    with clock.travel(_ago(FORGOTTEN.days)):
        _write(proposal_about(_record(FORGOTTEN)), FORGOTTEN, by=None)


def _wait_for_answers() -> None:
    """Three wait, one of them late; a draft is not sent yet."""
    _propose(LATE)
    _propose(WAITING)
    author = _person(AUTHOR)
    with clock.travel(_ago(NEW.days)):
        submit(_write(new_service(Structure.objects.get(uid=f"aubrelle--{NEW.record}")), NEW, by=author), by=author)
    with clock.travel(_ago(DRAFT.days)):
        _write(proposal_about(_record(DRAFT)), DRAFT, by=author)


def _answer_in_part() -> None:
    proposal = _propose(IN_PART)
    with clock.travel(_ago(IN_PART.days - 2)):
        publish(
            proposal, kept=["opening_hours"], seen=proposal.record().version, key=new_key(), by=_person(MODERATOR),
            sentence="Ce numéro sonne dans le vide : lequel faut-il donner aux personnes ?",
        )  # fmt: skip


def _send_one_back() -> None:
    proposal = _propose(BACK)
    with clock.travel(_ago(BACK.days - 2)):
        sentence = "Auprès de qui s'inscrit-on, et par quel moyen ? Ajoutez-le, et nous publions."
        send_back(proposal, sentence=sentence, key=new_key(), by=_person(MODERATOR))


def _invite_a_colleague() -> None:
    author, site = _person(AUTHOR), Structure.objects.get(uid="aubrelle--tablees-castelorme").site
    if site is None:
        raise LookupError("Les Tablées de Castelorme n'ont pas de lieu.")
    with clock.travel(_ago(2)):
        offer = Offer(Role.PARTNER, site.organisation, site=site)
        invite("samir.belloy@tablees.example", offer, by=author, base=house_address())


def _teach_words() -> None:
    nadege = _person(MODERATOR)
    with clock.travel(_ago(30)):
        for expression, themes in OWN_WORDS:
            word = OwnExpression(expression=expression, thematiques=list(themes))
            add_word(word, key=new_key(), by=nadege, replaces=True)
    with clock.travel(_ago(10)):
        withdraw_word(word, by=nadege)


def _ask_in_other_words() -> None:
    """From addresses kept for examples (RFC 5737)."""
    with clock.travel(_ago(1)):
        for sentence, askers in NOT_UNDERSTOOD:
            for number in range(1, askers + 1):
                request = HttpRequest()
                request.method, request.META["REMOTE_ADDR"] = "POST", f"192.0.2.{number}"
                note_unknown_words(sentence, request=request)


def _follow_a_search() -> None:
    """Solène follows food around Melune; a table opened there since, as far as her search knows."""
    codes = {"commune": FOLLOWED.commune, "themes": [FOLLOWED.theme]}
    with clock.travel(_ago(12)):
        follows = {"is_watched": True, "is_mailed": True}
        saved = save_search(FOLLOWED.name, codes, key=new_key(), by=_person(FOLLOWED.by), **follows)
    table = Service.objects.get(uid=f"aubrelle--{FOLLOWED.record}")
    saved.known = [one for one in saved.known if one != table.pk]
    saved.save(update_fields=["known"])
    watch_all()


def _discover_a_breach() -> None:
    """Discovered yesterday: a day of the three is gone."""
    judith, found_at = _person(DPO), clock.now() - dt.timedelta(hours=20)
    breach = DataBreach(
        what_happened="Un courriel d'invitation à un atelier est parti avec toutes les adresses en copie visible.",
        discovered_at=found_at,
        harms_confidentiality=True,
        data_concerned="Adresses électroniques et prénoms de personnes accompagnées.",
        people_about=38,
        records_about=38,
        measures="Message rappelé ; destinataires priés de le supprimer ; envoi en copie cachée désormais imposé.",
    )
    with clock.travel(found_at + dt.timedelta(hours=1)):
        open_breach(breach, by=judith, key=new_key())
        check_step(breach, "contain", by=judith, note="Message rappelé dans l'heure.")
