"""Letters wait sealed, outlive a change of keys, and leave one by one."""

from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from maillage.actors.actions.letters import deliver, post
from maillage.actors.tests.post import letters
from maillage.core import encryption


def waiting():
    tasks = DBTaskResult.objects.filter(task_path=deliver.module_path)
    return [asked["args"][0] for asked in tasks.values_list("args_kwargs", flat=True)]


def test_a_letter_in_waiting_is_sealed_again_when_keys_change_and_still_leaves(db):
    post("maud@exemple.fr", subject="Bonjour", text="Un lien.")
    [before] = waiting()
    encryption.add_kept_key()
    place = encryption.PLACES["actors.letters"]
    assert (encryption.rotate(place), encryption.rotate(place)) == (1, 0)
    [after] = waiting()
    first, former = encryption.key_ids()
    assert (encryption.key_id_of(before), encryption.key_id_of(after)) == (former, first)
    [letter] = letters()
    assert (letter.to, letter.body) == (["maud@exemple.fr"], "Un lien.\n")


def test_a_letter_that_left_keeps_no_former_key_alive(db):
    post("maud@exemple.fr", subject="Bonjour", text="Un lien.")
    task = DBTaskResult.objects.get()
    DBTaskResult.objects.update(status=TaskResultStatus.SUCCESSFUL)
    place = encryption.PLACES["actors.letters"]
    assert list(place.texts()) == []
    assert not place.rewrite(task.pk, waiting()[0], "autre")
