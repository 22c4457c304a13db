-- Those who run the site.
CREATE TABLE operators (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    password TEXT NOT NULL,
    is_enabled BOOLEAN NOT NULL DEFAULT TRUE,
    created_at BIGINT NOT NULL,
    signed_in_at BIGINT
);
CREATE UNIQUE INDEX operators_name ON operators (name);

-- Who of them is signed in.
CREATE TABLE operator_sessions (
    token_hash BLOB NOT NULL PRIMARY KEY,
    operator_id BIGINT NOT NULL,
    began_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX operator_sessions_operator ON operator_sessions (operator_id);

-- With what programs speak for them.
CREATE TABLE operator_tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    operator_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    token_hash BLOB NOT NULL,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    ends_at BIGINT
);
CREATE UNIQUE INDEX operator_tokens_hash ON operator_tokens (token_hash);
CREATE INDEX operator_tokens_operator ON operator_tokens (operator_id);

-- What was done, to which rows are only ever added.
CREATE TABLE audit_log (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    written_at BIGINT NOT NULL,
    -- NULL: it was no operator.
    operator_id BIGINT,
    who TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    details TEXT NOT NULL,
    address TEXT
);
CREATE INDEX audit_log_who ON audit_log (who, id);
CREATE INDEX audit_log_target ON audit_log (target, id);
CREATE INDEX audit_log_action ON audit_log (action, id);
