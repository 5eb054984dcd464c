"""The outlook: ranges hold what they state, and a shop whose customers change all at once is told nothing."""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np
import polars as pl
import pytest
from scipy import optimize, special

from insiders_assets.contracts.outlook import CHANCE, FIGURES, NEXT_PURCHASE, REVENUE_AHEAD
from insiders_assets.contracts.programme import FORETOLD
from insiders_assets.days import day_number
from insiders_assets.outlook import bg_nbd, gamma_gamma, outlook_tables
from insiders_assets.outlook.bg_nbd import BgNbd
from insiders_assets.outlook.gamma_gamma import GammaGamma
from insiders_assets.outlook.history import HORIZON, Known, PurchaseDays, known_at
from insiders_assets.outlook.likelihood import digamma, hypergeometric, likeliest, log_gamma, rising
from insiders_assets.report.page import render, render_evidence
from insiders_assets.storage.lake import failures
from insiders_assets_tests.report_tables import refresh

LAST = date(2026, 6, 30)
HISTORY = 420


@cache
def shop(customers: int = 1500, history: int = HISTORY, turn: int = 0) -> pl.DataFrame:
    """Purchases of customers who buy at a rate of their own and stop by chance.

    Args:
        customers: How many there are.
        history: Days until the last one.
        turn: Over how many of the last days everybody buys a fifth as often and four times as much.
    """
    draw = np.random.default_rng(11)
    rows = []
    for place in range(customers):
        day, rate, mean = draw.uniform(0, history * 0.8), draw.gamma(1.2, 1 / 45), draw.gamma(4, 25)
        stop = draw.beta(1, 12)
        while day < history + 1:
            late = day > history - turn
            rows.append(
                (f"{place:05}", int(day), round(float(draw.gamma(3, mean / 3)) * (4 if late else 1), 2))
            )
            if draw.random() < stop:
                break
            day += max(draw.exponential(1 / rate), 1.0) * (5 if late else 1)
    first = day_number(LAST) - history
    return (
        pl.DataFrame(rows, schema=["customer_id", "invoice_day", "line_value"], orient="row")
        .with_columns(pl.col("invoice_day").cast(pl.Int32) + first, is_identified=pl.lit(value=True))
        .filter(pl.col("line_value") > 0)
    )


def customers_of(purchases: pl.DataFrame) -> pl.DataFrame:
    """Who bought within the window; those who spent most are members."""
    within = purchases.filter(pl.col("invoice_day") > day_number(LAST) - 396)
    return within.group_by("customer_id").agg(
        is_identified=pl.lit(value=True), is_member=pl.col("line_value").sum() > 500
    )


def foretold(purchases: pl.DataFrame) -> dict[str, pl.DataFrame]:
    insiders = customers_of(purchases)
    made = outlook_tables(purchases.lazy(), insiders, refresh_id="now", as_of=LAST, window_days=396)
    for table in FORETOLD:
        table.require(failures(made[table.name].lazy(), table)[1])
    return made


def reasons(made: dict[str, pl.DataFrame]) -> dict[str, tuple[bool, str]]:
    return {
        row["figure"]: (row["is_shown"], row["reason_code"]) for row in made["outlook_figures"].to_dicts()
    }


def test_ranges_hold_as_many_as_they_state_and_each_customer_has_one():
    made = foretold(shop())
    assert reasons(made) == {
        REVENUE_AHEAD: (True, "outlook.range_held"),
        CHANCE: (True, "outlook.chance_held"),
        NEXT_PURCHASE: (True, "outlook.range_held"),
    }
    evidence = made["outlook_evidence"]
    assert evidence["cutoff"].n_unique() == 3
    assert evidence["cutoff"].max() == date(2026, 4, 1)  # 90 days before the last
    ranges = evidence.filter(pl.col("figure") != CHANCE)
    assert (ranges["coverage"] - 0.8).abs().max() <= 0.05  # type: ignore[operator]
    told = made["outlook"]
    assert told["expected_revenue_90"].null_count() == 0
    for figure in FIGURES:
        some = told.filter(pl.col(figure).is_not_null())
        assert some.filter(
            ~pl.col(figure).is_between(pl.col(f"{figure}_low"), pl.col(f"{figure}_high"))
        ).is_empty()
    assert told["expected_next_purchase_low"].min() > LAST  # type: ignore[operator]
    unlikely = told.filter(pl.col("chance_to_buy_90") < 0.49)
    assert unlikely.height
    assert unlikely["expected_next_purchase"].null_count() == unlikely.height


