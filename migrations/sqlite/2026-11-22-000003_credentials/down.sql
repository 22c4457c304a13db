DROP TABLE process_leases;
DROP TABLE used_nonces;
DROP TABLE session_tokens;
DROP TABLE session_keys;
