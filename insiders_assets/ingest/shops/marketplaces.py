"""The exports of marketplaces and tills that a shop sells through."""

from insiders_assets.ingest.shops.form import Form

# Checked against the headers that public programs read: the report of new orders (order-id, order-item-id,
# purchase-date, payments-date, buyer-email, …, item-price) names the buyer; that of all orders (amazon-order-id,
# merchant-order-id, …, item-status, quantity, …) does not, and is read where an e-mail was added to it.
AMAZON = Form(
    name="Amazon",
    version=1,
    source="https://sellercentral-europe.amazon.com/gp/help/external/help.html?itemID=201648780",
    needs=(
        ("order-id", "amazon-order-id"), ("purchase-date",), ("sku",), ("quantity-purchased", "quantity"),
        ("item-price",),
    ),
    columns={
        "invoice_no": ("order-id", "amazon-order-id"), "stock_code": ("sku",),
        "description": ("product-name", "item-name"), "quantity": ("quantity-purchased", "quantity"),
        # All amounts are aggregates of the quantity, not unit prices.
        "invoice_date": ("purchase-date",), "line_total": ("item-price",), "customer_id": ("buyer-email",),
        "country": ("ship-country",),
    },
    rules={
        "discounts": [{"column": ("item-promotion-discount",)}],
        "exclude": [
            {"column": ("order-status",), "values": ["Cancelled", "Canceled", "Pending"]},
            {"column": ("item-status",), "values": ["Cancelled", "Canceled"]},
        ],
        "keep": [
            {"column": ("order-status",), "values": ["Shipped", "Unshipped", "Shipped - Delivered to Buyer"]},
            {"column": ("item-status",), "values": ["Shipped", "Unshipped"]},
        ],
    },
)  # fmt: skip

SQUARE = Form(
    name="Square",
    version=1,
    source="https://squareup.com/help/us/en/article/5072-summaries-and-reports-from-the-online-square-dashboard",
    needs=(("Date",), ("Item",), ("Qty",), ("Gross Sales",), ("Net Sales",), ("Transaction ID",), ("Event Type",)),
    columns={
        "invoice_no": ("Transaction ID",), "stock_code": ("SKU", "Item"), "description": ("Item",),
        "quantity": ("Qty",), "invoice_date": ("Date",), "line_total": ("Net Sales",),
        "customer_id": ("Customer ID", "Customer Reference ID", "Customer Name"),
    },
    rules={"keep": [{"column": ("Event Type",), "values": ["Payment"]}]},
    returns={"column": ("Event Type",), "values": ["Refund"]},
)  # fmt: skip

_PACKAGES = [
    said.format(count)
    for count in range(2, 61)
    for said in ("Pacote de {} produtos", "Paquete de {} productos")
]
"""What stands under ``Estado`` on the line above those of a package: it sums them up, and is no sale of its own."""
MERCADO_LIVRE = Form(
    name="Mercado Livre",
    version=2,
    source="https://vendedores.mercadolivre.com.br/nota/como-ver-e-baixar-seus-relatorios-de-vendas",
    needs=(
        ("N.º de venda", "# de venta"), ("Data da venda", "Fecha de venta"), ("Estado",), ("Unidades",),
        ("Receita por produtos", "Ingresos por productos"),
    ),
    columns={
        "invoice_no": ("N.º de venda", "# de venta"),
        "stock_code": ("SKU", "# de anúncio", "# de publicación"),
        "description": ("Título do anúncio", "Título de la publicación"), "quantity": ("Unidades",),
        "invoice_date": ("Data da venda", "Fecha de venta"),
        # Lines of a package have a price and no takings, which stand on the line of the package.
        "unit_price": ("Preço unitário de venda do anúncio", "Precio unitario de venta de la publicación"),
        "line_total": ("Receita por produtos", "Ingresos por productos"),
        "customer_id": ("CPF", "DNI", "Comprador"), "country": ("País",),
    },
    by_piece=True,
    rules={
        "exclude": [
            {"column": ("Estado",),
             "values": ["Venda cancelada", "Cancelada pelo comprador", "Pacote cancelado pelo Mercado Livre",
                        "Venta cancelada", "Cancelada por el comprador", *_PACKAGES]},
        ],
        "keep": [
            {"column": ("Estado",),
             "values": ["Entregue", "Venda entregue", "A caminho", "Etiqueta pronta para impressão", "Entregado",
                        "En camino", "Venta entregada"]},
        ],
        "refunds": [
            {"column": ("Cancelamentos e reembolsos", "Cancelaciones y reembolsos"), "gives": "amount"},
        ],
    },
)  # fmt: skip

# Checked against the headers of the data set's files, as public programs load them: order_id, order_item_id,
# product_id, seller_id, shipping_limit_date, price and freight_value of lines; order_id, customer_id, order_status,
# order_purchase_timestamp, order_approved_at, … of orders; customer_id, customer_unique_id, … of customers.
OLIST = Form(
    name="Olist",
    version=1,
    source="https://www.kaggle.com/datasets/olistbr/brazilian-ecommerce",
    needs=(
        ("order_id",), ("order_status",), ("order_purchase_timestamp",), ("product_id",), ("price",),
        ("customer_unique_id",),
    ),
    # A line is one piece; customer_id is another one with each order, and customer_unique_id is the person.
    columns={
        "invoice_no": ("order_id",), "stock_code": ("product_id",), "invoice_date": ("order_purchase_timestamp",),
        "unit_price": ("price",), "customer_id": ("customer_unique_id",),
    },
    constants={"quantity": "1"},
    rules={
        "exclude": [{"column": ("order_status",), "values": ["canceled", "unavailable"]}],
        "keep": [
            {"column": ("order_status",),
             "values": ["delivered", "shipped", "invoiced", "processing", "approved", "created"]},
            {"column": ("order_approved_at",), "empty": True},
        ],
    },
)  # fmt: skip
