-- What an account signs in with, and who failed to of late. A password is a hash: Argon2id, or bcrypt that was brought
-- along. Of a failure nothing is kept but when it was and a hash of who tried.

ALTER TABLE accounts
    ADD COLUMN email VARCHAR(128),
    ADD COLUMN country_code VARCHAR(8),
    ADD COLUMN pure_phone VARCHAR(128),
    ADD COLUMN phone VARCHAR(128),
    ADD COLUMN password VARCHAR(255),
    ADD COLUMN last_login_at BIGINT,
    ADD UNIQUE KEY accounts_email (email),
    ADD UNIQUE KEY accounts_phone (phone);

-- 64 characters are enough for bcrypt only.
ALTER TABLE users MODIFY COLUMN password VARCHAR(255);

CREATE TABLE login_failures (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    key_hash VARBINARY(32) NOT NULL,
    failed_at BIGINT NOT NULL,
    KEY login_failures_key (key_hash, failed_at),
    KEY login_failures_failed_at (failed_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
