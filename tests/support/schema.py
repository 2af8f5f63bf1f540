"""The part of OpenAPI's schemas that docs/openapi.json uses."""

TYPES = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float),
         "boolean": bool}


def mismatch(value, schema, document, where="answer"):
    """Why `value` is not what the schema describes; None when it is."""
    if "$ref" in schema:
        target = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        return mismatch(value, target, document, where)
    if "oneOf" in schema:
        found = [mismatch(value, each, document, where) for each in schema["oneOf"]]
        return None if found.count(None) == 1 else f"{where}: {found}"
    if value is None and schema.get("nullable"):
        return None
    kind = schema.get("type")
    if kind and (not isinstance(value, TYPES[kind])
                 or isinstance(value, bool) != (kind == "boolean")):
        return f"{where}: not of type {kind}: {value!r}"
    if "enum" in schema and value not in schema["enum"]:
        return f"{where}: not one of {schema['enum']}: {value!r}"
    if value is not None and "minimum" in schema and value < schema["minimum"]:
        return f"{where}: less than {schema['minimum']}: {value!r}"
    if isinstance(value, dict):
        return _object_mismatch(value, schema, document, where)
    if isinstance(value, list):
        if len(value) > schema.get("maxItems", len(value)):
            return f"{where}: more than {schema['maxItems']} items"
        for number, each in enumerate(value):
            reason = mismatch(each, schema.get("items", {}), document, f"{where}[{number}]")
            if reason:
                return reason
    return None


def _object_mismatch(value, schema, document, where):
    properties = schema.get("properties", {})
    missing = set(schema.get("required", ())) - set(value)
    if missing:
        return f"{where}: without {sorted(missing)}"
    for key, each in value.items():
        more = properties.get(key, schema.get("additionalProperties", {}))
        if more is False:
            return f"{where}: {key} is not in the schema"
        reason = mismatch(each, more, document, f"{where}.{key}")
        if reason:
            return reason
    return None
