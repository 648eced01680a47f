"""Making a backup: one archive, written beside then renamed, with its manifest last."""

import hashlib
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext

from maillage.core import clock, encryption
from maillage.core.backup import engines
from maillage.core.backup.contents import Figures
from maillage.core.metrics import LAST_BACKUP
from maillage.core.refusals import Refused

FORMAT = 1
FOLDERS = ("shapes", "imports", "uploads")
MANIFEST = "manifest.json"
PREFIX, SUFFIX = "maillage-", ".tar"
BY_MEGABYTES = 1024 * 1024


@dataclass
class Told:
    """A member of the archive as it was really written: a file may grow while it is read."""

    members: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, archive: tarfile.TarFile, name: str, path: Path) -> None:
        with path.open("rb") as source:
            info = archive.gettarinfo(arcname=name, fileobj=source)
            info.uid = info.gid = 0
            info.uname = info.gname = ""
            info.mode = 0o600
            reading = Digesting(source)
            archive.addfile(info, reading)
        self.members[name] = {"size": info.size, "sha256": reading.digest.hexdigest()}


class Digesting:
    """A file read once: what the archive takes is what is digested."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source, self.digest = source, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        part = self.source.read(size)
        self.digest.update(part)
        return part


def make_backup(folder: Path) -> Path:
    """Write `maillage-YYYYMMDD-HHMMSS.tar` in this folder and return its path. Raises Refused with a sentence.

    It holds the database, the files of the installation and what is needed to check both; never a key. It is readable
    by its owner alone, and bears its name only once it is whole.
    """
    name = f"{PREFIX}{clock.local_now():%Y%m%d-%H%M%S}{SUFFIX}"
    _make_folder(folder)
    final, partial = folder / name, folder / f".{name}.partial"
    if final.exists():
        raise Refused(gettext("%(path)s existe déjà.") % {"path": final})
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=f".{PREFIX}") as draft:
            _write(partial, Path(draft))
        partial.rename(final)
    except OSError as error:
        raise Refused(
            gettext("La sauvegarde n'a pas pu être écrite : %(why)s.") % {"why": error.strerror or error}
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    _remember(final)
    return final


def remove_old(folder: Path, *, keep: int) -> list[Path]:
    """Keep the latest archives of this folder, remove those before them."""
    found = sorted(folder.glob(f"{PREFIX}[0-9]*{SUFFIX}"))
    old = found[: max(0, len(found) - keep)]
    for one in old:
        one.unlink()
    return old


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(gettext("Le dossier %(path)s ne peut pas être créé.") % {"path": folder}) from error


def _write(partial: Path, draft: Path) -> None:
    dumped = draft / engines.MEMBER[connection.vendor]
    held = engines.dump(dumped)
    told = Told()
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
            told.add(archive, dumped.name, dumped)
            for path in _files():
                told.add(archive, path.relative_to(settings.VAR_DIR).as_posix(), path)
            _add_manifest(archive, manifest(held, told.members))
        out.flush()
        os.fsync(out.fileno())


def _files() -> Iterator[Path]:
    """What the house keeps beside its database; links are not followed out of it, drafts are nobody's."""
    for name in FOLDERS:
        for path in sorted((Path(settings.VAR_DIR) / name).rglob("*")):
            if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
                yield path


def manifest(held: Figures, members: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What the archive says of itself. Key ids are names, not keys."""
    return {
        "format": FORMAT,
        "product": product_version(),
        "engine": connection.vendor,
        "created_at": clock.now().isoformat(),
        "migrations": held.migrations,
        "rows": held.rows,
        "journal": held.journal,
        "encryption_key_ids": encryption.key_ids(),
        "members": members,
    }


def product_version() -> str:
    """The version of this code: of the installed package, else of the checkout's pyproject.toml."""
    try:
        return version("maillage")
    except PackageNotFoundError:
        lines = (settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8").splitlines()
        return next((line.split('"')[1] for line in lines if line.startswith("version = ")), "?")


def _add_manifest(archive: tarfile.TarFile, told: dict[str, Any]) -> None:
    """Last: an archive cut short has no manifest, and cannot look whole."""
    text = json.dumps(told, indent=1, sort_keys=True).encode()
    info = tarfile.TarInfo(MANIFEST)
    info.size, info.mode, info.mtime = len(text), 0o600, int(clock.now().timestamp())
    archive.addfile(info, io.BytesIO(text))


def _remember(final: Path) -> None:
    """When it was done, for the metrics."""
    told = {"at": clock.now().timestamp(), "archive": final.name, "bytes": final.stat().st_size}
    draft = Path(settings.VAR_DIR) / f".{LAST_BACKUP}.{os.getpid()}"
    draft.write_text(json.dumps(told), encoding="utf-8")
    draft.rename(draft.with_name(LAST_BACKUP))
