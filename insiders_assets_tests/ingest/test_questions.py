"""What a file leaves open stops it with a question, and an answer settles it for good."""

import io
import json

import pytest

from insiders_assets.cli.answering import answering
from insiders_assets.errors import UsageError
from insiders_assets.ingest.inspection.inspection import inspect
from insiders_assets.ingest.mapping.schema import Mapping, read_mappings
from insiders_assets.ingest.questions.question import answered, chosen
from insiders_assets.ingest.rules import FileRules, IngestRules
from insiders_assets.storage.conservation import unbalanced
from insiders_assets.storage.landing import open_landing
from insiders_assets.storage.transactions import TransactionStore
from insiders_assets_tests.commands import failure, insiders
from insiders_assets_tests.ingest.exports import HEADER, csv, good, read

STATUS = HEADER + ",Order Status"


def shop(*states):
    """Rows of one piece for 2.55 each, with a status each."""
    return csv(
        *([*line, state] for line, state in zip(good(len(states), quantity=1), states, strict=True)),
        header=STATUS,
    )


def test_an_unmapped_file_with_a_doubtful_status_is_set_aside_with_the_question(tmp_path):
    found = read(tmp_path, shop("completed", "cancelled", "completed"), name="web.csv")
    assert found.outcome.rows_transactions == 0
    assert "cancelled on 1 line worth 2.55" in found.outcome.set_aside
    assert "insiders inspect" in found.outcome.set_aside


@pytest.mark.parametrize(
    "states", [["completed", "shipped"], ["processing", "unfulfilled"], ["entregue", "pago"]]
)
def test_a_status_that_says_that_all_was_sold_asks_nothing(tmp_path, states):
    assert read(tmp_path, shop(*states)).outcome.rows_transactions == 2


def test_passed_questions_are_answered_as_proposed_and_said(tmp_path):
    found = read(tmp_path, shop("completed", "cancelled", "pending"), open_questions="pass")
    assert (found.outcome.rows_transactions, found.outcome.rows_excluded) == (1, 2)
    assert found.outcome.excluded["Order Status: cancelled"] == {
        "rows": 1,
        "customers": 1,
        "money_in": 2.55,
        "money_out": 0.0,
    }
    assert len(found.outcome.notes) == 2


@pytest.mark.parametrize(("answer", "sold"), [("exclude", 2), ("keep", 3)])
def test_an_answer_is_written_into_the_mapping_and_settles_the_question(tmp_path, answer, sold):
    path = tmp_path / "web.csv"
    path.write_bytes(shop("completed", "cancelled", "completed"))
    asked = inspect(path, path.name, FileRules(), path.name)
    assert [question.code for question in asked.questions] == ["status_cancelled"]
    assert asked.exports[0].outcome.set_aside
    found = inspect(path, path.name, FileRules(), path.name, lambda questions: chosen(questions, {1: answer}))
    assert found.questions == []
    assert found.exports[0].outcome.rows_transactions == sold
    again = read(tmp_path, path.read_bytes(), mapping=found.mapping)
    assert (again.outcome.rows_transactions, again.outcome.rows_excluded) == (sold, 3 - sold)


def test_a_value_that_no_answer_speaks_of_is_asked_about_again(tmp_path):
    mapping = Mapping(exclude=[{"column": "Order Status", "values": ["Cancelled"]}])
    assert read(tmp_path, shop("completed", "cancelled"), mapping=mapping).outcome.rows_excluded == 1
    assert (
        "failed on 1 line" in read(tmp_path, shop("completed", "failed"), mapping=mapping).outcome.set_aside
    )


def test_one_line_leaves_out_its_whole_order_if_the_rule_says_so(tmp_path):
    content = csv(
        *([*line, state] for line, state in zip(good(3, invoice_no="7"), ["", "", "cancelled"], strict=True)),
        [*good(4)[3], "completed"],
        header=STATUS,
    )
    rule = {"column": "Order Status", "values": ["cancelled"], "level": "order"}
    found = read(tmp_path, content, mapping=Mapping(exclude=[rule]))
    assert (found.outcome.rows_transactions, found.outcome.rows_excluded) == (1, 3)


