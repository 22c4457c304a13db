ALTER TABLE operators
    DROP COLUMN totp_step,
    DROP COLUMN totp_secret;
