use super::*;
use std::io::Write;

fn load(toml: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(toml.as_bytes()).unwrap();
    from(file.path(), environment)
}

fn from(file: &Path, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let variables = environment.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    Config::from_sources(Some(file), variables.collect())
}

#[test]
fn the_sample_states_the_defaults_of_the_code() {
    let config = load("", &[]).unwrap();
    assert_eq!(config.limits(), Limits::default());
    assert_eq!(config.rate(), Rate::default());
    assert_eq!(config.cache_limits(), CacheLimits::default());
    assert_eq!(config.cache_poll(), Duration::from_secs(1));
    assert_eq!(config.keys_live_ms(), 86_400_000);
    let committer = (config.committer_limits(), CommitterLimits::default());
    assert_eq!(format!("{:?}", committer.0), format!("{:?}", committer.1));
    assert_eq!(config.live_limits(), LiveLimits::default());
    let url = DatabaseUrl::parse("sqlite://var/sixin.db").unwrap();
    let clock = config.database_options().unwrap().clock;
    let options = DatabaseOptions { clock, ..DatabaseOptions::new(url) };
    assert_eq!(format!("{:?}", config.database_options().unwrap()), format!("{options:?}"));
}

#[test]
fn the_environment_outranks_the_file_and_the_file_the_defaults() {
    let file = "[server]\nlisten = \"127.0.0.1:1\"\n[rate]\nsends = 5\n";
    let environment = [
        ("SIXIN__SERVER__LISTEN", "127.0.0.1:2"),
        ("SIXIN__SERVER__CORS_ORIGINS", "https://a.example,https://b.example"),
        ("SIXIN__DATABASE__MIGRATE_AT_START", "false"),
    ];
    let config = load(file, &environment).unwrap();
    assert_eq!(config.server.listen.port(), 2);
    assert_eq!(config.rate.sends, 5);
    assert_eq!(config.server.cors_origins, ["https://a.example", "https://b.example"]);
    assert!(!config.database.migrate_at_start);
}

#[test]
fn requests_are_logged_all_or_those_that_failed_or_a_share() {
    for (access, share) in [("\"all\"", 1.0), ("\"errors\"", 0.0), ("0.01", 0.01), ("1", 1.0), ("0", 0.0)] {
        let config = load(&format!("[log]\naccess = {access}"), &[]).unwrap();
        assert_eq!(config.log.access_rule().share, share, "{access}");
    }
    for (access, share) in [("errors", 0.0), ("0.25", 0.25), ("1", 1.0)] {
        let config = load("", &[("SIXIN__LOG__ACCESS", access)]).unwrap();
        assert_eq!(config.log.access_rule().share, share, "{access}");
    }
    assert_eq!(load("", &[]).unwrap().log.access_rule(), sixin_web::AccessRule::default());
}

