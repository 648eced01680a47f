"""Send one message through the mail settings, to see that it arrives."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", metavar="ADRESSE")

    def handle(self, *, address: str, **options: Any) -> None:
        text = "Si vous lisez ce message, les courriels de Maillage partent bien d'ici."
        try:
            EmailMessage("Essai d'envoi", text, settings.DEFAULT_FROM_EMAIL, [address]).send()
        except OSError as error:
            raise CommandError(
                f"Le message n'est pas parti ({type(error).__name__}). Vérifiez MAILLAGE_MAIL_URL : serveur, port, "
                "mot de passe."
            ) from error
        if folder := getattr(settings, "EMAIL_FILE_PATH", ""):
            self.stdout.write(f"Aucun serveur n'est réglé (MAILLAGE_MAIL_URL) : le message est gardé dans {folder}.")
        else:
            self.stdout.write(
                f"Message remis à {settings.EMAIL_HOST}. Regardez s'il arrive, et hors des indésirables."
            )
