"""The engine against a slow and simple second implementation, on random queries and texts full of traps."""

import os
from decimal import Decimal

import matching_reference as reference
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.matching.compile import compile_watchlists
from monitor.matching.document import Document
from monitor.matching.evaluate import evaluate, evaluation
from monitor.matching.query import compile_query
from monitor.model.entry import Entry, Source
from monitor.model.watch import Keyword, Watchlist
from monitor.text import canonical, word_bounds

PAIRS = int(os.environ.get("MONITOR_EXAMPLES", "500"))
pytestmark = pytest.mark.timeout(120 + PAIRS // 5)

WORDS = (
    "drone drones Drone DRONE said aid US us U.S. U.S C C++ C# 100 % 100% AT&T at & t #UK UK uk дрон дрони Дрон ёлка елка",
    "йод иод їжа Größe GROSSE grösse Łódź lodz été e\u0301te\u0301 cafe\u0301 ΣΑΣ σας Άλφα αλφα İzmir ızmir 中国 中 国 ガス ｶﾞｽ กิน",
    "ＮＡＴＯ NATO Nato за\u0301мок замок ﬁnal final co\u00adop coop zero\u200bwidth l’été O'Brien O\u02bcBrien don\u2019t A.B. AB J.K.",
    "كتاب كتـاب كِتاب שָׁלוֹם שלום $5 €5 x+y 한국 ё\u0301 œuvre oeuvre",
)
GAPS = [" ", "  ", "\n", "-", ", ", ". ", "’", "", "\u200b", "\u00a0", " — ", "/", "_", "\x00", "+", "&"]

WILD = ["dron*", "dr?ne", "dro*s", "дрон*", "д?он", "gro*e", "gr*e", "final?", "?inal", "ca*e", "nat?"]
REGEXES = [r"dron\w+", r"\baid\b", r"\bдрон", r"[a-z]{3}\d+", r"U\.S", r"гр|дрон", r"\d+ ?%", r"\w+é\b"]
weights = st.sampled_from(["1", "2", "5", "0.5", "-3", "-0.25"])
fields = st.sampled_from(["title", "summary", "body", "author"])
regex = st.sampled_from(REGEXES).map(lambda pattern: ("regex", pattern))
language = st.sampled_from(["en", "uk", "en-gb"]).map(lambda tag: ("lang", tag))


def texts_of(word):
    pieces = st.lists(st.tuples(word, st.sampled_from(GAPS)), max_size=12)
    return pieces.map(lambda pieces: "".join(piece + gap for piece, gap in pieces))


def entries_of(word):
    text = texts_of(word)
    languages = st.sampled_from(["", "en", "en-GB", "uk", "ukx"])
    return st.fixed_dictionaries({"title": text, "summary": text, "body": text, "author": text, "lang": languages})


def terms_of(word):
    written = st.lists(word, min_size=1, max_size=3).map(" ".join)
    wild = st.sampled_from(WILD)
    phrase = st.tuples(word.filter(lambda word: not any(reference.kind(c) == "single" for c in word)), wild).map(
        " ".join
    )
    return st.one_of(
        st.tuples(st.just("term"), written),
        st.tuples(st.just("term"), word),
        st.tuples(st.just("exact"), written),
        st.tuples(st.just("wild"), st.one_of(wild, phrase)),
    )


def leaves_of(word):
    term = terms_of(word)
    alternatives = st.lists(term, min_size=2, max_size=3).map(lambda parts: ("or", parts))
    operand = st.one_of(term, alternatives)
    near = st.tuples(st.just("near"), st.integers(0, 6), st.booleans(), operand, operand)
    counted = st.one_of(term, regex)
    any_counted = st.lists(counted, min_size=1, max_size=3).map(lambda parts: ("or", parts))
    atleast = st.tuples(st.just("atleast"), st.integers(1, 4), any_counted)
    items = st.lists(st.tuples(counted, weights), min_size=1, max_size=3)
    score = st.tuples(st.just("score"), st.sampled_from(["0.5", "1", "2.5", "6"]), items).filter(is_reachable)
    return st.one_of(term, term, regex, near, near, atleast, score, language)


def is_reachable(score):
    return sum(max(Decimal(weight), Decimal(0)) * 3 for _, weight in score[2]) >= Decimal(score[1])


def queries_of(word):
    return st.recursive(leaves_of(word), combined, max_leaves=6)


def combined(parts):
    both = st.lists(parts, min_size=2, max_size=3)
    return st.one_of(
        both.map(lambda children: ("and", children)),
        both.map(lambda children: ("or", children)),
        both.map(lambda children: ("or", children)),
        st.tuples(parts, parts).map(lambda pair: ("and", [pair[0], ("not", pair[1])])),
        st.tuples(st.just("field"), fields, parts),
    )


# A query and an entry of one pair share a dozen words, so that about half of the pairs match.
VOCABULARIES = [line.split(" ")[start::2] for line in WORDS for start in (0, 1)]
ALL_WORDS = st.sampled_from([word for line in WORDS for word in line.split(" ")])
pairs = st.sampled_from(VOCABULARIES).flatmap(
    lambda words: st.tuples(queries_of(st.sampled_from(words)), entries_of(st.sampled_from(words)))
)
crowds = st.sampled_from(VOCABULARIES).flatmap(
    lambda words: st.tuples(
        st.lists(queries_of(st.sampled_from(words)), min_size=1, max_size=10),
        st.lists(entries_of(st.sampled_from(words)), min_size=1, max_size=5),
    )
)


def as_entry(entry):
    return Entry(
        "1", entry["title"], entry["summary"], entry["body"], author=entry["author"], language=entry["lang"]
    )


def found_by_engine(node, entry):
    result = evaluation(evaluate(node, Document(as_entry(entry), Source())))
    return result.matched, sorted({(span.field, span.start, span.end) for span in result.spans})


@settings(max_examples=PAIRS, deadline=None)
@given(texts_of(ALL_WORDS))
def test_canonical_words_and_their_places_are_those_of_the_reference(original):
    words = reference.words(original)

    assert canonical(original).split() == [word for word, _, _ in words]
    assert list(word_bounds(original)) == [(start, end) for _, start, end in words]


@settings(max_examples=PAIRS, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(pairs)
def test_one_query_over_one_entry_gives_what_the_reference_gives(pair):
    query, entry = pair
    node = compile_query(reference.render(query)).node

    assert found_by_engine(node, entry) == reference.evaluate(query, entry)


@settings(max_examples=PAIRS // 10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(crowds)
def test_many_watches_at_once_give_what_each_gives_alone(crowd):
    trees, many = crowd
    watches = tuple(Keyword(f"k{number}", reference.render(tree)) for number, tree in enumerate(trees))
    compilation = compile_watchlists([Watchlist("w", keywords=watches)])

    assert not compilation.problems
    for entry in many:
        found = {match.watch for match in compilation.engine.match(as_entry(entry), Source())}
        assert found == {f"k{number}" for number, tree in enumerate(trees) if reference.evaluate(tree, entry)[0]}
