// A store and a check of its database in; the server with all routes out.
import { type createLogger, createServer } from '@tradingsystem/node-common'
import type { Server } from './routes/common.js'
import { itemRoutes } from './routes/items.js'
import { workspaceRoutes } from './routes/workspaces.js'
import type { WorkspaceStore } from './store.js'

export interface AppOptions {
  service: string
  version: string
  store: WorkspaceStore
  checkDatabase: () => Promise<unknown>
  logger?: ReturnType<typeof createLogger>
}

export function createApp({ store, checkDatabase, ...identity }: AppOptions): Server {
  const app = createServer({ ...identity, checks: { database: checkDatabase } })
  workspaceRoutes(app, store)
  itemRoutes(app, store)
  return app
}
