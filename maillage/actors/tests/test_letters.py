"""Letters wait sealed, outlive a change of keys, and leave one by one."""

from django.core.management import call_command
from django_tasks_db.models import DBTaskResult

from maillage.actors.actions.letters import deliver, post
from maillage.actors.tests.post import letters
from maillage.core import encryption


def waiting():
    tasks = DBTaskResult.objects.filter(task_path=deliver.module_path)
    return [asked["args"][0] for asked in tasks.values_list("args_kwargs", flat=True)]


def test_a_letter_in_waiting_is_sealed_again_when_keys_change_and_still_leaves(db, capsys):
    post("maud@exemple.fr", subject="Bonjour", text="Un lien.")
    [before] = waiting()
    call_command("rotate_keys")
    [after] = waiting()
    first, former = encryption.key_ids()
    assert (encryption.key_id_of(before), encryption.key_id_of(after)) == (former, first)
    assert f"La clé {former} ne sert plus ici" in capsys.readouterr().out
    [letter] = letters()
    assert (letter.to, letter.body) == (["maud@exemple.fr"], "Un lien.\n")


def test_a_letter_that_left_keeps_no_former_key_alive(db):
    post("maud@exemple.fr", subject="Bonjour", text="Un lien.")
    task = DBTaskResult.objects.get()
    task.set_succeeded(1)
    place = encryption.PLACES["actors.letters"]
    assert list(place.texts()) == []
    assert not place.rewrite(task.pk, waiting()[0], "autre")
