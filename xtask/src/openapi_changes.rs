//! `cargo xtask openapi --against FILE`: what in the document breaks clients that were made from an earlier one.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::{Map, Value};

use crate::failure::{Failure, Result};

/// Compares the document in the repository with an earlier one.
///
/// # Errors
/// With one line for each change that breaks clients, or if a document can't be read.
pub fn check(earlier: &Path, present: &Path) -> Result<()> {
    let broken = breaking(&read(earlier)?, &read(present)?);
    if broken.is_empty() {
        println!("nothing breaks clients of {}", earlier.display());
        return Ok(());
    }
    Err(Failure::new(format!("clients of {} break:\n{}", earlier.display(), broken.join("\n"))))
}

fn read(path: &Path) -> Result<Value> {
    let text = fs::read_to_string(path).map_err(|error| Failure::at(path, &error))?;
    serde_json::from_str(&text).map_err(|error| Failure::new(format!("{}: {error}", path.display())))
}

/// The changes that break clients, in the order of the earlier document.
fn breaking(earlier: &Value, present: &Value) -> Vec<String> {
    let mut broken = Vec::new();
    for (path, item) in object(earlier, "paths") {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let name = format!("{} {path}", method.to_uppercase());
            let Some(now) = present.pointer(&format!("/paths/{}/{method}", escaped(path))) else {
                broken.push(format!("{name} is gone"));
                continue;
            };
            requests(&name, (earlier, operation), (present, now), &mut broken);
            answers(&name, (earlier, operation), (present, now), &mut broken);
        }
    }
    broken
}

type Side<'a> = (&'a Value, &'a Value);

/// What a client sends must still be taken: nothing more is required than before, and no value of a list is refused.
fn requests(name: &str, before: Side<'_>, now: Side<'_>, broken: &mut Vec<String>) {
    let (old, new) = (required_parameters(before), required_parameters(now));
    broken.extend(new.difference(&old).map(|parameter| format!("{name} requires parameter {parameter}")));
    for (kind, content) in contents(before, "requestBody") {
        let Some((_, body)) = contents(now, "requestBody").into_iter().find(|(other, _)| *other == kind)
        else {
            broken.push(format!("{name} takes no {kind}"));
            continue;
        };
        let (old, new) = (required(&content), required(&body));
        broken.extend(new.difference(&old).map(|field| format!("{name} requires {field} in {kind}")));
        for (field, schema) in object(&content, "properties") {
            let Some(present) = body.pointer(&format!("/properties/{}", escaped(field))) else { continue };
            let (old, new) = (values(schema), values(present));
            let gone = old.difference(&new).filter(|_| !new.is_empty());
            broken.extend(gone.map(|value| format!("{name} takes no {value} as {field}")));
        }
    }
}

/// What a client reads must still be there.
fn answers(name: &str, before: Side<'_>, now: Side<'_>, broken: &mut Vec<String>) {
    for (status, answer) in object(before.1, "responses").filter(|(status, _)| status.starts_with('2')) {
        let Some(present) = now.1.pointer(&format!("/responses/{status}")) else {
            broken.push(format!("{name} has no answer {status}"));
            continue;
        };
        let of = |side: Side<'_>, answer: &Value| {
            let holder = serde_json::json!({ "answer": answer });
            let content = contents((side.0, &holder), "answer").into_iter().next();
            content.map(|(_, schema)| schema).unwrap_or_default()
        };
        let (old, new) = (of(before, answer), of(now, present));
        let gone = object(&old, "properties")
            .filter(|(field, _)| new.pointer(&format!("/properties/{}", escaped(field))).is_none());
        broken.extend(gone.map(|(field, _)| format!("{name} answers no {field}")));
    }
}

fn object<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    value.get(key).and_then(Value::as_object).into_iter().flat_map(Map::iter)
}

/// A value, or what it refers to.
fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let reference = value.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix('#'));
    reference.and_then(|path| document.pointer(path)).unwrap_or(value)
}

/// The schemas of a body by kind of content, the outermost reference resolved.
fn contents((document, operation): Side<'_>, key: &str) -> Vec<(String, Value)> {
    let Some(body) = operation.get(key).map(|body| resolved(document, body)) else { return Vec::new() };
    object(body, "content")
        .filter_map(|(kind, content)| {
            Some((kind.clone(), resolved(document, content.get("schema")?).clone()))
        })
        .collect()
}

fn required_parameters((document, operation): Side<'_>) -> BTreeSet<String> {
    let parameters = operation.get("parameters").and_then(Value::as_array).into_iter().flatten();
    parameters
        .map(|parameter| resolved(document, parameter))
        .filter(|parameter| parameter.get("required") == Some(&Value::Bool(true)))
        .filter_map(|parameter| parameter.get("name")?.as_str().map(str::to_owned))
        .collect()
}

fn required(schema: &Value) -> BTreeSet<String> {
    let names = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    names.filter_map(|name| name.as_str().map(str::to_owned)).collect()
}

fn values(schema: &Value) -> BTreeSet<String> {
    schema.get("enum").and_then(Value::as_array).into_iter().flatten().map(Value::to_string).collect()
}

/// A key as a step of a JSON pointer.
fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn document() -> Value {
        json!({
            "paths": {"/a/b": {"post": {
                "parameters": [{"name": "x", "required": false}],
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Body"}}}},
                "responses": {"200": {"content": {"application/json": {"schema": {"properties": {"code": {}, "id": {}}}}}}},
            }}},
            "components": {"schemas": {"Body": {"required": ["to"], "properties": {"kind": {"enum": [1, 2]}}}}},
        })
    }

    fn changed(pointer: &str, value: Value) -> Vec<String> {
        let mut present = document();
        *present.pointer_mut(pointer).unwrap() = value;
        breaking(&document(), &present)
    }

    #[test]
    fn what_is_added_and_what_stays_breaks_nothing() {
        assert_eq!(breaking(&document(), &document()), Vec::<String>::new());
        assert_eq!(
            changed("/components/schemas/Body/properties/kind/enum", json!([1, 2, 3])),
            Vec::<String>::new()
        );
        let answer = "/paths/~1a~1b/post/responses/200/content/application~1json/schema/properties";
        assert_eq!(changed(answer, json!({"code": {}, "id": {}, "more": {}})), Vec::<String>::new());
    }

    #[test]
    fn what_is_gone_or_newly_required_is_named() {
        assert_eq!(changed("/paths/~1a~1b", json!({})), ["POST /a/b is gone"]);
        assert_eq!(
            changed("/paths/~1a~1b/post/parameters/0/required", json!(true)),
            ["POST /a/b requires parameter x"]
        );
        assert_eq!(
            changed("/components/schemas/Body/required", json!(["to", "from"])),
            ["POST /a/b requires from in application/json"]
        );
        assert_eq!(
            changed("/components/schemas/Body/properties/kind/enum", json!([1])),
            ["POST /a/b takes no 2 as kind"]
        );
        let answer = "/paths/~1a~1b/post/responses/200/content/application~1json/schema/properties";
        assert_eq!(changed(answer, json!({"code": {}})), ["POST /a/b answers no id"]);
        assert_eq!(
            changed("/paths/~1a~1b/post/requestBody/content", json!({})),
            ["POST /a/b takes no application/json"]
        );
    }
}
