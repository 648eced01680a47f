"""Printed documents: Typst templates compiled in-process to tagged PDF/UA, and the check that they are so."""

import datetime as dt
import io
import json
import os
import re
import threading
from pathlib import Path
from typing import Any

import pikepdf
import typst
from django.conf import settings
from fontTools.ttLib import TTFont
from pikepdf import Dictionary

from maillage.core import clock

ROOMS = Path(__file__).resolve().parent.parent
FAMILY = "atkinson-hyperlegible-next-latin-{weight}-normal"
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
)  # fmt: skip
NOT_DRAWN = re.compile(r'the text `"(.*?)"` could not be displayed')
SPELT_OUT = re.compile(r"\\u\{([0-9a-f]+)\}")
_compilers = threading.local()


def compile_document(template: str, data: dict[str, Any]) -> bytes:
    """The PDF of a room's template (« directory/documents/sheet.typ ») filled with JSON-like data.

    Raises typst.TypstError when the template skips a heading, lacks a title or an alternative text: an inaccessible
    document does not leave the house. A sign no typeface of ours can draw is left out of the data (a letter becomes
    « ? »): an emoji in a name does not keep the paper from someone who needs it.
    """
    while True:
        try:
            return _compile(template, data)
        except typst.TypstError as refused:
            drawable = _without(data, _undrawable(refused))
            if drawable == data:
                raise
            data = drawable


def _compile(template: str, data: dict[str, Any]) -> bytes:
    made = _compiler().compile(
        input=str(ROOMS / template),
        format="pdf",
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        timestamp=clock.now().replace(microsecond=0),
    )
    assert isinstance(made, bytes)  # A PDF is one file; only images come as a list of pages.
    return made


def _undrawable(refused: typst.TypstError) -> dict[int, str]:
    """The signs this error complains of, and what stands for each."""
    signs = "".join(NOT_DRAWN.findall(refused.diagnostic))
    for spelt, sign in (("\\t", "\t"), ("\\n", "\n"), ("\\r", "\r")):
        signs = signs.replace(spelt, sign)
    signs = SPELT_OUT.sub(lambda found: chr(int(found[1], 16)), signs)
    return {ord(sign): "?" if sign.isalpha() else " " for sign in signs}


def _without(value: Any, signs: dict[int, str]) -> Any:
    if isinstance(value, str):
        return value.translate(signs)
    if isinstance(value, dict):
        return {name: _without(inner, signs) for name, inner in value.items()}
    return [_without(inner, signs) for inner in value] if isinstance(value, list | tuple) else value


def _compiler() -> typst.Compiler:
    """One compiler for each thread: it keeps its fonts and its cache."""
    if not hasattr(_compilers, "one"):
        _compilers.one = typst.Compiler(root=str(ROOMS), font_paths=[str(_fonts())], ignore_system_fonts=True)
    return _compilers.one


def _fonts() -> Path:
    """The house's typeface as TrueType, unpacked once from the web font."""
    folder = settings.VAR_DIR / "fonts"
    folder.mkdir(parents=True, exist_ok=True)
    for weight in (400, 700):
        name = FAMILY.format(weight=weight)
        unpacked = folder / f"{name}.ttf"
        if not unpacked.exists():
            font = TTFont(settings.NODE / "@fontsource/atkinson-hyperlegible-next/files" / f"{name}.woff2")
            font.flavor = None
            draft = folder / f"{name}.{os.getpid()}.{threading.get_ident()}.part"
            font.save(draft)
            draft.replace(unpacked)
    return folder


def accessibility_problems(pdf: bytes) -> list[str]:
    """What would keep a screen reader from reading a PDF: empty when it is tagged, titled and says its language."""
    problems = []
    with pikepdf.open(io.BytesIO(pdf)) as document:
        root = document.Root
        if not bool(root.get("/MarkInfo", Dictionary()).get("/Marked", False)):
            problems.append("not tagged")
        if "/StructTreeRoot" not in root:
            problems.append("no structure tree")
        if not str(root.get("/Lang", "")).startswith("fr"):
            problems.append("no French language")
        if not bool(root.get("/ViewerPreferences", Dictionary()).get("/DisplayDocTitle", False)):
            problems.append("the title is not shown")
        with document.open_metadata() as metadata:
            if not metadata.get("dc:title"):
                problems.append("no title")
            if str(metadata.get("pdfuaid:part", "")) != "1":
                problems.append("does not declare PDF/UA-1")
    return problems


def page_count(pdf: bytes) -> int:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return len(document.pages)


def in_words(day: dt.date) -> str:
    """« 1er mars 2026 »."""
    return f"{'1er' if day.day == 1 else day.day} {MONTHS[day.month - 1]} {day.year}"
