"""The journal speaks French to whoever consults it: every act written by any room has its words."""

import ast
from pathlib import Path

from django.conf import settings

from maillage.core.workflow import WORKFLOWS
from maillage.home.verbs import every_verb, verb_in_words


def verbs_in(source):
    """The verbs a module writes: second argument of `record`, and `reads` of a lock."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            given = [
                *(node.args[1:2] if name == "record" else []),
                *(k.value for k in node.keywords if k.arg == "reads"),
            ]
            yield from (one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str))


def written_by_the_rooms():
    for path in (Path(settings.BASE_DIR) / "maillage").rglob("*.py"):
        if not {"tests", "migrations"} & set(path.parts):
            yield from verbs_in(path.read_text(encoding="utf-8"))


def test_every_act_of_the_journal_is_said_in_french():
    assert [verb for verb in set(written_by_the_rooms()) if verb_in_words(verb) == verb] == []


def test_an_act_without_words_is_caught():
    source = 'journal.record(by, "home.danced", thing)\n@allow(law, reads="home.peeked")\ndef view(): ...'
    assert [verb for verb in verbs_in(source) if verb_in_words(verb) == verb] == ["home.danced", "home.peeked"]


def test_a_transition_is_said_with_its_button():
    said = dict(every_verb())
    for workflow in WORKFLOWS.values():
        for move in workflow.transitions:
            assert str(move.label) in said[workflow.verb(move)]
