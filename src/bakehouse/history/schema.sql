-- The history of a workspace: one row a run, a row for each of its targets, a row for each step of a target.
-- Times are Unix seconds, lengths seconds, sizes bytes. Version 1; later versions: migrations.py.

CREATE TABLE run (
    run_id       TEXT PRIMARY KEY,          -- sorts by time where two runs start in the same moment
    workspace    TEXT NOT NULL,
    command      TEXT NOT NULL,             -- the command line, a JSON array
    started      REAL NOT NULL,
    completed    REAL,                      -- NULL while it runs, or where its process was killed
    status       TEXT NOT NULL,             -- running, ok, failed, interrupted
    variant      TEXT NOT NULL,
    builder      TEXT NOT NULL,
    engine       TEXT NOT NULL,
    host         TEXT NOT NULL,
    cores        INTEGER NOT NULL,
    git_revision TEXT,
    git_dirty    INTEGER,                   -- 0, 1, or NULL where there is no git
    message      TEXT NOT NULL,
    notices      TEXT NOT NULL,             -- a JSON array of lines
    pid          INTEGER NOT NULL           -- of the process that wrote the row: a run whose process is gone was killed
) STRICT;

CREATE INDEX run_by_time ON run (started);

CREATE TABLE target (
    run_id        TEXT NOT NULL REFERENCES run ON DELETE CASCADE,
    position      INTEGER NOT NULL,         -- order in the plan
    id            TEXT NOT NULL,
    service       TEXT NOT NULL,
    variant       TEXT NOT NULL,
    platform      TEXT NOT NULL,
    state         TEXT NOT NULL,
    started       REAL,
    completed     REAL,
    executed      INTEGER NOT NULL,         -- the counts are of RUN, COPY, ADD and WORKDIR steps
    cached        INTEGER NOT NULL,
    deduplicated  INTEGER NOT NULL,
    failed        INTEGER NOT NULL,
    canceled      INTEGER NOT NULL,
    digest        TEXT,
    image_bytes   INTEGER,
    context_bytes INTEGER NOT NULL,
    dockerfile    TEXT NOT NULL,
    message       TEXT NOT NULL,
    PRIMARY KEY (run_id, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX target_by_id ON target (id);

-- (target, platform, stage, number, total, instruction) is the same step in different runs; vertex is not.
CREATE TABLE step (
    run_id            TEXT NOT NULL REFERENCES run ON DELETE CASCADE,
    position          INTEGER NOT NULL,     -- order of first appearance
    target            TEXT NOT NULL,
    platform          TEXT NOT NULL,
    stage             TEXT NOT NULL,
    number            INTEGER NOT NULL,     -- i of [stage i/n]; 0 where the step is no instruction
    total             INTEGER NOT NULL,
    instruction       TEXT NOT NULL,
    kind              TEXT NOT NULL,
    outcome           TEXT NOT NULL,        -- executed, cached, deduplicated, failed, canceled, unfinished
    batch             INTEGER NOT NULL,     -- bake call within the run
    vertex            TEXT NOT NULL,        -- BuildKit's digest, unique only within the batch
    inputs            TEXT NOT NULL,        -- vertices, a JSON array
    started           REAL,
    completed         REAL,
    seconds           REAL NOT NULL,        -- union of the intervals in which it ran
    queue_seconds     REAL NOT NULL,
    transferred_bytes INTEGER NOT NULL,
    concurrency       REAL NOT NULL,        -- mean number of steps at work meanwhile
    first_line        INTEGER,              -- in the Dockerfile, from 1
    last_line         INTEGER,
    error             TEXT,
    log_tail          TEXT NOT NULL,
    PRIMARY KEY (run_id, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX step_by_target ON step (target, run_id);
