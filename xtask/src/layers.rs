//! `cargo xtask layers`: what each layer may not depend on, however far down.

use std::{collections::BTreeSet, path::Path};

use crate::{
    failure::{Failure, Result},
    workspace,
};

const ADAPTERS: &str = "crates/adapters";
/// HTTP below its dialects.
const WEB: &str = "sixin-web";
/// Those that may know it.
const DIALECTS: [&str; 4] = ["sixin-rongcloud", "sixin-fresns", "sixin-gateway", "sixin-console"];

/// Requests to others.
const OUTGOING: &str = "sixin-outgoing";
/// Those that send some to wherever they are told to.
const SENDERS: [&str; 2] = ["sixin-webhooks", "sixin-push"];

/// Checks every layer.
///
/// # Errors
/// With one line for each dependency that breaks the rule.
pub fn check() -> Result<()> {
    let checks = [the_domain(), the_application(), the_adapters()];
    let problems: Vec<String> =
        checks.into_iter().filter_map(Result::err).map(|failure| failure.to_string()).collect();
    if !problems.is_empty() {
        return Err(Failure::new(problems.join("\n")));
    }
    println!("the layers hold");
    Ok(())
}

/// The domain knows no database, no web framework and no runtime, nor any layer around it.
///
/// # Errors
/// When one of them is in its dependency tree.
pub fn the_domain() -> Result<()> {
    refuse("sixin-domain", |name| {
        is_of("diesel", name) || is_of("actix", name) || is_of("tokio", name) || is_of("sixin", name)
    })
}

/// The application knows no database and no web framework, nor any layer around it.
///
/// # Errors
/// When one of them is in its dependency tree.
pub fn the_application() -> Result<()> {
    refuse("sixin-application", |name| {
        is_of("diesel", name)
            || is_of("actix", name)
            || (is_of("sixin", name) && !["sixin-domain", "sixin-application"].contains(&name))
    })
}

/// No adapter knows another adapter or the server. What HTTP is made of, the dialects share, and what connects to
/// others those who do: these know none of them.
///
/// # Errors
/// When one of them is in the dependency tree of an adapter.
pub fn the_adapters() -> Result<()> {
    let adapters = adapters()?;
    if adapters.is_empty() {
        return Err(Failure::new(format!("there are no adapters in {ADAPTERS}")));
    }
    for adapter in &adapters {
        refuse(adapter, |name| {
            let is_shared = (name == WEB && DIALECTS.contains(&adapter.as_str()))
                || (name == OUTGOING && SENDERS.contains(&adapter.as_str()));
            name == "sixin" || (adapters.contains(name) && !is_shared)
        })?;
    }
    Ok(())
}

fn refuse(package: &str, is_refused: impl Fn(&str) -> bool) -> Result<()> {
    let tree =
        workspace::cargo_output(&["tree", "--locked", "-e", "normal", "--prefix", "none", "-p", package])?;
    let refused = refused(&tree, package, is_refused);
    if refused.is_empty() {
        return Ok(());
    }
    let names = refused.into_iter().collect::<Vec<_>>().join(", ");
    Err(Failure::new(format!("{package} may not depend on {names}")))
}

/// The packages of a tree, one a line and first of all the package itself, that are refused.
fn refused<'tree>(
    tree: &'tree str,
    package: &str,
    is_refused: impl Fn(&str) -> bool,
) -> BTreeSet<&'tree str> {
    let names = tree.lines().filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != package && is_refused(name)).collect()
}

/// Whether a package is the one of this name or one of its family.
fn is_of(family: &str, name: &str) -> bool {
    name.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
}

/// The packages in the directory of the adapters, so that a new one is held to the rule at once.
fn adapters() -> Result<BTreeSet<String>> {
    let metadata = workspace::cargo_output(&["metadata", "--locked", "--no-deps", "--format-version", "1"])?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata)
        .map_err(|error| Failure::new(format!("cargo metadata printed no JSON: {error}")))?;
    let directory = workspace::root().join(ADAPTERS);
    let packages = metadata.get("packages").and_then(serde_json::Value::as_array);
    let text = |package: &serde_json::Value, key: &str| {
        package.get(key).and_then(serde_json::Value::as_str).map(ToOwned::to_owned)
    };
    Ok(packages
        .into_iter()
        .flatten()
        .filter(|package| {
            text(package, "manifest_path").is_some_and(|path| Path::new(&path).starts_with(&directory))
        })
        .filter_map(|package| text(package, "name"))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_package_is_found_however_deep() {
        let tree =
            "sixin-domain v0.1.0 (/sixin/crates/domain)\nserde v1.0.0\ndiesel_derives v2.3.0 (proc-macro)\n";
        let found = refused(tree, "sixin-domain", |name| is_of("diesel", name));
        assert_eq!(found, BTreeSet::from(["diesel_derives"]));
    }

    #[test]
    fn a_package_may_depend_on_itself() {
        let tree = "sixin-domain v0.1.0 (/sixin/crates/domain)\n";
        assert!(refused(tree, "sixin-domain", |name| is_of("sixin", name)).is_empty());
    }

    #[test]
    fn a_family_is_its_name_with_or_without_an_ending() {
        assert!(is_of("actix", "actix"));
        assert!(is_of("actix", "actix-web"));
        assert!(is_of("diesel", "diesel_migrations"));
        assert!(!is_of("diesel", "dieselish"));
    }

    #[test]
    fn the_adapters_of_the_repository_are_known() {
        let adapters = adapters().unwrap();
        for adapter in ["sixin-storage", "sixin-signature", "sixin-rongcloud"] {
            assert!(adapters.contains(adapter), "{adapter} in {adapters:?}");
        }
    }
}
