"""Experiments: what a wrong file says, who is drawn, what may change later, and intervals that hold on every day."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from insiders_assets.cli.experiments import plan_experiment, show_experiments
from insiders_assets.cli.options import require_rules
from insiders_assets.contracts.experiments import EXPERIMENT_DAYS, EXPERIMENT_READOUTS, EXPERIMENTS
from insiders_assets.days import EPOCH
from insiders_assets.errors import UsageError
from insiders_assets.experiments import Registered, read_experiments, registered_now, require_unchanged
from insiders_assets.experiments.drawing import draw
from insiders_assets.experiments.following import followed, in_arms, with_arms
from insiders_assets.experiments.planning import cheapest, plans
from insiders_assets.experiments.ratio import arms_p_value, ratio_p_value
from insiders_assets.experiments.readout import readouts
from insiders_assets.experiments.sequence import moments, sequence
from insiders_assets.refresh.experimenting import experiment_tables
from insiders_assets.report.charts.experiments import experiment_charts
from insiders_assets.report.page import render, render_evidence
from insiders_assets.settings import load_settings
from insiders_assets.storage.lake import failures
from insiders_assets.storage.stores import Stores
from insiders_assets_tests.commands import insiders, told
from insiders_assets_tests.report_tables import refresh

GOOD = """\
spring-mail:
  segment: at-risk
  hold_out: 0.2
  start: 2026-03-01
  end: 2026-05-29
  outcome: revenue
  guardrails: [return_visits]
  cost_per_contact: 0.5
