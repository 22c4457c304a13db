//! What is written about the repository: pages that are cited are there, and both READMEs say the same.

use xtask::documents;

#[test]
fn every_cited_page_and_anchor_is_there_and_nothing_outside_of_the_repository_is_cited() {
    documents::citations().unwrap_or_else(|broken| panic!("{broken}"));
}

#[test]
fn both_readmes_name_the_same_commands() {
    documents::readmes().unwrap_or_else(|broken| panic!("{broken}"));
}
