"""A second, slow and simple implementation of matching.md, to judge the engine by.

It shares nothing with the engine: queries are nested tuples instead of text, words are found character by
character, every term is tried at every word. ``render`` writes such a tuple as a query for the engine.
"""

import re
import unicodedata
from decimal import Decimal

SIGNS = "&+#@$%€"
DELETED = "\u00ad\u034f\u061c\u200b\u200c\u200d\u200e\u200f\u2060\u2066\u2069\u202a\u202e\ufeff\ufe0e\ufe0f"
EQUAL = {
    "ł": "l",
    "ø": "o",
    "đ": "d",
    "ħ": "h",
    "ŧ": "t",
    "ð": "d",
    "þ": "th",
    "æ": "ae",
    "œ": "oe",
    "ı": "i",
    "ё": "е",
}
BARE_SCRIPTS = ("LATIN", "GREEK", "HEBREW", "ARABIC")
SINGLE_SCRIPTS = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "KHMER", "MYANMAR", "IDEOGRAPHIC")


def script(character):
    return unicodedata.name(character, "").replace("HALFWIDTH ", "").replace("FULLWIDTH ", "").split(" ")[0]


def clusters(text):
    """(characters without deleted ones, start, end) of each base character with its marks."""
    found = []
    for index, character in enumerate(text):
        if character in DELETED:
            continue
        is_mark = unicodedata.category(character)[0] == "M" or character in "\u0e33\u0eb3\uff9e\uff9f\u0640"
        if found and is_mark:
            found[-1] = (found[-1][0] + character, found[-1][1], index + 1)
        else:
            found.append((character, index, index + 1))
    return found


def fold(cluster):
    base = unicodedata.normalize("NFKC", cluster[0]) if cluster[0] >= "\uff00" else cluster[0]
    composed = unicodedata.normalize("NFC", base + cluster[1:].replace("\uff9e", "\u3099").replace("\u0640", ""))
    if script(cluster[0]) in BARE_SCRIPTS:
        pieces = unicodedata.normalize("NFD", composed)
        composed = "".join(piece for piece in pieces if unicodedata.category(piece)[0] != "M")
    if script(cluster[0]) == "CYRILLIC" and composed[0] not in "ѓќЃЌ":
        pieces = unicodedata.normalize("NFD", composed)
        composed = unicodedata.normalize("NFC", re.sub("[\u0300\u0301]", "", pieces))
    return "".join(EQUAL.get(letter, letter) for letter in composed.casefold())


def kind(cluster):
    base = unicodedata.normalize("NFKC", cluster[0]) if cluster[0] >= "\uff00" else cluster[0]
    if base == ".":
        return "dot"
    if base in SIGNS:
        return "sign"
    if unicodedata.category(base)[0] not in "LN" or base in "\u02bc\u02b9\u02bb\u02be\ua78c":
        return "gap"
    if script(base) in SINGLE_SCRIPTS or base in "々〇ー":
        return "single"
    return "capital" if unicodedata.category(base) in ("Lu", "Lt") else "letter"


def words(text):
    """(canonical word, start, end) of each word; dotted capitals begin with a dot."""
    parts = clusters(text)
    kinds = [kind(part[0]) for part in parts] + ["gap"] * 3
    found, index = [], 0
    while index < len(parts):
        if kinds[index] in ("sign", "single"):
            found.append((fold(parts[index][0]), parts[index][1], parts[index][2]))
            index += 1
        elif kinds[index] in ("letter", "capital"):
            last = dotted_end(kinds, index)
            if last is not None:
                letters = "".join(fold(part[0]) for part in parts[index : last + 1 : 2])
                end = parts[last + 1][2] if kinds[last + 1] == "dot" else parts[last][2]
                found.append(("." + letters, parts[index][1], end))
                index = last + 1
            else:
                last = index
                while kinds[last + 1] in ("letter", "capital"):
                    last += 1
                found.append(
                    ("".join(fold(part[0]) for part in parts[index : last + 1]), parts[index][1], parts[last][2])
                )
                index = last + 1
        else:
            index += 1
    return found


