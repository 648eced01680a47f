"""Reading a JSON text that comes in parts, value after value, as `json.loads` would have read the whole."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from maillage.core.tabular import UnreadableFile

PART = 1024 * 1024
NEAR_THE_END = 32  # A fault that near the end of a part may be the part's fault: the longest token is shorter.
BLANKS = " \t\n\r"
DECODER = json.JSONDecoder(parse_constant=lambda constant: None)  # NaN is how some tools write « nothing ».


def looks_like_json(head: str) -> bool:
    return head.lstrip()[:1] in {"[", "{"}


class JsonParts:
    """A place in a JSON text. `read(size)` gives its next characters, nothing at its end.

    Each method raises UnreadableFile, with the line and column of the fault in the whole text.
    """

    def __init__(self, read: Callable[[int], str], name: str) -> None:
        self._read, self._name = read, name
        self._text, self._at, self._is_whole = "", 0, False
        self._lines, self._column = 1, 1  # Of the first character of `_text`.

    def next_sign(self) -> str:
        """The next character that is no blank, left where it is; nothing at the end."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in BLANKS:
                    return self._text[self._at]
                self._at += 1
            if not self._go_on():
                return ""

    def value(self) -> Any:
        """The next value, whole."""
        self.next_sign()
        parts = 1
        while True:
            try:
                found, end = DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if not (self._may_be_cut(error) and self._go_on(parts)):
                    raise self._refusal(error.pos, is_open=error.msg.startswith("Unterminated")) from None
            except (ValueError, RecursionError):  # A number of thousands of figures, lists in lists without end.
                raise UnreadableFile(f"{self._name} n'est pas un JSON que l'on peut lire.") from None
            else:
                margin = NEAR_THE_END if isinstance(found, int | float) else 0  # « 12. » may go on as 12.5.
                if end + margin <= len(self._text) or not self._go_on(parts):
                    self._at = end
                    return found
            parts *= 2  # A long value: do not read it again at each part.

    def items(self) -> Iterator[Any]:
        """The values of a list, one by one."""
        for _ in self._separated("[", "]"):
            yield self.value()

    def members(self) -> Iterator[str]:
        """The names of an object, one by one; the value that follows must be read, then, before going on."""
        for _ in self._separated("{", "}"):
            if self.next_sign() != '"':
                raise self._refusal(self._at)
            name: str = self.value()
            self._expect(":")
            yield name

    def end(self) -> None:
        """Nothing more may follow."""
        if self.next_sign():
            raise self._refusal(self._at)

    def _separated(self, opening: str, closing: str) -> Iterator[None]:
        self._expect(opening)
        if self.next_sign() != closing:
            yield
            while self.next_sign() == ",":
                self._at += 1
                yield
        self._expect(closing)

    def _expect(self, sign: str) -> None:
        if self.next_sign() != sign:
            raise self._refusal(self._at)
        self._at += 1

    def _may_be_cut(self, error: json.JSONDecodeError) -> bool:
        return error.pos >= len(self._text) - NEAR_THE_END or error.msg.startswith("Unterminated")

    def _go_on(self, parts: int = 1) -> bool:
        """Drop what was read, and read more; False at the end of the text."""
        if self._is_whole:
            return False
        more = self._read(PART * parts)
        if not more:
            self._is_whole = True
            return False
        self._lines, self._column = self._line_and_column(self._at)
        self._text, self._at = self._text[self._at :] + more, 0
        return True

    def _line_and_column(self, place: int) -> tuple[int, int]:
        newlines = self._text.count("\n", 0, place)
        if not newlines:
            return self._lines, self._column + place
        return self._lines + newlines, place - self._text.rindex("\n", 0, place)

    def _refusal(self, place: int, *, is_open: bool = False) -> UnreadableFile:
        line, column = self._line_and_column(place)
        if is_open or self._is_last(place):
            return UnreadableFile(f"{self._name} est tronqué : il s'arrête ligne {line}, avant sa fin.")
        return UnreadableFile(f"{self._name} n'est pas un JSON valide (ligne {line}, colonne {column}).")

    def _is_last(self, place: int) -> bool:
        """Whether nothing but blanks follows, to the end of the text."""
        rest = self._text[place + 1 :]
        while not rest.strip():
            rest = self._read(PART)
            if not rest:
                return True
        return False
