"""Users, and who sends a request: by the platform's own access token."""

import os
from typing import Annotated

import jwt
from fastapi import Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from benchmarks.fastapi_app.database import Base, Db

bearer = HTTPBearer()


class User(Base):
    """An account."""

    __tablename__ = "accounts_user"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String)
    user_type: Mapped[str]
    is_active: Mapped[bool]


def get_user(token: Annotated[HTTPAuthorizationCredentials, Depends(bearer)], db: Db) -> User:
    """The caller. Raises 401."""
    try:
        claims = jwt.decode(
            token.credentials,
            os.environ["JWT_SIGNING_KEY"],
            algorithms=["HS256"],
            audience="realestate-api",
            issuer="realestate",
        )
    except jwt.InvalidTokenError as error:
        raise HTTPException(401, "This token is no good.") from error
    user = db.get(User, claims["user_id"])
    if user is None or not user.is_active:
        raise HTTPException(401, "There is no such user.")
    return user


Caller = Annotated[User, Depends(get_user)]