def dotted_end(kinds, index):
    last = index
    while kinds[last] == "capital" and kinds[last + 1] == "dot" and kinds[last + 2] == "capital":
        last += 2
    if last == index or kinds[last + 1] in ("letter", "capital"):
        return None
    if kinds[last + 1] == "dot" and kinds[last + 2] in ("letter", "capital"):
        return None
    return last


def touch(text, before, after):
    return all(character in DELETED for character in text[before[2] : after[1]])


def is_short(word):
    return len(word) <= 2 and script(word[0]) not in SINGLE_SCRIPTS


def clean(text):
    return " ".join(unicodedata.normalize("NFC", "".join(c for c in text if c not in DELETED)).split())


def word_fits(pattern, word):
    regex = "".join("[^.]*" if c == "*" else "[^.]" if c == "?" else re.escape(c) for c in pattern)
    return re.fullmatch(regex, word, re.DOTALL) is not None


def find_words(written, text, wild=False, exact=False):
    """(start, end, first word, word after the last) of each occurrence of a term or phrase."""
    marked = written.replace("*", "\U00010002").replace("?", "\U00010003") if wild else written
    wanted = [(w.replace("\U00010002", "*").replace("\U00010003", "?"), s, e) for w, s, e in words(marked)]
    have = words(text)
    found = []
    for first in range(len(have) - len(wanted) + 1):
        if all(
            word_ok(wanted, written, k, have[first + k], text, have, first + k, exact) for k in range(len(wanted))
        ):
            last = first + len(wanted)
            if edges_ok(wanted, have, text, first, last):
                start, end = have[first][1], have[last - 1][2]
                if not exact or clean(text[start:end]) == clean(written):
                    found.append((start, end, first, last))
    return found


def word_ok(wanted, written, k, word, text, have, place, exact):
    pattern = wanted[k][0]
    if pattern[0] == "." and not exact:
        if word[0] != pattern and not (word[0] == pattern[1:] and text[word[1] : word[2]].isupper()):
            return False
    elif not word_fits(pattern, word[0]):
        return False
    if (
        pattern in SIGNS
        and k
        and touch(written, wanted[k - 1], wanted[k])
        and not wanted[k - 1][0][-1].isdecimal()
    ):
        return touch(text, have[place - 1], word)
    return True


def edges_ok(wanted, have, text, first, last):
    left, right = wanted[0][0], wanted[-1][0]
    if "*" in left or "?" in left:
        left = "long"
    if "*" in right or "?" in right:
        right = "long"
    if left[0] == "." and have[first][0][0] != ".":
        left = left[1:]
    if right[0] == "." and have[last - 1][0][0] != ".":
        right = right[1:]
    if is_short(left) and first and have[first - 1][0] in "&+$%€" and touch(text, have[first - 1], have[first]):
        return False
    blocked = is_short(right) and last < len(have) and have[last][0] in SIGNS
    return not (blocked and touch(text, have[last - 1], have[last]))


# --- evaluation --------------------------------------------------------------------------------------------


def evaluate(query, entry):
    """(matched, sorted spans (field, start, end)) of a query over {"title": …, "lang": …}."""
    default = [name for name in ("title", "summary", "body") if entry.get(name)]
    if "summary" in default and "body" in default:
        summary = " " + " ".join(word[0] for word in words(entry["summary"]))
        body = " " + " ".join(word[0] for word in words(entry["body"])) + " "
        if summary.strip() and body.startswith(summary):
            default.remove("summary")
    matched = is_true(query, entry, default)
    return matched, sorted(set(spans(query, entry, default))) if matched else []


def occurrences(query, entry, fields):
    """(field, start, end, first, last) of each occurrence of a term, regex or OR of these."""
    operator = query[0]
    if operator == "or":
        return [place for part in query[1] for place in occurrences(part, entry, fields)]
    found = []
    for field in fields:
        text = entry.get(field, "")
        if operator == "regex":
            found += [
                (field, m.start(), m.end(), None, None)
                for m in re.finditer(python_regex(query[1]), text, re.IGNORECASE)
            ]
        else:
            wild, exact = operator == "wild", operator == "exact"
            found += [(field, *place) for place in find_words(query[1], text, wild, exact)]
    return found


