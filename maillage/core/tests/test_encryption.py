"""The most sensitive texts lie encrypted: who steals the database reads nothing, who changes keys loses nothing."""

import base64

import pytest
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection, models
from hypothesis import given
from hypothesis import strategies as st

from maillage.core import encryption
from maillage.core.encryption import Altered, CannotDecrypt, EncryptedTextField, Place, UnknownKey, decrypt, encrypt


def key(name):
    return f"{name}:{base64.b64encode(name[0].encode() * 32).decode()}"


@pytest.fixture(autouse=True)
def _keys(settings):
    settings.ENCRYPTION_KEYS = [key("a"), key("b")]


@pytest.fixture
def places():
    """No place but those of the test."""
    kept = dict(encryption.PLACES)
    encryption.PLACES.clear()
    yield encryption.PLACES
    encryption.PLACES.clear()
    encryption.PLACES.update(kept)


@given(st.text(), st.text(max_size=20))
def test_every_text_comes_back_as_it_was(text, place):
    token = encrypt(text, place=place)
    assert decrypt(token, place=place) == text
    assert token.startswith("a:")
    assert token.isascii()


def test_the_same_text_twice_gives_two_tokens_that_say_nothing_of_it():
    first, second = encrypt("Édith"), encrypt("Édith")
    assert first != second
    assert "dith" not in base64.urlsafe_b64decode(first.partition(":")[2]).decode("latin1")


def test_a_token_altered_anywhere_is_refused():
    token = encrypt("Édith Exemple")
    for at in range(2, len(token)):
        changed = token[:at] + ("B" if token[at] != "B" else "C") + token[at + 1 :]
        if changed.rstrip("=") == token.rstrip("="):
            continue
        try:
            assert decrypt(changed) == "Édith Exemple"  # Only the unused bits of the last letter may differ.
            assert base64.urlsafe_b64decode(changed[2:]) == base64.urlsafe_b64decode(token[2:])
        except CannotDecrypt as refused:
            assert "Édith" not in str(refused)


@pytest.mark.parametrize("token", ["a:", "a:AAAA", "a:é", "a:" + "A" * 200, "b:" + encrypt.__name__, "a"])
def test_what_is_no_token_is_refused(token):
    with pytest.raises(CannotDecrypt):
        decrypt(token)


def test_a_text_moved_to_another_place_is_refused():
    token = encrypt("Édith", place="people.name")
    with pytest.raises(Altered):
        decrypt(token, place="people.phone")


def test_a_token_signed_with_the_name_of_another_key_is_refused(settings):
    settings.ENCRYPTION_KEYS = [key("a"), "c:" + key("a")[2:]]
    with pytest.raises(Altered):
        decrypt(encrypt("Édith").replace("a:", "c:", 1))


def test_a_key_that_is_gone_is_named(settings):
    token = encrypt("Édith")
    settings.ENCRYPTION_KEYS = [key("b")]
    with pytest.raises(UnknownKey, match="'a'"):
        decrypt(token)


@pytest.mark.parametrize("written", ["a", "a:", "a:AAAA", "A:" + key("a")[2:], ":" + key("a")[2:], "a:" + "é" * 44])
def test_a_key_badly_written_is_refused_without_being_shown(settings, written):
    settings.ENCRYPTION_KEYS = [written]
    with pytest.raises(ImproperlyConfigured) as refused:
        encrypt("Édith")
    assert key("a")[2:] not in str(refused.value)


def test_two_keys_of_the_same_name_are_refused():
    with pytest.raises(ImproperlyConfigured):
        encryption.parse([key("a"), key("a")])


def test_a_house_without_a_key_draws_one_and_keeps_it_for_itself(settings):
    settings.ENCRYPTION_KEYS = []
    token = encrypt("Édith")
    kept = settings.VAR_DIR / "encryption-keys"
    assert kept.stat().st_mode & 0o077 == 0
    assert decrypt(token) == "Édith"
    first = kept.read_text()
    encryption.add_kept_key()
    assert kept.read_text().split()[1] == first
    assert decrypt(token) == "Édith"
    assert not encrypt("Édith").startswith(token.partition(":")[0])


# -- A column ------------------------------------------------------------------------------------------------------


class Note(models.Model):
    """A table of these tests alone."""

    text = EncryptedTextField(null=True)

    class Meta:
        app_label = "tests_of_encryption"  # No room of the house: its laws are about real tables.
        managed = False
        db_table = "test_encrypted_note"

    def __str__(self) -> str:
        return str(self.pk)


@pytest.fixture
def notes(db, places):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE test_encrypted_note (id bigint PRIMARY KEY, text text)")
    Note.text.field._register(sender=Note)
    for number in range(7):
        Note.objects.create(pk=number, text=f"note {number}" if number else None)
    return Note.objects


def stored():
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM test_encrypted_note ORDER BY id")
        return [text for (text,) in cursor.fetchall()]


