"""The pool of database connections. `main.py` opens it."""

from psycopg_pool import AsyncConnectionPool

from berths.settings import settings

pool = AsyncConnectionPool(settings.database_url, min_size=1, max_size=8, open=False)
