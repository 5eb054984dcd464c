"""The exports of shop systems that a shop runs for itself."""

from dataclasses import replace

from insiders_assets.ingest.shops.form import Form

SHOPIFY = Form(
    name="Shopify",
    version=1,
    source="https://help.shopify.com/en/manual/fulfillment/managing-orders/exporting-orders",
    needs=(("Name",), ("Financial Status",), ("Lineitem quantity",), ("Lineitem price",), ("Created at",)),
    columns={
        "invoice_no": ("Name",), "stock_code": ("Lineitem sku", "Lineitem name"), "description": ("Lineitem name",),
        "quantity": ("Lineitem quantity",), "invoice_date": ("Created at",), "unit_price": ("Lineitem price",),
        "customer_id": ("Email", "Phone"), "country": ("Shipping Country", "Billing Country"),
    },
    rules={
        "discounts": [{"column": ("Discount Amount",), "level": "order"}],
        "refunds": [{"column": ("Refunded Amount",), "gives": "amount", "level": "order"}],
        "exclude": [
            {"column": ("Financial Status",), "values": ["voided", "pending", "expired"]},
            {"column": ("Cancelled at",), "filled": True},
        ],
        "keep": [
            {"column": ("Financial Status",),
             "values": ["paid", "partially_paid", "authorized", "refunded", "partially_refunded"]},
            {"column": ("Paid at",), "empty": True},
            {"column": ("Outstanding Balance",), "nonzero": True},
        ],
    },
    # Everything of the order stands on its first line alone.
    fill_down=(("Email",), ("Phone",), ("Financial Status",), ("Cancelled at",), ("Created at",),
               ("Shipping Country",), ("Billing Country",)),
)  # fmt: skip

WOOCOMMERCE = Form(
    name="WooCommerce",
    version=1,
    source="https://woocommerce.com/document/import-and-export-of-woocommerce-orders/",
    needs=(
        ("Order Number", "Order ID"), ("Order Status",), ("Order Date",), ("Item Name",), ("Quantity",),
        ("Order Line Total", "Item Cost"),
    ),
    columns={
        "invoice_no": ("Order Number", "Order ID"), "stock_code": ("SKU", "Item Name"), "description": ("Item Name",),
        "quantity": ("Quantity",), "invoice_date": ("Order Date",), "line_total": ("Order Line Total",),
        "unit_price": ("Item Cost",), "customer_id": ("Email (Billing)", "Customer User ID"),
        "country": ("Country Name (Shipping)", "Country Name (Billing)", "Country Code (Billing)"),
    },
    rules={
        "exclude": [
            {"column": ("Order Status",),
             "values": ["cancelled", "failed", "pending", "pending payment", "on-hold", "on hold", "trash", "draft",
                        "checkout-draft", "wc-cancelled", "wc-failed", "wc-pending", "wc-on-hold"]},
        ],
        "keep": [{"column": ("Order Status",),
                  "values": ["completed", "processing", "wc-completed", "wc-processing"]},
                 *({"column": (name,), "empty": True} for name in ("Paid Date", "Completed Date"))],
        "refunds": [
            {"column": ("Order Status",), "gives": "all", "values": ["refunded", "wc-refunded"]},
            {"column": ("Order Refund Amount",), "gives": "amount", "level": "order"},
        ],
    },
)  # fmt: skip

WOOCOMMERCE_LESS_REFUNDS = replace(
    WOOCOMMERCE,
    name="WooCommerce, less refunds",
    source="https://docs.algolplus.com/algol_order_export/",
    # The export's own default: pieces that came back are taken off the quantity already, and their money with them.
    needs=(("Order Number", "Order ID"), ("Order Status",), ("Order Date",), ("Quantity (- Refund)",), ("Item Cost",)),
    columns=WOOCOMMERCE.columns | {"quantity": ("Quantity (- Refund)",)},
    rules=WOOCOMMERCE.rules | {"refunds": WOOCOMMERCE.rules["refunds"][:1]},
    ignores=(("Order Refund Amount",),),
)  # fmt: skip

