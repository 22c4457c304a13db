//! Rows as lines of JSON.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sixin_application::operations::ports::{ColumnKind, CopiedRow, CopiedTable, CopiedValue};

/// The lines of some rows.
pub(crate) fn lines(rows: &[CopiedRow]) -> Vec<u8> {
    let mut text = String::new();
    for row in rows {
        let values: Vec<Value> = row.iter().map(value).collect();
        text.push_str(&Value::Array(values).to_string());
        text.push('\n');
    }
    text.into_bytes()
}

/// The same for people: each value beside the name of its column, and none where there is none.
pub(crate) fn objects(table: &CopiedTable, rows: &[CopiedRow]) -> Vec<u8> {
    let mut text = String::new();
    for row in rows {
        let there = table.columns.iter().zip(row).filter(|(_, value)| **value != CopiedValue::Null);
        let object = there.map(|(column, copied)| (column.name.clone(), value(copied)));
        text.push_str(&Value::Object(object.collect()).to_string());
        text.push('\n');
    }
    text.into_bytes()
}

fn value(value: &CopiedValue) -> Value {
    match value {
        CopiedValue::Null => Value::Null,
        CopiedValue::Number(number) => Value::from(*number),
        CopiedValue::Text(text) => Value::from(text.as_str()),
        CopiedValue::Bytes(bytes) => Value::from(STANDARD.encode(bytes)),
    }
}

/// The rows of some lines, or `None` if one is not a row of that table.
pub(crate) fn rows(table: &CopiedTable, lines: &[u8]) -> Option<Vec<CopiedRow>> {
    let text = std::str::from_utf8(lines).ok()?;
    text.lines().map(|line| row(table, line)).collect()
}

fn row(table: &CopiedTable, line: &str) -> Option<CopiedRow> {
    let values: Vec<Value> = serde_json::from_str(line).ok()?;
    if values.len() != table.columns.len() {
        return None;
    }
    table.columns.iter().zip(values).map(|(column, value)| copied(column.kind, value)).collect()
}

fn copied(kind: ColumnKind, value: Value) -> Option<CopiedValue> {
    Some(match (kind, value) {
        (_, Value::Null) => CopiedValue::Null,
        (ColumnKind::Number, value) => CopiedValue::Number(value.as_i64()?),
        (ColumnKind::Text, Value::String(text)) => CopiedValue::Text(text),
        (ColumnKind::Bytes, Value::String(text)) => CopiedValue::Bytes(STANDARD.decode(text).ok()?),
        _ => return None,
    })
}
