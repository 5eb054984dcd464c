"""What messages count."""

from insiders_assets.language.slots import counted

ORDERS = counted("order", "orders")
MORE_ORDERS = counted("more order", "more orders")
DAYS = counted("day", "days")
MORE_DAYS = counted("more day", "more days")
UNITS = counted("unit", "units")
UNITS_RETURNED = counted("unit returned", "units returned")
LINES = counted("line", "lines")
PRODUCTS = counted("product", "products")
MORE_LINES = counted("more purchase line", "more purchase lines")
MORE_PRODUCTS = counted("more product", "more products")
INSIDERS = counted("Insider", "Insiders")
MORE_REFRESHES = counted("more refresh", "more refreshes")
HYPOTHESES = counted("hypothesis", "hypotheses")
