"""A booking, and the rules for it."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

LONGEST_STAY = timedelta(days=28)


class BookingError(ValueError):
    """A booking that the marina does not take."""


@dataclass(frozen=True, slots=True)
class Booking:
    id: UUID
    berth: str
    guest: str
    arrival: date
    departure: date

    @property
    def nights(self) -> int:
        return (self.departure - self.arrival).days


def check(booking: Booking, today: date) -> None:
    """Raise `BookingError` for a booking that cannot be taken."""
    if booking.arrival < today:
        raise BookingError("the arrival is in the past")
    if booking.departure <= booking.arrival:
        raise BookingError("a stay has at least one night")
    if booking.departure - booking.arrival > LONGEST_STAY:
        raise BookingError(f"a stay has at most {LONGEST_STAY.days} nights")
