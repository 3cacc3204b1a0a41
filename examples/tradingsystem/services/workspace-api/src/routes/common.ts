// What the routes share: the server's type, the shape of ids, the answer for what is not there.
import { Type } from '@sinclair/typebox'
import type { createServer } from '@tradingsystem/node-common'

export type Server = ReturnType<typeof createServer>

const Id = Type.String({ pattern: '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' })
export const WorkspaceId = Type.Object({ id: Id })
export const ItemId = Type.Object({ id: Id, itemId: Id })

/** @throws always, an error that the server answers with status 404 */
export function notFound(what: 'workspace' | 'item', id: string): never {
  throw Object.assign(new Error(`There is no ${what} ${id}`), { statusCode: 404, code: 'NOT_FOUND' })
}