def python_regex(pattern):
    """Python's own \\w and \\b leave combining marks out."""
    word = r"[\w\u0300-\u036f\u064b-\u065f\u0591-\u05c7\u0e31-\u0e3a]"
    edge = f"(?:(?<!{word})(?={word})|(?<={word})(?!{word}))"
    return pattern.replace(r"\w", word).replace(r"\b", edge)


def is_true(query, entry, fields):
    operator, *rest = query
    if operator == "and":
        return all(is_true(part, entry, fields) for part in rest[0])
    if operator == "or":
        return any(is_true(part, entry, fields) for part in rest[0])
    if operator == "not":
        return not is_true(rest[0], entry, fields)
    if operator == "field":
        return is_true(rest[1], entry, [rest[0]])
    if operator == "lang":
        return (entry.get("lang", "") + "-").lower().startswith(rest[0] + "-")
    if operator == "near":
        return bool(near(query, entry, fields))
    if operator == "atleast":
        return most_apart(occurrences(rest[1], entry, fields)) >= rest[0]
    if operator == "score":
        return score(query, entry, fields) >= Decimal(rest[0])
    return bool(occurrences(query, entry, fields))


def score(query, entry, fields):
    return sum(
        (Decimal(weight) * min(3, most_apart(occurrences(part, entry, fields))) for part, weight in query[2]),
        Decimal(0),
    )


def near(query, entry, fields):
    _, distance, ordered, left, right = query
    pairs = []
    for a in occurrences(left, entry, fields):
        for b in occurrences(right, entry, fields):
            if a[0] != b[0]:
                continue
            if 0 <= b[3] - a[4] <= distance or (not ordered and 0 <= a[3] - b[4] <= distance):
                pairs += [a, b]
    return pairs


def most_apart(places):
    """The largest number of places that do not overlap, by trying to leave out and take in."""
    total = 0
    for field in {place[0] for place in places}:
        reached, count = 0, 0
        for start, end in sorted({place[1:3] for place in places if place[0] == field}, key=lambda span: span[1]):
            if count == 0 or start >= reached:
                count, reached = count + 1, end
        total += count
    return total


def spans(query, entry, fields):
    operator, *rest = query
    if operator in ("not", "lang") or not is_true(query, entry, fields):
        return []
    if operator in ("and", "or"):
        return [span for part in rest[0] for span in spans(part, entry, fields)]
    if operator == "field":
        return spans(rest[1], entry, [rest[0]])
    if operator == "near":
        return [place[:3] for place in near(query, entry, fields)]
    if operator == "atleast":
        return [place[:3] for place in occurrences(rest[1], entry, fields)]
    if operator == "score":
        return [
            place[:3]
            for part, weight in rest[1]
            if Decimal(weight) > 0
            for place in occurrences(part, entry, fields)
        ]
    return [place[:3] for place in occurrences(query, entry, fields)]


# --- writing a tuple as a query ----------------------------------------------------------------------------


def render(query):
    operator, *rest = query
    return RENDER[operator](*rest)


def render_near(distance, ordered, left, right):
    return f"({render(left)} {'ONEAR' if ordered else 'NEAR'}/{distance} {render(right)})"


def render_score(threshold, items):
    return f"SCORE/{threshold} (" + ", ".join(f"{render(part)}^{weight}" for part, weight in items) + ")"


RENDER = {
    "term": lambda written: f'"{written}"',
    "wild": lambda written: f'"{written}"',
    "exact": lambda written: f'="{written}"',
    "regex": lambda pattern: f"/{pattern}/",
    "and": lambda parts: "(" + " AND ".join(map(render, parts)) + ")",
    "or": lambda parts: "(" + " OR ".join(map(render, parts)) + ")",
    "not": lambda part: "NOT " + render(part),
    "field": lambda name, part: f"{name}:({render(part)})",
    "lang": lambda tag: f"lang:{tag}",
    "near": render_near,
    "atleast": lambda count, part: f"ATLEAST/{count} ({render(part)})",
    "score": render_score,
}
