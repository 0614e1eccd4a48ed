"""Holds keep a berth for a guest until the booking is paid, so that nobody else can take it."""

import logging
import time
from typing import Protocol

import redis.asyncio as redis
from redis.exceptions import RedisError

from berths.settings import settings

logger = logging.getLogger(__name__)

HOLD_SECONDS = 15 * 60


class Holds(Protocol):
    async def take(self, berth: str, guest: str) -> bool: ...


class LocalHolds:
    def __init__(self) -> None:
        self._holds: dict[str, tuple[str, float]] = {}

    async def take(self, berth: str, guest: str) -> bool:
        holder, until = self._holds.get(berth, (guest, 0.0))
        if holder != guest and until > time.monotonic():
            return False
        self._holds[berth] = (guest, time.monotonic() + HOLD_SECONDS)
        return True


class RedisHolds:
    """Holds that all workers see."""

    def __init__(self, url: str) -> None:
        self._redis = redis.from_url(url, decode_responses=True)
        self._pending: dict[str, str] = {}

    async def take(self, berth: str, guest: str) -> bool:
        try:
            taken = await self._redis.set(f"hold:{berth}", guest, nx=True, ex=HOLD_SECONDS)
            return bool(taken) or await self._redis.get(f"hold:{berth}") == guest
        except RedisError as exc:
            logger.warning("hold of %s is kept locally: %s", berth, exc)
        return self._pending.setdefault(berth, guest) == guest


def open_holds() -> Holds:
    if not settings.holds_redis_url:
        return LocalHolds()
    return RedisHolds(settings.holds_redis_url)
