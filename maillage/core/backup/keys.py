"""The keys of the house, kept apart from its backups: whoever finds one of the two reads nothing secret."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext

from maillage.core import clock, encryption
from maillage.core.refusals import Refused


@dataclass(frozen=True)
class Keys:
    """What signs and what encrypts: the signing key, the former ones still believed, the encryption keys."""

    secret_key: str
    secret_key_fallbacks: list[str]
    encryption_keys: list[str]


def keep_keys(folder: Path, *, apart_from: Path) -> Path:
    """Write the keys in a file of this folder, readable by its owner alone. Raises Refused when it is not apart."""
    here, there = folder.resolve(), apart_from.resolve()
    if here == there or here.is_relative_to(there) or there.is_relative_to(here):
        raise Refused(
            gettext("Les clés ne se gardent ni dans le dossier des sauvegardes, ni autour de lui."),
            instead=gettext("Choisissez un autre support : qui prend l'un ne doit pas prendre l'autre."),
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"maillage-keys-{clock.local_now():%Y%m%d-%H%M%S}.json"
    keys = Keys(settings.SECRET_KEY, list(settings.SECRET_KEY_FALLBACKS), encryption.written_keys())
    write_private(path, json.dumps(asdict(keys), indent=1))
    return path


def read_keys(path: Path) -> Keys:
    """The keys a former `backup --keys-to` has written. Raises Refused when the file is not one."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        keys = Keys(str(told["secret_key"]), list(told["secret_key_fallbacks"]), list(told["encryption_keys"]))
        encryption.parse(keys.encryption_keys)
    except (OSError, ValueError, KeyError, TypeError, ImproperlyConfigured):
        raise Refused(
            gettext("%(path)s n'est pas un fichier de clés de Maillage.") % {"path": path},
            instead=gettext("C'est celui que « manage.py backup --keys-to » a écrit : maillage-keys-….json."),
        ) from None
    return keys


def refuse_other_keys(keys: Keys) -> None:
    """What the environment says wins over any file: it must say the same, or nothing."""
    if os.environ.get("MAILLAGE_SECRET_KEY", keys.secret_key) != keys.secret_key:
        raise Refused(_other("MAILLAGE_SECRET_KEY"))
    given = settings.ENCRYPTION_KEYS
    if given and not set(encryption.parse(keys.encryption_keys)) <= set(encryption.parse(given)):
        raise Refused(_other("MAILLAGE_ENCRYPTION_KEYS"))


def _other(name: str) -> str:
    return gettext(
        "%(name)s, dans l'environnement, n'est pas la clé de ce fichier. Écrivez-y celle du fichier, ou retirez la "
        "variable, puis recommencez."
    ) % {"name": name}


def install_keys(keys: Keys) -> None:
    """Put the keys in the folder of the installation; those that were there are set aside, never lost."""
    folder, stamp = Path(settings.VAR_DIR), f"{clock.local_now():%Y%m%d-%H%M%S}"
    contents = {
        "secret-key": keys.secret_key,
        "secret-key-fallbacks": "\n".join(keys.secret_key_fallbacks),
        encryption.FILE: "\n".join(keys.encryption_keys),
    }
    for name, text in contents.items():
        kept = folder / name
        if kept.exists() and kept.read_text(encoding="ascii") != text:
            kept.rename(folder / f"{name}.before-{stamp}")
        if text:
            write_private(kept, text)


def environment_of(keys: Keys) -> dict[str, str]:
    """These keys as variables, for a command that must believe them before they are installed."""
    return {
        "MAILLAGE_SECRET_KEY": keys.secret_key,
        "MAILLAGE_SECRET_KEY_FALLBACKS": ",".join(keys.secret_key_fallbacks),
        "MAILLAGE_ENCRYPTION_KEYS": ",".join(keys.encryption_keys),
    }


def write_private(path: Path, text: str) -> None:
    """Write a file its owner alone can read, whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    draft.rename(path)
