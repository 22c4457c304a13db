use super::*;
use std::io::Write;

fn load(toml: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(toml.as_bytes()).unwrap();
    let variables = environment.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    let source = Environment::with_prefix("SIXIN")
        .prefix_separator("__")
        .separator("__")
        .source(Some(variables.collect()));
    Config::from_sources(Some(file.path()), source)
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
    let options = DatabaseOptions::new(DatabaseUrl::parse("sqlite://var/sixin.db").unwrap());
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
fn unknown_keys_and_nonsense_values_are_refused_by_name() {
    for (toml, named) in [
        ("[server]\nlissen = \"127.0.0.1:1\"", "lissen"),
        ("[sever]\nlisten = \"127.0.0.1:1\"", "sever"),
        ("[server]\nlisten = \"nowhere\"", "server.listen"),
        ("[server]\nbody_bytes = -1", "server.body_bytes"),
        ("[server]\nbody_timeout_seconds = 0", "server.body_timeout_seconds"),
        ("[server]\ntrusted_proxies = [\"proxy\"]", "server.trusted_proxies"),
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
        ("[cache]\nentries = 0", "cache.entries"),
        ("[cache]\npoll_milliseconds = 2001", "cache.poll_milliseconds"),
        ("[idempotency]\nhours = 0", "idempotency.hours"),
        ("[idempotency]\nhours = 8761", "idempotency.hours"),
        ("[idempotency]\nhours = \"long\"", "idempotency.hours"),
        ("[metrics]\nlisten = \"9\"", "metrics.listen"),
        ("[log]\nformat = \"xml\"", "format"),
    ] {
        let error = load(toml, &[]).unwrap_err().to_string();
        assert!(error.contains(named), "{toml}: {error}");
    }
    let error = load("", &[("SIXIN__SERVER__TYPO", "1")]).unwrap_err().to_string();
    assert!(error.contains("typo"), "{error}");
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