"""
SEGMENTS = ("at-risk", "champions")
DAY = date(2026, 2, 28)


def configured(text: str = GOOD):
    return read_experiments(text, "e.yaml", SEGMENTS)


def people(count: int = 400) -> pl.DataFrame:
    value = np.random.default_rng(1).lognormal(5, 1, count)
    return pl.DataFrame(
        {"customer_id": [f"c{n:04d}" for n in range(count)], "value": value, "is_member": [True] * count}
    )


def begun(text: str = GOOD, before: Registered | None = None, day: date = DAY) -> Registered:
    members = text.replace("segment: at-risk", "segment: members")
    return registered_now(configured(members), before or Registered(), people(), {}, ("r1", day))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            "revenue",
            "profit",
            r"e\.yaml \(line 6\): .*there is no outcome 'profit'; choose among revenue, orders",
        ),
        ("at-risk", "nobody", r"e\.yaml \(line 2\): .*no segment 'nobody'; choose among members, at-risk"),
        ("return_visits", "visits", r"\(line 7\): .*no guardrail 'visits'; choose among orders, margin"),
        ("hold_out: 0.2", "hold_out: 2", r"\(line 3\): .*hold_out is 2"),
        ("hold_out: 0.2", "share: 0.2", r"\(line 3\): .*'share' is no word here; choose among segment, "),
        ("hold_out: 0.2", "arms: {a: 0.5, b: 0.5}", r"\(line 3\): .*no arm 'control' .*choose among a, b"),
        ("hold_out: 0.2", "arms: {control: 0.5, b: 0.4}", r"\(line 3\): .*shares add up to 0\.9"),
        ("hold_out: 0.2", "arms: {control: 0.5, 1: 0.5}", r"\(line 3\): .*1: 0\.5 is no arm"),
        ("hold_out: 0.2", "seed: 1", r"\(line 1\): .*needs either hold_out or arms"),
        ("end: 2026-05-29", "end: 2026-02-01", r"\(line 5\): .*end 2026-02-01 is before its start"),
        ("start: 2026-03-01", "start: soon", r"\(line 4\): .*start 'soon' is no day"),
        ("cost_per_contact: 0.5", "cost_per_contact: much", r"\(line 8\): .*cost_per_contact is 'much'"),
        ("spring-mail", "Spring Mail", r"\(line 1\): 'Spring Mail': is no name"),
    ],
)
def test_a_wrong_file_is_one_line_that_says_where_and_what_is_allowed(before, after, said):
    with pytest.raises(UsageError, match=said) as error:
        configured(GOOD.replace(before, after, 1))
    assert "\n" not in str(error.value)


def test_arms_are_drawn_by_lot_within_bands_of_value_and_by_nothing_else():
    (experiment,) = configured(GOOD.replace("0.2", "0.25")).experiments
    crowd = people(1000)
    drawn = draw(experiment, crowd)
    assert drawn.equals(draw(experiment, crowd.sample(fraction=1, shuffle=True, seed=3)))
    for _, band in drawn.join(crowd, on="customer_id").group_by("stratum"):
        assert (band["arm"] == "control").sum() == pytest.approx(25, abs=1)
    held = [
        draw(replace(experiment, seed=seed), crowd.head(50))["arm"].to_numpy() == "control"
        for seed in range(400)
    ]
    assert np.mean(held, axis=0) == pytest.approx(0.25, abs=0.09)  # whoever it is, four standard errors


def test_an_experiment_begins_once_with_the_day_before_its_start():
    assert begun(day=DAY - timedelta(days=1)).experiments.is_empty()
    first = begun()
    EXPERIMENTS.require(failures(first.experiments.lazy(), EXPERIMENTS)[1])
    (row,) = first.experiments.to_dicts()
    assert (row["customers"], row["drawn"], row["is_running"]) == (400, "control=80, treated=320", True)
    assert row["first_day"] == date(2026, 3, 1)
    later = registered_now(
        configured(GOOD.replace("at-risk", "members")), first, people(9), {}, ("r2", DAY + timedelta(days=40))
    )
    assert later.arms.equals(first.arms), "others in the segment move nobody"
    assert begun(day=date(2026, 3, 10)).experiments["first_day"].item() == date(2026, 3, 11)
    with pytest.raises(UsageError, match=r"e\.yaml \(line 1\): .*its arms are drawn only after 2026-06-01"):
        begun(day=date(2026, 6, 1))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("2026-05-29", "2026-06-29", r"\(line 5\): .*end was 2026-05-29 when it was .* and is 2026-06-29"),
        ("0.2", "0.3", r"\(line 3\): .*arms was control=0\.2, treated=0\.8 .* is control=0\.3"),
        ("revenue", "orders", r"\(line 6\): .*outcome was revenue .* is orders"),
        ("  guardrails: [return_visits]\n", "", r"\(line 1\): .*guardrails was return_visits .*is not there"),
        ("spring-mail", "other", r"e\.yaml: spring-mail runs until 2026-05-29 and is not there any more"),
    ],
)
def test_what_has_begun_is_not_changed(before, after, said):
    text = GOOD.replace("at-risk", "members")
    known = begun()
    require_unchanged(configured(text.replace("seed: 42\n", "")), known.experiments, DAY)
    with pytest.raises(UsageError, match=said):
        require_unchanged(configured(text.replace(before, after, 1)), known.experiments, DAY)


def test_one_may_be_stopped_once_and_taken_out_when_it_is_over():
    known = begun()
    stopped = GOOD + "  stopped: 2026-04-01\n"
    ended = begun(stopped, known, date(2026, 4, 2))
    assert not ended.experiments["is_running"].item()
    with pytest.raises(UsageError, match=r"\(line 9\): .*stopped was 2026-04-01 .* is 2026-04-05"):
        begun(stopped.replace("04-01", "04-05"), ended, date(2026, 4, 6))
    assert begun("", ended, date(2026, 4, 7)).arms.is_empty()


def test_customers_are_followed_through_joined_ids():
    arms = pl.DataFrame(
        {
            "experiment": ["e"] * 4,
            "customer_id": ["a", "b", "c", "d"],
            "arm": ["control", "treated", "control", "treated"],
        }
    )
    known_by = {"a": "b", "c": "z", "d": "z"}
    found = followed(arms, lambda who: known_by.get(who, who))
    assert dict(found.select("customer_id", "arm").iter_rows()) == {"b": "treated", "z": "control"}
    running = pl.DataFrame({"experiment": ["e"], "is_running": [True], "control": ["control"]})
    listed = with_arms(
        pl.DataFrame({"customer_id": ["b", "x", "z"], "suppressed_by": [None, None, None]}, schema_overrides={
            "suppressed_by": pl.String}),
        in_arms(running, arms, lambda who: known_by.get(who, who)),
    )  # fmt: skip
    assert listed["suppressed_by"].to_list() == [None, None, "holdout"]
    assert listed["arms"].to_list() == [["e/treated"], None, ["e/control"]]


def test_the_sample_ratio_may_be_looked_at_any_day():
    assert ratio_p_value([50, 200], [0.2, 0.8]) == 1
    assert arms_p_value([100, 400], [100, 360], [0.2, 0.8]) > 0.01
    assert arms_p_value([100, 400], [60, 400], [0.2, 0.8]) < 1e-9, "all who went were of the control"
    lots = np.random.default_rng(2).random((200, 150)) < 0.2
    alarms = 0
    for shop in np.cumsum(lots, axis=1):
        alarms += any(ratio_p_value([int(gone), at + 1 - int(gone)], [0.2, 0.8]) < 0.05 for at, gone in
                      enumerate(shop))  # fmt: skip
    assert alarms <= 10


def shops(seed: int, *, lift: float, count: int = 500, days: int = 90, held_out: float = 0.25):
    """One shop's daily purchases and those of before by arm, and what the arm truly brings by each day."""
    from scipy.sparse import csr_array

    rng = np.random.default_rng(seed)
    rate = rng.gamma(0.8, 1 / 24, count)
    arms = []
    for arm in (rng.permutation(count) < count * held_out, None):
        chosen = arm if arm is not None else ~arms[0][2]
        more = 1.0 if arm is not None else 1 + lift
        bought = rng.poisson(np.repeat(rate[chosen, None] * more, days, axis=1))
        value = np.where(bought > 0, bought * rng.lognormal(3, 1, bought.shape), 0.0)
        before = rng.poisson(rate[chosen] * 180) * np.exp(3.5)
        arms.append((csr_array(value), before, chosen))
    truth = np.arange(1, days + 1) * rate.mean() * lift * np.exp(3.5)
    return moments(*arms[1][:2]), moments(*arms[0][:2]), truth


