"""What can be set from outside, and what holds when it is not."""

import os

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="BERTHS_", env_file=".env")

    database_url: str = "postgresql://berths:berths@localhost:5432/berths"
    redis_url: str
    holds_redis_url: str | None = None  # holds may live on a server of their own
    document_bucket: str = "berths-documents"
    token_secret: str = "berths-development-secret"
    token_lifetime_minutes: int = 60
    tide_service: str = "https://tides.example.org/v2"
    mail_service: str = "https://mail.example.org/v1"


settings = Settings()

# Read by uvicorn's own start script too, therefore without the prefix.
SEND_CONFIRMATIONS = os.getenv("SEND_CONFIRMATIONS", True)
