"""The backtest: what lists chosen in the past, with what was known then, brought in the months after."""

from insiders_assets.programme.backtest.study import (
    Backtest,
    BacktestInputs,
    backtest_evidence,
    default_cutoffs,
    selection_backtest,
)

__all__ = ["Backtest", "BacktestInputs", "backtest_evidence", "default_cutoffs", "selection_backtest"]
