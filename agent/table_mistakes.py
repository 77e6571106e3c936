"""What is wrong with a table of the configuration, in the configuration's words.

The library that checks tables tells types and a path (``Expected `array`, got `str` - at
`$.card_trust.anchors` ``); whoever writes the file knows keys, quotes and brackets.
"""

import re
from collections.abc import Sequence
from difflib import get_close_matches

import msgspec
from msgspec import inspect

_TOLD = re.compile(r"(?P<what>.*?)(?: - at `\$(?P<place>.*)`)?", re.DOTALL)
_KEY = re.compile(r"Object (contains unknown|missing required) field `(?P<key>.*)`", re.DOTALL)
_STEP = re.compile(r"\.(?P<key>[^.\[]+)|\[(?P<index>\d+)\]|\[\.\.\.\]")
_OF_A_VALUE = ("Expected `", "Invalid enum value")
_ANY_KEY = "..."
"""The library's word for a key that the table does not name."""

_OTHERS: dict[type, str] = {
    inspect.BoolType: "true or false, without quotes",
    inspect.StructType: "a table, headed in single brackets",
    inspect.UnionType: "text in quotes, a number, true or false",
}

Step = str | int
"""A key, or the place in a list from 0."""


def mistake(error: msgspec.ValidationError, shape: type[msgspec.Struct]) -> str:
    """One sentence without its full stop.

    Args:
        error: Of the check against `shape`.
        shape: What the outermost table must look like.
    """
    found = _TOLD.fullmatch(str(error))
    what, place = (found["what"], found["place"] or "") if found else (str(error), "")
    steps = [_step(each) for each in _STEP.finditer(place)]
    about_key = _KEY.fullmatch(what)
    if about_key is not None and "missing" in about_key[1]:
        return _missing(about_key["key"], shape, steps)
    if about_key is not None:
        return _unknown(about_key["key"], shape, steps)
    if what.startswith(_OF_A_VALUE):
        return f"{_name(steps)} must be {_wanted(_type_at(shape, steps))}"
    # A table's own words.
    return f"{_name(steps)}: {what}" if steps else what


def _step(found: re.Match[str]) -> Step:
    return int(found["index"]) if found["index"] else found["key"] or _ANY_KEY


def _missing(key: str, shape: type, steps: Sequence[Step]) -> str:
    if isinstance(_type_at(shape, [*steps, key]), inspect.StructType):
        return f"the table [{key}] is missing"
    return f"`{key}` is missing{_in_table(steps)}"


def _unknown(key: str, shape: type, steps: Sequence[Step]) -> str:
    sentence = f"unknown key `{key}`{_in_table(steps)}"
    known = list(_keys(_type_at(shape, steps)))
    near = get_close_matches(key, known, 1)
    if near:
        return f"{sentence}; perhaps `{near[0]}` is meant"
    if steps and key in _keys(_type_at(shape, [])):
        return f"{sentence}; write it above the first table"
    return f"{sentence}; the keys are {', '.join(known)}"


def _name(steps: Sequence[Step]) -> str:
    match steps:
        case [*outer, "settings", str(key)] if key == _ANY_KEY:
            # That table is not in the file: what only an adapter understands is put there.
            return f"a value{_in_table(outer)}"
        case [*outer, int(index)]:
            return f"number {index + 1} of {_name(outer)}"
        case [*outer, key]:
            return f"`{key}`{_in_table(outer)}"
        case _:
            return "the whole"


def _in_table(steps: Sequence[Step]) -> str:
    match steps:
        case []:
            return ""
        case [*_, str(name), int(index)]:
            return f" in [[{name}]] number {index + 1}"
        case _:
            return f" in [{steps[-1]}]"


def _type_at(shape: type, steps: Sequence[Step]) -> inspect.Type:
    kind = _bare(inspect.type_info(shape))
    for step in steps:
        match kind:
            case inspect.StructType():
                kind = _bare(_keys(kind)[str(step)])
            case inspect.VarTupleType():
                kind = _bare(kind.item_type)
            case inspect.DictType():
                kind = kind.value_type
    return kind


def _bare(kind: inspect.Type) -> inspect.Type:
    """Without the possibility to leave it out."""
    match kind:
        case inspect.UnionType(types=(only, inspect.NoneType())):
            return only
        case _:
            return kind


def _keys(kind: inspect.Type) -> dict[str, inspect.Type]:
    if not isinstance(kind, inspect.StructType):
        return {}
    return {field.encode_name: field.type for field in kind.fields}


def _wanted(kind: inspect.Type) -> str:
    match kind:
        case inspect.Metadata():
            # What the key itself says of its values.
            return str((kind.extra_json_schema or {}).get("description") or _wanted(kind.type))
        case inspect.LiteralType():
            return _one_of(kind.values)
        case inspect.EnumType():
            return _one_of([each.value for each in kind.cls])
        case inspect.StrType():
            return f"text in quotes{_length(kind)}"
        case inspect.IntType() | inspect.FloatType():
            return _number(kind)
        case inspect.VarTupleType():
            return _list(kind)
        case _:
            return _OTHERS.get(type(kind), "of another kind")


def _list(kind: inspect.VarTupleType) -> str:
    if isinstance(kind.item_type, inspect.StructType):
        return "tables, each headed in double brackets"
    return f"in square brackets{', not empty' if kind.min_length else ''}"


def _one_of(values: Sequence[object]) -> str:
    return "one of " + ", ".join(f'"{each}"' for each in values)


def _length(kind: inspect.StrType) -> str:
    least, most = kind.min_length, kind.max_length
    return (", not empty" if least else "") + (f", at most {most} characters" if most else "")


def _number(kind: inspect.IntType | inspect.FloatType) -> str:
    number = "a whole number" if isinstance(kind, inspect.IntType) else "a number"
    ends = {"above": kind.gt, "from": kind.ge, "below": kind.lt, "to": kind.le}
    told = [f"{word} {end}" for word, end in ends.items() if end is not None]
    return " ".join([number, *told])
