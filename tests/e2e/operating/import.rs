//! A Fresns site is imported into either database, and its people go on where they were.

use serde_json::{Value, json};

use crate::calls::try_call;
use crate::database::TestDatabase;
use crate::site::{Person, Site, command, sixin};

/// The tables of a site of 2.x that are read, with the columns they have there.
const TABLES: &str = "
    CREATE TABLE fs_accounts (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, aid VARCHAR(32) NOT NULL UNIQUE,
        type TINYINT UNSIGNED NOT NULL DEFAULT 3, country_code VARCHAR(8), pure_phone VARCHAR(128), phone VARCHAR(128),
        email VARCHAR(128), password CHAR(64), last_login_at TIMESTAMP NULL, is_enable TINYINT UNSIGNED NOT NULL DEFAULT 1,
        created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP NULL, deleted_at TIMESTAMP NULL);
    CREATE TABLE fs_users (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, account_id BIGINT UNSIGNED NOT NULL,
        uid BIGINT UNSIGNED NOT NULL UNIQUE, username VARCHAR(64) NOT NULL UNIQUE, nickname VARCHAR(64) NOT NULL,
        password CHAR(64), avatar_file_id BIGINT UNSIGNED, avatar_file_url VARCHAR(255), banner_file_url VARCHAR(255),
        gender TINYINT UNSIGNED NOT NULL DEFAULT 1, birthday TIMESTAMP NULL, bio TEXT, location VARCHAR(128),
        verified_status TINYINT UNSIGNED NOT NULL DEFAULT 0, conversation_limit TINYINT UNSIGNED NOT NULL DEFAULT 1,
        comment_limit TINYINT UNSIGNED NOT NULL DEFAULT 1, timezone VARCHAR(16), expired_at TIMESTAMP NULL,
        is_enable TINYINT UNSIGNED NOT NULL DEFAULT 1, wait_delete TINYINT UNSIGNED NOT NULL DEFAULT 0,
        created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP NULL, deleted_at TIMESTAMP NULL);
    CREATE TABLE fs_user_follows (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, user_id BIGINT UNSIGNED NOT NULL,
        follow_type TINYINT UNSIGNED NOT NULL, follow_id BIGINT UNSIGNED NOT NULL, user_note VARCHAR(128),
        is_mutual TINYINT UNSIGNED NOT NULL DEFAULT 0, created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
        deleted_at TIMESTAMP NULL);
    CREATE TABLE fs_user_blocks (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, user_id BIGINT UNSIGNED NOT NULL,
        block_type TINYINT UNSIGNED NOT NULL, block_id BIGINT UNSIGNED NOT NULL, user_note VARCHAR(128),
        created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, deleted_at TIMESTAMP NULL);
    CREATE TABLE fs_conversations (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, a_user_id BIGINT UNSIGNED NOT NULL,
        b_user_id BIGINT UNSIGNED NOT NULL, a_status TINYINT UNSIGNED NOT NULL DEFAULT 1,
        b_status TINYINT UNSIGNED NOT NULL DEFAULT 1, a_is_display TINYINT UNSIGNED NOT NULL DEFAULT 1,
        b_is_display TINYINT UNSIGNED NOT NULL DEFAULT 1, a_is_pin TINYINT UNSIGNED NOT NULL DEFAULT 0,
        b_is_pin TINYINT UNSIGNED NOT NULL DEFAULT 0, deleted_at TIMESTAMP NULL);
    CREATE TABLE fs_conversation_messages (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
        conversation_id BIGINT UNSIGNED NOT NULL, send_user_id BIGINT UNSIGNED NOT NULL, send_deleted_at TIMESTAMP NULL,
        message_type TINYINT UNSIGNED NOT NULL DEFAULT 1, message_text TEXT, message_file_id BIGINT UNSIGNED,
        receive_user_id BIGINT UNSIGNED NOT NULL, receive_read_at TIMESTAMP NULL, receive_deleted_at TIMESTAMP NULL,
        is_enable TINYINT UNSIGNED NOT NULL DEFAULT 1, created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
        updated_at TIMESTAMP NULL, deleted_at TIMESTAMP NULL);
    CREATE TABLE fs_files (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, fid VARCHAR(32) NOT NULL UNIQUE,
        type TINYINT UNSIGNED NOT NULL, name VARCHAR(128) NOT NULL, mime VARCHAR(128), extension VARCHAR(32) NOT NULL,
        size INT UNSIGNED, path VARCHAR(255) NOT NULL, image_width SMALLINT UNSIGNED, image_height SMALLINT UNSIGNED,
        audio_time SMALLINT UNSIGNED, video_time SMALLINT UNSIGNED, more_json JSON,
        is_enable TINYINT UNSIGNED NOT NULL DEFAULT 1, created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
        deleted_at TIMESTAMP NULL);";

