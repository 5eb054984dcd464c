"""Detectors of doubts: each says which columns make it look, and what it asks once it has seen all rows of them.

A detector that is to take part stands in :data:`DETECTORS`; questions are numbered in that order.
"""

from insiders_assets.ingest.doubts.bundles import BUNDLES
from insiders_assets.ingest.doubts.cents import CENTS
from insiders_assets.ingest.doubts.costs import COSTS
from insiders_assets.ingest.doubts.credit_notes import CREDIT_NOTES
from insiders_assets.ingest.doubts.currencies import CURRENCIES
from insiders_assets.ingest.doubts.detector import Detector
from insiders_assets.ingest.doubts.file_names import FILE_NAMES
from insiders_assets.ingest.doubts.first_lines import FIRST_LINES
from insiders_assets.ingest.doubts.formats import FORMATS
from insiders_assets.ingest.doubts.id_forms import ID_FORMS
from insiders_assets.ingest.doubts.in_thousands import THOUSANDS
from insiders_assets.ingest.doubts.levels import LEVELS
from insiders_assets.ingest.doubts.mirrored import MIRRORED
from insiders_assets.ingest.doubts.nobody import NOBODY
from insiders_assets.ingest.doubts.one_order import ONE_ORDER
from insiders_assets.ingest.doubts.order_ids import ORDER_IDS
from insiders_assets.ingest.doubts.order_totals import ORDER_TOTALS
from insiders_assets.ingest.doubts.payments import PAYMENTS
from insiders_assets.ingest.doubts.prices import PRICES
from insiders_assets.ingest.doubts.quantities import QUANTITIES
from insiders_assets.ingest.doubts.refunds import REFUNDS
from insiders_assets.ingest.doubts.repeats import REPEATS
from insiders_assets.ingest.doubts.return_marks import RETURN_MARKS
from insiders_assets.ingest.doubts.return_signs import RETURN_SIGNS
from insiders_assets.ingest.doubts.services import SERVICES
from insiders_assets.ingest.doubts.signs import SIGNS
from insiders_assets.ingest.doubts.statuses import STATUSES
from insiders_assets.ingest.doubts.tax_flags import TAX_FLAGS
from insiders_assets.ingest.doubts.units_of_measure import MEASURES
from insiders_assets.ingest.doubts.unnamed import UNNAMED
from insiders_assets.ingest.doubts.versions import VERSIONS
from insiders_assets.ingest.doubts.vouchers import VOUCHERS
from insiders_assets.ingest.doubts.wide_items import WIDE_ITEMS

DETECTORS: tuple[Detector, ...] = (
    FILE_NAMES,
    FIRST_LINES,
    WIDE_ITEMS,
    QUANTITIES,
    MEASURES,
    CENTS,
    THOUSANDS,
    PRICES,
    SIGNS,
    TAX_FLAGS,
    VERSIONS,
    REPEATS,
    VOUCHERS,
    REFUNDS,
    CREDIT_NOTES,
    RETURN_SIGNS,
    RETURN_MARKS,
    STATUSES,
    PAYMENTS,
    UNNAMED,
    MIRRORED,
    SERVICES,
    BUNDLES,
    ONE_ORDER,
    ORDER_IDS,
    ID_FORMS,
    NOBODY,
    CURRENCIES,
    FORMATS,
    ORDER_TOTALS,
    LEVELS,
    COSTS,
)
