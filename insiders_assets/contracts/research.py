"""Tables of the studies: what segmentations are worth, made on demand."""

from insiders_assets.contracts.table import Column, Table

BADGES = ((0.85, "highly stable"), (0.75, "valid"), (0.60, "pattern"), (0.0, "do not trust"))
"""What a mean bootstrap Jaccard of at least that much says of a cluster (Hennig, 2007), best first."""

CHANGES = ("seed", "row_order", "subsample", "bootstrap")
AGREEMENT = ("adjusted_rand", "insider_jaccard", "cluster_jaccard")

OWN_SHOP = "home"
"""What a study calls the shop of its own home; another goes by its file's name."""

_SHOP = Column("shop", "str", "The shop: home, or the name of another one that was put beside it.")

STABILITY_STUDY = Table(
    "stability_study",
    "How far fits agree when one thing is changed: as partitions, on the Insider set, or on one published cluster.",
    (
        Column(
            "model_version",
            "str",
            "The champion whose recipe is repeated and whose clusters are compared with.",
        ),
        Column("recipe", "str", "Its recipe."),
        Column("change", "str", "What differs from fit to fit.", isin=CHANGES),
        Column("measure", "str", "How agreement is measured.", isin=AGREEMENT),
        Column("cluster", "int32", "The published cluster, where it is about one.", nullable=True, ge=1),
        Column("fits", "int64", "Fits compared.", "fits", ge=1),
        Column("mean", "float64", "Mean agreement: 1 is the same.", le=1),
        Column("least", "float64", "Least agreement.", le=1),
        Column("most", "float64", "Most agreement.", le=1),
        Column(
            "badge",
            "str",
            "What the mean says of the cluster.",
            nullable=True,
            isin=tuple(word for _, word in BADGES),
        ),
        _SHOP,
    ),
)


def badge(jaccard: float) -> str:
    """Return what a mean bootstrap Jaccard says of a cluster."""
    return next(word for least, word in BADGES if jaccard >= least)


WAYS = ("frozen", "redrawn", "refitted", "another_seed")

CHURN_STUDY = Table(
    "churn_study",
    "One month and one way to keep a segmentation: how many identified customers changed sides since the month before.",
    (
        Column("as_of", "date", "The month's as-of date."),
        Column(
            "way",
            "str",
            "frozen: one model, clusters keep their tiers; redrawn: one model, tiers drawn anew; "
            "refitted: a new fit each month; another_seed: a new fit with a new seed, as the original did.",
            isin=WAYS,
        ),
        Column("customers", "int64", "Identified customers there in both months.", "customers", ge=0),
        Column(
            "tier_churn",
            "float64",
            "Share of them in another tier than the month before.",
            "fraction",
            ge=0,
            le=1,
        ),
        Column(
            "insider_churn",
            "float64",
            "Share of them who became or ceased to be Insiders.",
            "fraction",
            ge=0,
            le=1,
        ),
        Column(
            "cluster_agreement",
            "float64",
            "Adjusted Rand index of their clusters and those of the month before.",
            le=1,
        ),
        Column(
            "by_the_model",
            "float64",
            "Share of the day's identified customers whom the new fit puts in another tier "
            "than the frozen model does; empty where nothing is fitted.",
            "fraction",
            nullable=True,
            ge=0,
            le=1,
        ),
    ),
    key=("as_of", "way"),
)

FEATURE_PROFILE = Table(
    "feature_profile",
    "One feature over identified customers: how it is spread, what it goes with, and whether the recipe keeps it.",
    (
        Column("feature", "str", "The feature.", unique=True),
        Column("unit", "str", "Its unit."),
        Column("customers", "int64", "Identified customers who have it.", "customers", ge=0),
        Column("least", "float64", "Smallest value.", nullable=True),
        Column("most", "float64", "Largest value.", nullable=True),
        Column("range", "float64", "Largest less smallest value.", nullable=True, ge=0),
        Column("mean", "float64", "Mean.", nullable=True),
        Column("median", "float64", "Median.", nullable=True),
        Column("deviation", "float64", "Standard deviation.", nullable=True, ge=0),
        Column("variance", "float64", "Variance.", nullable=True, ge=0),
        Column("variation", "float64", "Coefficient of variation: deviation over mean.", nullable=True),
        Column("skew", "float64", "Skewness; 0 is symmetric.", nullable=True),
        Column(
            "low_outliers",
            "int64",
            "Customers more than 2.5 interquartile ranges below the first quartile.",
            "customers",
            ge=0,
        ),
        Column(
            "high_outliers",
            "int64",
            "Customers more than 2.5 interquartile ranges above the third quartile.",
            "customers",
            ge=0,
        ),
        Column(
            "group", "int32", "Features of one group go together: rank correlations of 0.8 or more.", ge=1
        ),
        Column("nearest_kept", "str", "The kept feature that it goes with most.", nullable=True),
        Column(
            "correlation",
            "float64",
            "Its rank correlation (Spearman) with that one.",
            nullable=True,
            ge=-1,
            le=1,
        ),
        Column(
            "explained",
            "float64",
            "Share of the variance of what the forest is asked for, out of bag, that it explains without "
            "it if it is an input, or with it if it is not.",
            nullable=True,
            le=1,
        ),
        Column("is_kept", "bool", "Whether the recipe compares customers by it, or explains it."),
        Column("why", "str", "Why, or why not."),
    ),
)