#[test]
fn unknown_keys_and_nonsense_values_are_refused_by_name() {
    for (toml, named) in [
        ("[server]\nlissen = \"127.0.0.1:1\"", "lissen"),
        ("[sever]\nlisten = \"127.0.0.1:1\"", "sever"),
        ("[server]\nlisten = \"nowhere\"", "server.listen"),
        ("[server]\nbody_bytes = -1", "server.body_bytes"),
        ("[server]\nbody_timeout_seconds = 0", "server.body_timeout_seconds"),
        ("[server]\ntrusted_proxies = [\"proxy\"]", "server.trusted_proxies"),
        ("[webhooks]\nallow = [\"here\"]", "webhooks.allow"),
        ("[webhooks]\nretry_seconds = []", "webhooks.retry_seconds"),
        ("[webhooks]\nretry_seconds = [5, 0]", "webhooks.retry_seconds"),
        ("[database]\nreaders = 0", "database.readers"),
        ("[database]\ndurability = \"maybe\"", "durability"),
        ("[database]\nurl = \"postgres://x/y\"", "database.url"),
        ("[limits]\nrecipients = 1001", "limits.recipients"),
        ("[rate]\nsends = 0", "rate.sends"),
        ("[rate]\nwindow_seconds = -60", "rate.window_seconds"),
        ("[files]\nat_once = 0", "files.at_once"),
        ("[files]\nat_once_per_user = 0", "files.at_once_per_user"),
        ("[files]\nslow_start_seconds = 0", "files.slow_start_seconds"),
        ("[files]\nplace = \"attic\"", "place"),
        ("[files]\nplace = \"bucket\"", "files.bucket.name"),
        ("[files.bucket]\nendpoint = \"s3.example\"", "files.bucket.endpoint"),
        ("[retention]\nmessages = -1", "retention.messages"),
        ("[retention]\nrevisions = 36501", "retention.revisions"),
        ("[retention]\naudit = 29", "retention.audit"),
        ("[retention]\nevery_seconds = 0", "retention.every_seconds"),
        ("[cache]\nentries = 0", "cache.entries"),
        ("[cache]\npoll_milliseconds = 2001", "cache.poll_milliseconds"),
        ("[idempotency]\nhours = 0", "idempotency.hours"),
        ("[idempotency]\nhours = 8761", "idempotency.hours"),
        ("[idempotency]\nhours = \"long\"", "idempotency.hours"),
        ("[metrics]\nlisten = \"9\"", "metrics.listen"),
        ("[server.tls]\ncertificate_file = \"c.pem\"", "server.tls.key_file"),
        ("[server.tls]\nkey_file = \"k.pem\"", "server.tls.certificate_file"),
        ("[log]\naccess = \"some\"", "log.access must be \"all\", \"errors\", or a share"),
        ("[log]\naccess = 1.5", "log.access"),
        ("[log]\naccess = -0.1", "log.access"),
        ("[log]\naccess = []", "log.access"),
        ("[log]\nslow_milliseconds = 0", "log.slow_milliseconds"),
        ("[traces]\nendpoint = \"collector:4318\"", "traces.endpoint"),
        ("[traces]\nendpoint = \"http://me:secret@collector:4318\"", "traces.endpoint"),
        ("[traces]\nshare = 1.5", "traces.share"),
        ("[traces]\nservice = \" \"", "traces.service"),
        ("[log]\nformat = \"xml\"", "log.format must be \"text\" or \"json\""),
        ("[database]\ndurability = \"Full\"", "database.durability must be \"full\" or \"weak\""),
        ("[files]\nplace = \"s3\"", "files.place must be \"folder\" or \"bucket\""),
        ("[server]\nlisten = \"localhost\"", "127.0.0.1:8686"),
        ("[server]\nlisten = \"8686\"", "127.0.0.1:8686"),
        ("[metrics]\nlisten = \"localhost:9\"", "127.0.0.1:8687"),
        ("[server]\ncors_origins = [\"https://app.example/\"]", "here https://app.example"),
        ("[committer]\nbatch_rows = 0", "committer.batch_rows must be at least 1"),
        ("[files]\nfolder = \"\"", "files.folder"),
        ("[log]\nlevel = \"inof\"", "off, error, warn, info, debug, trace"),
        ("[log]\nlevel = \"info,sixin_storage\"", "log.level"),
        ("[log]\nlevel = \"info,sixin_storage=loud\"", "log.level"),
        ("[log]\nlevel = \"\"", "log.level"),
        ("[server]\nlissten = \"127.0.0.1:1\"", "did you mean server.listen"),
        ("[server]\nzzz = 1", "server.trusted_proxies"),
        ("[zzz]\nx = 1", "the sections are"),
    ] {
        let error = load(toml, &[]).unwrap_err().to_string();
        assert!(error.contains(named), "{toml}: {error}");
    }
}

