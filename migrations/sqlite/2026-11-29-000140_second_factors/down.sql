ALTER TABLE operators DROP COLUMN totp_step;
ALTER TABLE operators DROP COLUMN totp_secret;
