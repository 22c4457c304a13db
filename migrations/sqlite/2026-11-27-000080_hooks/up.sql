-- Those who are asked before a message is stored, in the order of their numbers.
CREATE TABLE hooks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    url TEXT NOT NULL,
    secret TEXT NOT NULL,
    former_secret TEXT,
    former_until BIGINT,
    app_id TEXT,
    origins TEXT NOT NULL,
    object_names TEXT NOT NULL,
    deadline_ms BIGINT NOT NULL,
    on_failure TEXT NOT NULL,
    max_in_flight BIGINT NOT NULL,
    is_paused BOOLEAN NOT NULL DEFAULT FALSE,
    generation BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL
);

-- What became of each question, for as long as that is kept.
CREATE TABLE hook_decisions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    hook_id BIGINT NOT NULL,
    decided_at BIGINT NOT NULL,
    sender_id BIGINT NOT NULL,
    -- The first of those who would get the message, and how many they were.
    recipient_id BIGINT NOT NULL,
    recipients BIGINT NOT NULL,
    -- NULL: it was not stored.
    message_id BIGINT,
    outcome TEXT NOT NULL,
    took_ms BIGINT NOT NULL,
    reason TEXT NOT NULL
);
CREATE INDEX hook_decisions_hook ON hook_decisions (hook_id, id);
CREATE INDEX hook_decisions_time ON hook_decisions (decided_at);

-- Servers keep the rules in memory.
INSERT INTO cache_epochs (topic, epoch) VALUES ('hooks', 1);
CREATE TRIGGER hooks_insert_epoch AFTER INSERT ON hooks BEGIN
    UPDATE cache_epochs SET epoch = epoch + 1 WHERE topic = 'hooks';
END;
CREATE TRIGGER hooks_update_epoch AFTER UPDATE ON hooks BEGIN
    UPDATE cache_epochs SET epoch = epoch + 1 WHERE topic = 'hooks';
END;
CREATE TRIGGER hooks_delete_epoch AFTER DELETE ON hooks BEGIN
    UPDATE cache_epochs SET epoch = epoch + 1 WHERE topic = 'hooks';
END;
