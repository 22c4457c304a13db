DROP TABLE login_failures;
DROP INDEX accounts_phone;
DROP INDEX accounts_email;
ALTER TABLE accounts DROP COLUMN last_login_at;
ALTER TABLE accounts DROP COLUMN password;
ALTER TABLE accounts DROP COLUMN phone;
ALTER TABLE accounts DROP COLUMN pure_phone;
ALTER TABLE accounts DROP COLUMN country_code;
ALTER TABLE accounts DROP COLUMN email;
