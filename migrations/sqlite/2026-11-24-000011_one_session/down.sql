DROP INDEX session_tokens_one;
