"""A FHIR server's transaction, as far as repetition matters: conditional creates and updates.

A create with `ifNoneExist` finds by `identifier=system|value` alone; more than one match refuses
the whole bundle, and so does a reference that leads nowhere. References to entries become those
of the server. Nothing of a refused bundle is kept.

Source: FHIR R4 (4.0.1), RESTful API (conditional create, transaction) and Search (escaping).
"""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

Resource = dict[str, Any]
UNESCAPED_BAR = re.compile(r"(?<!\\)\|")


class RefusedBundleError(Exception):
    """The server takes nothing of this bundle."""


class FhirStore:
    """Resources by `Type/id`."""

    def __init__(self) -> None:
        self.resources: dict[str, Resource] = {}
        self._last = 0

    def of_type(self, kind: str) -> list[Resource]:
        """All resources of a type, in the order of their creation."""
        return [each for each in self.resources.values() if each["resourceType"] == kind]

    def take(self, bundle: Resource) -> None:
        """Do a whole transaction, or nothing.

        Raises:
            RefusedBundleError: Of an entry or a reference.
        """
        if bundle["type"] != "transaction":
            raise RefusedBundleError("no transaction")
        places = {each["fullUrl"]: self._place(each) for each in bundle["entry"]}
        new: dict[str, Resource] = {}
        for entry in bundle["entry"]:
            place, is_there = places[entry["fullUrl"]]
            if not is_there:
                new[place] = self._resolved(entry["resource"], places)
        self.resources |= new

    def _place(self, entry: Resource) -> tuple[str, bool]:
        """Where the entry goes, and whether it is there and stays as it is."""
        request, kind = entry["request"], entry["resource"]["resourceType"]
        match request["method"]:
            case "PUT":
                if request["url"] != f"{kind}/{entry['resource']['id']}":
                    raise RefusedBundleError("id")
                return request["url"], False
            case "POST" if request["url"] == kind:
                found = list(self._find(kind, request.get("ifNoneExist")))
                if len(found) > 1:
                    raise RefusedBundleError("412")
                self._last += 1
                return (found[0], True) if found else (f"{kind}/{self._last}", False)
            case _:
                raise RefusedBundleError("method")

    def _find(self, kind: str, query: str | None) -> Iterator[str]:
        if query is None:
            return
        ((name, (text,)),) = parse_qs(query, strict_parsing=True).items()
        if name != "identifier":
            raise RefusedBundleError("search")
        system, value = UNESCAPED_BAR.split(text)
        wanted = {"system": system, "value": re.sub(r"\\(.)", r"\1", value)}
        for place, resource in self.resources.items():
            if resource["resourceType"] == kind and wanted in resource["identifier"]:
                yield place

    def _resolved(self, resource: Resource, places: dict[str, tuple[str, bool]]) -> Resource:
        def resolve(element: Resource) -> Resource:
            target = element.get("reference")
            if isinstance(target, str):
                if target not in places:
                    raise RefusedBundleError("reference")
                element["reference"] = places[target][0]
            return element

        resolved: Resource = json.loads(json.dumps(resource), object_hook=resolve)
        return resolved
