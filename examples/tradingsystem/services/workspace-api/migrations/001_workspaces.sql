CREATE TABLE workspace.workspaces (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    description text NOT NULL DEFAULT '',
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now()
);

-- Names differ by more than case: two workspaces "Swing" and "swing" would only confuse.
CREATE UNIQUE INDEX workspaces_name_key ON workspace.workspaces (lower(name));
