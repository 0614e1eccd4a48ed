"""Booking a berth."""

from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, HTTPException, Request, UploadFile, status
from pydantic import BaseModel

from berths.api.confirmations import send_confirmation
from berths.domain.bookings import Booking, BookingError, check
from berths.domain.prices import price
from berths.security.tokens import current_guest
from berths.storage.bookings import BookingRepository
from berths.storage.documents import store_insurance
from berths.storage.holds import open_holds

router = APIRouter(prefix="/bookings", tags=["bookings"])
repository = BookingRepository()
holds = open_holds()

SHALLOWEST = 1.8


class Wish(BaseModel):
    berth: str
    arrival: date
    departure: date


class Confirmation(BaseModel):
    id: UUID
    price: Decimal


@router.post("", status_code=status.HTTP_201_CREATED)
async def book(wish: Wish, request: Request, guest: str = Depends(current_guest)) -> Confirmation:
    booking = Booking(uuid4(), wish.berth, guest, wish.arrival, wish.departure)
    try:
        check(booking, date.today())
    except BookingError as exc:
        raise HTTPException(status.HTTP_422_UNPROCESSABLE_ENTITY, str(exc)) from exc
    if request.app.state.tides.get(booking.berth, SHALLOWEST) < SHALLOWEST:
        raise HTTPException(status.HTTP_409_CONFLICT, "the berth is too shallow at low tide")
    if not await holds.take(booking.berth, guest):
        raise HTTPException(status.HTTP_409_CONFLICT, "somebody else is booking this berth")
    if not await repository.is_free(booking.berth, booking.arrival, booking.departure):
        raise HTTPException(status.HTTP_409_CONFLICT, "the berth is taken")
    await repository.add(booking)
    await send_confirmation(booking)
    return Confirmation(id=booking.id, price=price(booking))


@router.put("/{booking_id}/insurance", status_code=status.HTTP_204_NO_CONTENT)
async def upload_insurance(booking_id: UUID, file: UploadFile, guest: str = Depends(current_guest)) -> None:
    booking = await repository.get(booking_id)
    if booking is None or booking.guest != guest:
        raise HTTPException(status.HTTP_404_NOT_FOUND)
    store_insurance(str(booking_id), await file.read())
