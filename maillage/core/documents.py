"""Printed documents: Typst templates compiled in-process to tagged PDF/UA, and the check that they are so."""

import datetime as dt
import io
import json
import os
import threading
from pathlib import Path
from typing import Any

import pikepdf
import typst
from django.conf import settings
from fontTools.ttLib import TTFont

from maillage.core import clock

ROOMS = Path(__file__).resolve().parent.parent
FAMILY = "atkinson-hyperlegible-next-latin-{weight}-normal"
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
)  # fmt: skip
_compilers = threading.local()


def compile_document(template: str, data: dict[str, Any]) -> bytes:
    """The PDF of a room's template (« directory/documents/sheet.typ ») filled with JSON-like data.

    Raises typst.TypstError when the template skips a heading, lacks a title or an alternative text: an inaccessible
    document does not leave the house.
    """
    made = _compiler().compile(
        input=str(ROOMS / template),
        format="pdf",
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        timestamp=clock.now().replace(microsecond=0),
    )
    return bytes(made)


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
        if not bool(root.get("/MarkInfo", {}).get("/Marked", False)):
            problems.append("not tagged")
        if "/StructTreeRoot" not in root:
            problems.append("no structure tree")
        if not str(root.get("/Lang", "")).startswith("fr"):
            problems.append("no French language")
        if not bool(root.get("/ViewerPreferences", {}).get("/DisplayDocTitle", False)):
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
