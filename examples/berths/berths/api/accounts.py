"""Registration and sign-in."""

from fastapi import APIRouter, Depends, HTTPException, status
from fastapi.security import OAuth2PasswordRequestForm
from psycopg.errors import UniqueViolation
from pydantic import BaseModel, EmailStr

from berths.security.passwords import hash_password, verify_password
from berths.security.tokens import issue
from berths.settings import settings
from berths.storage.attempts import SignInAttempts
from berths.storage.database import pool

router = APIRouter(prefix="/accounts", tags=["accounts"])
attempts = SignInAttempts(settings.redis_url)


class Registration(BaseModel):
    email: EmailStr
    password: str


@router.post("", status_code=status.HTTP_201_CREATED)
async def register(registration: Registration) -> None:
    async with pool.connection() as connection:
        try:
            await connection.execute(
                "INSERT INTO accounts (email, password_hash) VALUES (%s, %s)",
                (registration.email, hash_password(registration.password)),
            )
        except UniqueViolation as exc:
            raise HTTPException(status.HTTP_409_CONFLICT, "there is an account already") from exc


@router.post("/token")
async def sign_in(form: OAuth2PasswordRequestForm = Depends()) -> dict[str, str]:
    if attempts.exceeded(form.username):
        raise HTTPException(status.HTTP_429_TOO_MANY_REQUESTS, "wait a few minutes")
    async with pool.connection() as connection:
        cursor = await connection.execute(
            "SELECT password_hash FROM accounts WHERE email = %s", (form.username,)
        )
        row = await cursor.fetchone()
    if row is None or not verify_password(row[0], form.password):
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "unknown address or wrong password")
    return {"access_token": issue(form.username), "token_type": "bearer"}
