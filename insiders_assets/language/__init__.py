"""What people read: texts from a catalogue, and numbers, dates and money as the reader's language writes them."""

from insiders_assets.language.language import DEFAULT, LANGUAGES, Language, mark

__all__ = ["DEFAULT", "LANGUAGES", "Language", "mark"]
