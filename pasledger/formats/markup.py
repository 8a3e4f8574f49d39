"""The XML inside a workbook, piece by piece: what is not needed is not kept, and nothing can make it grow.

A document type is refused, and with it every entity: no workbook has one. So is a tag that does not end for a million
bytes, which some parsers would look at again and again.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Never, Protocol
from xml.parsers import expat

_LONGEST_TAG = 1_000_000
_NAMESPACE_ENDS = " "


class Unreadable(ValueError):  # noqa: N818 - an answer, not an error
    """This is not the XML of a workbook."""


class Handler(Protocol):
    """What is told of elements as they go by, by their names without namespaces."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take over that an element begins."""

    def text(self, text: str) -> None:
        """Take over a piece of text."""

    def end(self, name: str) -> None:
        """Take over that an element ends."""


def pull(chunks: Iterable[bytes], handler: Handler) -> Iterator[None]:
    """Tell `handler` of the elements of a document, and yield after each chunk. Raises `Unreadable`, `ExpatError`."""
    parser = expat.ParserCreate(namespace_separator=_NAMESPACE_ENDS)
    parser.buffer_text = True
    start, end = handler.start, handler.end

    def start_element(name: str, attributes: dict[str, str]) -> None:
        start(_local(name), attributes)

    def end_element(name: str) -> None:
        end(_local(name))

    parser.StartElementHandler = start_element
    parser.EndElementHandler = end_element
    parser.CharacterDataHandler = handler.text
    parser.StartDoctypeDeclHandler = _refuse
    fed = 0
    for chunk in chunks:
        parser.Parse(chunk, False)  # noqa: FBT003 - expat's own
        fed += len(chunk)
        if fed - max(parser.CurrentByteIndex, 0) > _LONGEST_TAG:
            raise Unreadable("a tag without end")
        yield
    parser.Parse(b"", True)  # noqa: FBT003 - expat's own
    yield


def read_whole(chunks: Iterable[bytes], handler: Handler) -> None:
    """Tell `handler` of the elements of a whole document."""
    for _ in pull(chunks, handler):
        pass


def attribute(attributes: dict[str, str], name: str) -> str | None:
    """Return an attribute by its name without its namespace."""
    return next((value for full, value in attributes.items() if _local(full) == name), None)


def _refuse(*_declared: Any) -> Never:  # noqa: ANN401 - expat's own
    raise Unreadable("a document type")


@lru_cache(maxsize=1024)
def _local(name: str) -> str:
    return name.rpartition(_NAMESPACE_ENDS)[2]