def test_excluded_rows_are_counted_in_the_balance_of_the_lake(tmp_path):
    landing = tmp_path / "landing"
    landing.mkdir()
    (landing / "web.csv").write_bytes(shop("completed", "cancelled", "completed"))
    rule = {"column": "Order Status", "values": ["cancelled"]}
    (landing / "mapping.yaml").write_text(json.dumps({"exports": [{"exclude": [rule]}]}))
    store = TransactionStore(tmp_path / "home")
    result = store.ingest(open_landing(str(landing)), IngestRules())
    assert (result.rows_read, result.rows_transactions, result.rows_excluded) == (3, 2, 1)
    assert unbalanced(store) == []


def test_the_command_asks_writes_and_refuses_what_is_no_answer(tmp_path):
    landing = tmp_path / "landing"
    landing.mkdir()
    (landing / "web.csv").write_bytes(shop("completed", "cancelled", "completed"))
    done = insiders("inspect", "web.csv", "--landing", landing, "--json")
    (question,) = json.loads(done.stdout)["questions"]
    assert (done.returncode, question["number"], question["proposed"]) == (1, 1, "exclude")
    done = insiders("inspect", "web.csv", "--landing", landing, "--answer", "1=exclude", "--write")
    assert done.returncode == 0, done.stderr
    assert "2 of 3 rows become transactions" in insiders("inspect", "web.csv", "--landing", landing).stdout
    for wrong in ("1=perhaps", "9=keep", "exclude"):
        said = failure(insiders("inspect", "web.csv", "--landing", landing, "--answer", wrong), 2)
        assert wrong.partition("=")[0] in said or "perhaps" in said


class Terminal(io.StringIO):
    """What a person types, or reads, at a terminal."""

    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("typed", "answers"),
    [("keep\n", ["keep"]), ("\n", ["exclude"]), ("later\n", []), ("perhaps\nkeep\n", ["keep"])],
)
def test_a_person_at_a_terminal_is_asked(tmp_path, monkeypatch, typed, answers):
    path = tmp_path / "web.csv"
    path.write_bytes(shop("completed", "cancelled", "completed"))
    asked = inspect(path, path.name, FileRules(), path.name)
    seen = Terminal()
    monkeypatch.setattr("sys.stdin", Terminal(typed))
    monkeypatch.setattr("sys.stdout", seen)
    given = answering([], ask=True)(asked.questions)
    assert [answer.name for answer in given] == answers
    assert "1. " in seen.getvalue()
    assert "later" in seen.getvalue()


def test_answers_about_one_column_become_one_rule():
    one = {"exclude": [{"column": "State", "values": ["a"]}]}
    other = {
        "exclude": [{"column": "State", "values": ["b"]}],
        "keep": [{"column": "State", "values": ["c"]}],
    }
    mapping = answered(None, [one, other, one])
    assert [rule.values for rule in mapping.exclude] == [("a", "b")]
    assert [rule.values for rule in mapping.keep] == [("c",)]


def test_an_answer_that_a_question_does_not_have_is_refused():
    with pytest.raises(UsageError, match="there is no question 1: the file leaves none open"):
        chosen([], {1: "keep"})


@pytest.mark.parametrize(
    ("wrong", "said", "line"),
    [
        ("level: basket", "'line' or 'order'", 5),
        ("colum: x", "there is no such key", 5),
        ("filled: 3", "filled", 5),
    ],
)
def test_a_rule_of_a_mapping_that_cannot_be_is_one_line_with_file_line_and_what_is_allowed(wrong, said, line):
    text = f"exports:\n- exclude:\n  - column: State\n    values: [a]\n    {wrong}\n"
    with pytest.raises(
        UsageError, match=rf"^ours\.yaml: exports\.0\.exclude\.0\..*\(line {line}\)"
    ) as refused:
        read_mappings(text, "ours.yaml")
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_rule_about_a_column_that_is_not_there_sets_the_file_aside_with_those_that_are(tmp_path):
    rule = {"column": "Sate", "values": ["cancelled"]}
    aside = read(tmp_path, shop("completed", "cancelled"), mapping=Mapping(exclude=[rule])).outcome.set_aside
    assert "no column Sate" in aside
    assert "Order Status" in aside
