from datetime import date
from decimal import Decimal
from uuid import uuid4

from berths.domain.bookings import Booking
from berths.domain.prices import price


def test_a_week_is_cheaper_by_the_night() -> None:
    booking = Booking(uuid4(), "A12", "guest@example.org", date(2026, 7, 1), date(2026, 7, 8))
    assert price(booking) == Decimal("151.20")
