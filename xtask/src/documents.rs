//! `cargo xtask documents`: every page and anchor that is cited is there, no comment cites what is not in the repository, and
//! both READMEs name the same commands.

use std::{
    collections::BTreeSet,
    fs,
    path::{Component, Path, PathBuf},
};

use crate::{
    failure::{Failure, Result},
    workspace,
};

/// Endings of files that people write.
const WRITTEN: [&str; 9] = ["rs", "md", "toml", "sql", "ts", "js", "py", "yml", "sh"];
/// Directories in which nobody of the project writes.
const SKIPPED: [&str; 6] = ["target", ".git", "node_modules", "var", ".venv", "__pycache__"];
/// How code cites a page: from the root of the repository.
const PAGES: &str = "docs/";
/// What comments once cited. It is split here so that this file does not cite it.
const ELSEWHERE: [&str; 2] = [concat!("facts", ":"), concat!("design, ", "chapter")];
/// The same page in two languages.
const READMES: [&str; 2] = ["README.md", "README.zh-CN.md"];

/// Runs all checks.
///
/// # Errors
/// With one line for each fault.
pub fn check() -> Result<()> {
    let checks = [citations(), readmes()];
    let problems: Vec<String> =
        checks.into_iter().filter_map(Result::err).map(|failure| failure.to_string()).collect();
    if !problems.is_empty() {
        return Err(Failure::new(problems.join("\n")));
    }
    println!("every cited page and anchor is there");
    Ok(())
}

/// Every page and anchor that is cited anywhere exists, and nothing is cited that is not in the repository.
///
/// # Errors
/// With one line for each citation of something that is not there.
pub fn citations() -> Result<()> {
    let root = workspace::root();
    let mut files = Vec::new();
    collect(&root, &mut files)?;
    let mut problems = Vec::new();
    for file in &files {
        let text = fs::read_to_string(file).map_err(|error| Failure::at(file, &error))?;
        let shown = file.strip_prefix(&root).unwrap_or(file).display();
        for (line, number) in text.lines().zip(1..) {
            let broken = broken_in_line(&root, file, line)?;
            problems.extend(broken.into_iter().map(|fault| format!("{shown}:{number}: {fault}")));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Failure::new(problems.join("\n"))) }
}

/// Both READMEs name the same commands, so that readers of either language do the same.
///
/// # Errors
/// When a README is not there, names no command, or another one than its twin.
pub fn readmes() -> Result<()> {
    let read = |name: &str| {
        let path = workspace::root().join(name);
        fs::read_to_string(&path).map_err(|error| Failure::at(&path, &error))
    };
    let [one, other] = READMES;
    let (ours, theirs) = (commands(&read(one)?), commands(&read(other)?));
    if ours.is_empty() {
        return Err(Failure::new(format!("{one} names no command")));
    }
    let missing = |from: &[String], name: &str, command: &String| {
        (!from.contains(command)).then(|| format!("{name} does not name: {command}"))
    };
    let mut problems: Vec<String> =
        ours.iter().filter_map(|command| missing(&theirs, other, command)).collect();
    problems.extend(theirs.iter().filter_map(|command| missing(&ours, one, command)));
    if problems.is_empty() && ours != theirs {
        problems.push(format!("{one} and {other} name the same commands in another order"));
    }
    if problems.is_empty() { Ok(()) } else { Err(Failure::new(problems.join("\n"))) }
}

/// What is wrong with the citations in a line.
fn broken_in_line(root: &Path, file: &Path, line: &str) -> Result<Vec<String>> {
    let mut faults: Vec<String> = ELSEWHERE
        .iter()
        .filter(|cited| line.to_ascii_lowercase().contains(**cited))
        .map(|cited| format!("cites \"{cited}\", which is not in the repository"))
        .collect();
    let is_page = file.extension().is_some_and(|ending| ending == "md");
    let from_root = cited_pages(line).into_iter().map(|cited| (root, cited));
    let beside = file.parent().unwrap_or(root);
    let links = if is_page { linked(line) } else { Vec::new() };
    for (base, cited) in from_root.filter(|_| !is_page).chain(links.into_iter().map(|link| (beside, link))) {
        if let Some(fault) = fault_of(base, file, cited)? {
            faults.push(fault);
        }
    }
    Ok(faults)
}

/// What is wrong with one citation, `page.md#anchor`, `page.md` or `#anchor`.
fn fault_of(base: &Path, file: &Path, cited: &str) -> Result<Option<String>> {
    let (page, anchor) = cited.split_once('#').map_or((cited, None), |(page, anchor)| (page, Some(anchor)));
    let path = if page.is_empty() { file.to_path_buf() } else { base.join(page) };
    if !path.exists() {
        return Ok(Some(format!("cites {cited}, but there is no {}", plain(&path).display())));
    }
    let Some(anchor) = anchor else { return Ok(None) };
    let text = fs::read_to_string(&path).map_err(|error| Failure::at(&path, &error))?;
    let found = anchors(&text).contains(anchor);
    Ok((!found).then(|| format!("cites {cited}, but that page has no <a id=\"{anchor}\">")))
}

