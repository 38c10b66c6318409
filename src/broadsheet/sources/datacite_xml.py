"""DataCite's metadata schema as XML (kernels 2.1 to 4.6), read into the fields that its REST API has."""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from broadsheet.sources import saved, wording, xml
from broadsheet.sources.xml import Element, child

KERNEL = re.compile(rb"datacite\.org/schema/kernel-|schema\.datacite\.org")
NAMESPACE = re.compile(r"https?://(?:schema\.)?datacite\.org/.*")


def recognises(head: bytes) -> bool:
    """Whether a file is a resource of DataCite's, or one record of an answer that holds it."""
    namespace, root = xml.root_name(head)
    if root == "resource":
        return bool(NAMESPACE.fullmatch(namespace))
    return root == "record" and bool(KERNEL.search(head))


def records(stream: BinaryIO, name: str) -> Iterator[dict[str, Any]]:
    """Each resource of a document, under the names of the REST API. Raises Refusal."""
    for resource in saved.records(stream, name, "resource"):
        yield _attributes(resource)


def _attributes(resource: Element) -> dict[str, Any]:
    kind = resource.find("{*}resourceType")
    return {
        "doi": child(resource, "{*}identifier"),
        "titles": [_with_type(each, "title") for each in resource.iterfind("{*}titles/{*}title")],
        "creators": [_creator(each) for each in resource.iterfind("{*}creators/{*}creator")],
        "publicationYear": child(resource, "{*}publicationYear"),
        "types": {
            "resourceTypeGeneral": kind.get("resourceTypeGeneral") if kind is not None else "",
            "resourceType": xml.content(kind).strip(),
        },
        "dates": [_with_type(each, "date") for each in resource.iterfind("{*}dates/{*}date")],
        "descriptions": [_with_type(each, "description") for each in resource.iterfind("{*}descriptions/*")],
        "subjects": [_with_type(each, "subject", "Scheme") for each in resource.iterfind("{*}subjects/{*}subject")],
        "identifiers": [
            {"identifier": xml.content(each).strip(), "identifierType": each.get("alternateIdentifierType")}
            for each in resource.iterfind("{*}alternateIdentifiers/{*}alternateIdentifier")
        ],
        "relatedIdentifiers": [
            _with_type(each, "relatedIdentifier") | {"relationType": each.get("relationType")}
            for each in resource.iterfind("{*}relatedIdentifiers/{*}relatedIdentifier")
        ],
        "relatedItems": [_item(each) for each in resource.iterfind("{*}relatedItems/{*}relatedItem")],
        "rightsList": [
            {"rights": xml.content(each).strip(), "rightsUri": each.get("rightsURI")}
            for each in (*resource.iterfind("{*}rightsList/{*}rights"), *resource.iterfind("{*}rights"))
        ],
        "language": child(resource, "{*}language"),
    }


def _with_type(element: Element, name: str, attribute: str = "Type") -> dict[str, str | None]:
    """A value with its marks, and the attribute that tells its kind (`titleType`, `subjectScheme`)."""
    return {name: wording.marked(element).strip(), f"{name}{attribute}": element.get(f"{name}{attribute}")}


def _creator(creator: Element) -> dict[str, Any]:
    return {
        "name": child(creator, "{*}creatorName"),
        "nameType": next((each.get("nameType") for each in creator.iterfind("{*}creatorName")), None),
        "givenName": child(creator, "{*}givenName"),
        "familyName": child(creator, "{*}familyName"),
        "nameIdentifiers": [
            {"nameIdentifier": xml.content(each).strip(), "nameIdentifierScheme": each.get("nameIdentifierScheme")}
            for each in creator.iterfind("{*}nameIdentifier")
        ],
        "affiliation": [xml.content(each).strip() for each in creator.iterfind("{*}affiliation")],
    }


def _item(item: Element) -> dict[str, Any]:
    return {
        "relationType": item.get("relationType"),
        "titles": [_with_type(each, "title") for each in item.iterfind("{*}titles/{*}title")],
    }
