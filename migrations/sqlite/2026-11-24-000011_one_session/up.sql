-- One session a platform and account, and one a platform, account and user. No user counts as user 0, since nulls are
-- never the same to a unique index.

DELETE FROM session_tokens WHERE id NOT IN (
    SELECT newest FROM (
        SELECT MAX(id) AS newest FROM session_tokens GROUP BY platform_id, account_id, COALESCE(user_id, 0)
    ) AS kept
);
CREATE UNIQUE INDEX session_tokens_one ON session_tokens (platform_id, account_id, COALESCE(user_id, 0));
