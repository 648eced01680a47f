"""A thing changes state by its table only: who may, from where, what remains to be done, once, and written down."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from maillage.core import clock, journal
from maillage.core.breaches import BREACHES, close_breach
from maillage.core.concurrency import AlreadyDone
from maillage.core.elimination import SLIPS
from maillage.core.models import BreachState, BreachStep, DataBreach, EliminationSlip, JournalLine, SlipState
from maillage.core.pages import workflows_page
from maillage.core.permissions import can_handle_breach
from maillage.core.refusals import Refused
from maillage.core.tests.conftest import said
from maillage.core.tests.matrix import try_case
from maillage.core.workflow import WORKFLOWS, Transition, Workflow, cases


@pytest.fixture
def breach(db, monday_morning):
    """A laptop was lost an hour ago; no risk is likely for anyone, and every step of the checklist is done."""
    made = DataBreach.objects.create(
        what_happened="Un ordinateur chiffré est perdu.", discovered_at=monday_morning, risk="unlikely"
    )
    for step in ("contain", "assess", "register", "lessons"):
        BreachStep.objects.create(breach=made, step=step, done_at=monday_morning)
    return made


@pytest.fixture
def slip(db, monday_morning):
    return EliminationSlip.objects.create(retention_class="X", kind="x", count=1, prepared_at=monday_morning)


@pytest.fixture
def workflows():
    """The registry of workflows, given back as it was."""
    kept = dict(WORKFLOWS)
    yield WORKFLOWS
    WORKFLOWS.clear()
    WORKFLOWS.update(kept)


@pytest.mark.parametrize("case", cases(BREACHES), ids=str)
def test_every_square_of_the_table_of_breaches(case, breach, claire):
    try_case(case, breach, by=claire)


@pytest.mark.parametrize("case", cases(SLIPS), ids=str)
def test_every_square_of_the_table_of_slips(case, slip, claire):
    try_case(case, slip, by=None if case.transition.name == "carry_out" else claire)


def test_the_matrix_holds_every_state_with_every_transition():
    squares = [(case.state, case.transition.name) for case in cases(SLIPS)]
    assert len(squares) == len(set(squares)) == len(SlipState.values) * len(SLIPS.transitions)
    assert {case.workflow for case in cases()} == set(WORKFLOWS.values())


def test_claire_sees_the_buttons_of_the_present_state_and_dora_none(breach, claire, dora):
    assert [move.name for move in BREACHES.open_to(claire, breach)] == ["notify", "do_without"]
    assert BREACHES.open_to(dora, breach) == []


def test_the_buttons_cost_one_question_for_each_distinct_rule(breach, claire):
    with CaptureQueriesContext(connection) as asked:
        assert len(BREACHES.open_to(claire, breach)) == 2
    assert len(asked) == 1


def test_moving_writes_the_state_its_date_the_version_and_one_line(breach, claire):
    with clock.travel(dt.datetime(2026, 3, 9, 12, 0)) as noon:
        BREACHES.apply("do_without", breach, by=claire, sentence="Le disque est chiffré.")

    assert (breach.state, breach.state_since, breach.version) == ("not_notified", noon, 2)
    stored = DataBreach.objects.get()
    assert (stored.state, stored.state_since, stored.version) == ("not_notified", noon, 2)
    line = JournalLine.objects.get()
    assert (line.who_id, line.verb) == (claire.pk, "core.databreach_do_without")
    assert (line.thing, line.facts) == (f"core.databreach:{breach.pk}", {"before": "open", "after": "not_notified"})
    assert journal.verify() is None


def test_what_is_not_open_to_dora_is_refused_and_nothing_changes(breach, dora):
    with pytest.raises(Refused, match="« Ne pas notifier » ne vous est pas ouvert ici"):
        BREACHES.apply("do_without", breach, by=dora, sentence="Parce que.")
    assert DataBreach.objects.get().state == "open"
    assert not JournalLine.objects.exists()


def test_what_remains_to_be_done_is_said_with_its_article(breach, claire):
    DataBreach.objects.update(risk="high")
    with pytest.raises(Refused) as refused:
        BREACHES.apply("do_without", breach, by=claire, sentence="Parce que.")
    assert refused.value.sentence == "Un risque existe pour les personnes : la violation doit être notifiée à la CNIL."
    assert refused.value.article == "RGPD, art. 33(1)"
    assert BREACHES.obstacle("do_without", DataBreach.objects.get()).article == "RGPD, art. 33(1)"
    assert BREACHES.obstacle("notify", breach) is None


@pytest.mark.parametrize("said", ["", "   \n"])
def test_a_transition_that_asks_for_a_sentence_is_refused_without_one(breach, claire, said):
    with pytest.raises(Refused, match="demande une phrase : pourquoi aucun risque"):
        BREACHES.apply("do_without", breach, by=claire, sentence=said)
    assert DataBreach.objects.get().state == "open"


def test_two_people_press_two_buttons_and_the_second_is_told_what_happened(breach, claire):
    seen_by_second = DataBreach.objects.get()
    BREACHES.apply("do_without", breach, by=claire, sentence="Le disque est chiffré.")
    with pytest.raises(Refused, match="n'est plus possible : l'état est maintenant « Non notifiée, avec un motif »"):
        BREACHES.apply("do_without", seen_by_second, by=claire, sentence="Idem.")
    assert JournalLine.objects.count() == 1


def test_a_double_click_is_done_once(breach, claire):
    BREACHES.apply("do_without", breach, by=claire, sentence="Le disque est chiffré.", key="k1")
    with pytest.raises(AlreadyDone):
        BREACHES.apply("do_without", breach, by=claire, sentence="Le disque est chiffré.", key="k1")
    assert JournalLine.objects.count() == 1


def test_a_refusal_does_not_spend_the_key(breach, claire):
    with pytest.raises(Refused):
        BREACHES.apply("do_without", breach, by=claire, key="k1")
    BREACHES.apply("do_without", breach, by=claire, sentence="Le disque est chiffré.", key="k1")


def test_a_page_read_before_someone_wrote_does_not_move_the_thing(breach, claire):
    DataBreach.objects.update(version=2, measures="Un mot de passe changé.")
    with pytest.raises(Refused, match="Quelqu'un a modifié cette page"):
        BREACHES.apply("do_without", breach, by=claire, sentence="Rien à craindre.", expected_version=1)
    BREACHES.apply("do_without", breach, by=claire, sentence="Rien à craindre.", expected_version=2)
    assert DataBreach.objects.get().version == 3


def test_what_follows_falls_with_the_move_or_stands_with_it(breach, claire):
    def fail(current):
        DataBreach.objects.update(measures="à moitié")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        BREACHES.apply("do_without", breach, by=claire, sentence="Rien.", then=fail)
    stored = DataBreach.objects.get()
    assert (stored.state, stored.measures, breach.state) == ("open", "", "open")
    assert not JournalLine.objects.exists()


def test_what_follows_sees_the_thing_as_it_now_stands(breach, claire):
    seen = []
    BREACHES.apply("do_without", breach, by=claire, sentence="Rien.", then=lambda current: seen.append(current.state))
    assert seen == ["not_notified"]


def test_a_transition_that_the_table_does_not_know_is_a_defect_of_ours(breach, claire):
    with pytest.raises(LookupError, match="DataBreach has no transition 'vanish'"):
        BREACHES.apply("vanish", breach, by=claire)


def move(name="go", source=BreachState.OPEN, target=BreachState.CLOSED):
    return Transition(name, "Aller", (source,), target, can_handle_breach)


@pytest.mark.parametrize(
    ("transitions", "complaint"),
    [
        ((move(), move()), "a name of its own"),
        ((move(target="elsewhere"),), "states that exist"),
        ((move(source="nowhere"),), "states that exist"),
        ((move(name="g" * 60),), "too long for the journal"),
        ((move(),), "already has a workflow"),
    ],
)
def test_a_table_that_does_not_hold_is_refused_as_it_is_written(workflows, transitions, complaint):
    with pytest.raises(ValueError, match=complaint):
        Workflow(DataBreach, BreachState, transitions)


def test_the_drawing_shows_every_state_and_every_arrow():
    drawing = SLIPS.drawing()
    assert drawing.startswith("stateDiagram-v2\n    prepared : À viser\n")
    assert "    [*] --> prepared\n" in drawing
    assert "    signed --> carried_out : Éliminer" in drawing


def test_a_thing_is_born_in_the_states_the_table_says_and_no_other(workflows, db, monday_morning):
    del workflows["core.databreach"]
    table = Workflow(DataBreach, BreachState, (move(),), births=(BreachState.NOTIFIED,))

    born = table.born(BreachState.NOTIFIED, what_happened="Un vol.", discovered_at=monday_morning)

    assert (DataBreach.objects.get().state, born.state_since) == ("notified", monday_morning)
    assert "    [*] --> open\n    [*] --> notified\n" in table.drawing()
    with pytest.raises(ValueError, match="No DataBreach is born 'closed'"):
        table.born(BreachState.CLOSED, what_happened="Un vol.", discovered_at=monday_morning)


def test_the_page_of_workflows_is_in_french_for_people_who_write_no_code():
    page = workflows_page()
    assert "| Enregistrer le visa | À viser | Visé | Seul le délégué à la protection des données" in page
    assert "| La tâche de nuit, elle seule, une fois le visa inscrit. |" in page


def test_of_two_people_at_the_same_instant_one_moves_the_thing(at_once, claire):
    breach = DataBreach.objects.create(what_happened="Un vol.", discovered_at=clock.now(), risk="unlikely")

    def press():
        return BREACHES.apply("do_without", DataBreach.objects.get(pk=breach.pk), by=claire, sentence="Rien.").state

    answers = at_once(press, press, press)

    assert answers.count("not_notified") == 1
    assert sum(isinstance(answer, Refused) for answer in answers) == 2
    assert JournalLine.objects.count() == 1


def test_of_three_processes_on_sqlite_one_moves_the_thing(own_house):
    make = (
        "from maillage.core import clock; from maillage.core.models import EliminationSlip\n"
        "EliminationSlip.objects.create(retention_class='X', kind='x', count=1, prepared_at=clock.now(), **%r)"
    )
    carry_out = (
        "from maillage.core.elimination import carried_out; from maillage.core.models import EliminationSlip\n"
        "from maillage.core.refusals import Refused\n"
        "try:\n    carried_out(EliminationSlip(pk=1), removed=1)\n    print('done')\n"
        "except Refused as refused:\n    print(refused.sentence)"
    )
    said(own_house("shell", "-v0", "-c", make % {"state": "signed"}))

    answers = [said(process).strip() for process in [own_house("shell", "-v0", "-c", carry_out) for _ in range(3)]]

    assert sorted(answers) == ["done", *["« Éliminer » n'est plus possible : l'état est maintenant « Exécuté »."] * 2]


def test_a_breach_closed_by_its_action_bears_its_date(breach, claire, monday_morning):
    BREACHES.apply("do_without", breach, by=claire, sentence="Rien.")
    close_breach(breach, by=claire)
    assert DataBreach.objects.get().closed_at == monday_morning