def test_what_members_are_expected_to_bring_is_their_sum_within_what_it_was_off_by():
    made = foretold(shop())
    members = customers_of(shop()).filter("is_member")
    row = made["outlook_figures"].row(by_predicate=pl.col("figure") == REVENUE_AHEAD, named=True)
    own = made["outlook"].join(members, on="customer_id", how="semi")
    assert row["members_expected"] == pytest.approx(own["expected_revenue_90"].sum(), abs=0.01)
    past = made["outlook_evidence"].filter(figure=REVENUE_AHEAD)
    ratios = (past["actual"] / past["expected"]).to_list()
    assert row["members_low"] == pytest.approx(row["members_expected"] * min(1.0, *ratios), abs=0.01)
    assert row["members_high"] == pytest.approx(row["members_expected"] * max(1.0, *ratios), abs=0.01)


def test_a_shop_whose_customers_change_all_at_once_is_told_nothing_of_money_and_chance():
    made = foretold(shop(turn=100))
    assert reasons(made)[REVENUE_AHEAD] == (False, "outlook.range_missed")
    assert reasons(made)[CHANCE] == (False, "outlook.chance_missed")
    told = made["outlook"]
    withheld = [name for name in told.columns if name.startswith(FIGURES[:2])]
    assert told.select(pl.col(withheld).null_count().sum()).row(0) == (told.height,) * len(withheld)
    assert not made["outlook_evidence"].filter(figure=REVENUE_AHEAD)["is_right"].all()


@pytest.mark.parametrize(
    ("purchases", "code"),
    [
        (shop(history=250), "outlook.short"),
        (shop(customers=150), "outlook.few"),
        (shop().clear(), "outlook.short"),
    ],
)
def test_a_shop_that_is_young_or_small_is_told_why_it_has_none(purchases, code):
    made = foretold(purchases)
    assert set(reasons(made).values()) == {(False, code)}
    assert made["outlook"].is_empty()


def test_the_order_of_rows_and_what_comes_after_the_day_change_nothing():
    one = foretold(shop())
    later = shop().head(500).with_columns(invoice_day=pl.lit(day_number(LAST) + 5, pl.Int32))
    nobody = shop().head(500).with_columns(is_identified=pl.lit(value=False), line_value=pl.lit(1e6))
    other = foretold(shop().sample(fraction=1, shuffle=True, seed=3))
    assert all(one[name].equals(other[name]) for name in one)
    more = pl.concat([shop(), later, nobody])
    third = outlook_tables(more.lazy(), customers_of(shop()), refresh_id="now", as_of=LAST, window_days=396)
    assert all(one[name].equals(third[name]) for name in one)


def test_the_model_finds_what_it_is_made_from_and_counts_as_it_simulates():
    truth, draw = BgNbd(1.2, 40.0, 0.8, 4.0), np.random.default_rng(5)
    count = 8000
    age, rate, stop = (
        draw.integers(100, 300, count),
        draw.gamma(1.2, 1 / 40, count),
        draw.beta(0.8, 4.0, count),
    )
    days, silence, ahead = np.ones(count), age.astype(float), np.zeros(count)
    for place in range(count):
        now = 0.0
        while True:
            now += draw.exponential(1 / rate[place])
            if now > age[place] + HORIZON:
                break
            if now <= age[place]:
                days[place], silence[place] = days[place] + 1, age[place] - now
            else:
                ahead[place] += 1
            if draw.random() < stop[place]:
                break
    known = Known(np.arange(count), days, age.astype(float), silence, np.ones(count))
    fitted = BgNbd.fit(known)
    assert fitted is not None
    assert fitted.r == pytest.approx(truth.r, rel=0.1)
    assert fitted.alpha == pytest.approx(truth.alpha, rel=0.1)
    assert fitted.a / (fitted.a + fitted.b) == pytest.approx(0.8 / 4.8, rel=0.1)
    assert truth.expected(known).sum() == pytest.approx(ahead.sum(), rel=0.05)
    chance = truth.active(known) * truth.within(known)
    assert chance.mean() == pytest.approx((ahead > 0).mean(), abs=0.015)
    waits = truth.wait(known, np.full(count, 0.5))
    assert np.allclose(truth.level(known, waits), 0.5)


