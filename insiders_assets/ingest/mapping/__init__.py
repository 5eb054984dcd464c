"""Which columns hold what, by a mapping or by their headers, and what is derived from them."""
