"""All translation between RetailCRM's words and ours, gathered by what it is about; each file is pure.

Orders → our receipts, Decisions → their orders, rules → their privileges and levels, members → their accounts,
customers → persons.
"""

from kopilka.connectors.retailcrm.mapping_accounts import account_told, operation_told, verification_told
from kopilka.connectors.retailcrm.mapping_answers import calculations_json, order_json
from kopilka.connectors.retailcrm.mapping_customers import customer_told, person_of
from kopilka.connectors.retailcrm.mapping_levels import levels_of
from kopilka.connectors.retailcrm.mapping_orders import cart_of
from kopilka.connectors.retailcrm.mapping_privileges import told

__all__ = [
    "account_told", "calculations_json", "cart_of", "customer_told", "levels_of", "operation_told", "order_json",
    "person_of", "told", "verification_told",
]  # fmt: skip
