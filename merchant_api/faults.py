"""What is wrong with a request, field by field, in words of ours: those of the library are in English alone.

What was sent is never repeated: it could hold a secret.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import PydanticCustomError

from pasledger.texts import say


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where, and the code of the sentence with its figures."""

    pointer: str
    code: str
    figures: Mapping[str, object] = field(default_factory=dict)

    def told(self, language: str) -> dict[str, str]:
        """Return it as it stands in a problem."""
        return {"pointer": self.pointer, "detail": say(f"field.{self.code}", language, **self.figures)}


def wrong(code: str) -> PydanticCustomError:
    """Return what a validator of ours raises: a fault with a sentence of its own."""
    return PydanticCustomError(f"{_OURS}{code}", "see the sentence")


def fault_of(error: Mapping[str, Any]) -> Fault:
    """Return the fault behind an error of the library."""
    kind, context = error["type"], error.get("ctx") or {}
    pointer = _pointer(kind, error["loc"])
    if kind.startswith(_OURS):
        return Fault(pointer, kind.removeprefix(_OURS))
    code, figure = _CODES.get(kind, ("wrong", ""))
    return Fault(pointer, code, {"figure": context[figure]} if figure else {})


def _pointer(kind: str, location: Sequence[object]) -> str:
    """Return a JSON pointer into the body, or the name of a header or of a part of the path."""
    place, *rest = [str(part) for part in location]
    if kind == "json_invalid":
        return "#/"
    return "#/" + "/".join(rest) if place == "body" else f"{place}: {'/'.join(rest)}"


_OURS = "ours: "
_CODES: dict[str, tuple[str, str]] = {
    "missing": ("missing", ""),
    "extra_forbidden": ("unknown", ""),
    "string_pattern_mismatch": ("pattern", "pattern"),
    "string_too_long": ("too-long", "max_length"),
    "string_type": ("not-text", ""),
    "literal_error": ("one-of", "expected"),
    "model_attributes_type": ("not-object", ""),
    "model_type": ("not-object", ""),
    "dict_type": ("not-object", ""),
    "json_invalid": ("not-json", ""),
    "int_parsing": ("not-whole", ""),
    "int_parsing_size": ("not-whole", ""),
    "greater_than_equal": ("least", "ge"),
    "less_than_equal": ("most", "le"),
}
"""For each kind of error of the library: the code of our sentence, and what of the error is its figure."""
