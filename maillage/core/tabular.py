"""Reading a file someone sent: its encoding, its shape, its lines. What cannot be read is said in one sentence."""

import csv
import difflib
import gzip
import io
import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maillage.core.refusals import Refused

ZIP, GZIP, XLS = b"PK\x03\x04", b"\x1f\x8b", b"\xd0\xcf\x11\xe0"
NOT_TEXT = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF", b"\x7fELF")
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
DELIMITERS = (",", ";", "\t", "|")


class UnreadableFile(Refused):
    """The file as a whole cannot be read; nothing was imported."""


@dataclass(frozen=True)
class Row:
    """One record of a file: the line (CSV) or the rank (JSON) where it stands, and its values as read."""

    line: int
    values: dict[Any, Any]


def read_text(path: Path) -> str:
    """The file's text, unpacked if gzipped. Raises UnreadableFile with the sentence to show."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise UnreadableFile(f"Le fichier {path} n'existe pas.") from None
    except (IsADirectoryError, PermissionError):
        raise UnreadableFile(f"{path} n'est pas un fichier que l'on peut lire.") from None
    if raw.startswith(GZIP):
        raw = _gunzip(raw, path)
    if raw.startswith(ZIP):
        raise UnreadableFile(
            f"{path.name} est une archive ou un classeur (zip, xlsx). Donnez le fichier CSV ou JSON lui-même."
        )
    if raw.startswith(XLS):
        raise UnreadableFile(f"{path.name} est un classeur Excel. Enregistrez-le au format CSV UTF-8.")
    if raw.startswith(NOT_TEXT):
        raise UnreadableFile(_not_text(path))
    if not raw.strip():
        raise UnreadableFile(f"{path.name} est vide.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if b"\0" in raw and not raw.startswith(UTF_16):
            raise UnreadableFile(_not_text(path)) from None
        line = raw[: error.start].count(b"\n") + 1
        raise UnreadableFile(
            f"{path.name} n'est pas en UTF-8 (ligne {line}) : il vient sans doute d'un tableur. "
            "Enregistrez-le au format « CSV UTF-8 »."
        ) from None


def _not_text(path: Path) -> str:
    return f"{path.name} n'est pas un fichier texte. Donnez le fichier CSV ou JSON lui-même."


def _gunzip(raw: bytes, path: Path) -> bytes:
    try:
        return gzip.decompress(raw)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise UnreadableFile(
            f"{path.name} est tronqué : l'archive s'arrête avant sa fin. Téléchargez-le de nouveau."
        ) from None


def looks_like_json(text: str) -> bool:
    return text.lstrip()[:1] in {"[", "{"}


def read_json(text: str, name: str) -> Any:
    try:
        return json.loads(text, parse_constant=lambda constant: None)  # NaN is how some tools write « nothing ».
    except json.JSONDecodeError as error:
        if error.pos >= len(text.rstrip()) - 1 or "Unterminated" in error.msg:
            raise UnreadableFile(f"{name} est tronqué : il s'arrête ligne {error.lineno}, avant sa fin.") from None
        raise UnreadableFile(
            f"{name} n'est pas un JSON valide (ligne {error.lineno}, colonne {error.colno})."
        ) from None
    except (ValueError, RecursionError):  # A number of thousands of figures, lists in lists without end.
        raise UnreadableFile(f"{name} n'est pas un JSON que l'on peut lire.") from None


def read_csv(text: str, name: str, *, required: Iterable[str]) -> list[Row]:
    """The rows of a CSV with a header. Raises UnreadableFile on missing columns or a file cut in its last line.

    A line with too few or too many values stays in, under the key `None`, for the caller to reject by its number.
    """
    header_line = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=header_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [column.strip() for column in next(reader)]
        _check_columns(header, set(required), name)
        return list(_rows(reader, header, name))
    except csv.Error as error:
        if "end of data" in str(error):
            raise UnreadableFile(
                f"{name} est tronqué : un guillemet ouvert avant la ligne {reader.line_num} n'est jamais fermé."
            ) from None
        raise UnreadableFile(
            f"{name} n'est pas un CSV que l'on peut lire : un guillemet mal placé ligne {reader.line_num}."
        ) from None


def _rows(reader: Any, header: list[str], name: str) -> Iterable[Row]:
    short: int | None = None
    start = reader.line_num + 1
    for cells in reader:
        line, start = start, reader.line_num + 1
        if not any(cell.strip() for cell in cells):
            continue
        short = line if len(cells) < len(header) else None
        values: dict[Any, Any] = dict.fromkeys(header, "") | dict(zip(header, cells, strict=False))
        if len(cells) != len(header):
            values[None] = f"{len(cells)} valeurs pour {len(header)} colonnes"
        yield Row(line, values)
    if short is not None:
        raise UnreadableFile(f"{name} est tronqué : sa dernière ligne ({short}) s'arrête avant la dernière colonne.")


def _check_columns(header: list[str], required: set[str], name: str) -> None:
    missing = sorted(required - set(header))
    if not missing:
        return
    found = "; ".join(_nearest(column, header) for column in missing[:5])
    more = f" (et {len(missing) - 5} autres)" if len(missing) > 5 else ""
    raise UnreadableFile(f"{name} n'a pas les colonnes attendues. Il manque : {found}{more}.")


def _nearest(column: str, header: list[str]) -> str:
    close = difflib.get_close_matches(column, header, n=1, cutoff=0.7)
    return f"« {column} » (serait-ce « {close[0]} » ?)" if close else f"« {column} »"