/// Dora and Emil wrote to each other, Fred has left, and somebody has a name that can't be one here. The password is bcrypt of
/// `correct horse`, as PHP makes it.
const PEOPLE: &str = "
    SET time_zone = '+00:00';
    INSERT INTO fs_accounts (id, aid, email, password) VALUES
        (1, 'AidDora', 'Dora@Example.org', '$2y$04$9SjaQJD4qEeREzP4x3i/Ouqg08d2rftKrLVA09SI.enoOaMgY.8PW'),
        (2, 'AidEmil', NULL, NULL), (3, 'AidFred', NULL, NULL);
    INSERT INTO fs_users (id, account_id, uid, username, nickname, bio) VALUES
        (21, 1, 70021, 'dora', '朵拉', 'Hello'), (22, 2, 70022, 'emil', 'Emil', NULL), (23, 3, 70023, 'fred', 'Fred', NULL),
        (24, 3, 70024, 'a,b', 'Comma', NULL);
    UPDATE fs_users SET deleted_at = '2024-05-05 05:05:05' WHERE id = 23;
    INSERT INTO fs_user_follows (user_id, follow_type, follow_id, user_note) VALUES (21, 1, 22, 'Emil from work'), (21, 2, 22, NULL);
    INSERT INTO fs_user_blocks (user_id, block_type, block_id) VALUES (22, 1, 23);
    INSERT INTO fs_conversations (id, a_user_id, b_user_id, a_status, b_status, a_is_pin) VALUES
        (5, 21, 22, 2, 1, 1), (6, 22, 21, 1, 2, 0), (7, 23, 21, 1, 1, 0);
    INSERT INTO fs_files (id, fid, type, name, mime, extension, size, path, image_width, image_height, more_json) VALUES
        (31, 'FidCat', 1, 'cat.png', 'image/png', 'png', 2048, 'https://bucket.example/cat.png', 30, 20, '{\"a\": 1}');
    INSERT INTO fs_conversation_messages (id, conversation_id, send_user_id, receive_user_id, message_text, receive_read_at, created_at)
        VALUES (101, 5, 21, 22, 'first 你好', '2024-03-01 00:01:00', '2024-03-01 00:00:00'),
        (102, 6, 22, 21, 'second', NULL, '2024-03-01 00:00:00'), (103, 5, 21, 22, 'third', NULL, '2024-03-01 00:00:05'),
        (104, 9, 24, 21, 'of nobody', NULL, '2024-03-01 00:00:06');
    INSERT INTO fs_conversation_messages (id, conversation_id, send_user_id, receive_user_id, message_type, message_file_id, created_at)
        VALUES (105, 5, 21, 22, 2, 31, '2024-03-01 00:00:07'), (106, 5, 21, 22, 2, 99, '2024-03-01 00:00:08');
    INSERT INTO fs_conversation_messages (id, conversation_id, send_user_id, receive_user_id, message_text, receive_deleted_at,
        created_at) VALUES (107, 7, 23, 21, 'from one who left', '2024-03-02 00:00:00', '2024-03-01 00:00:09');";

fn fresns_site() -> Option<TestDatabase> {
    let site = TestDatabase::mysql()?;
    // As PHP's sites are made, whatever the server's default.
    site.execute("ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci");
    site.execute(TABLES);
    site.execute(PEOPLE);
    Some(site)
}

fn import(to: &TestDatabase, from: &TestDatabase, more: &[&str]) -> Value {
    let output = command(&to.url())
        .args(["--json", "import", "fresns", "--prefix", "fs_", "--from", &from.url()])
        .args(more)
        .output()
        .unwrap();
    let (out, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}{error}");
    serde_json::from_str(out.lines().next().unwrap()).unwrap()
}

#[test]
fn people_of_a_fresns_site_go_on_where_they_were_on_sqlite() {
    people_go_on(TestDatabase::sqlite());
}

#[test]
fn people_of_a_fresns_site_go_on_where_they_were_on_mysql() {
    if let Some(to) = TestDatabase::mysql() {
        people_go_on(to);
    }
}

