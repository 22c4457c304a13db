-- What back ends keep about users and the table of users has no place for.
CREATE TABLE user_profiles (
    user_id BIGINT NOT NULL PRIMARY KEY,
    unique_id VARCHAR(32),
    email VARCHAR(128),
    birthday VARCHAR(32),
    role SMALLINT,
    level SMALLINT,
    extensions TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);
