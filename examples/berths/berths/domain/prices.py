"""What a stay costs."""

from decimal import Decimal

from berths.domain.bookings import Booking

PER_NIGHT = {"A": Decimal("24.00"), "B": Decimal("31.50"), "C": Decimal("42.00")}
WEEK_DISCOUNT = Decimal("0.90")


def price(booking: Booking) -> Decimal:
    total = PER_NIGHT[booking.berth[0]] * booking.nights
    if booking.nights >= 7:
        total *= WEEK_DISCOUNT
    return total.quantize(Decimal("0.01"))
