//! Where the configuration is read from, in the order in which one outranks another, and the keys there are.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use config::builder::DefaultState;
use config::{ConfigBuilder, Environment, File, FileFormat};
use serde_json::Value;
use sixin_domain::text::alike::alike;

use super::{ConfigError, paths};

/// The annotated sample, which states every default.
const DEFAULTS: &str = include_str!("../../../../sixin.example.toml");
/// What is read if no file is named.
const DEFAULT_FILE: &str = "sixin.toml";
/// What a variable of sixin begins with, and what stands between section and key.
const SEPARATOR: &str = "__";

/// Whether a variable may be meant for sixin.
pub(super) fn is_ours(name: &str) -> bool {
    name.to_ascii_lowercase().starts_with("sixin_")
}

/// Defaults, file and environment, each over the former; keys nobody knows are refused.
pub(super) fn merged(
    file: Option<&Path>,
    variables: HashMap<String, String>,
) -> Result<config::Config, ConfigError> {
    let defaults = builder().add_source(File::from_str(DEFAULTS, FileFormat::Toml)).build()?;
    let known = keys(&defaults)?;
    for name in variables.keys() {
        check_variable(name, &known)?;
    }
    let path = file.map_or_else(|| PathBuf::from(DEFAULT_FILE), Path::to_path_buf);
    let written = builder()
        .add_source(File::from(path.clone()).format(FileFormat::Toml).required(file.is_some()))
        .build()
        .map_err(|error| ConfigError::File(without_lines(&error)))?;
    for key in keys(&written)? {
        check_key(&key, &path, &known)?;
    }
    let placed = paths::beside(&path, written)?;
    let environment = Environment::with_prefix("SIXIN")
        .prefix_separator(SEPARATOR)
        .separator(SEPARATOR)
        .source(Some(variables))
        .try_parsing(true)
        .list_separator(",")
        .with_list_parse_key("server.cors_origins")
        .with_list_parse_key("server.trusted_proxies")
        .with_list_parse_key("webhooks.allow")
        .with_list_parse_key("webhooks.retry_seconds");
    Ok(builder().add_source(defaults).add_source(placed).add_source(environment).build()?)
}

fn builder() -> ConfigBuilder<DefaultState> {
    config::Config::builder()
}

/// What is wrong with a file, without the lines of it that the parser shows.
fn without_lines(error: &config::ConfigError) -> String {
    let is_shown = |line: &&str| {
        !line
            .trim_start()
            .trim_start_matches(|char: char| char.is_ascii_digit())
            .trim_start()
            .starts_with('|')
    };
    error.to_string().lines().filter(is_shown).collect::<Vec<_>>().join(" ")
}

/// `server.listen` and so on: the keys that hold values, lists among them.
fn keys(config: &config::Config) -> Result<Vec<String>, ConfigError> {
    let mut found = Vec::new();
    collect("", &config.clone().try_deserialize()?, &mut found);
    Ok(found)
}

fn collect(prefix: &str, value: &Value, found: &mut Vec<String>) {
    let Value::Object(members) = value else {
        found.push(prefix.to_owned());
        return;
    };
    for (name, value) in members {
        let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        collect(&key, value, found);
    }
}

fn check_key(key: &str, path: &Path, known: &[String]) -> Result<(), ConfigError> {
    if known.iter().any(|known| known == key) {
        return Ok(());
    }
    let given = format!("key {key} (in {})", path.display());
    Err(ConfigError::Unknown { given, advice: advice(key, known, str::to_owned) })
}

/// A variable with two underscores must be one of ours; with fewer it is refused if it is near to one. Others are left
/// alone: Kubernetes, for one, sets `SIXIN_PORT` and `SIXIN_SERVICE_HOST` for a service of that name.
fn check_variable(name: &str, known: &[String]) -> Result<(), ConfigError> {
    let lower = name.to_ascii_lowercase();
    let of_name = |key: &String| variable(key).eq_ignore_ascii_case(name);
    if known.iter().any(of_name) {
        return Ok(());
    }
    let words: Vec<&str> = lower.split('_').filter(|word| !word.is_empty()).skip(1).collect();
    let given = || format!("variable {name}");
    let flat = words.join("_");
    let meant = known.iter().filter(|key| {
        let last = key.rsplit('.').next().unwrap_or_default();
        key.replace('.', "_") == flat || last == flat
    });
    let meant: Vec<String> = meant.map(|key| variable(key)).collect();
    if !meant.is_empty() {
        let advice = format!("it is spelled {}", meant.join(" or "));
        return Err(ConfigError::Unknown { given: given(), advice });
    }
    let section = words.first().copied().unwrap_or_default();
    let is_section = known.iter().any(|key| key.split('.').next() == Some(section));
    let of_service = matches!(words.get(1), Some(&("service" | "port")));
    if lower.starts_with("sixin__") || is_section && words.len() > 1 && !of_service {
        let key = lower.trim_start_matches("sixin").trim_start_matches('_').replace(SEPARATOR, ".");
        let advice = advice(&key, known, variable);
        return Err(ConfigError::Unknown { given: given(), advice });
    }
    Ok(())
}

/// How a key is spelled in the environment.
fn variable(key: &str) -> String {
    format!("SIXIN{SEPARATOR}{}", key.replace('.', SEPARATOR).to_ascii_uppercase())
}

/// What may have been meant: the keys that look like it, else those of its section, else the sections.
fn advice(key: &str, known: &[String], spelled: impl Fn(&str) -> String) -> String {
    let list = |names: Vec<&str>| names.into_iter().map(&spelled).collect::<Vec<_>>().join(", ");
    let near = alike(key, known.iter().map(String::as_str));
    if !near.is_empty() {
        return format!("did you mean {}?", list(near));
    }
    let section = key.split('.').next().unwrap_or_default();
    let siblings: Vec<&str> =
        known.iter().map(String::as_str).filter(|known| known.split('.').next() == Some(section)).collect();
    if !siblings.is_empty() {
        return format!("there are {}", list(siblings));
    }
    let mut sections: Vec<&str> = known.iter().filter_map(|key| key.split('.').next()).collect();
    sections.dedup();
    format!("the sections are {}", sections.join(", "))
}
