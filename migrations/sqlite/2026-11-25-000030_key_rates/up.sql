-- How often one user may send through a key in any minute: NULL as the site says, 0 any number.

ALTER TABLE session_keys ADD COLUMN sends_per_minute INTEGER;
