"""Words of a text as grouping compares them: folded, without signs, without what outlets add to every item."""

import re
import unicodedata

_MARKS = "".join(chr(code) for code in range(0x300, 0x1D00) if unicodedata.category(chr(code))[0] == "M")
# Scripts written without spaces: one word a character (matching.md §1.6).
_SINGLE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_WORD = re.compile(f"[{_SINGLE}]|(?:[^\\W_{_SINGLE}]|[{_MARKS}])+")
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_SENTENCE_END = re.compile(r"(?<=[.!?…。！？])\s+|\n+")

# Sentences that an outlet puts under every item. They would make different news look the same, and one text in
# two outlets look different.
_BOILERPLATE = re.compile(
    r"""
    \b(?: read \s (?:more|the \s full) | continue \s reading | click \s here | subscribe \s to | sign \s up \s (?:for|to)
      | follow \s us | (?:our|this) \s newsletter | all \s rights \s reserved | appeared \s first \s on
      | first \s published \s (?:on|at|in) | download \s (?:our|the) \s app
      | читайте \s (?:також|также|нас) | підписуйтес | подписывайтес | підпишіться | подпишитесь | усі \s права \s захищен
      | все \s права \s защищен | детальніше \s на | подробнее \s на
      | weiterlesen | lesen \s sie \s (?:auch|mehr) | newsletter \s abonnieren | alle \s rechte \s vorbehalten
      | czytaj \s (?:więcej|też|także|dalej) | zapisz \s się | wszelkie \s prawa \s zastrzeżone
      | lire \s (?:la \s suite|aussi) | inscrivez-vous | tous \s droits \s réservés
      | leer \s más | suscríbete | todos \s los \s derechos \s reservados )
    """,
    re.VERBOSE | re.IGNORECASE,
)


def canonical_words(text: str) -> list[str]:
    """Folded words in order; a character of a script without spaces is a word."""
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).casefold().translate(_INVISIBLE))
    return _WORD.findall(folded)


def without_boilerplate(text: str) -> str:
    """The text without the sentences that outlets add to every item."""
    return "\n".join(part for part in _SENTENCE_END.split(text) if not _BOILERPLATE.search(part))
