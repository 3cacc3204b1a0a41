// A catalogue in; a server that lists the services and tells their health out.
import { createServer } from '@tradingsystem/node-common'
import { probe } from './probe.js'
import { createSurvey } from './survey.js'

/**
 * @param {{ catalogue: readonly import('./catalogue.js').Service[], timeoutMs: number, service: string,
 *           version: string, logger?: import('pino').Logger }} options
 */
export function createApp({ catalogue, timeoutMs, ...identity }) {
  const app = createServer(identity)
  const survey = createSurvey(catalogue, { timeoutMs })

  app.get('/services', async () => ({ services: catalogue }))

  // Status 200 whatever the services say: the survey itself succeeded, its object carries the verdict.
  app.get('/health/all', async (_request, reply) => {
    reply.header('cache-control', 'no-store')
    return survey()
  })

  app.get('/services/:name/health', async ({ params: { name } }, reply) => {
    const service = catalogue.find((each) => each.name === name)
    if (!service) {
      return reply.code(404).send({ error: 'NOT_FOUND', message: `No service "${name}"; GET /services lists all` })
    }
    return probe(service, timeoutMs)
  })

  return app
}
