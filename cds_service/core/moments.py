"""The moment of a call decides what is worth saying: the complaint, an order, a discharge, nothing."""

from __future__ import annotations

from enum import Enum


class Policy(Enum):
    """Which cards a CDS service makes.

    COMPLAINT: everything about a current leg complaint. ORDERS: only remarks on the orders being
    written. DISCHARGE: only what is still open. SCREENING: quiet offers to people without complaint.
    """

    COMPLAINT = "complaint"
    ORDERS = "orders"
    DISCHARGE = "discharge"
    SCREENING = "screening"
