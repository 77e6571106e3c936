"""How the files of the OQS interface are written, whoever reads them.

Source: facts/oqs.md §2.4, §3.3.
"""

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from agent.characters import Encoding
from agent.qualification import Group, texts_of

DECLARED = {Encoding.UTF_8: "UTF-8", Encoding.CP932: "Shift_JIS"}
INSURER_NUMBER_WIDTH = 8


def document(root: Element, encoding: Encoding) -> bytes:
    """The whole file: declaration, tabs, CRLF.

    Raises:
        UnicodeEncodeError: The encoding has no such character.
    """
    indent(root, space="\t")
    declaration = f'<?xml version="1.0" encoding="{DECLARED[encoding]}" standalone="no"?>\n'
    text = declaration + tostring(root, encoding="unicode") + "\n"
    return text.replace("\n", "\r\n").encode(encoding)


def add(parent: Element, name: str, text: str) -> None:
    """Add an element that holds a text."""
    SubElement(parent, name).text = text


def add_texts(parent: Element, group: Group) -> None:
    """Add the plain fields of a group; what is not there is left out."""
    for name, value in texts_of(group):
        is_insurer = name == "insurer_number"
        add(parent, element_name(name), padded(value) if is_insurer else value)


def padded(insurer_number: str) -> str:
    """保険者番号 as wide as the interface wants it."""
    return insurer_number.rjust(INSURER_NUMBER_WIDTH)


def element_name(field_name: str) -> str:
    """`NameKana` of `name_kana`."""
    return "".join(word.capitalize() for word in field_name.split("_"))
