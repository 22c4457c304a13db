//! A database server that only reads: a primary that has become a replica, or a node without its cluster; and a database user
//! who may not change the schema.

use std::time::Instant;

use xtask::mysql::private::{PrivateMySql, RunningMySql};

use crate::calls::{Answer, FORM, back_end_headers, form, get, now_ms, post, text_content};
use crate::database::TestDatabase;
use crate::site::{PATIENCE, Server, Site};

/// A server of our own, a site on it, and the URL of that site for a user who may read and write rows and no more.
fn site() -> Option<(RunningMySql, Site, String)> {
    if TestDatabase::is_mysql_left_out() {
        return None;
    }
    let mysql = PrivateMySql::default().start().unwrap_or_else(|failure| panic!("{failure}"));
    let site = Site::on(TestDatabase::on_mysql_server(&mysql.url()), &[]);
    let url = site.database.url();
    let name = url.rsplit('/').next().unwrap();
    site.database.execute("CREATE USER 'app'@'127.0.0.1' IDENTIFIED BY 'secret'");
    site.database.execute(&format!("GRANT SELECT, INSERT, UPDATE, DELETE ON {name}.* TO 'app'@'127.0.0.1'"));
    let url = url.replace("mysql://root@", "mysql://app:secret@");
    Some((mysql, site, url))
}

fn publish(server: &Server, site: &Site) -> Answer {
    let mut headers = back_end_headers(&site.rong, "1", &now_ms().to_string());
    headers.push(("Content-Type".into(), FORM.into()));
    let content = text_content("hello");
    let fields =
        [("fromUserId", "alice"), ("toUserId", "bob"), ("objectName", "RC:TxtMsg"), ("content", &*content)];
    post(&format!("{}/message/private/publish.json", server.url), &headers, &form(&fields))
}

#[test]
fn a_server_that_only_reads_is_told_of_and_left_and_found_again() {
    let Some((_mysql, site, url)) = site() else { return };
    let server = Server::start(&url, &[("SIXIN__DATABASE__MIGRATE_AT_START", "false")]);
    publish(&server, &site).is(200, 200);
    let set = |value: &str| site.database.execute(&format!("SET GLOBAL read_only = {value}"));
    set("1");
    publish(&server, &site).is(503, 1050);
    let (status, health) = get(&format!("{}/health", server.url));
    assert!(status == 503 && health.contains("the database only reads"), "{health}");
    set("0");
    let begun = Instant::now();
    while publish(&server, &site).status != 200 {
        assert!(begun.elapsed() < PATIENCE, "{}", server.log());
    }
    while get(&format!("{}/health", server.url)).0 != 200 {
        assert!(begun.elapsed() < PATIENCE, "{}", server.log());
    }
}

#[test]
fn a_user_without_rights_to_the_schema_serves_what_others_have_migrated() {
    let Some((_mysql, site, url)) = site() else { return };
    // Migrating finds nothing to do, and needs no right to find that out.
    let server = Server::start(&url, &[]);
    publish(&server, &site).is(200, 200);
}
