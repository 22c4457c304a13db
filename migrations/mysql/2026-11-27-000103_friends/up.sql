-- Whom users take as friends, where that was set, and what back ends keep of a friend for its friend. Who is a friend
-- stands in user_follows, what friends call each other in user_remarks.
CREATE TABLE friend_permissions (
    user_id BIGINT NOT NULL PRIMARY KEY,
    permission SMALLINT NOT NULL,
    updated_at BIGINT NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE friend_profiles (
    user_id BIGINT NOT NULL,
    target_id BIGINT NOT NULL,
    profile TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, target_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
