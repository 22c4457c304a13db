-- Users who were erased: by number and moment of making, which together name one user for good, so that a list of them holds after a
-- backup from before was restored.
CREATE TABLE erased_users (
    user_id BIGINT NOT NULL PRIMARY KEY,
    created_at BIGINT NOT NULL,
    erased_at BIGINT NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
