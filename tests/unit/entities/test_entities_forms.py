"""What an entity compiles to."""

import pytest

from monitor.matching.entities import compile_entity
from monitor.matching.forms import MOST
from monitor.matching.lexicon import fold
from monitor.model.watch import Entity


def _forms(name: str, kind: str = "person", *aliases: str) -> set[str]:
    return {fold(form.text) for form in compile_entity(Entity("x", name, kind, aliases=aliases)).forms}


def _folded(*names: str) -> set[str]:
    return set(map(fold, names))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "Volodymyr Zelensky",
            "Zelensky Zelenskyy Zelenskiy Zelenskyi Zelenski Selenskyj Zełenski Zelenskij Zelenszkij",
        ),
        (
            "Volodymyr Zelensky",
            "Зеленський Зеленського Зеленському Зеленським Зеленский Зеленского Зеленски Ζελενσκι",
        ),
        (
            "Volodymyr Zelensky",
            "Zełenskiego Zełenskiemu Zelenského Zelenskému Zelenskom Zelenszkijnek Zelenszkijjel",
        ),
        (
            "Volodymyr Zelensky",
            "Zelenskyin Zelenskyille Zelenskõi Zelenskis Zelenska Zelenskim Zelenskio Zelenskiui",
        ),
        (
            "Rustem Umerov",
            "Умєров Умєрова Умєрову Умєровим Умеров Умеровым Umierow Umierowem Umjerow Oumerov Ουμεροφ",
        ),
        ("Viktor Orbán", "Orbán Orbánnak Orbánt Orbánnal Orbánék Орбан Орбана Орбаном Orbánovi Orbánova Orbanas"),
        ("Recep Tayyip Erdoğan", "Эрдоган Эрдоганом Ердоган Ердогана Ερντογαν Erdoğanın"),
        (
            "Donald Trump",
            "Трамп Трампа Трампу Тръмп Τραμπ Tramps Trumpas Trumpo Trumppal Trumpot Trumpowi Trumpova",
        ),
        ("Valerii Zaluzhnyi", "Залужний Залужного Залужный Saluschnyj Załużny Zaloujny Zalužnyj Zaluzsnij"),
        ("Benjamin Netanyahu", "Netanjahu Нетаньяху Нетаньягу Нетаняху Νετανιαχου"),
        ("Дмитро Кулеба", "Кулеби Кулебі Kułeba Kułeby Kuleba Kulebou Kouleba Кулебой"),
        ("Валерій Залужний", "Zaluzhnyi Załużny Saluschnyj Zaloujny Залужный"),
        ("Сергей Лавров", "Lavrov Ławrow Ławrowa Лаврова Lavrovovi"),
        ("Олег Сенцов", "Sentsov Сенцова Senzow Sencow"),
        ("Дональд Трамп", "Трамп Трампом"),
        ("Александар Вучић", "Вучића Vučić Vučića"),
        ("Бойко Борисов", "Борисов"),
        ("Кирил Петковски", "Петковски"),
        ("Ганс Шольц", "Шольца Шолца"),
        ("Емануил Забунски", "Забунски"),
        ("Emmanuel Macron", "Макрон Макрона Makrons Macronnak Macronille"),
        ("Olaf Scholz", "Шольц Шольца Шолц Scholzin Scholzot"),
    ],
)
def test_a_surname_is_spelled_and_inflected(name: str, expected: str) -> None:
    assert _folded(*expected.split()) - _forms(name) == set()


def test_given_name_and_surname_agree_in_case() -> None:
    forms = _forms("Volodymyr Zelensky")

    assert _folded("Володимира Зеленського", "Володимиром Зеленським", "Владимиру Зеленскому") <= forms


def test_the_surname_may_come_first_and_the_given_name_be_an_initial() -> None:
    forms = _forms("Viktor Orbán")

    assert _folded("Orbán Viktor", "Orbán Viktornak", "V Orbán", "В Орбан") <= forms


def test_particles_stay_and_articles_may_go() -> None:
    assert fold("von der Leyen") in _forms("Ursula von der Leyen")
    assert fold("фон дер Ляєн") in _forms("Ursula von der Leyen")
    assert fold("Leyen") not in _forms("Ursula von der Leyen")
    assert _folded("Sisi", "al Sisi", "Сиси", "Sissi") <= _forms("Abdel Fattah el-Sisi")


def test_a_given_name_is_known_in_all_its_spellings() -> None:
    forms = _forms("Volodymyr Zelensky")

    assert _folded("Wolodymyr Selenskyj", "Vladimir Zelensky", "Volodimir Zelenszkij") <= forms


def test_a_womans_name_takes_the_endings_of_women() -> None:
    forms = _forms("Ursula von der Leyen") | _forms("Maria Zakharova")

    assert _folded("von der Leyenová", "von der Leyenové", "Захаровой") <= forms
    assert fold("Захаровым") not in forms


def test_arabic_and_hebrew_take_joined_words() -> None:
    forms = _forms("Abdel Fattah el-Sisi", "person", "عبد الفتاح السيسي", "עבד אל-פתאח א-סיסי")

    assert _folded("السيسي", "والسيسي", "للسيسي", "السیسی") <= forms


