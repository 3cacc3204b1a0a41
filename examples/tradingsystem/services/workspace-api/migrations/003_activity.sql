-- What changed, and when. No foreign key: the history of a deleted workspace stays.
CREATE TABLE workspace.activity (
    at           timestamptz NOT NULL DEFAULT now(),
    workspace_id uuid NOT NULL,
    action       text NOT NULL CHECK (action IN ('created', 'changed', 'deleted')),
    subject      text NOT NULL CHECK (subject IN ('workspace', 'item')),
    title        text NOT NULL
);

CREATE INDEX activity_of_workspace ON workspace.activity (workspace_id, at DESC);

-- On TimescaleDB the log is cut into chunks by time; plain PostgreSQL keeps one table.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb') THEN
        PERFORM create_hypertable('workspace.activity', 'at', chunk_time_interval => INTERVAL '30 days');
    END IF;
END
$$;
