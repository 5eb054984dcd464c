"""Signs of currencies that stand beside amounts, as the codes of the currencies that they can only be."""

from __future__ import annotations

from collections.abc import Iterable

_CODES = {
    "€": "EUR", "£": "GBP", "R$": "BRL", "US$": "USD", "A$": "AUD", "C$": "CAD", "ZŁ": "PLN", "KČ": "CZK", "FT": "HUF",
    "FR.": "CHF", "₹": "INR", "₺": "TRY", "₴": "UAH", "₽": "RUB", "₪": "ILS", "₫": "VND", "₩": "KRW", "฿": "THB",
}  # fmt: skip


def codes(signs: Iterable[str]) -> set[str]:
    """Return the ISO 4217 codes of signs; a sign of several currencies, such as ``$``, stays as it is.

    Args:
        signs: Signs or codes, in any case.
    """
    return {_CODES.get(sign.upper(), sign.upper()) for sign in signs}
