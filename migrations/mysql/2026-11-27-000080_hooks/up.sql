-- Those who are asked before a message is stored, in the order of their numbers.
CREATE TABLE hooks (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(255) NOT NULL,
    kind VARCHAR(32) NOT NULL,
    url VARCHAR(1024) NOT NULL,
    secret VARCHAR(128) NOT NULL,
    former_secret VARCHAR(128),
    former_until BIGINT,
    app_id VARCHAR(64),
    origins VARCHAR(64) NOT NULL,
    object_names VARCHAR(2048) NOT NULL,
    deadline_ms BIGINT NOT NULL,
    on_failure VARCHAR(16) NOT NULL,
    max_in_flight BIGINT NOT NULL,
    is_paused BOOLEAN NOT NULL DEFAULT FALSE,
    generation BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- What became of each question, for as long as that is kept.
CREATE TABLE hook_decisions (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    hook_id BIGINT NOT NULL,
    decided_at BIGINT NOT NULL,
    sender_id BIGINT NOT NULL,
    -- The first of those who would get the message, and how many they were.
    recipient_id BIGINT NOT NULL,
    recipients BIGINT NOT NULL,
    -- NULL: it was not stored.
    message_id BIGINT,
    outcome VARCHAR(32) NOT NULL,
    took_ms BIGINT NOT NULL,
    reason VARCHAR(1024) NOT NULL,
    KEY hook_decisions_hook (hook_id, id),
    KEY hook_decisions_time (decided_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- Servers keep the rules in memory.
INSERT INTO cache_epochs (topic, epoch) VALUES ('hooks', 1);