fn people_go_on(to: TestDatabase) {
    let Some(from) = fresns_site() else { return };
    sixin(&to.url(), &["migrate"]);
    let would = import(&to, &from, &["--dry-run"]);
    assert_eq!(to.number("SELECT COUNT(*) AS number FROM users"), 0);
    let did = import(&to, &from, &[]);
    for (what, count) in [
        ("accounts", 3),
        ("users", 3),
        ("refused_users", 1),
        ("follows", 1),
        ("blocks", 1),
        ("conversations", 2),
        ("messages", 5),
        ("foreign_messages", 1),
        ("empty_messages", 1),
        ("files", 1),
    ] {
        assert_eq!((&would[what], &did[what]), (&json!(count), &json!(count)), "{what}");
    }
    let again = import(&to, &from, &[]);
    assert_eq!(
        (&again["users"], &again["known_users"], &again["messages"]),
        (&json!(0), &json!(3), &json!(0))
    );
    // What is written there until the move comes with another run.
    from.execute(
        "INSERT INTO fs_conversation_messages (id, conversation_id, send_user_id, receive_user_id, message_text) \
         VALUES (108, 6, 22, 21, 'last')",
    );
    assert_eq!(import(&to, &from, &[])["messages"], 1);
    let site = Site::on(to, &[]);
    they_read_on(&site);
    refused(&site, &from);
}

fn they_read_on(site: &Site) {
    let login = json!({"type": "email", "account": "dora@example.org", "password": "Y29ycmVjdCBob3JzZQ=="});
    let headers = site.user_headers(&site.alice, &[("aid", None), ("uid", None), ("token", None)]);
    let url = site.url("/api/v2/account/login");
    let signed_in = try_call("POST", &url, &headers, login.to_string().as_bytes()).unwrap();
    assert_eq!(signed_in.is(200, 0).body["data"]["detail"]["users"][0]["uid"], 70_021);
    let session = |name: &str, aid: &str, uid| {
        let made = site.sixin(&["session", "create", name, "--platform", "5"]);
        Person { uid, aid: aid.to_owned(), token: made["token"].as_str().unwrap().to_owned() }
    };
    let (dora, emil) = (session("dora", "AidDora", 70_021), session("emil", "AidEmil", 70_022));
    let list = |person| site.get_as(person, "conversation/list").is(200, 0).body["data"]["list"].clone();
    let of_dora = list(&dora);
    // Of what Fred wrote she has deleted everything.
    assert_eq!(of_dora.as_array().unwrap().len(), 1, "{of_dora}");
    let with_emil = of_dora.as_array().unwrap().iter().find(|one| one["user"]["username"] == "emil").unwrap();
    assert_eq!(
        (&with_emil["isPin"], &with_emil["unreadCount"], &with_emil["messageCount"], &with_emil["id"]),
        (&json!(true), &json!(0), &json!(5), &json!(5)),
        "{with_emil}"
    );
    let of_emil = list(&emil)[0].clone();
    assert_eq!((&of_emil["unreadCount"], &of_emil["latestMessage"]["message"]), (&json!(2), &json!("last")));
    let messages = site.get_as(&emil, "conversation/5/messages").is(200, 0).body["data"]["list"].clone();
    let shown = messages.as_array().unwrap();
    assert_eq!(shown.len(), 5, "{messages}");
    let picture = shown.iter().find(|one| one["type"] == 2).unwrap();
    assert_eq!(
        picture["file"]["imageBigUrl"].as_str().unwrap().split('?').next(),
        Some("https://bucket.example/cat.png")
    );
    let profile = site.get_as(&dora, "user/emil/detail").is(200, 0).body["data"]["detail"].clone();
    assert_eq!(
        (&profile["interactive"]["followStatus"], &profile["interactive"]["followNote"]),
        (&json!(true), &json!("Emil from work"))
    );
    site.send_text(&dora, "emil", "and on").is(200, 0);
    assert_eq!(list(&emil)[0]["unreadCount"], 3);
    let found = site.sixin(&["check"]);
    assert_eq!(found["messages"], 7, "{found}");
}

/// Of a site that is in use, of one where people wrote, and from what is no site of Fresns.
fn refused(site: &Site, from: &TestDatabase) {
    let refused = |arguments: &[&str]| {
        let output =
            command(&site.database.url()).args(["import", "fresns"]).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    };
    let right = ["--prefix", "fs_", "--from", &from.url()];
    assert!(refused(&right).contains("stop them first"));
    assert!(refused(&["--from", &from.url()]).contains("it has no table accounts"));
    assert!(refused(&["--from", "sqlite:///nowhere.db"]).contains("MySQL"));
    site.server.terminate();
    assert_eq!(site.server.wait(), Some(0));
    assert!(refused(&right).contains("import first"));
}
