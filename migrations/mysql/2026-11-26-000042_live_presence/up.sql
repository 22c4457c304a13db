-- Which process a user is connected to. A row counts as long as the lease of that process does (process_leases), so nobody stays
-- online whose process has died.
CREATE TABLE live_presence (
    user_id BIGINT NOT NULL,
    token VARCHAR(64) NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (user_id, token),
    KEY live_presence_token (token)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