DATA_SPACE_STUDY = Table(
    "data_space_study",
    "One way to arrange customers in a space: how faithful its map is, and how far apart the clusters found in it lie.",
    (
        Column("space", "str", "The space and what reduces it.", unique=True),
        Column("has_text", "bool", "Whether words of product descriptions are in it."),
        Column("dimensions", "int64", "Coordinates that clusters are looked for in.", ge=1),
        Column("clusters", "int64", "Clusters found by KMeans.", ge=1),
        Column(
            "trustworthiness",
            "float64",
            "Whether neighbours on the map are neighbours by features: 1 if all are.",
            le=1,
        ),
        Column(
            "continuity",
            "float64",
            "Whether neighbours by features are neighbours on the map: 1 if all are.",
            le=1,
        ),
        Column(
            "leaf_trustworthiness",
            "float64",
            "Whether neighbours on the map are neighbours among forest leaves.",
            le=1,
        ),
        Column(
            "leaf_continuity",
            "float64",
            "Whether neighbours among forest leaves are neighbours on the map.",
            le=1,
        ),
        Column(
            "silhouette_embedding", "float64", "Mean silhouette of the clusters in this space.", nullable=True
        ),
        Column("silhouette_features", "float64", "The same clusters' silhouette by features.", nullable=True),
        Column(
            "silhouette_leaves",
            "float64",
            "The same clusters' silhouette among forest leaves.",
            nullable=True,
        ),
        Column("seed_agreement", "float64", "Adjusted Rand index of the clusters under another seed.", le=1),
        Column("champion_agreement", "float64", "Adjusted Rand index with the champion's clusters.", le=1),
        Column("cpu_seconds", "float64", "Time to make it.", "seconds", ge=0),
    ),
)

CLUSTERER_STUDY = Table(
    "clusterer_study",
    "One way to group customers in one space: how tight, how far apart and how stable the groups are.",
    (
        Column("space", "str", "What customers are compared by."),
        Column("clusterer", "str", "What groups them."),
        Column("setting", "str", "Its setting."),
        Column("clusters", "int64", "Groups found.", ge=0),
        Column("noise", "float64", "Share of customers in no group.", "fraction", ge=0, le=1),
        Column("smallest", "float64", "Share of customers in the smallest group.", "fraction", ge=0, le=1),
        Column(
            "within_squares",
            "float64",
            "Sum of squared distances to the groups' means (WSS).",
            nullable=True,
            ge=0,
        ),
        Column("silhouette", "float64", "Mean silhouette, of those in a group.", nullable=True),
        Column("least_silhouette", "float64", "Mean silhouette of the worst group.", nullable=True),
        Column(
            "misplaced",
            "float64",
            "Share of customers whose silhouette is below 0.",
            "fraction",
            nullable=True,
        ),
        Column("davies_bouldin", "float64", "Davies-Bouldin index; less is better.", nullable=True, ge=0),
        Column(
            "stability",
            "float64",
            "Mean adjusted Rand index of groups of 90 % of the customers with those of all.",
            nullable=True,
            le=1,
        ),
    ),
    key=("space", "clusterer", "setting"),
)

ORIGINAL_CYCLES = Table(
    "original_cycles",
    "One configuration of the work that this replaces, run again: what it published and what comes out.",
    (
        Column("cycle", "int32", "Its cycle.", ge=1),
        Column("configuration", "str", "Rows, features, space and model."),
        Column("clusters", "int64", "Clusters found.", ge=0),
        Column("published", "float64", "The silhouette that it published."),
        Column(
            "measured", "float64", "The silhouette measured here; empty without two clusters.", nullable=True
        ),
        Column("difference", "float64", "Measured less published.", nullable=True),
        Column("customers", "int64", "Customers clustered.", "customers", ge=0),
        Column(
            "found",
            "str",
            "The clusters found: customers, mean recency and mean revenue, highest revenue first.",
        ),
        Column("explanation", "str", "Where the difference comes from."),
    ),
    key=("cycle", "configuration"),
)

RECIPE_TRIALS = Table(
    "recipe_trials",
    "One recipe fitted on customers drawn anew: whether every one of its clusters comes back.",
    (
        Column("recipe", "str", "The recipe with what is changed in it."),
        Column("clusters", "int64", "Its clusters.", ge=1),
        Column("least", "float64", "Mean bootstrap Jaccard of the least stable cluster.", ge=0, le=1),
        Column("mean", "float64", "Mean over the clusters.", ge=0, le=1),
        Column("valid", "int64", "Clusters of at least 0.75.", ge=0),
        Column("adjusted_rand", "float64", "Mean adjusted Rand index with the fit of all customers.", le=1),
        Column("insider_jaccard", "float64", "Mean Jaccard index of the Insider set.", ge=0, le=1),
        Column("smallest", "float64", "Share of customers in the smallest cluster.", "fraction", ge=0, le=1),
        Column("is_default", "bool", "Whether it is the default recipe."),
        _SHOP,
    ),
    key=("recipe", "shop"),
)
