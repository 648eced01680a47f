"""Start what is due, then carry it out. Run it each minute; running it more often changes nothing."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django_tasks.base import TaskResult, TaskResultStatus
from django_tasks.signals import task_finished

from maillage.core.jobs import start_due


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only-enqueue", action="store_true", help="Laisser le travail à un ouvrier (db_worker).")

    def handle(self, *, only_enqueue: bool, **options: Any) -> None:
        started = start_due()
        for name in started:
            self.stdout.write(f"Lancé : {name}")
        if only_enqueue:
            return
        task_finished.connect(self.say_failure)
        try:
            call_command("db_worker", "--batch", "--no-startup-delay", verbosity=0)
        finally:
            task_finished.disconnect(self.say_failure)

    def say_failure(self, *, task_result: TaskResult, **kwargs: object) -> None:
        """The worker is silent: whoever keeps the house still learns which job fell, and where its trace is kept."""
        if task_result.status == TaskResultStatus.FAILED:
            fell = f"{task_result.task.module_path} ({task_result.errors[-1].exception_class_path})"
            self.stderr.write(f"Échec : {fell}. Trace : résultat {task_result.id}.")
