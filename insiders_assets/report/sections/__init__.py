"""The page's sections: what each one shows, as plain values; how it looks is in ``templates``."""
