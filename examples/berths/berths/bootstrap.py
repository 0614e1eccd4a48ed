"""Start-up work that needs the network."""

import logging

import httpx
from fastapi import FastAPI

from berths.settings import settings
from berths.storage.database import pool

logger = logging.getLogger(__name__)

TABLES = (
    """
    CREATE TABLE IF NOT EXISTS accounts (
        email text PRIMARY KEY,
        password_hash text NOT NULL
    )
    """,
    """
    CREATE TABLE IF NOT EXISTS bookings (
        id uuid PRIMARY KEY,
        berth text NOT NULL,
        guest text NOT NULL REFERENCES accounts (email),
        arrival date NOT NULL,
        departure date NOT NULL
    )
    """,
)


async def prepare(app: FastAPI) -> None:
    """Create what is missing in the database, and load the tide tables that arrivals are checked with."""
    await _create_tables()
    app.state.tides = await _load_tides()


async def _create_tables() -> None:
    async with pool.connection() as connection:
        for statement in TABLES:
            await connection.execute(statement)


async def _load_tides() -> dict[str, float]:
    try:
        async with httpx.AsyncClient(timeout=5) as client:
            response = await client.get(f"{settings.tide_service}/tables/current")
            response.raise_for_status()
            return response.json()["heights"]
    except Exception as exc:
        logger.warning("tide tables could not be loaded: %s", exc)
        return {}
