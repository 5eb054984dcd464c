"""The exports of well-known shop systems, written from orders whose truth is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from insiders_assets_tests.ingest.shop import written


@dataclass(frozen=True)
class Order:
    """An order: who bought what when, and whether it came about."""

    number: str
    customer: str
    when: datetime
    lines: tuple[tuple[str, int, int], ...]
    """Product, pieces and cents for each piece."""
    state: str = "sold"
    off: int = 0
    """Cents off the whole order."""

    @property
    def gross(self) -> int:
        return sum(pieces * cents for _, pieces, cents in self.lines)


@st.composite
def orders(draw: Any) -> list[Order]:
    """Some orders of a few lines each, of which some were cancelled or refunded."""
    count = draw(st.integers(4, 12))
    found = []
    for number in range(count):
        lines = draw(
            st.lists(
                st.tuples(st.integers(0, 30), st.integers(1, 9), st.integers(100, 90_000)),
                min_size=1,
                max_size=4,
            )
        )
        products = tuple((f"P-{product:02d}X", pieces, cents) for product, pieces, cents in lines)
        gross = sum(pieces * cents for _, pieces, cents in products)
        found.append(
            Order(
                f"{7000 + number}", f"c{draw(st.integers(0, 5))}@example.com",
                datetime(2025, 1, 20, 9) + timedelta(days=number, minutes=draw(st.integers(0, 600))), products,
                "sold" if number < 2 else draw(st.sampled_from(["sold", "sold", "cancelled", "refunded"])),
                draw(st.integers(0, gross // 3)),
            )
        )  # fmt: skip
    return found


def _money(cents: float) -> str:
    return f"{cents / 100:.2f}"


def _rows(
    orders: list[Order], made: Callable[[Order, int, tuple[str, int, int]], dict[str, Any]]
) -> list[dict[str, Any]]:
    return [made(order, at, line) for order in orders for at, line in enumerate(order.lines)]


def _shopify(orders: list[Order]) -> bytes:
    words = {"sold": "paid", "cancelled": "voided", "refunded": "refunded"}

    def made(order: Order, at: int, line: tuple[str, int, int]) -> dict[str, Any]:
        first, net = at == 0, order.gross - order.off
        return {
            "Name": f"#{order.number}", "Email": order.customer if first else "",
            "Financial Status": words[order.state] if first else "", "Fulfillment Status": "fulfilled" if first else "",
            "Currency": "USD" if first else "", "Subtotal": _money(net) if first else "",
            "Discount Amount": _money(order.off) if first else "",
            "Created at": f"{order.when:%Y-%m-%d %H:%M:%S} -0500", "Lineitem quantity": line[1],
            "Lineitem name": f"Thing {line[0]}", "Lineitem price": _money(line[2]), "Lineitem sku": line[0],
            "Shipping Country": "US" if first else "",
            "Cancelled at": f"{order.when:%Y-%m-%d}" if first and order.state == "cancelled" else "",
            "Refunded Amount": (_money(net) if order.state == "refunded" else "0.00") if first else "",
        }  # fmt: skip

    return written(_rows(orders, made))


def _woocommerce(orders: list[Order]) -> bytes:
    words = {"sold": "completed", "cancelled": "cancelled", "refunded": "refunded"}
    return written(_rows(orders, lambda order, _, line: {
        "Order Number": order.number, "Order Status": words[order.state], "Order Date": order.when,
        "Customer User ID": "0", "Email (Billing)": order.customer, "Country Name (Billing)": "Ireland",
        "Item Name": f"Thing {line[0]}", "SKU": line[0], "Quantity": line[1], "Item Cost": _money(line[2]),
        "Order Line Total": _money(line[1] * line[2]), "Order Total Amount": _money(order.gross),
        "Order Refund Amount": "0", "Payment Method Title": "Credit card",
    }))  # fmt: skip


def _woocommerce_less_refunds(orders: list[Order]) -> bytes:
    words = {"sold": "Completed", "cancelled": "Cancelled", "refunded": "Refunded"}
    return written(_rows(orders, lambda order, _, line: {
        "Order Number": order.number, "Order Status": words[order.state], "Order Date": f"{order.when:%Y-%m-%d %H:%M}",
        "Email (Billing)": order.customer, "Country Code (Billing)": "IE", "Cart Discount Amount": "0",
        "Order Refund Amount": _money(order.gross) if order.state == "refunded" else "0",
        "Order Total Amount": _money(order.gross), "SKU": line[0], "Item #": 1, "Item Name": f"Thing {line[0]}",
        "Quantity (- Refund)": 0 if order.state == "refunded" else line[1], "Item Cost": _money(line[2]),
    }))  # fmt: skip


def _magento(orders: list[Order]) -> bytes:
    words = {"sold": "complete", "cancelled": "canceled", "refunded": "closed"}
    return written([{
        "ID": f"0000{order.number}", "Purchase Point": "Main Website", "Purchase Date": order.when,
        "Bill-to Name": "A B", "Ship-to Name": "A B", "Grand Total (Base)": _money(order.gross + 490),
        "Grand Total (Purchased)": _money(order.gross + 490), "Status": words[order.state],
        "Customer Email": order.customer, "Subtotal": _money(order.gross),
        "Total Refunded": _money(order.gross + 490) if order.state == "refunded" else "",
    } for order in orders])  # fmt: skip


def _amazon(orders: list[Order]) -> bytes:
    words = {"sold": "Shipped", "cancelled": "Cancelled", "refunded": "Shipped"}
    return written(_rows(orders, lambda order, at, line: {
        "order-id": f"203-{order.number}", "order-item-id": f"{order.number}{at}",
        "purchase-date": f"{order.when:%Y-%m-%dT%H:%M:%S}+00:00", "order-status": words[order.state],
        "buyer-email": order.customer, "sku": line[0], "product-name": "Thing", "quantity-purchased": line[1],
        "currency": "GBP", "item-price": _money(line[1] * line[2]), "item-tax": "0.00", "shipping-price": "3.99",
        "ship-country": "GB",
    }), "\t")  # fmt: skip


def _square(orders: list[Order]) -> bytes:
    def made(order: Order, _: int, line: tuple[str, int, int]) -> dict[str, Any]:
        sign = -1 if order.state == "refunded" else 1
        amount, off = sign * line[1] * line[2], 7 * line[1]
        shown = "${:.2f}".format
        return {
            "Date": f"{order.when:%m/%d/%y}", "Time": f"{order.when:%H:%M:%S}", "Item": "Thing", "Qty": sign * line[1],
            "SKU": line[0], "Gross Sales": shown(amount / 100).replace("$-", "-$"),
            "Discounts": shown(-off / 100).replace("$-", "-$"),
            "Net Sales": shown((amount - sign * off) / 100).replace("$-", "-$"),
            "Tax": "$0.00", "Transaction ID": f"T{order.number}", "Event Type": "Refund" if sign < 0 else "Payment",
            "Customer ID": order.customer,
        }  # fmt: skip

    return written(_rows([order for order in orders if order.state != "cancelled"], made))


def _vtex(orders: list[Order]) -> bytes:
    words = {"sold": "Faturado", "cancelled": "Cancelado"}
    return written(_rows([order for order in orders if order.state != "refunded"], lambda order, _, line: {
        "Origin": "Marketplace", "Order": f"v{order.number}-01", "Sequence": order.number,
        "Creation Date": f"{order.when:%Y-%m-%d %H:%M:%S}Z", "Email": order.customer, "Country": "BRA",
        "Status": words[order.state], "Quantity_SKU": line[1], "ID_SKU": line[0], "SKU Name": "Coisa",
        "SKU Selling Price": _money(line[2]), "SKU Total Price": _money(line[1] * line[2]),
        "Total Value": _money(order.gross),
    }), ";")  # fmt: skip


def _nuvemshop(orders: list[Order]) -> bytes:
    paid = {"sold": "Confirmado", "cancelled": "Recusado", "refunded": "Estornado"}

    def made(order: Order, at: int, line: tuple[str, int, int]) -> dict[str, Any]:
        first = at == 0
        return {
            "Número do Pedido": order.number, "E-mail": order.customer if first else "",
            "Data": f"{order.when:%d/%m/%Y %H:%M:%S}" if first else "", "Status do Pedido": "Aberto" if first else "",
            "Status do Pagamento": paid[order.state] if first else "", "Moeda": "BRL" if first else "",
            "Subtotal": _money(order.gross) if first else "", "Desconto": _money(order.off) if first else "",
            "Nome do Produto": "Coisa", "Valor do Produto": _money(line[2]), "Quantidade Comprada": line[1],
            "SKU": line[0], "País": "Brasil" if first else "",
        }  # fmt: skip

    return written(_rows(orders, made), ";")


def _mercado_livre(orders: list[Order]) -> bytes:
    words = {"sold": "Entregue", "cancelled": "Venda cancelada", "refunded": "Entregue"}

    def comma(cents: int) -> str:
        return _money(cents).replace(".", ",")

    def made(order: Order, line: tuple[str, int, int] | None, estado: str) -> dict[str, Any]:
        alone = len(order.lines) == 1
        takings = line[1] * line[2] if line else order.gross
        back = order.state == "refunded" and line is not None
        return {
            "N.º de venda": f"20000{order.number}", "Data da venda": f"{order.when:%d/%m/%Y %H:%M}", "Estado": estado,
            "Descrição do status": "", "Unidades": line[1] if line else "",
            "Receita por produtos (BRL)": comma(takings) if alone or line is None else "",
            "Tarifa de venda e impostos (BRL)": "-1,50",
            "Cancelamentos e reembolsos (BRL)": comma(-takings) if back else "", "Total (BRL)": comma(takings - 150),
            "SKU": line[0] if line else "", "# de anúncio": "MLB1", "Título do anúncio": "Caneca",
            "Preço unitário de venda do anúncio (BRL)": comma(line[2]) if line else "",
            "Comprador": "A B", "CPF": order.customer, "País": "Brasil",
        }  # fmt: skip

    rows = []
    for order in orders:
        if len(order.lines) > 1:
            rows.append(made(order, None, f"Pacote de {len(order.lines)} produtos"))
        rows += [made(order, line, words[order.state]) for line in order.lines]
    return b"Vendas\n\n" + written(rows, ";")


def _olist(orders: list[Order]) -> bytes:
    words = {"sold": "delivered", "cancelled": "canceled"}
    return written([{
        "order_id": f"o{order.number}", "customer_id": f"once{order.number}", "customer_unique_id": order.customer,
        "order_status": words[order.state], "order_purchase_timestamp": order.when, "order_item_id": 1,
        "product_id": line[0], "price": _money(line[2]), "freight_value": "8.70", "customer_state": "SP",
    } for order in orders if order.state != "refunded" for line in order.lines for _ in range(line[1])])  # fmt: skip


@dataclass(frozen=True)
class Written:
    """A form, and what of an order it can say."""

    write: Callable[[list[Order]], bytes]
    discounts: bool = False
    refunded: str = "beside"
    """``beside`` a line that was sold, ``alone`` as a line of its own, or ``never``."""
    cancelled: bool = True
    rules: dict[str, Any] = field(default_factory=dict)
    off_each: int = 0
    """Cents off each piece."""


SHOPS = {
    "Shopify": Written(_shopify, discounts=True),
    "WooCommerce": Written(_woocommerce),
    "WooCommerce, less refunds": Written(_woocommerce_less_refunds, refunded="never"),
    "Magento": Written(_magento),
    "Amazon": Written(_amazon, refunded="sold"),
    "Square": Written(
        _square, refunded="alone", cancelled=False, rules={"date_order": "month_first"}, off_each=7
    ),
    "VTEX": Written(_vtex, refunded="never"),
    "Nuvemshop": Written(_nuvemshop, discounts=True, rules={"date_order": "day_first"}),
    "Mercado Livre": Written(_mercado_livre, rules={"date_order": "day_first", "decimal": "comma"}),
    "Olist": Written(_olist, refunded="never"),
}