@pytest.mark.parametrize("lift", [0.0, 0.5])
def test_the_sequence_holds_on_all_days_together_where_looking_every_day_at_a_usual_interval_does_not(lift):
    missed, fixed, seen = 0, 0, 0
    for seed in range(60):
        arm, control, truth = shops(seed, lift=lift)
        line = sequence(arm, control, level=0.05, planned=90)
        missed += bool(((line.low > truth) | (line.high < truth)).any())
        error = np.sqrt(np.diag(arm.cross) / arm.customers + np.diag(control.cross) / control.customers)
        fixed += bool((np.abs(arm.mean - control.mean - truth) > 1.96 * error)[20:].any())
        seen += bool((line.low > 0).any())
        told_apart = (line.low > 0) | (line.high < 0)
        assert ((line.p_value < 0.05) == told_apart)[np.isfinite(line.low)].all()
    assert missed <= 3
    assert fixed >= 6
    assert seen > 20 if lift else seen <= 3


def test_what_was_known_before_narrows_the_interval():
    arm, control, _ = shops(1, lift=0.0)
    blind = [replace(each, with_before=each.with_before * 0) for each in (arm, control)]
    wide, narrow = (sequence(*pair, level=0.05, planned=90) for pair in (blind, (arm, control)))
    assert (narrow.high - narrow.low)[-1] < 0.95 * (wide.high - wide.low)[-1]


def purchases(registered: Registered, more: float) -> pl.LazyFrame:
    """One purchase of each customer on each of three days before the start and three after it."""
    noise, first = np.random.default_rng(5), (date(2026, 3, 1) - EPOCH).days
    arms = [*registered.arms.select("customer_id", "arm").to_dicts(), {"customer_id": "other", "arm": ""}]
    return pl.DataFrame(
        [
            {
                "customer_id": row["customer_id"],
                "invoice_no": f"{row['customer_id']}-{day}",
                "invoice_day": first + day,
                "line_value": float(50 + noise.normal(0, 5) + more * (row["arm"] == "treated") * (day >= 0)),
            }
            for row in arms
            for day in (-20, -10, -1, 4, 8, 12)
        ],
        schema_overrides={"invoice_day": pl.Int32},
    ).lazy()


def test_a_readout_tells_a_planted_effect_what_it_costs_and_that_a_guardrail_stands():
    registered = begun()
    made = readouts(
        registered, purchases(registered, 5.0), pl.LazyFrame(), ("r2", date(2026, 3, 31)), lambda who: who
    )
    for table in (EXPERIMENT_READOUTS, EXPERIMENT_DAYS):
        table.require(failures(made[table.name].lazy(), table)[1])
    visits, revenue = made["experiment_readouts"].sort("is_guardrail", descending=True).to_dicts()
    assert (revenue["in_arm"], revenue["in_control"], revenue["days"]) == (320, 80, 31)
    assert revenue["low"] < 15 < revenue["high"]
    assert revenue["effect"] == pytest.approx(15, abs=3)
    assert (revenue["finding"], revenue["cost"]) == ("more", 160.0)
    assert revenue["verdict"].startswith("treated brings 1")
    assert revenue["verdict"].endswith("It costs 160.00 and pays for itself.")
    assert (visits["finding"], visits["mean_arm"]) == (
        "early",
        3.0,
    )  # everybody came thrice: no spread to tell by
    by_day = made["experiment_days"]
    assert by_day["day"].min() == date(2026, 3, 5)
    assert by_day["effect"][-1] == revenue["effect"]
    nothing = readouts(registered, purchases(registered, 0.0), pl.LazyFrame(), ("r2", date(2026, 5, 29)), str)
    verdicts = nothing["experiment_readouts"].filter(measure="revenue")
    assert verdicts["finding"].item() == "open"
    assert verdicts["verdict"].item().startswith("The experiment is over and shows no difference in revenue")


