"""The list that the steps of a run share: chosen once a process, from what is in the lake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from insiders_assets.refresh.sources import programme_inputs

if TYPE_CHECKING:
    from insiders_assets.programme.choosing import Chosen
    from insiders_assets.programme.inputs import ProgrammeInputs
    from insiders_assets.storage.stores import Stores


def chosen_in(stores: Stores, run: str) -> tuple[ProgrammeInputs, Chosen]:
    """Return what the list of a run is chosen from, and the list.

    It follows from its inputs alone, so that a step in a process of its own chooses the same.

    Args:
        stores: Where the tables lie that it is chosen from.
        run: The run's id: the tables it is chosen from do not change within it.
    """
    from insiders_assets.programme.choosing import choose

    if run not in stores.chosen:
        inputs = programme_inputs(
            stores,
            features=stores.lake.read("customer_features"),
            assignments=stores.lake.read("clusters").join(
                stores.lake.read("leaf_embedding"), on="customer_id", maintain_order="left"
            ),
            purchases=stores.lake.scan("clean_purchases"),
            returns=stores.lake.scan("returns"),
        )
        stores.chosen.clear()
        stores.chosen[run] = inputs, choose(inputs)
    return stores.chosen[run]
