"""The contract of the eligibility service as a judge: what fits one of its schemas."""

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

import agent.eligibility

CONTRACT = Path(agent.eligibility.__path__[0]) / "http.openapi.json"
Document = dict[str, Any]


def read_contract() -> Document:
    """The committed file."""
    document: Document = json.loads(CONTRACT.read_text("utf-8"))
    return document


def judge(schema: str, contract: Document) -> Draft202012Validator:
    """Says whether a document fits `#/components/schemas/<schema>`."""
    resource = DRAFT202012.create_resource(contract)
    registry = Registry().with_resource("contract", resource)
    return Draft202012Validator(
        {"$ref": f"contract#/components/schemas/{schema}"},
        registry=registry,
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )
