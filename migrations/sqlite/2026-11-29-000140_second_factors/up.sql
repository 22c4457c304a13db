-- What operators prove beside their password: the secret that their app has, and the last step of time whose code was used, since each code
-- is good once.
ALTER TABLE operators ADD COLUMN totp_secret TEXT;
ALTER TABLE operators ADD COLUMN totp_step BIGINT NOT NULL DEFAULT 0;
