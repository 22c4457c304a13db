//! The description of what keeps sensitive words.

use serde_json::{Value, json};

use crate::openapi::number;
use crate::openapi::operation::{DONE, Operation, option, text};
use crate::site::sensitive_words::{ADD, ADD_BATCH, DELETE, DELETE_BATCH, LIST, MOST_WORDS};

const SAME: &str = "The words are the block words of the site. They apply to what users send from apps at once, anywhere in \
a text and in any case; to what back ends publish only where setting `publish_block_words` is on.";

/// The path items.
pub(crate) fn paths() -> Vec<(&'static str, Value)> {
    vec![
        (ADD, add()),
        (DELETE, delete()),
        (LIST, list()),
        (ADD_BATCH, add_batch()),
        (DELETE_BATCH, delete_batch()),
    ]
}

fn word() -> Value {
    text("The word: at most 32 characters, not only signs, without white space at its ends.", 32)
}

fn replacement() -> Value {
    option("What replaces it, at most 64 characters. Without it, messages with the word are refused.", 64)
}

fn add() -> Value {
    Operation {
        id: "add_sensitive_word".to_owned(),
        summary: "Have a word replaced or refused",
        about: format!(
            "{SAME} A word that is kept already is kept as given now. At most 10,000 words (1019)."
        ),
        required: vec!["word"],
        properties: json!({"word": word(), "replaceWord": replacement()}),
        sample: json!({"word": "darn", "replaceWord": "***"}),
        answer: DONE,
        is_typed: false,
    }
    .item()
}

fn add_batch() -> Value {
    let item = json!({"type": "object", "required": ["word"],
                      "properties": {"word": word(), "replaceWord": replacement()}});
    Operation {
        id: "add_sensitive_words".to_owned(),
        summary: "Have several words replaced or refused",
        about: format!("{SAME} All or none; of two that are the same the last counts."),
        required: vec!["words"],
        properties: json!({"words": {
            "description": "1 to 50 words. In a form: the text of the array.",
            "type": "array", "items": item, "minItems": 1, "maxItems": MOST_WORDS,
        }}),
        sample: json!({"words": [{"word": "darn", "replaceWord": "***"}, {"word": "heck"}]}),
        answer: "RongCloudWordsAdded",
        is_typed: false,
    }
    .item()
}

fn delete() -> Value {
    Operation {
        id: "delete_sensitive_word".to_owned(),
        summary: "Let a word stand in messages again",
        about: "What it is blocked in elsewhere stays. A word that is not kept changes nothing.".to_owned(),
        required: vec!["word"],
        properties: json!({"word": {"type": "string", "minLength": 1, "description": "The word."}}),
        sample: json!({"word": "darn"}),
        answer: DONE,
        is_typed: false,
    }
    .item()
}

fn delete_batch() -> Value {
    Operation {
        id: "delete_sensitive_words".to_owned(),
        summary: "Let several words stand in messages again",
        about: "As for one.".to_owned(),
        required: vec!["words"],
        properties: json!({"words": {
            "description": "1 to 50 words.",
            "type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1, "maxItems": MOST_WORDS,
        }}),
        sample: json!({"words": ["darn", "heck"]}),
        answer: DONE,
        is_typed: false,
    }
    .item()
}

fn list() -> Value {
    Operation {
        id: "list_sensitive_words".to_owned(),
        summary: "List the words",
        about: "The oldest first.".to_owned(),
        required: Vec::new(),
        properties: json!({"type": number("0: those that are replaced, 1: those that are refused, 2: both. Default 1.", 0, 2)}),
        sample: json!({"type": 2}),
        answer: "RongCloudWords",
        is_typed: false,
    }
    .item()
}
