"""How a problem is printed."""

from monitor.model.errors import Problem
from monitor.settings import format_problem
from monitor.settings.problems import in_order, masked, near


def test_a_problem_is_printed_as_the_contract_shows_it() -> None:
    problem = Problem(
        file="config/watchlists/ukraine.yaml",
        line=14,
        column=18,
        where="keywords.2.query",
        what="NEAR needs a number, as in NEAR/5",
        excerpt="    query: drone NEAR production",
        width=4,
        suggestion="drone NEAR/5 production",
    )

    assert format_problem(problem) == (
        "config/watchlists/ukraine.yaml:14:18: error: keywords.2.query: NEAR needs a number, as in NEAR/5\n"
        "    query: drone NEAR production\n"
        "                 ^^^^\n"
        "    did you mean: drone NEAR/5 production"
    )


def test_a_problem_of_a_whole_file_is_one_line() -> None:
    problem = Problem("config/monitor.yaml", 1, 1, "", "there is no such file", level="warning")

    assert format_problem(problem) == "config/monitor.yaml:1:1: warning: there is no such file"


def test_the_caret_stands_below_wide_characters_and_after_marks_without_width() -> None:
    wide = Problem("f", 1, 5, "", "w", excerpt="日本: x", width=1)
    marked = Problem("f", 1, 5, "", "w", excerpt="e\u0301: x", width=1)

    assert format_problem(wide).splitlines()[2] == "    " + " " * 6 + "^"
    assert format_problem(marked).splitlines()[2] == "    " + " " * 3 + "^"


def test_a_long_line_is_cut_around_the_caret() -> None:
    line = "x" * 300 + "HERE" + "y" * 300
    problem = Problem("f", 1, 301, "", "w", excerpt=line, width=4)

    _, excerpt, carets = format_problem(problem).splitlines()

    assert len(excerpt) < 150
    assert excerpt[carets.index("^") : carets.rindex("^") + 1] == "HERE"


def test_problems_are_told_once_by_file_line_and_column() -> None:
    first, second, third = Problem("a", 2, 9, "", "w"), Problem("a", 10, 1, "", "w"), Problem("b", 1, 1, "", "w")

    assert in_order([third, second, first, second]) == (first, second, third)


def test_near_names_are_found_in_any_case() -> None:
    assert near("CHANELS", ["channels", "people"]) == "channels"
    assert near("nothing like it", ["channels"]) == ""


def test_secrets_are_masked_with_as_many_characters() -> None:
    lines = {
        "smtp: smtp://user:hunter2@mail": "smtp: smtp://user:*******@mail",
        "smtp: smtp://user:${PW}@mail": "smtp: smtp://user:${PW}@mail",
        'password: "hunter2"': 'password: "*******"',
        "secret: [whsec_abc, whsec_def]": "secret: [*********, whsec_***]",
        "headers: { X-Api-Key: abc }": "headers: { X-Api-Key: *** }",
        "url: https://hooks.slack.com/services/T/B/x": "url: https://hooks.slack.com/services/*****",
        "secret_file: /run/secrets/siem": "secret_file: /run/secrets/siem",
    }

    for line, expected in lines.items():
        assert masked(Problem("f", 1, 1, "", "w", excerpt=line)).excerpt == expected
