"""A file is what it contains, not what its name says; it is kept under another name and never shown as a page."""

import io
import zipfile
from contextlib import suppress

import pytest
from django import forms
from django.core.files import File
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import settings as pace
from hypothesis import strategies as st

from maillage.core.refusals import Refused
from maillage.core.uploads import Kind, ScannedFileField, check, receive, serve


@pytest.fixture(autouse=True)
def _nobody_scans(settings):
    settings.CLAMAV = "none"


def zipped(**members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


ODS = zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet", **{"content.xml": "<x/>"})
XLSX = zipped(**{"[Content_Types].xml": "<x/>", "xl/workbook.xml": "<x/>"})
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40 + b"\0\0\0\0IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 40 + b"\xff\xd9"
CSV = "nom;commune\nÉpicerie;Melune\n".encode()
WHOLE = {Kind.PDF: PDF, Kind.PNG: PNG, Kind.JPEG: JPEG, Kind.CSV: CSV, Kind.XLSX: XLSX, Kind.ODS: ODS}


def file(content, name="x.bin"):
    return File(io.BytesIO(content), name=name)


def sent(content, kinds=tuple(Kind), most_bytes=1_000_000):
    return receive(file(content), kinds=kinds, most_bytes=most_bytes)


@pytest.mark.parametrize("kind", WHOLE)
def test_a_file_is_typed_by_its_content_renamed_and_kept_for_the_house_alone(settings, kind):
    stored = receive(file(WHOLE[kind], "../../Édith.html"), kinds=[kind], most_bytes=1_000_000)
    assert stored.kind == kind
    assert stored.path.read_bytes() == WHOLE[kind]
    assert stored.path.suffix == f".{kind.value}"
    assert stored.path.is_relative_to(settings.VAR_DIR / "uploads")
    assert stored.path.stat().st_mode & 0o077 == 0
    assert "dith" not in stored.name
    assert stored.size == len(WHOLE[kind])


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE html><script>alert(1)</script>",
        b"  \n<html>",
        b"\xef\xbb\xbf<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<?xml version='1.0'?>",
        b"MZ\x90\0\x03",
        b"\x7fELF\x02",
        b"#!/bin/sh\0",
        "nom;é".encode("latin1"),
        "nom".encode("utf-16"),
        b"a;b\x1b[31m",
        PDF[:20],
        PNG[:-8],
        JPEG[:-2],
        XLSX[:-30],
        b"PK\x03\x04" + b"\0" * 200,
        zipped(anything="x"),
        zipped(mimetype="application/vnd.oasis.opendocument.text", **{"content.xml": "<x/>"}),
        zipped(**{"[Content_Types].xml": "x", "xl/workbook.xml": "x", "xl/vbaProject.bin": "x"}),
        b"junk %PDF-1.7 %%EOF \0",
    ],
)
def test_what_is_not_of_an_accepted_format_is_refused_and_not_kept(settings, content):
    with pytest.raises(Refused) as refused:
        sent(content)
    assert "Formats acceptés" in refused.value.instead
    assert not list((settings.VAR_DIR / "uploads").rglob("*"))


def test_a_kind_that_is_not_asked_for_is_refused():
    with pytest.raises(Refused) as refused:
        sent(PNG, kinds=[Kind.PDF])
    assert "PDF" in refused.value.instead


def test_a_file_too_heavy_or_empty_is_refused():
    with pytest.raises(Refused, match="1 Mo au plus"):
        sent(PDF + b" " * 1_000_000)
    with pytest.raises(Refused, match="vide"):
        sent(b"")
    assert sent(PDF, most_bytes=len(PDF)).size == len(PDF)


def test_a_workbook_that_swells_beyond_reason_is_refused():
    bomb = zipped(**{"[Content_Types].xml": "x", "xl/workbook.xml": "x", "xl/media": b"\0" * 400_000_000})
    assert len(bomb) < 1_000_000
    with pytest.raises(Refused):
        sent(bomb)


@given(
    st.binary(min_size=1, max_size=300),
    st.sampled_from([b"", b"%PDF-", b"PK\x03\x04", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"]),
)
@pace(max_examples=300, deadline=None)
def test_no_content_however_strange_breaks_the_typing(content, start):
    with suppress(Refused):
        assert check(file(start + content), kinds=list(Kind), most_bytes=1000).kind in Kind


def test_a_file_is_given_to_download_never_shown(db):
    stored = sent(PDF)
    answer = serve(stored, as_name='Évil"\r\nX-Header: 1/../<b>.html')
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["Content-Disposition"].endswith('.pdf"')
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Content-Type"] == "application/pdf"
    assert "no-store" in answer["Cache-Control"]
    assert b"".join(answer.streaming_content) == PDF
    answer.close()
    nameless = serve(stored, as_name="…")
    assert 'filename="fichier.pdf"' in nameless["Content-Disposition"]
    nameless.close()


class Form(forms.Form):
    paper = ScannedFileField(kinds=[Kind.PDF], most_bytes=1000)


def test_a_form_says_the_refusal_next_to_its_field_and_keeps_nothing(settings):
    good = Form({}, {"paper": SimpleUploadedFile("statuts.exe", PDF)})
    assert good.is_valid()
    assert good.cleaned_data["paper"].kind == Kind.PDF
    bad = Form({}, {"paper": SimpleUploadedFile("statuts.pdf", b"<html>")})
    assert "format" in bad.errors["paper"][0]
    assert not (settings.VAR_DIR / "uploads").exists()
