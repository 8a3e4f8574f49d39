"""XML from outside, read so that no file can do harm: no entities, no document types, and neither endless nor deep.

An entity needs a document type, so that refusing every document type refuses every bomb and every reach for another
file. The parser is fed bytes and decides the encoding by itself; what it does not know it refuses.
"""

from sys import intern
from typing import Never
from xml.parsers import expat

from pasledger.formats.faults import Fault, FaultKind, FileRefused

MOST_BYTES = 50_000_000
"""A statement of a hundred thousand lines has less."""
MOST_ELEMENTS = 2_000_000
"""As many; a file of nothing but empty elements would take gigabytes when it is read."""
_DEEPEST = 50


class Node:
    """An element: its local name, its text, its attributes and what is in it, filled while it is read."""

    __slots__ = ("attributes", "children", "name", "text")

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name = name
        self.attributes = attributes
        self.text = ""
        self.children: list[Node] = []

    def all(self, path: str) -> list["Node"]:
        """Return every element at a path of names."""
        found = [self]
        for name in path.split("/"):
            found = [child for node in found for child in node.children if child.name == name]
        return found

    def first(self, *paths: str) -> str | None:
        """Return the text of the first element at the first of the paths where there is one."""
        for path in paths:
            for node in self.all(path):
                return node.text.strip()
        return None


def read_xml(data: bytes, namespace: str) -> Node:
    """Return the root of a document in exactly this namespace. Raises `FileRefused`."""
    if len(data) > MOST_BYTES:
        _refuse(FaultKind.XML_TOO_LARGE, most=MOST_BYTES // 1_000_000)
    reader = _Reader(namespace)
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reader.refuse_document_type
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    try:
        parser.Parse(data, True)  # noqa: FBT003 - expat knows no names
    except (expat.ExpatError, LookupError, ValueError) as error:
        _refuse(FaultKind.FILE_NOT_XML, where=str(error))
    return reader.root


class _Reader:
    """Builds the nodes while the parser goes through the file."""

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace
        self._open: list[Node] = []
        self._elements = 0
        self.root = Node("", {})

    def refuse_document_type(self, *_declared: object) -> None:
        """Refuse a document type, and with it all entities, before any is read."""
        _refuse(FaultKind.XML_DOCUMENT_TYPE)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Begin an element. One of another namespace is refused at the root, and elsewhere an extension."""
        namespace, _, local = name.rpartition("}")
        if not self._open and namespace != self._namespace:
            _refuse(FaultKind.XML_OTHER, expected=self._namespace)
        self._elements += 1
        if self._elements > MOST_ELEMENTS:
            _refuse(FaultKind.FILE_NOT_XML, where=f"more than {MOST_ELEMENTS} elements")
        if len(self._open) >= _DEEPEST:
            _refuse(FaultKind.FILE_NOT_XML, where=f"deeper than {_DEEPEST}")
        node = Node(intern(local), attributes)
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)

    def end(self, _name: str) -> None:
        """End an element."""
        self._open.pop()

    def characters(self, text: str) -> None:
        """Add text to the element that is open. What stands between its elements is white space, and not kept."""
        if not self._open[-1].children:
            self._open[-1].text += text


def _refuse(reason: FaultKind, **figures: object) -> Never:
    raise FileRefused([Fault(reason, figures=figures)])


def missing(place: str) -> Never:
    """Refuse a file in which something that must be there is not there, or is not what it must be."""
    raise FileRefused([Fault(FaultKind.XML_FIELD, column=place)])