def test_a_surname_of_very_many_never_stands_alone() -> None:
    alone = {
        form.text for form in compile_entity(Entity("x", "Boris Johnson", "person")).forms if form.surname_only
    }

    assert alone == set()
    assert fold("Boris Johnson") in _forms("Boris Johnson")
    assert _folded("B Johnson", "Boris Johnsonnak") <= _forms("Boris Johnson")


def test_a_chinese_surname_comes_first() -> None:
    forms = _forms("Xi Jinping", "person", "习近平")

    assert _folded("Xi Jinping", "Jinping Xi", "习近平") <= forms


def test_a_nickname_is_inflected_but_not_respelled() -> None:
    forms = _forms("Benjamin Netanyahu", "person", "Bibi", "Бібі")

    assert _folded("Bibi", "Bibinek") <= forms
    assert fold("B Bibi") not in forms


def test_surname_comma_given_name_is_turned() -> None:
    assert fold("Volodymyr Zelensky") in _forms("Zelensky, Volodymyr")


def test_an_acronym_is_exact_and_its_body_known_in_other_languages() -> None:
    compiled = compile_entity(Entity("x", "NATO", "organisation"))

    exact = {form.text for form in compiled.forms if form.exact}
    assert {"NATO", "Nato", "Natoon", "OTAN", "НАТО"} <= exact
    assert "North Atlantic Treaty Organization" in {form.text for form in compiled.forms}


def test_a_name_of_several_words_gives_an_acronym() -> None:
    compiled = compile_entity(Entity("x", "Ministry of Strategic Industries", "organisation"))

    assert [form.text for form in compiled.forms if form.exact] == ["MSI"]


@pytest.mark.parametrize(
    ("name", "core"),
    [
        ("Rheinmetall AG", "Rheinmetall"),
        ("Lockheed Martin Corp.", "Lockheed Martin"),
        ("ТОВ «Ромашка»", "Ромашка"),
        ("Hensoldt Holding GmbH", "Hensoldt"),
    ],
)
def test_legal_forms_may_be_left_off(name: str, core: str) -> None:
    assert _folded(name, core) <= _forms(name, "organisation")


def test_a_firm_is_transcribed_and_inflected() -> None:
    expected = _folded(
        "Rheinmetallu", "Rheinmetallin", "Rheinmetalls", "Рейнметалл", "Рейнметалла", "Райнметал", "Рајнметал"
    )

    assert expected - _forms("Rheinmetall AG", "organisation") == set()


def test_adjective_and_noun_are_inflected_together() -> None:
    forms = _forms("Верховна Рада", "organisation") | _forms("Служба безпеки України", "organisation")

    assert _folded("Верховної Ради", "Верховною Радою", "Служби безпеки України") <= forms
    assert _folded("Кривого Рогу", "Кривому Розі") <= _forms("Кривий Ріг", "place")
    assert fold("Верховного Суду") in _forms("Верховний Суд", "organisation")
    assert fold("Верховного Суда") in _forms("Верховный Суд", "organisation")


def test_a_place_is_known_by_its_other_names_in_their_cases() -> None:
    expected = _folded(
        "Kiev", "Kiew", "Київ", "Києва", "Києві", "Киева", "Kijowa", "Kyjevě", "Kijevben", "Kiovassa", "Kiievis"
    )

    assert expected - _forms("Kyiv", "place") == set()
    assert expected - _forms("Київ", "place") == set()


def test_a_product_is_taken_as_written_in_its_cases() -> None:
    assert _folded("Shahed-136") <= _forms("Shahed-136", "product")
    assert _folded("Bayraktar", "Bayraktaru", "Bayraktarin") <= _forms("Bayraktar", "product")
    assert fold("S-400") in _forms("S-400", "product")


def test_exact_forms_are_the_names_only() -> None:
    entity = Entity("x", "Donald Trump", "person", aliases=("Трамп",), forms="exact")

    assert [form.text for form in compile_entity(entity).forms] == ["Donald Trump", "Трамп"]


def test_listed_forms_are_the_only_ones() -> None:
    entity = Entity("x", "Donald Trump", "person", aliases=("Трамп",), forms=("Trump",))

    assert [(form.text, form.origin) for form in compile_entity(entity).forms] == [("Trump", "listed")]


@pytest.mark.parametrize(
    "name", ["", " ", "…", "-", "a", "'", "\ud800", "X" * 5000, "al-", "von der", "AG", "Nguyễn Văn A"]
)
@pytest.mark.parametrize("kind", ["person", "organisation", "place", "product"])
def test_no_name_makes_it_raise(name: str, kind: str) -> None:
    assert len(compile_entity(Entity("x", name, kind)).forms) <= MOST


def test_every_form_says_where_it_comes_from() -> None:
    forms = compile_entity(Entity("x", "Rustem Umerov", "person", aliases=("Умєров",))).forms

    assert all(form.origin for form in forms)
    assert {"name", "alias", "name · uk-pl · Polish · genitive"} <= {form.origin for form in forms}


def test_forms_stand_once_and_are_bounded() -> None:
    for name in ("Volodymyr Zelensky", "Recep Tayyip Erdoğan", "Abdel Fattah el-Sisi", "Valerii Zaluzhnyi"):
        texts = [form.text.lower() for form in compile_entity(Entity("x", name, "person")).forms]

        assert len(texts) == len(set(texts))
        assert 100 < len(texts) <= MOST
