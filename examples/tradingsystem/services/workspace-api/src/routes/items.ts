// A store in; the routes of a workspace's items out.
import type { Static } from '@sinclair/typebox'
import { ItemChange, NewItem } from '../model.js'
import type { WorkspaceStore } from '../store.js'
import { ItemId, type Server, WorkspaceId, notFound } from './common.js'

type OfWorkspace = Static<typeof WorkspaceId>
type OfItem = Static<typeof ItemId>

export function itemRoutes(app: Server, store: WorkspaceStore): void {
  const all = '/workspaces/:id/items'
  const one = '/workspaces/:id/items/:itemId'

  app.get<{ Params: OfWorkspace }>(all, { schema: { params: WorkspaceId } }, async ({ params }) => {
    const items = await store.listItems(params.id)
    if (items.length === 0 && !(await store.find(params.id))) notFound('workspace', params.id)
    return { items }
  })

  app.post<{ Params: OfWorkspace; Body: NewItem }>(
    all,
    { schema: { params: WorkspaceId, body: NewItem } },
    async ({ params, body }, reply) => {
      const item = (await store.createItem(params.id, body)) ?? notFound('workspace', params.id)
      return reply.code(201).header('location', `/workspaces/${params.id}/items/${item.id}`).send(item)
    },
  )

  app.patch<{ Params: OfItem; Body: ItemChange }>(
    one,
    { schema: { params: ItemId, body: ItemChange } },
    async ({ params: { id, itemId }, body }) =>
      (await store.changeItem(id, itemId, body)) ?? notFound('item', itemId),
  )

  app.delete<{ Params: OfItem }>(one, { schema: { params: ItemId } }, async ({ params: { id, itemId } }, reply) => {
    if (!(await store.removeItem(id, itemId))) notFound('item', itemId)
    return reply.code(204).send()
  })
}
