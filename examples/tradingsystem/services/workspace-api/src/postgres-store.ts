// A pool of connections in; a WorkspaceStore out. Each change and its line of activity are one statement.
import { DatabaseError, type Pool } from 'pg'
import type { Activity, Item, ItemChange, NewItem, NewWorkspace, Page, Workspace, WorkspaceChange } from './model.js'
import { NameTaken, type WorkspaceStore } from './store.js'

const UNIQUE_VIOLATION = '23505'
const WORKSPACE = 'id, name, description, created_at AS "createdAt", updated_at AS "updatedAt"'
const ITEM = `id, workspace_id AS "workspaceId", kind, title, body, position,
  created_at AS "createdAt", updated_at AS "updatedAt"`

/** SQL that runs `change` (which must return the row) and logs it under the given column of that row. */
function logged(change: string, columns: string, entry: { action: string; subject: string; id: string; title: string }) {
  return `WITH affected AS (${change} RETURNING *),
    log AS (INSERT INTO workspace.activity (workspace_id, action, subject, title)
      SELECT ${entry.id}, '${entry.action}', '${entry.subject}', ${entry.title} FROM affected)
    SELECT ${columns} FROM affected`
}

const ofWorkspace = (action: string) => ({ action, subject: 'workspace', id: 'id', title: 'name' })
const ofItem = (action: string) => ({ action, subject: 'item', id: 'workspace_id', title: 'title' })

const INSERT_WORKSPACE = logged(
  'INSERT INTO workspace.workspaces (name, description) VALUES ($1, $2)',
  WORKSPACE,
  ofWorkspace('created'),
)
const UPDATE_WORKSPACE = logged(
  `UPDATE workspace.workspaces
    SET name = coalesce($2, name), description = coalesce($3, description), updated_at = now() WHERE id = $1`,
  WORKSPACE,
  ofWorkspace('changed'),
)
const DELETE_WORKSPACE = logged('DELETE FROM workspace.workspaces WHERE id = $1', 'id', ofWorkspace('deleted'))
const INSERT_ITEM = logged(
  `INSERT INTO workspace.items (workspace_id, kind, title, body, position)
    SELECT id, $2, $3, $4::jsonb, (SELECT coalesce(max(position), 0) + 1 FROM workspace.items WHERE workspace_id = $1)
    FROM workspace.workspaces WHERE id = $1`,
  ITEM,
  ofItem('created'),
)
const UPDATE_ITEM = logged(
  `UPDATE workspace.items SET title = coalesce($3, title), body = coalesce($4::jsonb, body),
    position = coalesce($5, position), updated_at = now() WHERE workspace_id = $1 AND id = $2`,
  ITEM,
  ofItem('changed'),
)
const DELETE_ITEM = logged('DELETE FROM workspace.items WHERE workspace_id = $1 AND id = $2', 'id', ofItem('deleted'))

export class PostgresStore implements WorkspaceStore {
  constructor(private readonly pool: Pool) {}

  list({ limit, offset }: Page): Promise<Workspace[]> {
    return this.rows(`SELECT ${WORKSPACE} FROM workspace.workspaces ORDER BY lower(name) LIMIT $1 OFFSET $2`, [limit, offset])
  }

  async create({ name, description = '' }: NewWorkspace): Promise<Workspace> {
    const created = await this.uniquelyNamed<Workspace>(name, INSERT_WORKSPACE, [name, description])
    return created as Workspace
  }

  async find(id: string): Promise<Workspace | undefined> {
    const [found] = await this.rows<Workspace>(`SELECT ${WORKSPACE} FROM workspace.workspaces WHERE id = $1`, [id])
    return found
  }

  change(id: string, { name, description }: WorkspaceChange): Promise<Workspace | undefined> {
    return this.uniquelyNamed(name ?? '', UPDATE_WORKSPACE, [id, name, description])
  }

  async remove(id: string): Promise<boolean> {
    return (await this.rows(DELETE_WORKSPACE, [id])).length > 0
  }

  listItems(workspaceId: string): Promise<Item[]> {
    const sql = `SELECT ${ITEM} FROM workspace.items WHERE workspace_id = $1 ORDER BY position, created_at`
    return this.rows(sql, [workspaceId])
  }

  async createItem(workspaceId: string, { kind, title, body = {} }: NewItem): Promise<Item | undefined> {
    const [created] = await this.rows<Item>(INSERT_ITEM, [workspaceId, kind, title, JSON.stringify(body)])
    return created
  }

  async changeItem(workspaceId: string, id: string, { title, body, position }: ItemChange): Promise<Item | undefined> {
    const json = body && JSON.stringify(body)
    const [changed] = await this.rows<Item>(UPDATE_ITEM, [workspaceId, id, title, json, position])
    return changed
  }

  async removeItem(workspaceId: string, id: string): Promise<boolean> {
    return (await this.rows(DELETE_ITEM, [workspaceId, id])).length > 0
  }

  listActivity(workspaceId: string, { limit, offset }: Page): Promise<Activity[]> {
    const sql = `SELECT at, action, subject, title FROM workspace.activity
      WHERE workspace_id = $1 ORDER BY at DESC LIMIT $2 OFFSET $3`
    return this.rows(sql, [workspaceId, limit, offset])
  }

  private async rows<Row extends object>(sql: string, values: unknown[]): Promise<Row[]> {
    return (await this.pool.query<Row>(sql, values)).rows
  }

  private async uniquelyNamed<Row extends object>(name: string, sql: string, values: unknown[]): Promise<Row | undefined> {
    try {
      return (await this.rows<Row>(sql, values))[0]
    } catch (error) {
      if (error instanceof DatabaseError && error.code === UNIQUE_VIOLATION) throw new NameTaken(name)
      throw error
    }
  }
}