#[test]
fn variables_nobody_knows_are_refused_with_the_right_spelling() {
    for (name, right) in [
        ("SIXIN_SERVER_LISTEN", "SIXIN__SERVER__LISTEN"),
        ("SIXIN_SERVER__LISTEN", "SIXIN__SERVER__LISTEN"),
        ("SIXIN__SERVER_LISTEN", "SIXIN__SERVER__LISTEN"),
        ("sixin_database_url", "SIXIN__DATABASE__URL"),
        ("SIXIN_URL", "SIXIN__DATABASE__URL"),
        ("SIXIN_FILES_BUCKET_NAME", "SIXIN__FILES__BUCKET__NAME"),
        ("SIXIN_SERVER_LISTN", "SIXIN__SERVER__LISTEN"),
        ("SIXIN__SERVER__LISTN", "SIXIN__SERVER__LISTEN"),
        ("SIXIN__SERVER__TYPO", "SIXIN__SERVER__"),
        ("SIXIN__ZZZ", "the sections are"),
    ] {
        let error = load("", &[(name, "hunter2")]).unwrap_err().to_string();
        assert!(error.contains(name) && error.contains(right), "{name}: {error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
    for foreign in [
        "SIXIN_PORT",
        "SIXIN_SERVICE_HOST",
        "SIXIN_PORT_8686_TCP",
        "SIXIN_METRICS_SERVICE_PORT",
        "SIXIN_HOME",
    ] {
        assert!(load("", &[(foreign, "tcp://10.0.0.1:8686")]).is_ok(), "{foreign}");
    }
}

#[test]
fn paths_in_the_file_are_relative_to_its_folder_and_others_to_where_sixin_was_started() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sixin.toml");
    let write = |text: &str| std::fs::write(&file, text).unwrap();
    write(
        "[database]\nurl = \"sqlite://data/a.db\"\n[files]\nfolder = \"kept\"\narriving = \"/abs/arriving\"\n",
    );
    let config = from(&file, &[]).unwrap();
    assert_eq!(config.database.url, format!("sqlite://{}", folder.path().join("data/a.db").display()));
    assert_eq!(config.files.folder, folder.path().join("kept"));
    assert_eq!(config.files.arriving, Path::new("/abs/arriving"));
    let named = [("SIXIN__DATABASE__URL", "sqlite://here.db"), ("SIXIN__FILES__FOLDER", "here")];
    let config = from(&file, &named).unwrap();
    assert_eq!(
        (config.database.url.as_str(), config.files.folder.as_path()),
        ("sqlite://here.db", Path::new("here"))
    );
    write("");
    let config = from(&file, &[]).unwrap();
    assert_eq!(
        (config.database.url.as_str(), config.files.folder.as_path()),
        ("sqlite://var/sixin.db", Path::new("var/files"))
    );
    write("[database]\nurl = \"mysql://u:p@h/data\"\n");
    assert_eq!(from(&file, &[]).unwrap().database.url, "mysql://u:p@h/data");
    write("[database]\nurl = \"sqlite://:memory:\"\n");
    assert!(from(&file, &[]).is_err());
}

#[test]
fn two_listeners_on_one_address_are_refused() {
    let both = |one: &str, other: &str| {
        load(&format!("[server]\nlisten = \"{one}\"\n[metrics]\nlisten = \"{other}\""), &[])
    };
    for (one, other) in [
        ("127.0.0.1:80", "127.0.0.1:80"),
        ("0.0.0.0:80", "127.0.0.1:80"),
        ("127.0.0.1:80", "0.0.0.0:80"),
        ("[::]:80", "127.0.0.1:80"),
        ("[::]:80", "[::1]:80"),
        ("0.0.0.0:80", "[::]:80"),
        ("[::ffff:127.0.0.1]:80", "127.0.0.1:80"),
    ] {
        let error = both(one, other).unwrap_err().to_string();
        assert!(error.contains("metrics.listen") && error.contains("server.listen"), "{error}");
    }
    for (one, other) in [
        ("127.0.0.1:80", "127.0.0.1:81"),
        ("127.0.0.1:80", "127.0.0.2:80"),
        ("0.0.0.0:80", "[::1]:80"),
        ("127.0.0.1:0", "127.0.0.1:0"),
        ("127.0.0.1:80", ""),
    ] {
        assert!(both(one, other).is_ok(), "{one} {other}");
    }
}

#[test]
fn a_refusal_shows_no_secret() {
    for toml in [
        "[files.bucket]\nsecret_access_key = \"hunter2",
        "[files.bucket]\nsecret_access_key = hunter2",
        "[files.bucket]\nsecret_access_key = \"x\" hunter2",
        "[files.bucket]\nsecret_access_key = [\"hunter2\"]",
        "[files.bucket]\nendpoint = \"https://me:hunter2@s3.example\"",
        "[database]\nurl = \"mysq://me:hunter2@host/db\"",
        "[database]\nurl = \"mysql://me:hunter2@host\"",
        "[database]\nurl = [\"mysql://me:hunter2@host/db\"]",
    ] {
        let error = load(toml, &[]).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{toml}: {error} {error:?}");
    }
}

#[test]
fn a_named_file_must_exist() {
    assert!(Config::load(Some(Path::new("/nowhere/sixin.toml"))).is_err());
}

#[test]
fn a_password_is_not_printed() {
    let config = load("[database]\nurl = \"mysql://me:hunter2@host/db\"", &[]).unwrap();
    assert!(!serde_json::to_string(&config).unwrap().contains("hunter2"));
}
