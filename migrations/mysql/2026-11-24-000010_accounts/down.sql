DROP TABLE login_failures;
ALTER TABLE users MODIFY COLUMN password VARCHAR(64);
ALTER TABLE accounts
    DROP KEY accounts_phone,
    DROP KEY accounts_email,
    DROP COLUMN last_login_at,
    DROP COLUMN password,
    DROP COLUMN phone,
    DROP COLUMN pure_phone,
    DROP COLUMN country_code,
    DROP COLUMN email;
