//! The dependency rule of the repository: server, adapters, application, domain, each knowing only what is inside.

use xtask::layers;

#[test]
fn the_domain_depends_on_no_framework() {
    layers::the_domain().unwrap_or_else(|broken| panic!("{broken}"));
}

#[test]
fn the_application_depends_on_no_database_and_no_web_framework() {
    layers::the_application().unwrap_or_else(|broken| panic!("{broken}"));
}

#[test]
fn no_adapter_depends_on_another() {
    layers::the_adapters().unwrap_or_else(|broken| panic!("{broken}"));
}
