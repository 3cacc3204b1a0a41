// A store in; the routes of workspaces and of their activity out.
import type { Static } from '@sinclair/typebox'
import { NewWorkspace, Page, WorkspaceChange } from '../model.js'
import { NameTaken, type WorkspaceStore } from '../store.js'
import { type Server, WorkspaceId, notFound } from './common.js'

type Params = Static<typeof WorkspaceId>

export function workspaceRoutes(app: Server, store: WorkspaceStore): void {
  app.get<{ Querystring: Page }>('/workspaces', { schema: { querystring: Page } }, async ({ query }) => ({
    workspaces: await store.list(query),
  }))

  app.post<{ Body: NewWorkspace }>('/workspaces', { schema: { body: NewWorkspace } }, async ({ body }, reply) => {
    const workspace = await orConflict(store.create(body))
    return reply.code(201).header('location', `/workspaces/${workspace.id}`).send(workspace)
  })

  app.get<{ Params: Params }>('/workspaces/:id', { schema: { params: WorkspaceId } }, async ({ params }) => {
    return (await store.find(params.id)) ?? notFound('workspace', params.id)
  })

  app.patch<{ Params: Params; Body: WorkspaceChange }>(
    '/workspaces/:id',
    { schema: { params: WorkspaceId, body: WorkspaceChange } },
    async ({ params, body }) => (await orConflict(store.change(params.id, body))) ?? notFound('workspace', params.id),
  )

  app.delete<{ Params: Params }>('/workspaces/:id', { schema: { params: WorkspaceId } }, async ({ params }, reply) => {
    if (!(await store.remove(params.id))) notFound('workspace', params.id)
    return reply.code(204).send()
  })

  app.get<{ Params: Params; Querystring: Page }>(
    '/workspaces/:id/activity',
    { schema: { params: WorkspaceId, querystring: Page } },
    async ({ params, query }) => {
      const activity = await store.listActivity(params.id, query)
      if (activity.length === 0 && query.offset === 0) notFound('workspace', params.id)
      return { activity }
    },
  )
}

/** A taken name is the client's to solve: status 409 instead of 500. */
async function orConflict<T>(change: Promise<T>): Promise<T> {
  try {
    return await change
  } catch (error) {
    if (error instanceof NameTaken) throw Object.assign(error, { statusCode: 409, code: 'NAME_TAKEN' })
    throw error
  }
}
