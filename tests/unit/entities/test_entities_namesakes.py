"""Who is meant: namesakes, common words, streets; and what does not hinder."""

import pytest

from monitor.matching.entities import CompiledEntity, compile_entity, is_namesake
from monitor.matching.lexicon import fold
from monitor.model.watch import Entity

_ENTITIES = {
    "zelensky": Entity("zelensky", "Volodymyr Zelensky", "person", aliases=("弗拉基米尔·泽连斯基",)),
    "umerov": Entity("umerov", "Rustem Umerov", "person", aliases=("Умєров",)),
    "erdogan": Entity("erdogan", "Recep Tayyip Erdoğan", "person"),
    "tusk": Entity("tusk", "Donald Tusk", "person"),
    "trump": Entity("trump", "Donald Trump", "person"),
    "orban": Entity("orban", "Viktor Orbán", "person"),
    "sisi": Entity("sisi", "Abdel Fattah el-Sisi", "person", aliases=("عبد الفتاح السيسي",)),
    "vdl": Entity("vdl", "Ursula von der Leyen", "person"),
    "may": Entity("may", "Theresa May", "person"),
    "rice": Entity("rice", "Condoleezza Rice", "person"),
    "xi": Entity("xi", "Xi Jinping", "person"),
    "nato": Entity("nato", "NATO", "organisation"),
    "apple": Entity("apple", "Apple Inc.", "organisation"),
    "kyiv": Entity("kyiv", "Kyiv", "place"),
}  # fmt: skip


@pytest.fixture(scope="module")
def compiled() -> dict[str, CompiledEntity]:
    return {name: compile_entity(entity) for name, entity in _ENTITIES.items()}


def _doubt(compiled: dict[str, CompiledEntity], text: str, language: str = "") -> str | None:
    """``text`` marks the occurrence: "umerov|said [Umerov]"; the doubt of the first form that reads so."""
    name, _, text = text.partition("|")
    start, end = text.index("["), text.index("]") - 1
    text = text.replace("[", "").replace("]", "")
    found = [form for form in compiled[name].forms if fold(form.text) == fold(text[start:end])]
    form = next(form for form in found if not form.exact or form.text == text[start:end])
    return is_namesake(compiled[name], form, text, start, end, language)


@pytest.mark.parametrize(
    "text",
    [
        "umerov|Rustem [Umerov] flew to Washington.",
        "umerov|R. [Umerov] signed.",
        "umerov|The ministry said. [Umerov] agreed.",
        "erdogan|Cumhurbaşkanı [Erdoğan] konuştu.",
        "erdogan|Sultan [Erdoğan] jokes spread.",
        "erdogan|R. T. [Erdoğan] sent a telegram.",
        "tusk|[Tusk] said no.",
        "tusk|Rząd [Tuska] przyjął budżet.",
        "zelensky|Президент [Зеленський] прибув.",
        "zelensky|Präsident [Selenskyj] dankte.",
        "zelensky|Володимиром [Зеленським] пишаються.",
        "zelensky|Володимир Олександрович [Зеленський] прибув.",
        "zelensky|Will [Zelensky] accept?",
        "zelensky|met Igor, [Zelensky] and others",
        "zelensky|Mark’s [Zelensky] interview",
        "zelensky|НАТО [Зеленський] не здивував",
        "zelensky|the deal of [zelensky] in small letters",
        "zelensky|弗拉基米尔·[泽连斯基]签署",
        "trump|Donald J. [Trump] spoke.",
        "trump|In Ohio [Trump] spoke.",
        "trump|[TRUMP] WINS",
        "orban|[Orbán] Volodimir Zelenszkijjel tárgyalt.",
        "orban|[Orbán] Viktor elutazott.",
        "sisi|President [el-Sisi] met him.",
        "sisi|الرئيس [السيسي] استقبل",
        "vdl|Ms [von der Leyen] spoke.",
        "may|Prime Minister [May] lost.",
        "may|[May] said she would resign.",
        "rice|Mrs [Rice] flew to Rome.",
        "rice|They met [Rice] in Rome.",
        "rice|Condoleezza [Rice] teaches.",
        "xi|President [Xi] arrived.",
        "nato|The [Nato] summit",
        "apple|Shares of [Apple] fell.",
        "kyiv|via [Kyiv] to Lviv",
    ],
)
def test_the_entity_is_meant(compiled: dict[str, CompiledEntity], text: str) -> None:
    assert _doubt(compiled, text) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("zelensky|Igor [Zelensky] danced.", "another given name: Igor Zelensky"),
        ("zelensky|Игоря [Зеленского] ждут.", "another given name: Игоря Зеленского"),
        ("zelensky|Игорь Иванович [Зеленский] танцует.", "another given name: Игорь Иванович Зеленский"),
        ("zelensky|the pianist Xander [Zelensky] played", "another given name: Xander Zelensky"),
        ("zelensky|[Зеленський] Ігор Петрович танцює", "another given name: Зеленський Ігор"),
        ("zelensky|伊戈尔·[泽连斯基]执导", "another given name: 伊戈尔·泽连斯基"),
        ("zelensky|on [Zelensky] Street", "a place or brand: Zelensky Street"),
        ("zelensky|на вулиці [Зеленського] тихо", "a place: вулиці Зеленського"),
        ("zelensky|вул. [Зеленського], 5", "a place: вул. Зеленського"),
        ("zelensky|Via [Zelensky] 5", "a place: Via Zelensky"),
        ("zelensky|Mrs [Zelensky] spoke.", "a woman: Mrs Zelensky"),
        ("umerov|I. [Umerov] paid.", "another initial: I. Umerov"),
        ("umerov|The word [umerova] is a noun.", "written small: umerova"),
        ("erdogan|Emine [Erdoğan] spoke.", "another given name: Emine Erdoğan"),
        ("tusk|an old [tusk] was found", "written small: tusk"),
        ("tusk|Elephant [Tusk] Banned", "the word, not the name: elephant Tusk banned"),
        ("trump|[Trump] cards decide.", "the word, not the name: Trump cards"),
        ("trump|Donald [Trump] Jr. spoke.", "another generation: Trump Jr."),
        ("trump|[Donald Trump] Jr. spoke.", "another generation: Donald Trump Jr."),
        ("trump|the [Trump] Tower lobby", "a place or brand: Trump Tower"),
        ("trump|Melania [Trumpová] promluvila", "a woman's surname: Trumpová"),
        ("orban|[Orbán] Balázs írta.", "another given name: Orbán Balázs"),
        ("sisi|Empress [Sisi] travelled.", "the word, not the name: empress Sisi travelled"),
        ("sisi|حضرت انتصار [السيسي] الحفل", "another given name: انتصار السيسي"),
        ("vdl|Mr [von der Leyen] spoke.", "a man: Mr von der Leyen"),
        ("may|Elections in [May] matter.", "a common word: May"),
        ("rice|[Rice] grows in water.", "a common word: Rice"),
        ("xi|The letter [Xi] again", "a surname of many: Xi"),
        ("nato|[Nato] a Torino nel 1950", "the word, not the name: Nato a"),
        ("apple|an [apple] a day", "written small: apple"),
        ("kyiv|chicken [Kyiv] with fries", "the word, not the name: chicken Kyiv with"),
    ],
)  # fmt: skip
def test_someone_or_something_else_is_meant(compiled: dict[str, CompiledEntity], text: str, reason: str) -> None:
    assert _doubt(compiled, text) == reason


