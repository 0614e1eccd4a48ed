"""Where bookings are kept."""

from datetime import date
from uuid import UUID

from berths.domain.bookings import Booking
from berths.storage.database import pool


class BookingRepository:
    async def add(self, booking: Booking) -> None:
        async with pool.connection() as connection:
            await connection.execute(
                "INSERT INTO bookings (id, berth, guest, arrival, departure) VALUES (%s, %s, %s, %s, %s)",
                (booking.id, booking.berth, booking.guest, booking.arrival, booking.departure),
            )

    async def get(self, booking_id: UUID) -> Booking | None:
        async with pool.connection() as connection:
            cursor = await connection.execute(
                "SELECT id, berth, guest, arrival, departure FROM bookings WHERE id = %s", (booking_id,)
            )
            row = await cursor.fetchone()
        return Booking(*row) if row else None

    async def is_free(self, berth: str, arrival: date, departure: date) -> bool:
        async with pool.connection() as connection:
            cursor = await connection.execute(
                "SELECT 1 FROM bookings WHERE berth = %s AND arrival < %s AND departure > %s",
                (berth, departure, arrival),
            )
            return await cursor.fetchone() is None