def test_its_functions_are_those_of_scipy():
    places = np.array([1e-3, 0.2, 1.0, 1.5, 9.99, 10.0, 47.3, 1e4])
    assert np.allclose(log_gamma(places), special.gammaln(places), rtol=1e-13, atol=1e-13)
    assert np.allclose(digamma(places), special.digamma(places), rtol=1e-11)
    for start in places:
        logarithms, slopes = rising(start, 30)
        ends = start + np.arange(31)
        assert np.allclose(logarithms, special.gammaln(ends) - special.gammaln(start), rtol=1e-9, atol=1e-9)
        assert np.allclose(slopes, special.digamma(ends) - special.digamma(start), rtol=1e-9, atol=1e-9)
    draw = np.random.default_rng(4)
    a, b, more = draw.uniform(-3, 40, 500), draw.uniform(-1, 40, 500), draw.uniform(0.1, 40, 500)
    z, c = draw.uniform(0, 0.98, 500), np.maximum(a + b, 0) + more
    found, expected = hypergeometric(a, b, c, z), special.hyp2f1(a, b, c, z)
    assert np.allclose(found, expected, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize(
    "model",
    [
        BgNbd(0.8, 69, 0.5, 5),
        BgNbd(0.5, 0.3, 1.7, 0.4),
        BgNbd(2, 900, 30, 40),
        BgNbd(1, 5, 1, 2),
        BgNbd(0.7, 62, 1e-3, 1e4),
    ],
)
def test_purchases_ahead_are_those_of_the_formula_whatever_the_parameters(model):
    """As published, with scipy's function, wherever that can be computed."""
    draw = np.random.default_rng(6)
    age = draw.integers(0, 396, 300).astype(float)
    again = np.where(age > 0, draw.poisson(2, 300), 0).astype(float)
    silence = np.where(again > 0, age * draw.random(300), age)
    known = Known(np.arange(300), again + 1, age, silence, np.ones(300))
    r, whole, c = model.r + again, model.alpha + age, model.a + model.b + again - 1
    a = model.a if model.a != 1 else 1 + 1e-6
    ahead = HORIZON / (whole + HORIZON)
    series = special.hyp2f1(r, model.b + again, a + model.b + again - 1, ahead)
    published = c / (a - 1) * (1 - (1 - ahead) ** r * series) * model.active(known)
    fits = np.isfinite(published)
    assert fits.mean() > 0.9
    assert np.allclose(model.expected(known)[fits], published[fits], rtol=1e-5, atol=1e-9)


def test_no_likelihood_is_greater_that_scipy_finds():
    known = PurchaseDays.of(shop().lazy(), day_number(LAST))
    for back in (0, 150):
        moment = known_at(known, day_number(LAST) - back, 396)
        for kind, borders in ((BgNbd, bg_nbd.BORDERS), (GammaGamma, gamma_gamma.BORDERS)):
            seen = {}

            def watched(unlikely, first, borders, seen=seen):
                seen["unlikely"], seen["first"] = unlikely, first
                return likeliest(unlikely, first, borders)

            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(bg_nbd, "likeliest", watched)
                patch.setattr(gamma_gamma, "likeliest", watched)
                found = kind.fit(moment)
            first, unlikely = np.log(seen["first"]), seen["unlikely"]
            numeric = optimize.approx_fprime(first, lambda at, of=unlikely: of(at)[0])
            assert np.allclose(unlikely(first)[1], numeric, atol=1e-5)
            best = optimize.minimize(unlikely, first, jac=True, method="L-BFGS-B", bounds=np.log(borders),
                                     options={"ftol": 1e-12, "gtol": 1e-8})  # fmt: skip
            assert unlikely(np.log(list(vars(found).values())))[0] <= best.fun + 1e-6


def test_parameters_that_run_away_stop_at_their_borders():
    """Customers of whom nobody stops: the likelihood grows towards a border."""
    draw = np.random.default_rng(8)
    age = np.full(2000, 300.0)
    again = draw.poisson(draw.gamma(2, 2, 2000)).astype(float)
    last = np.where(again > 0, age * draw.beta(np.maximum(again, 1), 1), 0)
    fitted = BgNbd.fit(Known(np.arange(2000), again + 1, age, age - last, np.ones(2000)))
    assert fitted is not None
    assert fitted.a / (fitted.a + fitted.b) < 0.01
    for value, (low, high) in zip(vars(fitted).values(), bg_nbd.BORDERS, strict=True):
        assert low * 0.999 <= value <= high * 1.001


@pytest.mark.parametrize(
    ("language", "heading", "withheld"),
    [("en", "What to expect", "Withheld"), ("pt-BR", "O que esperar", "Omitido")],
)
def test_the_report_says_what_to_expect_and_the_evidence_why_it_does_not(language, heading, withheld):
    plain = refresh(100)
    members = plain.members["customer_id"]
    named = dict(zip(shop()["customer_id"].unique().sort().head(len(members)), members, strict=False))

    def told(purchases: pl.DataFrame):
        made = foretold(purchases.with_columns(pl.col("customer_id").replace(named)))
        return refresh(100, tables={**plain.tables, **made}, language=language)

    page, evidence = render(told(shop())), render_evidence(told(shop()))
    assert heading in page
    assert 'id="expected"' in page
    assert withheld not in page
    assert 'id="foretold"' in evidence
    broken = told(shop(turn=100))
    assert withheld not in render(broken)
    assert withheld in render_evidence(broken)
    assert 'id="outlook"' not in render(plain)