def test_a_refresh_registers_and_lists_leave_the_control_alone(refreshed, tmp_path, capsys):
    _, home = refreshed.copy(tmp_path)
    settings = load_settings(home=str(home))
    stores = Stores(settings)
    assert all(table.is_empty() for table in experiment_tables(stores).values())
    as_of = stores.warehouse.latest_refresh()["as_of"]
    (home / "segments.yaml").write_text("mine: {rules: [is_member=true]}")
    (home / "experiments.yaml").write_text(
        f"mail: {{segment: mine, hold_out: 0.3, start: {as_of + timedelta(days=1)}, outcome: orders}}"
    )
    made = experiment_tables(stores)
    held = made["experiment_arms"].filter(arm="control")
    assert made["experiment_arms"].height == refreshed.said["members"]
    stores.warehouse.publish({name: made[name] for name in ("experiments", "experiment_arms")}, {})
    listed = told(insiders("segment", "mine", "--home", home, "--json"))["segments"][0]["customers"]
    assert listed == refreshed.said["members"] - held.height < refreshed.said["members"]
    assert experiment_tables(stores)["experiment_arms"].equals(made["experiment_arms"])
    show_experiments(settings, as_json=False)
    assert f"customers of mine ({made['experiments']['drawn'].item()}), runs from" in capsys.readouterr().out
    plan_experiment(settings, "mine", lift=0.5, outcome="orders", as_json=True)
    planned = json.loads(capsys.readouterr().out)
    assert planned["customers"] == listed
    assert planned["plans"][0].keys() >= {"weeks", "hold_out", "detectable", "forgone"}
    with pytest.raises(UsageError, match=r"--plan: there is no 'nobody'; choose among members, entered"):
        plan_experiment(settings, "nobody", lift=0.5, outcome="orders", as_json=True)
    (home / "experiments.yaml").write_text(
        "mail: {outcome: margin, segment: mine, hold_out: 0.3, start: 2026-01-01}"
    )
    with pytest.raises(
        UsageError, match=r"yaml \(line 1\): the outcome margin needs to know what goods cost"
    ):
        require_rules(settings)


def test_a_plan_tells_what_more_people_and_more_weeks_would_show():
    rng, first = np.random.default_rng(4), date(2025, 1, 1)
    rate = rng.gamma(0.8, 1 / 24, 600)
    bought = rng.poisson(np.repeat(rate[:, None], 250, axis=1))
    who, day = np.nonzero(bought)
    found = pl.DataFrame(
        {
            "customer_id": [f"c{each:03d}" for each in who],
            "invoice_day": day + (first - EPOCH).days,
            "amount": bought[who, day] * rng.lognormal(3, 1, len(who)),
        }
    )
    ids = pl.Series([f"c{each:03d}" for each in range(600)])
    known = (first, first + timedelta(days=249))
    made = {(each.weeks, each.hold_out): each for each in plans(found, ids, known, lift=0.2)}
    assert {weeks for weeks, _ in made} == {4, 8, 13, 26}, "no longer than data are"
    assert made[26, 0.5].detectable < made[26, 0.1].detectable < made[4, 0.1].detectable
    assert made[26, 0.5].forgone == pytest.approx(0.2 * made[26, 0.5].per_customer * 300)
    best = cheapest(list(made.values()), 0.5)
    assert best is not None
    assert best.detectable <= 0.5
    assert cheapest(list(made.values()), 0.001) is None
    # The lift that it names is seen about as often as it says.
    plan, seen = made[13, 0.5], 0
    for seed in range(40):
        arm, control, _ = shops(seed + 500, lift=plan.detectable, count=600, days=91, held_out=0.5)
        seen += bool((sequence(arm, control, level=0.05, planned=91).low > 0).any())
    assert 24 <= seen <= 40


def test_the_report_tells_each_experiment_in_a_sentence_and_the_evidence_draws_its_days():
    from plotly import graph_objects

    registered = begun()
    made = readouts(registered, purchases(registered, 5.0), pl.LazyFrame(), ("r2", date(2026, 3, 31)), str)
    plain = refresh(100)
    with_them = {**plain.tables, "experiments": registered.experiments, **made}
    shown = refresh(100, tables=with_them)
    assert "spring-mail: treated brings 1" in render(shown)
    page = render_evidence(shown)
    assert 'id="chart-experiment-spring-mail"' in page
    assert "Too early to tell return visits of treated" in page
    graph_objects.Figure(experiment_charts(shown)["experiment-spring-mail"])
    portuguese = render(refresh(100, tables=with_them, language="pt-BR"))
    assert "spring-mail: treated traz 1" in portuguese
    assert 'id="experiments"' not in render_evidence(plain)
