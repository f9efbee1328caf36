"""Checks request bodies against Discord's own OpenAPI document."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from referencing import Registry
from referencing.jsonschema import DRAFT202012

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_URI = "urn:discord"
_METHODS = frozenset({"get", "put", "post", "patch", "delete"})

# Sent by discord.py though undocumented; Discord ignores them.
_TOLERATED = frozenset({"nsfw", "dm_permission", "tts", "id", "username", "avatar_url", "type"})


class OpenApi:
    """Discord's document, ready to check bodies. Ids may be integers, as Discord takes them."""

    def __init__(self, document: dict[str, Any]) -> None:
        snowflake = document["components"]["schemas"]["SnowflakeType"]
        document["components"]["schemas"]["SnowflakeType"] = {
            "anyOf": [snowflake, {"type": "integer", "minimum": 0}]
        }
        self._document = document
        resource = DRAFT202012.create_resource(document)
        self._registry: Registry[Any] = Registry().with_resource(_URI, resource)
        self._templates = [
            (method, template.strip("/").split("/"), template)
            for template, methods in document["paths"].items()
            for method in methods.keys() & _METHODS
        ]
        self._validators: dict[tuple[str, str, str], Draft202012Validator | None] = {}

    def template(self, method: str, path: str) -> str | None:
        """The path as the document writes it, the most literal of those that fit; None if none."""
        parts = path.strip("/").split("/")
        best: tuple[int, str] | None = None
        for known_method, pattern, template in self._templates:
            if known_method != method.lower() or len(pattern) != len(parts):
                continue
            pairs = list(zip(pattern, parts, strict=True))
            if all(p.startswith("{") or p == part for p, part in pairs):
                literal = sum(p == part for p, part in pairs)
                best = max(best or (-1, ""), (literal, template))
        return None if best is None else best[1]

    def faults_of(self, method: str, path: str, media: str, body: Any) -> list[str]:
        """What is wrong with the body; empty if nothing, also where none is described."""
        template = self.template(method, path)
        if template is None:
            return [f"Discord has no {method} {path}"]
        validator = self._validator(template, method.lower(), media)
        if validator is None:
            return [f"{method} {template} takes no {media} body"] if body is not None else []
        error = best_match(validator.iter_errors(body))
        if error is not None:
            return [f"{error.json_path}: {error.message[:300]}"]
        if not isinstance(body, dict):
            return []
        known = set(self._properties(validator.schema))
        unknown = sorted(body.keys() - known - _TOLERATED) if known else []
        return [f"$: unknown fields {unknown}"] if unknown else []

    def _validator(self, template: str, method: str, media: str) -> Draft202012Validator | None:
        key = (template, method, media)
        if key not in self._validators:
            described = self._document["paths"][template][method].get("requestBody", {})
            content = described.get("content", {})
            found = media if media in content else "application/json"
            self._validators[key] = None
            if found in content:
                steps = ("paths", template, method, "requestBody", "content", found, "schema")
                pointer = "/".join(s.replace("~", "~0").replace("/", "~1") for s in steps)
                self._validators[key] = Draft202012Validator(
                    {"$ref": f"{_URI}#/{pointer}"}, registry=self._registry
                )
        return self._validators[key]

    def _properties(self, schema: Any) -> Iterator[str]:
        if not isinstance(schema, dict):
            return
        if "$ref" in schema:
            yield from self._properties(self._at(schema["$ref"]))
        yield from schema.get("properties", {})
        for union in ("anyOf", "oneOf", "allOf"):
            for part in schema.get(union, ()):
                yield from self._properties(part)

    def _at(self, reference: str) -> Any:
        node: Any = self._document
        for step in reference.split("#/", 1)[1].split("/"):
            node = node[step.replace("~1", "/").replace("~0", "~")]
        return node


@cache
def openapi(path: Path) -> OpenApi:
    """The document at `path`, read once per process."""
    return OpenApi(json.loads(path.read_bytes()))
