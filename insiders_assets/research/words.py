"""What the descriptions of a customer's products say, as a few numbers."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

TOPICS = 10
WORD = r"[^\W\d_]{3,}"
"""Three letters or more."""

RAREST = 5
"""Customers who must have a word for it to count."""


def topics(purchases: pl.LazyFrame, customers: pl.Series, seed: int) -> NDArray[np.float64] | None:
    """Return customers by the words in the descriptions of what they bought: latent semantic analysis of tf-idf.

    Deerwester et al., 1990. Each different product counts once.

    Args:
        purchases: ``clean_purchases``, lazy.
        customers: The ``customer_id`` of each row that is wanted.
        seed: Seed of the decomposition.

    Returns:
        ``(customers, topics)``, each row of length one or zero; None if descriptions hold too few words.
    """
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.preprocessing import normalize

    said = (
        purchases.select("customer_id", "description")
        .filter(pl.col("customer_id").is_in(customers.implode()), pl.col("description").is_not_null())
        .unique()
        .sort("customer_id", "description")
        .group_by("customer_id", maintain_order=True)
        .agg(pl.col("description").str.join(" "))
        .collect()
    )
    texts = customers.to_frame("customer_id").join(said, on="customer_id", how="left", maintain_order="left")
    try:
        vectorizer = TfidfVectorizer(min_df=RAREST, sublinear_tf=True).set_params(token_pattern=WORD)
        counted = vectorizer.fit_transform(texts["description"].fill_null("").to_list())
    except ValueError:  # no word is left
        return None
    if counted.shape[1] <= TOPICS:
        return None
    return np.asarray(normalize(TruncatedSVD(TOPICS, random_state=seed).fit_transform(counted)), np.float64)
