"""Publishing under odd circumstances: a clock set back, a refresh made again after it was cut short."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from insiders_assets.refresh import publish
from insiders_assets_tests.faults.forks import ended
from insiders_assets_tests.faults.homes import LocalHome
from insiders_assets_tests.faults.recovery import Rehearsal
from insiders_assets_tests.faults.shop import Shop


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory) -> Rehearsal:
    folder = tmp_path_factory.mktemp("publish")
    (folder / "home").mkdir()
    return Rehearsal(LocalHome(folder / "home"), Shop.made(folder / "shop"))


def test_a_refresh_is_later_than_the_one_before_it_whatever_the_clock_says() -> None:
    ahead = datetime.now(UTC).replace(tzinfo=None) + timedelta(days=365)
    assert publish._moment({"published_at": ahead}) == ahead + timedelta(microseconds=1)
    assert publish._moment(None) <= datetime.now(UTC).replace(tzinfo=None)


@pytest.mark.full
def test_a_refresh_cut_short_after_its_tables_swapped_reports_the_same_when_it_is_made_again(
    rehearsal: Rehearsal,
) -> None:
    last = max(number for label, number in rehearsal.undisturbed.points if label == "rename reports/latest")
    with rehearsal.trial("at reports/latest") as trial:
        assert (
            ended(rehearsal.start(roots=rehearsal.home.roots, deadly=("rename reports/latest", last))) == -9
        )
    assert (trial.wrong, trial.torn, trial.lost) == ([], [], 0)
    assert trial.looks > 100


@pytest.mark.full
def test_parts_of_a_run_that_was_killed_before_it_swept_are_swept_by_the_next(rehearsal: Rehearsal) -> None:
    swept = [
        point
        for point in rehearsal.undisturbed.points
        if point[0].startswith("remove lake/raw_transactions.parquet/")
    ]
    with rehearsal.trial("before the first part is removed") as trial:
        assert ended(rehearsal.start(roots=rehearsal.home.roots, deadly=swept[0])) == -9
    assert (trial.wrong, trial.torn, trial.lost) == ([], [], 0)
