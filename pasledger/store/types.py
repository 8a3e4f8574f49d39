"""Column types. SQLite's strict tables know INTEGER, TEXT and BLOB, and nothing here needs more."""

from sqlalchemy import BigInteger, Integer, Text

WHOLE = BigInteger().with_variant(Integer(), "sqlite")
"""Whole numbers: cents, counts, versions."""

TEXT = Text().with_variant(Text(collation="C"), "postgresql")
"""Ids, codes, references and hashes; days as `2026-12-31`, moments in UTC as `2026-12-31T22:59:59.999Z`.

Ordered by code point, as Python orders them too."""
