internal import AirlockCore

/// The 2020-12 meta-schema with its vocabularies written into one schema, for schemas that describe schemas.
///
/// Source: https://json-schema.org/draft/2020-12/schema and the `meta/…` schemas it names; `$dynamicRef` to `#meta`
/// is a plain reference to the whole here.
enum MetaSchema {
    static let uri = "https://json-schema.org/draft/2020-12/schema"

    /// Parsed when first asked for.
    static let document: JSONValue = (try? JSONValue(json: text)) ?? true

    private static let text = """
        {
          "$id": "https://json-schema.org/draft/2020-12/schema",
          "type": ["object", "boolean"],
          "$defs": {
            "schemas": {"type": "array", "minItems": 1, "items": {"$ref": "#"}},
            "schemaMap": {"type": "object", "additionalProperties": {"$ref": "#"}},
            "count": {"type": "integer", "minimum": 0},
            "names": {"type": "array", "items": {"type": "string"}, "uniqueItems": true},
            "name": {"type": "string", "pattern": "^[A-Za-z_][-A-Za-z0-9._]*$"},
            "type": {"enum": ["array", "boolean", "integer", "null", "number", "object", "string"]}
          },
          "properties": {
            "$id": {"type": "string", "pattern": "^[^#]*#?$"},
            "$schema": {"type": "string"},
            "$ref": {"type": "string"},
            "$anchor": {"$ref": "#/$defs/name"},
            "$dynamicRef": {"type": "string"},
            "$dynamicAnchor": {"$ref": "#/$defs/name"},
            "$vocabulary": {
              "type": "object", "propertyNames": {"type": "string"}, "additionalProperties": {"type": "boolean"}
            },
            "$comment": {"type": "string"},
            "$defs": {"$ref": "#/$defs/schemaMap"},
            "definitions": {"$ref": "#/$defs/schemaMap"},
            "dependencies": {
              "type": "object", "additionalProperties": {"anyOf": [{"$ref": "#"}, {"$ref": "#/$defs/names"}]}
            },
            "prefixItems": {"$ref": "#/$defs/schemas"},
            "items": {"$ref": "#"},
            "contains": {"$ref": "#"},
            "additionalProperties": {"$ref": "#"},
            "properties": {"$ref": "#/$defs/schemaMap"},
            "patternProperties": {"$ref": "#/$defs/schemaMap", "propertyNames": {"format": "regex"}},
            "dependentSchemas": {"$ref": "#/$defs/schemaMap"},
            "propertyNames": {"$ref": "#"},
            "if": {"$ref": "#"},
            "then": {"$ref": "#"},
            "else": {"$ref": "#"},
            "allOf": {"$ref": "#/$defs/schemas"},
            "anyOf": {"$ref": "#/$defs/schemas"},
            "oneOf": {"$ref": "#/$defs/schemas"},
            "not": {"$ref": "#"},
            "unevaluatedItems": {"$ref": "#"},
            "unevaluatedProperties": {"$ref": "#"},
            "type": {
              "anyOf": [
                {"$ref": "#/$defs/type"},
                {"type": "array", "items": {"$ref": "#/$defs/type"}, "minItems": 1, "uniqueItems": true}
              ]
            },
            "const": true,
            "enum": {"type": "array"},
            "multipleOf": {"type": "number", "exclusiveMinimum": 0},
            "maximum": {"type": "number"},
            "exclusiveMaximum": {"type": "number"},
            "minimum": {"type": "number"},
            "exclusiveMinimum": {"type": "number"},
            "maxLength": {"$ref": "#/$defs/count"},
            "minLength": {"$ref": "#/$defs/count"},
            "pattern": {"type": "string", "format": "regex"},
            "maxItems": {"$ref": "#/$defs/count"},
            "minItems": {"$ref": "#/$defs/count"},
            "uniqueItems": {"type": "boolean"},
            "maxContains": {"$ref": "#/$defs/count"},
            "minContains": {"$ref": "#/$defs/count"},
            "maxProperties": {"$ref": "#/$defs/count"},
            "minProperties": {"$ref": "#/$defs/count"},
            "required": {"$ref": "#/$defs/names"},
            "dependentRequired": {"type": "object", "additionalProperties": {"$ref": "#/$defs/names"}},
            "format": {"type": "string"},
            "contentEncoding": {"type": "string"},
            "contentMediaType": {"type": "string"},
            "contentSchema": {"$ref": "#"},
            "title": {"type": "string"},
            "description": {"type": "string"},
            "default": true,
            "deprecated": {"type": "boolean"},
            "readOnly": {"type": "boolean"},
            "writeOnly": {"type": "boolean"},
            "examples": {"type": "array"}
          }
        }
        """
}
