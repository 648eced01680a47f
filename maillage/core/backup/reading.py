"""Reading a backup whole before anything is done with it: what is cut, altered, foreign or newer is refused."""

import hashlib
import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext, ngettext

from maillage.core.backup import engines
from maillage.core.backup.making import BY_MEGABYTES, FOLDERS, FORMAT, MANIFEST
from maillage.core.refusals import Refused

LONGEST_MANIFEST = 64 * BY_MEGABYTES
EXPECTED = {
    "format",
    "product",
    "engine",
    "created_at",
    "migrations",
    "rows",
    "journal",
    "encryption_key_ids",
    "members",
}


@dataclass(frozen=True)
class Archive:
    """A backup that has been read to its end, and whose every member is what its manifest says."""

    path: Path
    manifest: dict[str, Any]

    @property
    def engine(self) -> str:
        return str(self.manifest["engine"])

    @property
    def rows(self) -> int:
        return sum(self.manifest["rows"].values())

    def extract(self, into: Path) -> None:
        """Write every member but the manifest under this folder."""
        with tarfile.open(self.path, mode="r:") as archive:
            for member in archive:
                if member.name != MANIFEST:
                    target = into / member.name
                    target.parent.mkdir(parents=True, exist_ok=True)
                    with target.open("xb") as out:
                        for part in _parts(archive, member):
                            out.write(part)


def examine(path: Path) -> Archive:
    """Read the whole archive and check every member. Raises Refused, with a sentence fit for whoever restores."""
    try:
        with tarfile.open(path, mode="r:") as archive:
            manifest, found = _read(archive)
    except FileNotFoundError:
        raise Refused(gettext("%(path)s n'existe pas.") % {"path": path}) from None
    except OSError as error:
        raise Refused(gettext("%(path)s ne peut pas être lu : %(why)s.") % _why(path, error)) from None
    except (tarfile.TarError, EOFError):
        raise Refused(_cut(path), instead=_another()) from None
    if manifest is None:
        raise Refused(_cut(path), instead=_another())
    _refuse_newer_format(manifest)
    _refuse_altered(manifest, found)
    return Archive(path, manifest)


def refuse_incompatible(archive: Archive) -> None:
    """Raises Refused when this code and this database cannot take the archive."""
    if archive.engine != connection.vendor:
        names = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
        theirs, ours = names.get(archive.engine, archive.engine), names[connection.vendor]
        raise Refused(
            gettext("Cette sauvegarde vient d'une base %(theirs)s ; cette installation utilise %(ours)s.")
            % {"theirs": theirs, "ours": ours},
            instead=gettext("Donnez dans DATABASE_URL une base %(theirs)s vide, puis recommencez.")
            % {"theirs": theirs},
        )
    if unknown := _unknown_migrations(archive.manifest["migrations"]):
        sentence = ngettext(
            "Cette sauvegarde vient d'une version plus récente (%(product)s) : cette version ne connaît pas la "
            "migration %(names)s.",
            "Cette sauvegarde vient d'une version plus récente (%(product)s) : cette version ne connaît pas les "
            "migrations %(names)s.",
            len(unknown),
        )
        told = {"product": archive.manifest["product"], "names": ", ".join(unknown[:5])}
        raise Refused(
            sentence % told,
            instead=gettext("Installez d'abord la version %(product)s, puis recommencez.") % told,
        )


def _unknown_migrations(applied: dict[str, list[str]]) -> list[str]:
    known = MigrationLoader(None).disk_migrations
    return [f"{app}.{name}" for app, names in applied.items() for name in names if (app, name) not in known]


def _read(archive: tarfile.TarFile) -> tuple[dict[str, Any] | None, dict[str, dict[str, Any]]]:
    manifest, found = None, {}
    for member in archive:
        if member.name == MANIFEST:
            manifest = _manifest(b"".join(_parts(archive, member)) if member.size <= LONGEST_MANIFEST else b"")
        else:
            found[_safe_name(member)] = _told(archive, member)
    return manifest, found


def _manifest(text: bytes) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except ValueError:
        told = None
    if not isinstance(told, dict) or not isinstance(told.get("format"), int):
        raise Refused(gettext("Le sommaire de cette sauvegarde est illisible."), instead=_another())
    return told


def _told(archive: tarfile.TarFile, member: tarfile.TarInfo) -> dict[str, Any]:
    digest = hashlib.sha256()
    for part in _parts(archive, member):
        digest.update(part)
    return {"size": member.size, "sha256": digest.hexdigest()}


def _parts(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Iterator[bytes]:
    source: IO[bytes] | None = archive.extractfile(member)
    left = member.size
    while source and left:
        part = source.read(min(left, BY_MEGABYTES))
        if not part:
            raise tarfile.ReadError("unexpected end of data")
        left -= len(part)
        yield part


def _safe_name(member: tarfile.TarInfo) -> str:
    """Files of the house, and nothing that would be written elsewhere."""
    path = PurePosixPath(member.name)
    ours = member.name in engines.MEMBER.values() or (len(path.parts) > 1 and path.parts[0] in FOLDERS)
    if not member.isfile() or not ours or ".." in path.parts or path.is_absolute():
        raise Refused(gettext("Cette sauvegarde contient un élément qui n'est pas de Maillage."), instead=_another())
    return member.name


def _refuse_newer_format(manifest: dict[str, Any]) -> None:
    if manifest["format"] > FORMAT:
        told = {"product": str(manifest.get("product", "?"))[:40]}
        raise Refused(
            gettext("Cette sauvegarde vient d'une version plus récente de Maillage (%(product)s).") % told,
            instead=gettext("Installez d'abord la version %(product)s, puis recommencez.") % told,
        )
    if not set(manifest) >= EXPECTED or engines.MEMBER.get(manifest["engine"]) not in manifest["members"]:
        raise Refused(gettext("Le sommaire de cette sauvegarde est illisible."), instead=_another())


def _refuse_altered(manifest: dict[str, Any], found: dict[str, dict[str, Any]]) -> None:
    expected = manifest["members"]
    wrong = sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))
    if wrong:
        told = {"names": ", ".join(wrong[:3])}
        raise Refused(
            gettext("Cette sauvegarde a été altérée : %(names)s n'est pas ce qui fut sauvegardé.") % told,
            instead=_another(),
        )


def _why(path: Path, error: OSError) -> dict[str, object]:
    return {"path": path, "why": error.strerror or error}


def _cut(path: Path) -> str:
    return gettext("%(name)s est incomplète, ou n'est pas une sauvegarde de Maillage : il en manque la fin.") % {
        "name": path.name
    }


def _another() -> str:
    return gettext("Prenez une autre copie de cette sauvegarde, ou celle de la veille. Rien n'a été changé.")