/// The anchors of a page: only those that are spelled out, since those that are made from headings change with them.
fn anchors(page: &str) -> BTreeSet<&str> {
    page.split("<a id=\"").skip(1).filter_map(|rest| rest.split_once('"')).map(|(anchor, _)| anchor).collect()
}

/// The pages that a line of code cites.
fn cited_pages(line: &str) -> Vec<&str> {
    let is_end = |c: char| !(c.is_ascii_alphanumeric() || "-_./#".contains(c));
    let begins = |at: usize| !line.get(..at).is_some_and(|before| before.ends_with(['/', '-', '_']));
    line.match_indices(PAGES)
        .filter(|(at, _)| begins(*at))
        .filter_map(|(at, _)| line.get(at..))
        .map(|rest| rest.split(is_end).next().unwrap_or_default().trim_end_matches(['.', '/', '#']))
        .filter(|cited| cited.contains(".md"))
        .collect()
}

/// Where the links of a line of Markdown lead, but for those that lead out of the repository.
fn linked(line: &str) -> Vec<&str> {
    line.split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'))
        .map(|(target, _)| target)
        .filter(|target| !target.contains("://") && !target.contains(char::is_whitespace))
        .collect()
}

/// The command lines in a page, without what is said beside them.
fn commands(page: &str) -> Vec<String> {
    let mut is_command = false;
    let mut found = Vec::new();
    for line in page.lines() {
        if line.starts_with("```") {
            is_command = !is_command && line == "```sh";
        } else if is_command {
            let command = line.split(" #").next().unwrap_or_default().trim();
            found.extend((!command.is_empty() && !command.starts_with('#')).then(|| command.to_owned()));
        }
    }
    found
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(directory).map_err(|error| Failure::at(directory, &error))? {
        let path = entry.map_err(|error| Failure::at(directory, &error))?.path();
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() {
            if !SKIPPED.iter().any(|skipped| name == *skipped) {
                collect(&path, files)?;
            }
        } else if WRITTEN.iter().any(|ending| path.extension().is_some_and(|own| own == *ending)) {
            files.push(path);
        }
    }
    Ok(())
}

/// A path without `..`, to be read by people.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        if part == Component::ParentDir {
            plain.pop();
        } else {
            plain.push(part);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pages that are not there, split so that this file does not cite them.
    const A: &str = concat!("docs", "/a.md");
    const B: &str = concat!("docs", "/b.md");

    #[test]
    fn code_cites_pages_from_the_root() {
        assert_eq!(cited_pages(&format!("//! Recalls ({A}#recall).")), [format!("{A}#recall")]);
        assert_eq!(cited_pages(&format!("/// See {A}. And `{B}`")), [A, B]);
        assert!(cited_pages("`/docs/` and docs/performance/rate.svg and api-docs/x.md").is_empty());
    }

    #[test]
    fn only_anchors_that_are_spelled_out_count() {
        assert_eq!(
            anchors("# A heading\n<a id=\"one\"></a>\n| <a id=\"two\"></a>x |"),
            BTreeSet::from(["one", "two"])
        );
    }

    #[test]
    fn a_citation_of_what_is_not_there_is_a_fault() {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("docs")).unwrap();
        fs::write(directory.path().join(A), "<a id=\"there\"></a>").unwrap();
        let code = directory.path().join("a.rs");
        let faults = |line: &str| broken_in_line(directory.path(), &code, line).unwrap().len();
        assert_eq!(faults(&format!("// {A}#there, {A}")), 0);
        assert_eq!(faults(&format!("// {A}#gone")), 1);
        assert_eq!(faults(&format!("// {B}")), 1);
        assert_eq!(faults(concat!("// (FACTS", ": fresns 1)")), 1);
        let page = directory.path().join(B);
        let faults = |line: &str| broken_in_line(directory.path(), &page, line).unwrap().len();
        assert_eq!(faults("[a](a.md#there) [b](../docs/a.md) [c](https://example.org/x.md#y)"), 0);
        assert_eq!(faults("[a](a.md#gone) [b](b.md)"), 2);
    }

    #[test]
    fn commands_are_compared_without_what_is_said_beside_them() {
        let page =
            "```sh\ncargo run -- demo   # shows all\n# a word\n\n```\n```\noutput\n```\n```sh\nb 1\n```\n";
        assert_eq!(commands(page), ["cargo run -- demo", "b 1"]);
    }
}
