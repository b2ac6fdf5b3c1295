"""What a database says, as a sentence in which no person's values stand."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError, SQLAlchemyError


def said(error: SQLAlchemyError) -> str:
    """What the database says, without the statement and without a person's values."""
    original = getattr(error, "orig", None)
    if isinstance(error, IntegrityError):
        return "a rule of its schema was broken"
    return " ".join(str(original or error).split())[:200]


def shown(where: str) -> str:
    """A place without the password in it."""
    return where.rsplit("@", 1)[-1] if "://" in where else where
