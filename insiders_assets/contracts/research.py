"""Tables of the studies: what segmentations are worth, made on demand."""

from insiders_assets.contracts.table import Column, Table

BADGES = ((0.85, "highly stable"), (0.75, "valid"), (0.60, "pattern"), (0.0, "do not trust"))
"""What a mean bootstrap Jaccard of at least that much says of a cluster (Hennig, 2007), best first."""

CHANGES = ("seed", "row_order", "subsample", "bootstrap")
AGREEMENT = ("adjusted_rand", "insider_jaccard", "cluster_jaccard")

STABILITY_STUDY = Table(
    "stability_study",
    "How far fits agree when one thing is changed: as partitions, on the Insider set, or on one published cluster.",
    (
        Column("model_version", "str", "The champion whose recipe is repeated and whose clusters are compared with."),
        Column("recipe", "str", "Its recipe."),
        Column("change", "str", "What differs from fit to fit.", isin=CHANGES),
        Column("measure", "str", "How agreement is measured.", isin=AGREEMENT),
        Column("cluster", "int32", "The published cluster, where it is about one.", nullable=True, ge=1),
        Column("fits", "int64", "Fits compared.", "fits", ge=1),
        Column("mean", "float64", "Mean agreement: 1 is the same.", le=1),
        Column("least", "float64", "Least agreement.", le=1),
        Column("most", "float64", "Most agreement.", le=1),
        Column("badge", "str", "What the mean says of the cluster.", nullable=True,
               isin=tuple(word for _, word in BADGES)),
    ),
)  # fmt: skip


def badge(jaccard: float) -> str:
    """What a mean bootstrap Jaccard says of a cluster."""
    return next(word for least, word in BADGES if jaccard >= least)