def test_a_column_is_read_as_written_and_lies_encrypted(notes):
    assert notes.get(pk=3).text == "note 3"
    assert notes.get(pk=0).text is None
    assert notes.filter(text__isnull=True).count() == 1
    assert all(text is None or text.startswith("a:") for text in stored())


@pytest.mark.parametrize("lookup", ["text", "text__contains", "text__in", "text__gt"])
def test_a_column_cannot_be_searched_for_it_would_never_answer(notes, lookup):
    with pytest.raises(FieldError):
        notes.filter(**{lookup: ["note 3"] if lookup.endswith("in") else "note 3"}).exists()


def test_a_token_copied_to_another_table_is_refused(notes):
    with pytest.raises(Altered):
        decrypt(stored()[1], place="another_table.text")


# -- Rotation ------------------------------------------------------------------------------------------------------


def test_changing_keys_writes_everything_again_with_the_new_one(notes, settings, capsys):
    settings.ENCRYPTION_KEYS = [key("new"), key("a"), key("b")]
    call_command("rotate_keys")
    told = capsys.readouterr().out
    assert "test_encrypted_note.text : 6 textes rechiffrés." in told
    assert "La clé a ne sert plus ici." in told
    assert all(text is None or text.startswith("new:") for text in stored())
    settings.ENCRYPTION_KEYS = [key("new")]
    assert notes.get(pk=6).text == "note 6"
    call_command("rotate_keys")
    assert "0 textes rechiffrés" in capsys.readouterr().out


def test_a_rotation_killed_half_way_has_lost_nothing_and_goes_on(notes, settings, places):
    settings.ENCRYPTION_KEYS = [key("new"), key("a")]
    place = places["test_encrypted_note.text"]
    rewritten = []

    def killed_at_the_fifth(where, old, new):
        if len(rewritten) == 4:
            raise KeyboardInterrupt
        rewritten.append(where)
        return place.rewrite(where, old, new)

    with pytest.raises(KeyboardInterrupt):
        encryption.rotate(Place(place.name, place.texts, killed_at_the_fifth, bound_to=place.bound_to), batch=2)
    assert sorted((text or "").partition(":")[0] for text in stored()) == ["", "a", "a", "new", "new", "new", "new"]
    assert [one.text for one in notes.order_by("pk")][1:] == [f"note {number}" for number in range(1, 7)]
    assert encryption.rotate(place) == 2
    assert encryption.count_by_key() == {"new": 6, "a": 0}


def test_what_someone_writes_during_a_rotation_is_kept(notes, settings, places):
    settings.ENCRYPTION_KEYS = [key("new"), key("a")]
    place = places["test_encrypted_note.text"]

    def alice_writes_first(where, old, new):
        if where == 3:
            notes.filter(pk=3).update(text="Alice's words")
        return place.rewrite(where, old, new)

    encryption.rotate(Place(place.name, place.texts, alice_writes_first, bound_to=place.bound_to))
    assert notes.get(pk=3).text == "Alice's words"


def test_a_text_whose_key_is_missing_stops_the_rotation_with_a_sentence(notes, settings):
    settings.ENCRYPTION_KEYS = [key("new")]
    with pytest.raises(CommandError, match="remettez la clé"):
        call_command("rotate_keys")
    settings.ENCRYPTION_KEYS = [key("new"), key("a")]
    assert notes.get(pk=1).text == "note 1"


def test_the_house_draws_its_own_new_key(notes, settings, capsys):
    settings.ENCRYPTION_KEYS = []
    (settings.VAR_DIR / "encryption-keys").write_text(f"{key('a')}\n{key('b')}")
    call_command("rotate_keys")
    first, *former = encryption.key_ids()
    assert former == ["a", "b"]
    assert all(text is None or text.startswith(f"{first}:") for text in stored())
    call_command("rotate_keys", resume=True)
    assert encryption.key_ids() == [first, "a", "b"]


# -- The key that signs ----------------------------------------------------------------------------------------------


def test_the_signing_key_changes_and_the_former_one_is_still_believed(settings, monkeypatch, capsys, db):
    monkeypatch.delenv("MAILLAGE_SECRET_KEY", raising=False)
    (settings.VAR_DIR / "secret-key").write_text("former")
    (settings.VAR_DIR / "secret-key-fallbacks").write_text("older")
    call_command("rotate_keys", secret=True)
    assert len((settings.VAR_DIR / "secret-key").read_text()) >= 64
    aside = settings.VAR_DIR / "secret-key-fallbacks"
    assert aside.read_text().split() == ["former", "older"]
    assert aside.stat().st_mode & 0o077 == 0
    assert "Redémarrez" in capsys.readouterr().out


def test_a_signing_key_of_the_environment_is_changed_there(settings, monkeypatch, db):
    monkeypatch.setenv("MAILLAGE_SECRET_KEY", "x" * 60)
    with pytest.raises(CommandError, match="MAILLAGE_SECRET_KEY_FALLBACKS"):
        call_command("rotate_keys", secret=True)
    assert not (settings.VAR_DIR / "secret-key").exists()
