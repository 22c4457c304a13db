//! What several operations share becomes a component, and credentials become security schemes.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// The components of a document but for its schemas, in the order in which they were met.
#[derive(Default)]
pub(super) struct Components {
    parameters: Map<String, Value>,
    headers: Map<String, Value>,
    responses: Map<String, Value>,
    security: Map<String, Value>,
}

impl Components {
    /// Takes credentials out of the parameters of an operation and asks for them as security instead, so that generated
    /// clients take them once and not with each call. An operation whose credentials may be left out says that too.
    pub(super) fn secure(&mut self, operation: &mut Value, tag: &str, credentials: &[&str]) {
        let Some(operation) = operation.as_object_mut() else { return };
        let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
        let taken: Vec<Value> = parameters
            .into_iter()
            .flat_map(|parameters| {
                parameters.extract_if(.., |one| is_credential(one, credentials)).collect::<Vec<_>>()
            })
            .collect();
        let (mut needed, mut all) = (Map::new(), Map::new());
        for parameter in &taken {
            let (name, about) = (text(parameter, "name"), text(parameter, "description"));
            let key = format!("{tag}_{name}");
            if parameter.get("required") == Some(&Value::Bool(true)) {
                needed.insert(key.clone(), json!([]));
            }
            all.insert(key.clone(), json!([]));
            let scheme = json!({"type": "apiKey", "in": "header", "name": name, "description": about});
            self.security.entry(key).or_insert(scheme);
        }
        let security = match (all.is_empty(), needed == all) {
            (true, _) => json!([]),
            (false, true) => json!([all]),
            (false, false) => json!([needed, all]),
        };
        operation.insert("security".to_owned(), security);
    }

    /// Replaces what occurs more than once by references.
    pub(super) fn share(&mut self, tag: &str, operations: &mut [&mut Value]) {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for operation in operations.iter_mut() {
            each_part(operation, &mut |_, part| {
                *seen.entry(part.to_string()).or_default() += 1;
            });
        }
        for operation in operations.iter_mut() {
            // Headers first: a response that refers to them is shared as it is then.
            each_header(operation, &mut |name, header| refer(&mut self.headers, "headers", name, header));
            each_part(operation, &mut |name, part| {
                let is_parameter = part.get("in").is_some();
                if is_parameter && seen.get(&part.to_string()).is_some_and(|count| *count > 1) {
                    refer(&mut self.parameters, "parameters", name, part);
                }
            });
            each_response(operation, &mut |status, response| {
                // Answers of success differ from operation to operation.
                if !status.starts_with('2') {
                    refer(&mut self.responses, "responses", &format!("{tag}_{status}"), response);
                }
            });
        }
    }

    /// The components, with these schemas.
    pub(super) fn with_schemas(self, schemas: Map<String, Value>) -> Value {
        json!({
            "schemas": schemas,
            "parameters": self.parameters,
            "headers": self.headers,
            "responses": self.responses,
            "securitySchemes": self.security,
        })
    }
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn is_credential(parameter: &Value, credentials: &[&str]) -> bool {
    text(parameter, "in") == "header" && credentials.contains(&text(parameter, "name"))
}

/// Puts a value among the components of a kind, and a reference in its place. Of two that differ under one name the later one
/// gets a number.
fn refer(kept: &mut Map<String, Value>, kind: &str, name: &str, value: &mut Value) {
    if value.get("$ref").is_some() {
        return;
    }
    let names = std::iter::once(name.to_owned()).chain((2..).map(|number| format!("{name}_{number}")));
    for name in names {
        let is_ours = kept.get(&name).is_none_or(|known| known == value);
        if is_ours {
            let reference = json!({"$ref": format!("#/components/{kind}/{name}")});
            kept.insert(name, std::mem::replace(value, reference));
            return;
        }
    }
}

fn each_part(operation: &mut Value, each: &mut dyn FnMut(&str, &mut Value)) {
    for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
        let name = text(parameter, "name").to_owned();
        each(&name, parameter);
    }
}

fn each_response(operation: &mut Value, each: &mut dyn FnMut(&str, &mut Value)) {
    let responses = operation.get_mut("responses").and_then(Value::as_object_mut);
    for (status, response) in responses.into_iter().flatten() {
        each(status, response);
    }
}

fn each_header(operation: &mut Value, each: &mut dyn FnMut(&str, &mut Value)) {
    each_response(operation, &mut |_, response| {
        let headers = response.get_mut("headers").and_then(Value::as_object_mut);
        for (name, header) in headers.into_iter().flatten() {
            each(name, header);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operation(about: &str, status: &str) -> Value {
        let header = |name: &str, required: bool| json!({"name": name, "in": "header", "required": required, "description": name, "schema": {}});
        json!({
            "parameters": [header("Key", true), header("Token", false), header("X-Request-Id", false)],
            "responses": {status: {"description": about, "headers": {"Retry-After": {"schema": {}}}}},
        })
    }

    #[test]
    fn credentials_are_security_and_no_parameters() {
        let mut components = Components::default();
        let mut operation = operation("a", "400");
        components.secure(&mut operation, "x", &["Key", "Token"]);
        let names: Vec<&str> =
            operation["parameters"].as_array().unwrap().iter().map(|one| text(one, "name")).collect();
        assert_eq!(names, ["X-Request-Id"]);
        assert_eq!(operation["security"], json!([{"x_Key": []}, {"x_Key": [], "x_Token": []}]));
        assert_eq!(components.security["x_Key"]["in"], "header");
    }

    #[test]
    fn an_operation_without_credentials_says_so() {
        let mut components = Components::default();
        let mut operation = operation("a", "400");
        components.secure(&mut operation, "x", &["Other"]);
        assert_eq!(operation["security"], json!([]));
    }

    #[test]
    fn what_is_the_same_is_told_once_and_what_differs_apart() {
        let mut components = Components::default();
        let (mut one, mut same, mut other) =
            (operation("a", "400"), operation("a", "400"), operation("b", "400"));
        components.share("x", &mut [&mut one, &mut same, &mut other]);
        assert_eq!(one, same);
        assert_eq!(one["responses"]["400"]["$ref"], "#/components/responses/x_400");
        assert_eq!(other["responses"]["400"]["$ref"], "#/components/responses/x_400_2");
        assert_eq!(one["parameters"][2]["$ref"], "#/components/parameters/X-Request-Id");
        assert_eq!(components.headers.len(), 1);
    }

    #[test]
    fn answers_of_success_stay_with_their_operation() {
        let mut components = Components::default();
        let mut one = operation("a", "200");
        components.share("x", &mut [&mut one]);
        assert_eq!(one["responses"]["200"]["description"], "a");
    }
}
