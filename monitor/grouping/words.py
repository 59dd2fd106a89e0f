"""Words of a text as grouping compares them: folded, without signs, without what outlets add to every item."""

import re
import unicodedata

_MARKS = "".join(chr(code) for code in range(0x300, 0x1D00) if unicodedata.category(chr(code))[0] == "M")
# Scripts written without spaces: one word a character (matching.md §1.6).
_SINGLE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_WORD = re.compile(f"[{_SINGLE}]|(?:[^\\W_{_SINGLE}]|[{_MARKS}])+")
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_SENTENCE_END = re.compile(r"(?<=[.!?…。！？])\s+|\n+")

# Phrases of sentences that an outlet puts under every item. They would make different news look the same, and one
# text in two outlets look different.
_PHRASES = """
    read more | read the full | continue reading | click here | subscribe to | sign up for | sign up to | follow us
    | our newsletter | this newsletter | all rights reserved | appeared first on | first published on
    | first published at | first published in | download our app | download the app
    | читайте також | читайте также | читайте нас | підписуйтес | подписывайтес | підпишіться | подпишитесь
    | усі права захищен | все права защищен | детальніше на | подробнее на
    | weiterlesen | lesen sie auch | lesen sie mehr | newsletter abonnieren | alle rechte vorbehalten
    | czytaj więcej | czytaj też | czytaj także | czytaj dalej | zapisz się | wszelkie prawa zastrzeżone
    | lire la suite | lire aussi | inscrivez-vous | tous droits réservés
    | leer más | suscríbete | todos los derechos reservados
"""
_BOILERPLATE = tuple(phrase.strip().casefold() for phrase in _PHRASES.split("|"))
_AS_A_WORD = re.compile(rf"\b(?:{'|'.join(map(re.escape, _BOILERPLATE))})")


def canonical_words(text: str) -> list[str]:
    """Folded words in order; a character of a script without spaces is a word."""
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).casefold().translate(_INVISIBLE))
    return _WORD.findall(folded)


def without_boilerplate(text: str) -> str:
    """The text without the sentences that outlets add to every item."""
    if not _may_hold_boilerplate(text):
        return text
    parts = _SENTENCE_END.split(text)
    return "\n".join(part for part in parts if not _AS_A_WORD.search(_plain(part)))


def _may_hold_boilerplate(text: str) -> bool:
    plain = _plain(text)
    return any(phrase in plain for phrase in _BOILERPLATE)  # much faster than one expression of them all


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
