-- Those who run the site.
CREATE TABLE operators (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(64) NOT NULL,
    role VARCHAR(32) NOT NULL,
    password VARCHAR(255) NOT NULL,
    is_enabled BOOLEAN NOT NULL DEFAULT TRUE,
    created_at BIGINT NOT NULL,
    signed_in_at BIGINT,
    UNIQUE KEY operators_name (name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- Who of them is signed in.
CREATE TABLE operator_sessions (
    token_hash VARBINARY(32) NOT NULL PRIMARY KEY,
    operator_id BIGINT NOT NULL,
    began_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    KEY operator_sessions_operator (operator_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- With what programs speak for them.
CREATE TABLE operator_tokens (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    operator_id BIGINT NOT NULL,
    name VARCHAR(255) NOT NULL,
    token_hash VARBINARY(32) NOT NULL,
    scopes VARCHAR(512) NOT NULL,
    created_at BIGINT NOT NULL,
    ends_at BIGINT,
    UNIQUE KEY operator_tokens_hash (token_hash),
    KEY operator_tokens_operator (operator_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- What was done, to which rows are only ever added.
CREATE TABLE audit_log (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    written_at BIGINT NOT NULL,
    -- NULL: it was no operator.
    operator_id BIGINT,
    who VARCHAR(64) NOT NULL,
    action VARCHAR(64) NOT NULL,
    target VARCHAR(255) NOT NULL,
    details TEXT NOT NULL,
    address VARCHAR(64),
    KEY audit_log_who (who, id),
    KEY audit_log_target (target, id),
    KEY audit_log_action (action, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
