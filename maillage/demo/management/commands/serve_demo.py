"""Serve the demonstration on this machine only, and tick each minute, as a real house would."""

import os
import signal
import subprocess
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from maillage.actors.choices import Role
from maillage.demo.actions import is_demonstration
from maillage.demo.aubrelle import PEOPLE


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *, port: int, **options: Any) -> None:
        if not is_demonstration():
            raise CommandError("Construisez d'abord la démonstration : make demo.")
        self._welcome(port)
        bind, environment = ["--bind", f"127.0.0.1:{port}"], _environment(port)
        command = [sys.executable, "-m", "gunicorn", "config.wsgi", *bind]
        server = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment)
        for stop in (signal.SIGTERM, signal.SIGINT):
            signal.signal(stop, lambda *_: server.terminate())
        while server.poll() is None:
            self._tick_after_a_minute(server, environment)
        if server.returncode:
            raise CommandError(f"Le serveur s'est arrêté. Le port {port} est peut-être pris : make demo PORT=8001.")

    def _welcome(self, port: int) -> None:
        home = f"http://localhost:{port}"
        self.stdout.write(f"\nL'Aubrelle, Département fictif : {home}/\n\nEntrer comme :")
        shown: set[str] = set()
        for staff in PEOPLE:
            if staff.role not in shown:
                shown.add(staff.role)
                door = reverse("demo:enter", args=[staff.username])
                self.stdout.write(f"  {staff.first_name} {staff.last_name} · {home}{door}")
                self.stdout.write(f"    {Role(staff.role).label}")
        self.stdout.write("\nCtrl+C pour arrêter.\n")
        self.stdout.flush()

    def _tick_after_a_minute(self, server: subprocess.Popen[bytes], environment: dict[str, str]) -> None:
        try:
            server.wait(60)
        except subprocess.TimeoutExpired:
            tick = [sys.executable, "manage.py", "tick"]
            subprocess.run(tick, cwd=settings.BASE_DIR, env=environment, check=False)


def _environment(port: int) -> dict[str, str]:
    """What the server and its ticks are told: where this house answers, so that the links of letters lead there."""
    return os.environ | {"MAILLAGE_ORIGINS": f"http://localhost:{port}"}