MAGENTO = Form(
    name="Magento",
    version=1,
    source="https://experienceleague.adobe.com/en/docs/commerce-admin/stores-sales/order-management/orders/orders-workspace",
    needs=(("ID",), ("Purchase Point",), ("Purchase Date",), ("Grand Total (Purchased)",), ("Status",)),
    # The grid has orders and no lines: each order is read as one piece of one product.
    columns={
        "invoice_no": ("ID",), "invoice_date": ("Purchase Date",),
        "line_total": ("Subtotal", "Grand Total (Purchased)"), "customer_id": ("Customer Email", "Bill-to Name"),
    },
    constants={"stock_code": "whole order", "quantity": "1"},
    rules={
        "exclude": [
            {"column": ("Status",),
             "values": ["canceled", "pending", "pending payment", "pending_payment", "holded", "on hold", "fraud",
                        "suspected fraud", "payment review", "payment_review"]},
        ],
        "keep": [{"column": ("Status",), "values": ["complete", "processing", "closed"]}],
        "refunds": [{"column": ("Total Refunded",), "gives": "amount"}],
    },
)  # fmt: skip

VTEX = Form(
    name="VTEX",
    version=1,
    source="https://help.vtex.com/en/tutorial/how-to-export-order-data",
    needs=(("Order",), ("Creation Date",), ("Status",), ("Quantity_SKU",), ("SKU Selling Price",)),
    columns={
        "invoice_no": ("Order",), "stock_code": ("ID_SKU", "Reference Code"), "description": ("SKU Name",),
        "quantity": ("Quantity_SKU",), "invoice_date": ("Creation Date",), "unit_price": ("SKU Selling Price",),
        "customer_id": ("Client Document", "Email"), "country": ("Country",),
    },
    rules={
        "exclude": [
            {"column": ("Status",),
             "values": ["Canceled", "Cancelled", "Cancelado", "Cancelada", "Payment pending", "Pagamento pendente",
                        "Payment denied", "Pagamento negado", "Canceling", "Cancelling", "Cancelando"]},
        ],
        "keep": [{"column": ("Status",),
                  "values": ["Invoiced", "Faturado", "Handling", "Preparando entrega", "Ready for handling",
                             "Pronto para o manuseio", "Payment approved", "Pagamento aprovado", "Shipped"]}],
    },
)  # fmt: skip

NUVEMSHOP = Form(
    name="Nuvemshop",
    version=1,
    source="https://atendimento.nuvemshop.com.br/pt_BR/minhas-vendas/como-exportar-a-lista-de-vendas",
    needs=(
        ("Número do Pedido", "Número de orden"),
        ("Status do Pedido", "Estado do Pedido", "Estado de la orden"),
        ("Status do Pagamento", "Estado do Pagamento", "Estado del pago"),
        ("Valor do Produto", "Precio del producto"), ("Quantidade Comprada", "Cantidad del producto"),
    ),
    columns={
        "invoice_no": ("Número do Pedido", "Número de orden"),
        "stock_code": ("SKU", "Nome do Produto", "Nombre del producto"),
        "description": ("Nome do Produto", "Nombre del producto"),
        "quantity": ("Quantidade Comprada", "Cantidad del producto"), "invoice_date": ("Data", "Fecha"),
        "unit_price": ("Valor do Produto", "Precio del producto"),
        "customer_id": ("E-mail", "Email", "CPF / CNPJ", "DNI / CUIT"), "country": ("País",),
    },
    rules={
        "discounts": [{"column": ("Desconto", "Descuento"), "level": "order"}],
        "exclude": [
            {"column": ("Status do Pedido", "Estado do Pedido", "Estado de la orden"),
             "values": ["Cancelado", "Cancelada"]},
            {"column": ("Status do Pagamento", "Estado do Pagamento", "Estado del pago"),
             "values": ["Pendente", "Pendiente", "Recusado", "Rechazado", "Cancelado", "Cancelada", "Expirado",
                        "Abandonado", "Anulado"]},
        ],
        "keep": [
            {"column": ("Status do Pedido", "Estado do Pedido", "Estado de la orden"),
             "values": ["Aberto", "Arquivado", "Abierta", "Archivada"]},
            {"column": ("Status do Pagamento", "Estado do Pagamento", "Estado del pago"),
             "values": ["Confirmado", "Pago", "Recebido", "Recibido", "Confirmada"]},
            {"column": ("Data de pagamento", "Fecha de pago"), "empty": True},
        ],
        "refunds": [
            {"column": ("Status do Pagamento", "Estado do Pagamento", "Estado del pago"), "gives": "all",
             "values": ["Estornado", "Reembolsado", "Devolvido", "Devuelto", "Reintegrado"]},
        ],
    },
    # Everything of the order stands on its first line alone.
    fill_down=(
        ("E-mail", "Email"), ("CPF / CNPJ", "DNI / CUIT"), ("Data", "Fecha"), ("País",),
        ("Status do Pedido", "Estado do Pedido", "Estado de la orden"),
        ("Status do Pagamento", "Estado do Pagamento", "Estado del pago"),
    ),
)  # fmt: skip