@pytest.mark.parametrize(
    ("text", "language", "counts"),
    [
        ("tusk|[Tuska] hellitti.", "fi", False),
        ("tusk|[Tuska] broni rząd.", "pl", True),
        ("trump|[Trumpas] pokalbis", "lt", False),
        ("trump|Donaldas [Trumpas] kalbėjo", "lt", True),
        ("trump|A [Tramp] slept on the bench.", "en", False),
        ("trump|Rekao je [Tramp] juče", "sr", True),
        ("umerov|Aliya [Umerova] swam", "en", False),
        ("umerov|[Umerova] swam", "en", False),
        ("trump|[Trumps] Zölle", "de", True),
        ("kyiv|The word [Kijevom] is Serbian", "en", False),
        ("may|The [Maybe] list", "hu", False),
        ("rice|A levél [Ricenek] szól", "hu", True),
        ("xi|Data for [XID] 5", "et", False),
        ("umerov|Powiedział [Umerova] doradca", "pl", True),
        ("orban|[Orbán] Róbert nyert.", "hu", False),
        ("orban|[Orbán] Robert Ficóval tárgyalt.", "hu", True),
    ],
)
def test_the_language_of_the_entry_decides(
    compiled: dict[str, CompiledEntity], text: str, language: str, counts: bool
) -> None:
    assert (_doubt(compiled, text, language) is None) is counts


def test_a_surname_that_is_a_word_counts_in_another_case_after_a_title(
    compiled: dict[str, CompiledEntity],
) -> None:
    assert _doubt(compiled, "may|Miniszterelnök [Maynek] írtak.", "hu") is None
    assert _doubt(compiled, "rice|A levél [Ricenek] szól.", "hu") is None


def test_forms_as_written_are_never_doubted(compiled: dict[str, CompiledEntity]) -> None:
    exact = compile_entity(Entity("x", "Zelensky", "person", forms="exact"))

    assert is_namesake(exact, exact.forms[0], "Igor Zelensky", 5, 13) is None


def test_without_a_known_given_name_nobody_is_a_namesake(compiled: dict[str, CompiledEntity]) -> None:
    bare = compile_entity(Entity("x", "Zelensky", "person"))

    assert is_namesake(bare, bare.forms[0], "Igor Zelensky", 5, 13) is None


def test_names_in_small_letters_count_where_nothing_has_capitals(compiled: dict[str, CompiledEntity]) -> None:
    assert _doubt(compiled, "umerov|spotkanie z [umerovem] odwołane, zobacz") is None
    assert _doubt(compiled, "umerov|[umerova] word") == "written small: umerova"
