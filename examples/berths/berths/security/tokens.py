"""Tokens that guests carry after they signed in."""

from datetime import datetime, timedelta, timezone

import jwt
from fastapi import Depends, HTTPException, status
from fastapi.security import OAuth2PasswordBearer

from berths.settings import settings

ALGORITHM = "HS256"
bearer = OAuth2PasswordBearer(tokenUrl="accounts/token")


def issue(email: str) -> str:
    expires = datetime.now(timezone.utc) + timedelta(minutes=settings.token_lifetime_minutes)
    return jwt.encode({"sub": email, "exp": expires}, settings.token_secret, algorithm=ALGORITHM)


def current_guest(token: str = Depends(bearer)) -> str:
    try:
        claims = jwt.decode(token, settings.token_secret, algorithms=[ALGORITHM])
    except jwt.PyJWTError as exc:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "sign in again") from exc
    return claims["sub"]
