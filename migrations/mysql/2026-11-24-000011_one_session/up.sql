-- One session a platform and account, and one a platform, account and user. No user counts as user 0, since nulls are
-- never the same to a unique index; MariaDB has no index over an expression, so that is a column.

DELETE FROM session_tokens WHERE id NOT IN (
    SELECT newest FROM (
        SELECT MAX(id) AS newest FROM session_tokens GROUP BY platform_id, account_id, COALESCE(user_id, 0)
    ) AS kept
);
ALTER TABLE session_tokens
    ADD COLUMN user_or_none BIGINT GENERATED ALWAYS AS (COALESCE(user_id, 0)) STORED,
    ADD UNIQUE INDEX session_tokens_one (platform_id, account_id, user_or_none);
