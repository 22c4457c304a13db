-- Processes that tell receivers, each there until its time on the database's clock ends: so that they share the endpoints evenly.
CREATE TABLE webhook_processes (
    token VARCHAR(64) NOT NULL PRIMARY KEY,
    ends_at BIGINT NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
