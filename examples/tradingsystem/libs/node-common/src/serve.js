// A function that builds a server in; a process that listens, stops cleanly and says why it could not start out.
import { ConfigurationError } from './config.js'
import { createLogger } from './logger.js'

/** Exit codes: 0 after a requested stop, 1 for a failed start or stop, 2 for a configuration to correct. */
const EXIT = { ok: 0, failed: 1, configuration: 2 }

/**
 * Build the server, listen, and stop on SIGTERM or SIGINT: no new connections, running requests finish,
 * `onClose` hooks run. What takes longer than `graceMs` is cut off. Works as process 1 of a container.
 * @param {string} service
 * @param {() => Promise<{ app: import('fastify').FastifyInstance, port: number, host?: string }>} build
 * @param {{ graceMs?: number }} [options] milliseconds; keep it below the container's stop timeout (10 s)
 * @returns {Promise<void>}
 */
export async function serve(service, build, { graceMs = 8000 } = {}) {
  const logger = createLogger({ service })
  const interrupted = () => process.exit(EXIT.ok)
  // Process 1 has no default signal handling: a stop during a slow start would be ignored.
  process.on('SIGTERM', interrupted).on('SIGINT', interrupted)
  try {
    const { app, port, host = '0.0.0.0' } = await build()
    await app.listen({ port, host })
    process.off('SIGTERM', interrupted).off('SIGINT', interrupted)
    stopOnSignal(app, logger, graceMs)
  } catch (error) {
    if (error instanceof ConfigurationError) {
      for (const problem of error.problems) logger.fatal(problem)
      process.exit(EXIT.configuration)
    }
    logger.fatal({ err: error }, 'could not start')
    process.exit(EXIT.failed)
  }
}

/**
 * @param {import('fastify').FastifyInstance} app
 * @param {import('pino').Logger} logger
 * @param {number} graceMs
 */
function stopOnSignal(app, logger, graceMs) {
  let stopping = false
  const stop = async (/** @type {string} */ signal) => {
    if (stopping) return
    stopping = true
    logger.info({ signal }, 'stopping')
    setTimeout(() => {
      logger.error({ graceMs }, 'requests were still running; cut off')
      process.exit(EXIT.failed)
    }, graceMs).unref()
    try {
      await app.close()
      process.exit(EXIT.ok)
    } catch (error) {
      logger.error({ err: error }, 'could not stop cleanly')
      process.exit(EXIT.failed)
    }
  }
  process.on('SIGTERM', stop).on('SIGINT', stop)
}
