"""The register of processing is what the code does: its classes, its personal fields, its rules, nothing typed."""

from django.core.management import call_command

from maillage.core import retention
from maillage.core.access import RULES
from maillage.core.models import BreachStep, Intention, JobRun
from maillage.core.pages import processing_page
from maillage.core.processing import impersonal, register_of_processing
from maillage.core.retention import IMPERSONAL, KEPT, goes_with


def entry(name):
    return next(one for one in register_of_processing() if one.id == name)


def test_each_class_in_use_is_one_entry_with_all_that_the_law_asks():
    entries = register_of_processing()
    assert sorted(one.id for one in entries) == sorted({law for law, _model in KEPT})
    assert len({one.label for one in entries}) == len(entries)
    for one in entries:
        said = (one.purpose, one.legal_basis, one.kept_for, one.reference, one.transfers)
        assert all(said) and one.subjects and one.measures and one.things, one.id


def test_who_receives_is_read_from_the_rules():
    (journal, lines) = entry("ACCESS_LOGS").things
    assert lines.label == "lignes du journal"
    assert lines.fields == ("par", "objet")
    assert lines.recipients == (RULES["core.can_read_journal"].sentence,)
    assert journal.recipients == ()


def test_what_goes_with_another_thing_says_which_rules_show_it():
    breach, steps = entry("DATA_BREACHES").things
    assert steps.label == "étapes d'une violation"
    assert steps.recipients == breach.recipients == (RULES["core.can_handle_breach"].sentence,)


def test_what_goes_with_what_goes_with_a_thing_is_named_too_and_read_by_nobody_unless_a_rule_says_so(monkeypatch):
    for name in ("core.Intention", "core.JobRun"):
        monkeypatch.setitem(retention.FOLLOWING, name, None)
    goes_with(Intention, BreachStep, label="clés")
    goes_with(JobRun, Intention, data="une heure")

    keys, runs = entry("DATA_BREACHES").things[2:]

    assert (keys.label, keys.fields, keys.recipients) == ("clés", (), ())
    assert (runs.label, runs.fields) == ("passages des travaux programmés", ("une heure",))


def test_a_foreign_library_s_table_is_named_in_french():
    (results,) = entry("TECHNICAL_TRACES").things
    assert (results.label, results.fields) == (
        "travaux accomplis",
        ("identifiants donnés au travail, trace d'un échec",),
    )


def test_what_says_nothing_of_anybody_is_listed_with_its_reason():
    assert [label for label, _reason in impersonal()] == sorted(IMPERSONAL)
    assert all(reason.endswith(".") for _label, reason in impersonal())


def test_the_page_names_each_entry_and_how_long_it_is_kept():
    page = processing_page()
    assert "## Registre des violations de données (`DATA_BREACHES`)" in page
    assert "| durée | 5 ans après la clôture, puis suppression |" in page
    assert "Aucun transfert hors de l'Union européenne" in page


def test_the_command_writes_every_page_where_it_is_told(db, tmp_path, capsys):
    docs = tmp_path / "docs"
    docs.mkdir()
    call_command("write_docs", into=docs)
    pages = {"access.md", "openapi.json", "workflows.md", "deadlines.md", "processing.md"}
    assert {page.name for page in docs.iterdir()} == pages
    assert (docs / "processing.md").read_text(encoding="utf-8") == processing_page()
    assert capsys.readouterr().out.count("écrit.") == len(pages)
