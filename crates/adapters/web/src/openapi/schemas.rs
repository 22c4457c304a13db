//! Schemas that structs derive, made fit for the document.

use std::any::type_name;
use std::borrow::Cow;

use serde_json::{Map, Value, json};
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};

/// What the names of schemas begin with that stand where they are used instead of among the components: those of the types of
/// single parameters.
const INLINE: &str = "inline ";
/// The key of a schema as it is, beside what the kit makes of it.
const WHOLE: &str = "x-schema";
const REFERENCE: &str = "#/components/schemas/";

/// Says what the type of a parameter takes: its schema stands where the type is used.
#[macro_export]
macro_rules! documented {
    ($type:ty $([$(const $bound:ident: $of:ty),+])?, $schema:expr) => {
        impl $(<$(const $bound: $of),+>)? utoipa::PartialSchema for $type {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                $crate::openapi::schema_of($schema)
            }
        }

        impl $(<$(const $bound: $of),+>)? utoipa::ToSchema for $type {
            fn name() -> std::borrow::Cow<'static, str> {
                $crate::openapi::inline_name::<Self>()
            }
        }
    };
}

/// The schema of a type that isn't derived.
#[must_use]
pub fn schema_of(schema: Value) -> RefOr<Schema> {
    // The types of the kit don't know every keyword, so it goes around them.
    ObjectBuilder::new().extensions(Some(Extensions::builder().add(WHOLE, schema).build())).into()
}

/// The name of a type whose schema stands where it is used.
#[must_use]
pub fn inline_name<T>() -> Cow<'static, str> {
    Cow::Owned(format!("{INLINE}{}", type_name::<T>()))
}

/// The schemas of a derived document and its paths, with the schemas of parameters where they are used.
#[must_use]
pub fn derived(document: &utoipa::openapi::OpenApi) -> (Map<String, Value>, Map<String, Value>) {
    let mut document = serde_json::to_value(document).unwrap_or_default();
    put_whole(&mut document);
    let mut taken = |pointer: &str| match document.pointer_mut(pointer).map(Value::take) {
        Some(Value::Object(members)) => members,
        _ => Map::new(),
    };
    let (mut schemas, mut paths) = (taken("/components/schemas"), taken("/paths"));
    let names: Vec<String> = schemas.keys().filter(|name| name.starts_with(INLINE)).cloned().collect();
    let inline: Map<String, Value> =
        names.into_iter().filter_map(|name| schemas.remove(&name).map(|schema| (name, schema))).collect();
    for value in schemas.values_mut().chain(paths.values_mut()) {
        put_inline(value, &inline);
    }
    (schemas, paths)
}

fn put_whole(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(put_whole),
        Value::Object(members) => {
            if let Some(schema) = members.remove(WHOLE) {
                *value = schema;
            } else {
                members.values_mut().for_each(put_whole);
            }
        }
        _ => {}
    }
}

fn put_inline(value: &mut Value, inline: &Map<String, Value>) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| put_inline(value, inline)),
        Value::Object(members) => {
            if let Some(Value::String(about)) = members.get_mut("description") {
                *about = joined(about);
            }
            let name =
                members.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix(REFERENCE));
            if let Some(Value::Object(schema)) = name.and_then(|name| inline.get(name)) {
                let own = text(members);
                let about = [own, text(schema)].into_iter().filter(|text| !text.is_empty());
                let about = about.collect::<Vec<_>>().join(" ");
                *members = schema.clone();
                if !about.is_empty() {
                    members.insert("description".to_owned(), json!(about));
                }
            }
            members.values_mut().for_each(|value| put_inline(value, inline));
        }
        _ => {}
    }
}

/// A doc comment without the ends of its lines, which are those of the source. Lists and tables keep theirs.
fn joined(about: &str) -> String {
    let mut joined = String::with_capacity(about.len());
    for line in about.lines() {
        let begins = line.is_empty() || line.starts_with(['|', '-', '*']);
        if !joined.is_empty() {
            joined.push(if begins || joined.ends_with('\n') || joined.ends_with('|') { '\n' } else { ' ' });
        }
        joined.push_str(line);
    }
    joined
}

fn text(members: &Map<String, Value>) -> &str {
    members.get("description").and_then(Value::as_str).unwrap_or_default()
}

/// A schema of what is sent to us: what may be left out is left out and not null.
pub fn without_null(schema: &mut Value) {
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.values_mut().for_each(not_null);
    }
}

fn not_null(schema: &mut Value) {
    let is_null = |kind: &Value| kind == "null" || kind.get("type").is_some_and(|kind| kind == "null");
    let Some(members) = schema.as_object_mut() else { return };
    if let Some(Value::Array(kinds)) = members.get_mut("type") {
        kinds.retain(|kind| !is_null(kind));
        if let [kind] = kinds.as_slice() {
            let kind = kind.clone();
            members.insert("type".to_owned(), kind);
        }
    }
    let Some(Value::Array(mut choices)) = members.remove("oneOf") else { return };
    choices.retain(|choice| !is_null(choice));
    match (choices.len(), choices.pop()) {
        (1, Some(Value::Object(only))) => {
            let about = [text(members), text(&only)].into_iter().filter(|text| !text.is_empty());
            let about = about.collect::<Vec<_>>().join(" ");
            members.extend(only);
            if !about.is_empty() {
                members.insert("description".to_owned(), json!(about));
            }
        }
        (_, Some(last)) => {
            choices.push(last);
            members.insert("oneOf".to_owned(), Value::Array(choices));
        }
        (_, None) => {}
    }
}

