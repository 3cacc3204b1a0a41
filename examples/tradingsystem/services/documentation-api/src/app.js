// Documents in; a server that lists, shows and searches them out.
import { createServer } from '@tradingsystem/node-common'
import { marked } from 'marked'
import { createSearch } from './search.js'

const SEARCH_QUERY = {
  type: 'object',
  required: ['q'],
  properties: {
    q: { type: 'string', minLength: 1, maxLength: 200, pattern: '\\S' },
    limit: { type: 'integer', minimum: 1, maximum: 50, default: 10 },
  },
}

/**
 * @param {{ documents: import('./documents.js').Document[], service: string, version: string,
 *           logger?: import('pino').Logger }} options
 */
export function createApp({ documents, ...identity }) {
  const app = createServer(identity)
  const search = createSearch(documents)
  const byId = new Map(documents.map((document) => [document.id, document]))

  app.get('/docs', async () => ({ documents: documents.map(({ id, title, headings }) => ({ id, title, headings })) }))

  // An id may hold slashes ("guides/order-types"), hence the wildcard.
  app.get('/docs/*', async (request, reply) => {
    const document = byId.get(request.params['*'].replace(/\.md$/, ''))
    if (!document) {
      const message = `No document "${request.params['*']}"; GET /docs lists all`
      return reply.code(404).send({ error: 'NOT_FOUND', message })
    }
    const { id, title, headings, markdown } = document
    const html = marked.parse(markdown)
    reply.header('vary', 'accept')
    if (request.headers.accept?.startsWith('text/html')) return reply.type('text/html; charset=utf-8').send(page(title, html))
    return { id, title, headings, markdown, html }
  })

  app.get('/search', { schema: { querystring: SEARCH_QUERY } }, async ({ query: { q, limit } }) => ({
    query: q,
    ...search(q, limit),
  }))

  return app
}

/** What a browser gets that follows a link to a document: links between documents work as they are written. */
function page(title, html) {
  const safe = title.replace(/[&<]/g, (sign) => (sign === '&' ? '&amp;' : '&lt;'))
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${safe}</title>
<body style="max-width: 44rem; margin: 2rem auto; padding: 0 1rem; font-family: system-ui; line-height: 1.5">
${html}</body></html>
`
}
