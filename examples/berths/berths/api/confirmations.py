"""Messages to guests."""

import logging

import httpx

from berths.domain.bookings import Booking
from berths.settings import SEND_CONFIRMATIONS, settings

logger = logging.getLogger(__name__)


async def send_confirmation(booking: Booking) -> None:
    if not SEND_CONFIRMATIONS:
        return
    message = {"to": booking.guest, "subject": f"Berth {booking.berth}, {booking.nights} nights"}
    async with httpx.AsyncClient(base_url=settings.mail_service, timeout=5) as client:
        try:
            await client.post("/messages", json=message)
        except httpx.HTTPError:
            logger.warning("confirmation of %s was not sent", booking.id, exc_info=True)