/// How deep a sample goes; no answer is as deep.
const DEEPEST: usize = 32;

/// A value that fits a schema: what its properties give as examples, else the least that they allow.
#[must_use]
pub fn sample(schema: &Value, schemas: &Map<String, Value>) -> Value {
    sampled(schema, schemas, DEEPEST)
}

fn sampled(schema: &Value, schemas: &Map<String, Value>, left: usize) -> Value {
    let first = |name: &str| schema.get(name).and_then(Value::as_array).and_then(|values| values.first());
    let named = schema.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix(REFERENCE));
    let Some(left) = left.checked_sub(1) else { return Value::Null };
    if let Some(example) = schema.get("example").or_else(|| first("examples")).or_else(|| first("enum")) {
        return example.clone();
    }
    if let Some(inner) =
        named.and_then(|name| schemas.get(name)).or_else(|| first("oneOf")).or_else(|| first("anyOf"))
    {
        return sampled(inner, schemas, left);
    }
    if let Some(Value::Array(parts)) = schema.get("allOf") {
        let parts = parts.iter().map(|part| sampled(part, schemas, left));
        let members = parts.filter_map(|part| part.as_object().cloned()).flatten();
        return Value::Object(members.collect());
    }
    let kind = schema.get("type").and_then(|kind| kind.as_str().or_else(|| kind.get(0)?.as_str()));
    match kind {
        Some("object") => {
            let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
            properties.map(|(name, inner)| (name.clone(), sampled(inner, schemas, left))).collect()
        }
        Some("array") if schema.get("maxItems").is_some_and(|most| most == 0) => json!([]),
        Some("array") => json!([sampled(schema.get("items").unwrap_or(&Value::Null), schemas, left)]),
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or(json!(0)),
        Some("string") => json!("text"),
        Some("boolean") => json!(true),
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doc_comment_loses_the_ends_of_its_lines_and_keeps_paragraphs_and_tables() {
        for (source, shown) in [
            ("One\nline.", "One line."),
            ("One.\n\nTwo,\nlonger.", "One.\n\nTwo, longer."),
            ("A table:\n\n| a |\n| - |\n| b |\n\nEnd.", "A table:\n\n| a |\n| - |\n| b |\n\nEnd."),
            ("- a\n- b", "- a\n- b"),
        ] {
            assert_eq!(joined(source), shown);
        }
    }

    #[test]
    fn the_schema_of_a_parameter_stands_where_it_is_used_with_both_descriptions() {
        let inline: Map<String, Value> =
            [("inline x".to_owned(), json!({"type": "string", "description": "At most 3."}))]
                .into_iter()
                .collect();
        let mut schema = json!({"properties": {
            "a": {"$ref": "#/components/schemas/inline x", "description": "Who."},
            "b": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/inline x", "description": "Who."}]},
            "c": {"type": ["string", "null"]},
            "d": {"$ref": "#/components/schemas/Other"},
        }});
        put_inline(&mut schema, &inline);
        without_null(&mut schema);
        assert_eq!(
            schema,
            json!({"properties": {
                "a": {"type": "string", "description": "Who. At most 3."},
                "b": {"type": "string", "description": "Who. At most 3."},
                "c": {"type": "string"},
                "d": {"$ref": "#/components/schemas/Other"},
            }})
        );
    }

    #[test]
    fn a_sample_has_what_the_schema_gives_or_allows() {
        let of = |json: Value| json.as_object().cloned().unwrap();
        let schemas =
            of(json!({"Part": {"type": "object", "properties": {"n": {"type": "integer", "minimum": 3}}}}));
        let schema = json!({"type": "object", "properties": {
            "code": {"type": "integer", "minimum": 200, "maximum": 200},
            "uid": {"type": "string", "pattern": "^A$", "example": "A"},
            "kind": {"type": "string", "enum": ["x", "y"]},
            "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Part"}},
            "both": {"allOf": [{"$ref": "#/components/schemas/Part"}, {"type": "object", "properties": {"t": {"type": ["string", "null"]}}}]},
            "none": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Part"}]},
            "empty": {"type": "array", "items": {}, "maxItems": 0},
        }});
        let expected = json!({"code": 200, "uid": "A", "kind": "x", "parts": [{"n": 3}], "both": {"n": 3, "t": "text"},
                              "none": null, "empty": []});
        assert_eq!(sample(&schema, &schemas), expected);
    }

    #[test]
    fn a_schema_that_holds_itself_has_a_sample_with_an_end() {
        let schemas =
            json!({"Tree": {"type": "object", "properties": {"of": {"$ref": "#/components/schemas/Tree"}}}});
        let tree = json!({"$ref": "#/components/schemas/Tree"});
        assert!(sample(&tree, schemas.as_object().unwrap()).is_object());
    }
}
