"""What a sentence asks besides a need: when, in which language, with which access, among women, how one travels."""

from maillage.directory.lexicon.wishes.reading import Wishes, read_wishes

__all__ = ["Wishes", "read_wishes"]
