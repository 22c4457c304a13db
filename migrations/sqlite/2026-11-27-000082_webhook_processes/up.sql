-- Processes that tell receivers, each there until its time on the database's clock ends: so that they share the endpoints evenly.
CREATE TABLE webhook_processes (
    token TEXT NOT NULL PRIMARY KEY,
    ends_at BIGINT NOT NULL
);
