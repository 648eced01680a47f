"""Files people send: typed by what they contain, limited, scanned, renamed, never shown as a page."""

import codecs
import os
import re
import secrets
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.db.models import TextChoices
from django.http import FileResponse
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from maillage.core.antivirus import refuse_infected
from maillage.core.refusals import Refused

LONGEST_NAME = 60
MOST_MEMBERS, MOST_UNZIPPED = 5_000, 300 * 1024 * 1024
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")
PAGES = (b"<!doctype", b"<html", b"<script", b"<svg", b"<?xml", b"<body", b"<iframe")


class Kind(TextChoices):
    """What a file may be. The value is the extension it will bear."""

    PDF = "pdf", _("PDF")
    PNG = "png", _("image PNG")
    JPEG = "jpg", _("image JPEG")
    CSV = "csv", _("texte ou CSV en UTF-8")
    XLSX = "xlsx", _("classeur Excel, sans macro")
    ODS = "ods", _("classeur OpenDocument")


MEDIA = {
    Kind.PDF: "application/pdf",
    Kind.PNG: "image/png",
    Kind.JPEG: "image/jpeg",
    Kind.CSV: "text/csv; charset=utf-8",
    Kind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Kind.ODS: "application/vnd.oasis.opendocument.spreadsheet",
}


@dataclass(frozen=True)
class Checked:
    """A file that was looked at and may be kept."""

    file: File
    kind: Kind


@dataclass(frozen=True)
class Stored:
    """A file of the house: its name under `uploads/`, what it is, its size in bytes."""

    name: str
    kind: Kind
    size: int

    @property
    def path(self) -> Path:
        return Path(settings.VAR_DIR) / "uploads" / self.name


def receive(file: File, *, kinds: Collection[Kind], most_bytes: int) -> Stored:
    """Check, then keep. Raises Refused with a sentence for whoever sent the file; nothing is then kept."""
    return keep(check(file, kinds=kinds, most_bytes=most_bytes))


def check(file: File, *, kinds: Collection[Kind], most_bytes: int) -> Checked:
    """What the file really is, whatever its name says. Raises Refused: too big, empty, of another kind, infected."""
    size = _size(file)
    if size > most_bytes:
        most = {"size": max(1, most_bytes // (1024 * 1024))}
        raise Refused(gettext("Ce fichier est trop lourd : %(size)s Mo au plus.") % most)
    if not size:
        raise Refused(gettext("Ce fichier est vide."))
    kind = _kind_of(file, size)
    if kind is None or kind not in kinds:
        accepted = {"kinds": ", ".join(str(Kind(one).label) for one in kinds)}
        raise Refused(
            gettext("Le contenu de ce fichier n'est pas d'un format accepté, ou il est abîmé."),
            instead=gettext("Formats acceptés : %(kinds)s.") % accepted,
        )
    refuse_infected(file.chunks())
    return Checked(file, kind)


def keep(checked: Checked) -> Stored:
    """Copy the file under a random name, with the extension of its content, readable by the house alone."""
    drawn = secrets.token_hex(16)
    name = f"{drawn[:2]}/{drawn}.{checked.kind.value}"
    path = Path(settings.VAR_DIR) / "uploads" / name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            for part in checked.file.chunks():
                out.write(part)
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)
    return Stored(name, checked.kind, path.stat().st_size)


def serve(stored: Stored, *, as_name: str) -> FileResponse:
    """The file as something to download, never as a page of this site. The view's door decides who may."""
    name = f"{slugify(as_name)[:LONGEST_NAME] or 'fichier'}.{stored.kind.value}"
    answer = FileResponse(stored.path.open("rb"), as_attachment=True, filename=name, content_type=MEDIA[stored.kind])
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["Cache-Control"] = "private, no-store"
    return answer


class ScannedFileField(forms.FileField):
    """A form's file: its cleaned value is a Checked, that an action then keeps."""

    def __init__(self, *, kinds: Collection[Kind], most_bytes: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kinds, self.most_bytes = kinds, most_bytes

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        if not isinstance(file, File):
            return file
        try:
            return check(file, kinds=self.kinds, most_bytes=self.most_bytes or settings.UPLOAD_MOST_BYTES)
        except Refused as refusal:
            raise ValidationError(f"{refusal.sentence} {refusal.instead}".strip()) from refusal


# -- What a file is ------------------------------------------------------------------------------------------------


def _size(file: File) -> int:
    """Counted, never believed."""
    file.seek(0, os.SEEK_END)
    size = int(file.tell())
    file.seek(0)
    return size


def _part(file: File, start: int, length: int) -> bytes:
    file.seek(max(0, start))
    part = bytes(file.read(length))
    file.seek(0)
    return part


def _kind_of(file: File, size: int) -> Kind | None:
    """By the first and last bytes; a file cut short is of no kind."""
    head, tail = _part(file, 0, 16), _part(file, size - 1024, 1024)
    if head.startswith(b"%PDF-"):
        return Kind.PDF if b"%%EOF" in tail else None
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG if b"IEND" in tail[-16:] else None
    if head.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG if tail.rstrip(b"\0").endswith(b"\xff\xd9") else None
    if head.startswith(b"PK\x03\x04"):
        return _workbook(file)
    return Kind.CSV if _is_plain_text(file) else None


def _workbook(file: File) -> Kind | None:
    """An Excel or OpenDocument workbook without a macro, and that does not swell beyond reason."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
            swollen = sum(member.file_size for member in archive.infolist()) > MOST_UNZIPPED
            if swollen or len(names) > MOST_MEMBERS or any(_is_macro(name) for name in names):
                return None
            if {"[Content_Types].xml", "xl/workbook.xml"} <= names:
                return Kind.XLSX
            return Kind.ODS if _says_ods(archive, names) else None
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError, ValueError):
        return None
    finally:
        file.seek(0)


def _is_macro(name: str) -> bool:
    return name.lower().endswith("vbaproject.bin") or name.startswith(("Basic/", "Scripts/"))


def _says_ods(archive: zipfile.ZipFile, names: set[str]) -> bool:
    if not {"mimetype", "content.xml"} <= names or archive.getinfo("mimetype").file_size > LONGEST_NAME:
        return False
    return archive.read("mimetype").strip().decode("ascii", "replace") == MEDIA[Kind.ODS]


def _is_plain_text(file: File) -> bool:
    """UTF-8 without control characters, which is not the beginning of a page."""
    if _part(file, 0, 1024).removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(PAGES):
        return False
    return all(_lines_are_text(line) for line in _decoded(file))


def _decoded(file: File) -> Iterator[str | None]:
    reader = codecs.getincrementaldecoder("utf-8")()
    try:
        for part in file.chunks():
            yield reader.decode(part)
        yield reader.decode(b"", final=True)
    except UnicodeDecodeError:
        yield None


def _lines_are_text(text: str | None) -> bool:
    return text is not None and not CONTROLS.search(text)
