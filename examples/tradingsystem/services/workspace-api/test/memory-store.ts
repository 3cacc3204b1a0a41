// A WorkspaceStore in memory, so that validation and routing are tested without a database.
// store.test.ts holds it to the same behaviour as the one on PostgreSQL.
import { randomUUID } from 'node:crypto'
import type { Activity, Item, ItemChange, NewItem, NewWorkspace, Page, Workspace, WorkspaceChange } from '../src/model.js'
import { NameTaken, type WorkspaceStore } from '../src/store.js'

export class MemoryStore implements WorkspaceStore {
  private readonly workspaces = new Map<string, Workspace>()
  private readonly items = new Map<string, Item>()
  private readonly activity: (Activity & { workspaceId: string })[] = []

  async list({ limit, offset }: Page): Promise<Workspace[]> {
    const byName = (a: Workspace, b: Workspace) => a.name.toLowerCase().localeCompare(b.name.toLowerCase())
    return [...this.workspaces.values()].sort(byName).slice(offset, offset + limit)
  }

  async create({ name, description = '' }: NewWorkspace): Promise<Workspace> {
    this.claim(name)
    const now = new Date()
    const workspace = { id: randomUUID(), name, description, createdAt: now, updatedAt: now }
    this.workspaces.set(workspace.id, workspace)
    this.log(workspace.id, 'created', 'workspace', name)
    return workspace
  }

  async find(id: string): Promise<Workspace | undefined> {
    return this.workspaces.get(id)
  }

  async change(id: string, change: WorkspaceChange): Promise<Workspace | undefined> {
    const before = this.workspaces.get(id)
    if (!before) return undefined
    if (change.name) this.claim(change.name, id)
    const after = { ...before, ...change, updatedAt: new Date() }
    this.workspaces.set(id, after)
    this.log(id, 'changed', 'workspace', after.name)
    return after
  }

  async remove(id: string): Promise<boolean> {
    const workspace = this.workspaces.get(id)
    if (!workspace) return false
    this.workspaces.delete(id)
    for (const item of await this.listItems(id)) this.items.delete(item.id)
    this.log(id, 'deleted', 'workspace', workspace.name)
    return true
  }

  async listItems(workspaceId: string): Promise<Item[]> {
    const inOrder = (a: Item, b: Item) => a.position - b.position || +a.createdAt - +b.createdAt
    return [...this.items.values()].filter((item) => item.workspaceId === workspaceId).sort(inOrder)
  }

  async createItem(workspaceId: string, { kind, title, body = {} }: NewItem): Promise<Item | undefined> {
    if (!this.workspaces.has(workspaceId)) return undefined
    const position = Math.max(0, ...(await this.listItems(workspaceId)).map((item) => item.position)) + 1
    const now = new Date()
    const item: Item = { id: randomUUID(), workspaceId, kind, title, body, position, createdAt: now, updatedAt: now }
    this.items.set(item.id, item)
    this.log(workspaceId, 'created', 'item', title)
    return item
  }

  async changeItem(workspaceId: string, id: string, change: ItemChange): Promise<Item | undefined> {
    const before = this.items.get(id)
    if (before?.workspaceId !== workspaceId) return undefined
    const after = { ...before, ...change, updatedAt: new Date() }
    this.items.set(id, after)
    this.log(workspaceId, 'changed', 'item', after.title)
    return after
  }

  async removeItem(workspaceId: string, id: string): Promise<boolean> {
    const item = this.items.get(id)
    if (item?.workspaceId !== workspaceId) return false
    this.items.delete(id)
    this.log(workspaceId, 'deleted', 'item', item.title)
    return true
  }

  async listActivity(workspaceId: string, { limit, offset }: Page): Promise<Activity[]> {
    const mine = this.activity.filter((entry) => entry.workspaceId === workspaceId).reverse()
    return mine.slice(offset, offset + limit).map(({ workspaceId: _, ...entry }) => entry)
  }

  private claim(name: string, owner?: string): void {
    for (const other of this.workspaces.values()) {
      if (other.id !== owner && other.name.toLowerCase() === name.toLowerCase()) throw new NameTaken(name)
    }
  }

  private log(workspaceId: string, action: Activity['action'], subject: Activity['subject'], title: string): void {
    this.activity.push({ at: new Date(), workspaceId, action, subject, title })
  }
}
