"""Change the keys: encrypt again what former keys wrote, or draw a new signing key."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from maillage.core import encryption
from maillage.core.models import JournalSegment
from maillage.core.refusals import Refused
from maillage.core.signing_key import rotate_secret


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--secret", action="store_true", help="Changer la clé qui signe, au lieu de celles qui chiffrent."
        )
        parser.add_argument(
            "--resume",
            action="store_true",
            help="Ne tirer aucune clé nouvelle : finir de rechiffrer avec la première.",
        )

    def handle(self, *, secret: bool, resume: bool, **options: Any) -> None:
        if secret:
            self._secret()
        else:
            self._encryption(resume=resume)

    def _encryption(self, *, resume: bool) -> None:
        if not resume and not settings.ENCRYPTION_KEYS:
            self.stdout.write(
                f"Nouvelle clé, gardée dans {settings.VAR_DIR / encryption.FILE} : {encryption.add_kept_key()}."
            )
        try:
            for place in encryption.PLACES.values():
                self.stdout.write(f"{place.name} : {encryption.rotate(place)} textes rechiffrés.")
        except encryption.CannotDecrypt as error:
            raise CommandError(
                f"Un texte ne se relit pas : {error} Rien n'est perdu ; remettez la clé qui manque."
            ) from error
        self._say_what_is_left()

    def _say_what_is_left(self) -> None:
        first, *former = encryption.key_ids()
        counts = encryption.count_by_key()
        self.stdout.write(f"La clé {first} écrit : {counts.get(first, 0)} textes.")
        for kid in former:
            if counts.get(kid):
                self.stdout.write(
                    f"La clé {kid} lit encore {counts[kid]} textes : gardez-la, et relancez avec --resume."
                )
            else:
                self.stdout.write(
                    f"La clé {kid} ne sert plus ici. Retirez-la quand aucune sauvegarde d'avant aujourd'hui "
                    "n'est gardée."
                )

    def _secret(self) -> None:
        try:
            rotate_secret()
        except Refused as refusal:
            raise CommandError(f"{refusal.sentence} {refusal.instead}") from refusal
        self.stdout.write("Nouvelle clé de signature tirée. L'ancienne est gardée, et encore crue, dans :")
        self.stdout.write(f"  {settings.VAR_DIR / 'secret-key-fallbacks'}")
        self.stdout.write("Redémarrez le service (systemctl restart maillage) pour qu'elle signe.")
        if sealed := JournalSegment.objects.count():
            self.stdout.write(
                f"{sealed} mois du journal portent le sceau d'une ancienne clé : gardez-la tant qu'ils le sont."
            )
