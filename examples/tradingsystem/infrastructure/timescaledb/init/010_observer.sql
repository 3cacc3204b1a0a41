-- Runs once, when the data directory is new. Tables belong to the services that own them: each makes its own at its
-- start. Here is only what no single service may decide: a role for dashboards, which reads and never writes.
CREATE EXTENSION IF NOT EXISTS timescaledb;

CREATE ROLE observer NOLOGIN;
GRANT USAGE ON SCHEMA public TO observer;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO observer;
GRANT pg_monitor TO observer;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
