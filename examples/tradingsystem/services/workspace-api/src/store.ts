// What the routes need from a store. Whatever is not there comes back as undefined or false, never as an error.
import type { Activity, Item, ItemChange, NewItem, NewWorkspace, Page, Workspace, WorkspaceChange } from './model.js'

/** A name that another workspace already has (case does not count). */
export class NameTaken extends Error {
  constructor(readonly taken: string) {
    super(`A workspace named "${taken}" exists already; choose another name`)
  }
}

export interface WorkspaceStore {
  /** Ordered by name. */
  list(page: Page): Promise<Workspace[]>
  /** @throws NameTaken */
  create(workspace: NewWorkspace): Promise<Workspace>
  find(id: string): Promise<Workspace | undefined>
  /** @throws NameTaken */
  change(id: string, change: WorkspaceChange): Promise<Workspace | undefined>
  /** Its items go with it; its activity stays. */
  remove(id: string): Promise<boolean>

  /** Ordered by position, then by age. */
  listItems(workspaceId: string): Promise<Item[]>
  /** The new item stands last; undefined when there is no such workspace. */
  createItem(workspaceId: string, item: NewItem): Promise<Item | undefined>
  changeItem(workspaceId: string, id: string, change: ItemChange): Promise<Item | undefined>
  removeItem(workspaceId: string, id: string): Promise<boolean>

  /** Newest first. */
  listActivity(workspaceId: string, page: Page): Promise<Activity[]>
}
