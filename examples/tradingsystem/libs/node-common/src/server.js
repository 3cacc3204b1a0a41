// A service's identity and checks in; a Fastify server with logging, health and uniform errors out.
import fastify from 'fastify'
import { registerHealth } from './health.js'
import { createLogger } from './logger.js'

/**
 * Every error leaves as `{ error, message }`; the message of an unexpected one stays in the log.
 * @param {{ service: string, version: string, checks?: import('./health.js').HealthChecks,
 *           logger?: import('pino').Logger }} options
 * @returns {import('fastify').FastifyInstance} not yet listening; routes are still to be added
 */
export function createServer({ service, version, checks, logger = createLogger({ service }) }) {
  const loggerInstance = /** @type {import('fastify').FastifyBaseLogger} */ (logger)
  // A key that a schema does not know is a mistake to report, not to drop in silence.
  const ajv = { customOptions: { removeAdditional: false } }
  const app = fastify({ loggerInstance, forceCloseConnections: 'idle', ajv })
  app.setErrorHandler((/** @type {import('fastify').FastifyError} */ error, request, reply) => {
    const status = error.statusCode ?? 500
    if (status >= 500) request.log.error({ err: error }, 'request failed')
    const message = status >= 500 ? 'The service could not answer; its log says why.' : error.message
    return reply.code(status).send({ error: error.code ?? `HTTP_${status}`, message })
  })
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({ error: 'NOT_FOUND', message: `No route ${request.method} ${request.url}` }),
  )
  endConnectionsWhenClosing(app)
  registerHealth(app, { service, version, checks })
  return app
}

/**
 * A connection whose request was running when the stop began would stay open for its next request
 * and hold up the stop until the keep-alive timeout; its answer therefore says that it is the last.
 * @param {import('fastify').FastifyInstance} app
 */
function endConnectionsWhenClosing(app) {
  let closing = false
  app.addHook('preClose', async () => {
    closing = true
  })
  app.addHook('onSend', async (_request, reply) => {
    if (closing) reply.header('connection', 'close')
  })
}
