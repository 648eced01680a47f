"""Reading a file someone sent: its encoding, its shape, its lines. What cannot be read is said in one sentence."""

import csv
import difflib
import gzip
import io
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, cast

from maillage.core.refusals import Refused
from maillage.core.rows import Row

ZIP, GZIP, XLS = b"PK\x03\x04", b"\x1f\x8b", b"\xd0\xcf\x11\xe0"
NOT_TEXT = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF", b"\x7fELF")
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
FAULTS = (UnicodeDecodeError, EOFError, zlib.error, gzip.BadGzipFile)
DELIMITERS = (",", ";", "\t", "|")


class UnreadableFile(Refused):
    """The file as a whole cannot be read; nothing was imported."""


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


class SentText:
    """The text of a file someone sent, unpacked if gzipped, read as it comes; its whole never stands in memory.

    Opening it, then reading each part or line of it, may raise UnreadableFile: take nothing for sure before its end.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file = path.open("rb")
        except OSError:
            self._say_why()
            raise
        is_gzip = self._file.peek(2).startswith(GZIP)
        self._unpacked = gzip.GzipFile(fileobj=self._file) if is_gzip else self._file
        self._text = io.TextIOWrapper(cast(IO[bytes], self._unpacked), encoding="utf-8-sig", newline="")
        head = self._guarded(lambda: self._unpacked.peek(8))
        if not head.strip() or head.startswith((ZIP, XLS, *NOT_TEXT)):
            self._say_why()

    def read(self, size: int) -> str:
        """The next characters, at most `size` of them; nothing at the end."""
        return self._guarded(lambda: self._text.read(size))

    def __iter__(self) -> Iterator[str]:
        while line := self._guarded(self._text.readline):
            yield line

    def _guarded(self, read: Any) -> Any:
        try:
            return read()
        except FAULTS:
            self._say_why()
            raise

    def _say_why(self) -> None:
        """Read the whole file, so as to say what is wrong with it, and where."""
        try:
            read_text(self._path)
        except UnreadableFile:
            self.close()
            raise

    def close(self) -> None:
        for opened in ("_text", "_file"):
            if hasattr(self, opened):
                getattr(self, opened).close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def read_csv(text: str, name: str, *, required: Iterable[str]) -> list[Row]:
    """The rows of a CSV with a header. Raises UnreadableFile on missing columns or a file cut in its last line.

    A line with too few or too many values stays in, under the key `None`, for the caller to reject by its number.
    """
    lines = io.StringIO(text, newline="")
    return list(csv_rows(lines, name, delimiter=delimiter_of(text.split("\n", 1)[0]), required=required))


def delimiter_of(header: str) -> str:
    return max(DELIMITERS, key=header.count)


def csv_rows(lines: Iterable[str], name: str, *, delimiter: str, required: Iterable[str]) -> Iterator[Row]:
    """The same, row after row, from lines that come one by one: only the last one tells whether the file is whole."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        header = [column.strip() for column in next(reader)]
        _check_columns(header, set(required), name)
        yield from _rows(reader, header, name)
    except csv.Error as error:
        if "end of data" in str(error):
            raise UnreadableFile(
                f"{name} est tronqué : un guillemet ouvert avant la ligne {reader.line_num} n'est jamais fermé."
            ) from None
        raise UnreadableFile(
            f"{name} n'est pas un CSV que l'on peut lire : un guillemet mal placé ligne {reader.line_num}."
        ) from None


def _rows(reader: Any, header: list[str], name: str) -> Iterator[Row]:
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
