CREATE TABLE workspace.items (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    workspace_id uuid NOT NULL REFERENCES workspace.workspaces (id) ON DELETE CASCADE,
    kind         text NOT NULL CHECK (kind IN ('note', 'chart', 'watchlist', 'link')),
    title        text NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
    body         jsonb NOT NULL DEFAULT '{}',
    position     integer NOT NULL CHECK (position >= 1),
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX items_of_workspace ON workspace.items (workspace_id, position, created_at);
