//! `cargo xtask migrations`: both databases go through the same steps in the same order.

use std::{collections::BTreeSet, fs, path::Path};

use crate::{
    failure::{Failure, Result},
    workspace,
};

const TREES: [&str; 2] = ["sqlite", "mysql"];
const FILES: [&str; 2] = ["up.sql", "down.sql"];

/// Compares the two trees of the repository.
///
/// # Errors
/// When a migration stands in one tree only, or lacks a file; the message lists every such case.
pub fn check() -> Result<()> {
    let count = check_in(&workspace::root().join("migrations"))?;
    println!("{count} migrations, the same in {}", TREES.join(" and "));
    Ok(())
}

fn check_in(directory: &Path) -> Result<usize> {
    let mut problems = Vec::new();
    let mut found = Vec::new();
    for tree in TREES {
        let names = migrations_of(&directory.join(tree))?;
        problems.extend(missing_files(directory, tree, &names));
        found.push((tree, names));
    }
    let all: BTreeSet<&String> = found.iter().flat_map(|(_, names)| names).collect();
    for (tree, names) in &found {
        problems.extend(
            all.iter().filter(|name| !names.contains(**name)).map(|name| format!("{tree}/{name} is missing")),
        );
    }
    if all.is_empty() {
        problems.push("there are no migrations".to_owned());
    }
    if problems.is_empty() { Ok(all.len()) } else { Err(Failure::new(problems.join("\n"))) }
}

/// The names of the directories in a tree; files beside them, a README say, are no migrations.
fn migrations_of(tree: &Path) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(tree).map_err(|error| Failure::at(tree, &error))? {
        let entry = entry.map_err(|error| Failure::at(tree, &error))?;
        if entry.path().is_dir() {
            names.insert(entry.file_name().to_string_lossy().into_owned());
        }
    }
    Ok(names)
}

fn missing_files(directory: &Path, tree: &str, names: &BTreeSet<String>) -> Vec<String> {
    let files = names.iter().flat_map(|name| FILES.map(|file| format!("{tree}/{name}/{file}")));
    files.filter(|file| !directory.join(file).is_file()).map(|file| format!("{file} is missing")).collect()
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn trees(migrations: &[&str]) -> TempDir {
        let directory = tempfile::tempdir().unwrap();
        for tree in TREES {
            fs::create_dir(directory.path().join(tree)).unwrap();
        }
        for migration in migrations {
            let path = directory.path().join(migration);
            fs::create_dir(&path).unwrap();
            for file in FILES {
                fs::write(path.join(file), "").unwrap();
            }
        }
        directory
    }

    #[test]
    fn equal_trees_pass() {
        let directory = trees(&["sqlite/0001_users", "mysql/0001_users"]);
        fs::write(directory.path().join("mysql/README.md"), "").unwrap();
        assert_eq!(check_in(directory.path()).unwrap(), 1);
    }

    #[test]
    fn every_migration_that_stands_in_one_tree_only_is_named() {
        let directory = trees(&["sqlite/0001_users", "mysql/0001_users", "sqlite/0002_a", "mysql/0002_b"]);
        let problems = check_in(directory.path()).unwrap_err().to_string();
        assert_eq!(problems, "sqlite/0002_b is missing\nmysql/0002_a is missing");
    }

    #[test]
    fn a_migration_without_its_way_back_is_named() {
        let directory = trees(&["sqlite/0001_users", "mysql/0001_users"]);
        fs::remove_file(directory.path().join("mysql/0001_users/down.sql")).unwrap();
        let problems = check_in(directory.path()).unwrap_err().to_string();
        assert_eq!(problems, "mysql/0001_users/down.sql is missing");
    }

    #[test]
    fn two_empty_trees_are_not_the_same_but_nothing() {
        assert!(check_in(trees(&[]).path()).is_err());
    }
}
