-- Receivers that are told what was committed. Each is a cursor on the log, held by one process at a time for as long as its lease
-- lasts on the database's clock.
CREATE TABLE webhook_endpoints (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    url TEXT NOT NULL,
    secret TEXT NOT NULL,
    former_secret TEXT,
    former_until BIGINT,
    app_id TEXT,
    events TEXT NOT NULL,
    has_server_messages BOOLEAN NOT NULL,
    max_in_flight BIGINT NOT NULL,
    -- 0 on, 1 paused, 2 off
    state SMALLINT NOT NULL DEFAULT 0,
    off_reason TEXT,
    failures BIGINT NOT NULL DEFAULT 0,
    failing_since BIGINT,
    probes BIGINT NOT NULL DEFAULT 0,
    next_probe_at BIGINT,
    cursor_pos BIGINT NOT NULL,
    generation BIGINT NOT NULL DEFAULT 0,
    replays BIGINT NOT NULL DEFAULT 0,
    leased_by TEXT,
    leased_until BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL
);

-- Events that could not be told, and those of the same lane behind them. A lane is a conversation, or one user (then b_user_id is 0).
CREATE TABLE webhook_parked (
    endpoint_id BIGINT NOT NULL,
    pos BIGINT NOT NULL,
    a_user_id BIGINT NOT NULL,
    b_user_id BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    first_failed_at BIGINT,
    last_failure TEXT NOT NULL,
    is_dead BOOLEAN NOT NULL,
    PRIMARY KEY (endpoint_id, pos)
);
CREATE INDEX webhook_parked_lane ON webhook_parked (endpoint_id, is_dead, a_user_id, b_user_id, pos);
