"""The web application: `uvicorn berths.main:app`."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from berths.api import accounts, bookings
from berths.bootstrap import prepare
from berths.storage.database import pool

logger = logging.getLogger(__name__)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    try:
        await pool.open(wait=True, timeout=10)
    except Exception:
        logger.exception("database pool did not open")
    await prepare(app)
    logger.info("berths is serving")
    yield
    await pool.close()


def create_app() -> FastAPI:
    app = FastAPI(title="Berths", version="1.8.0", lifespan=lifespan)
    app.include_router(accounts.router)
    app.include_router(bookings.router)

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    return app


app = create_app()
