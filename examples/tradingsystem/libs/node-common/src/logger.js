// Service name and level in; a logger that writes one JSON object a line to stdout out.
import { pino } from 'pino'

/** Fields that must never reach a log, wherever a request or an error carries them. */
const SECRETS = ['req.headers.authorization', 'req.headers.cookie', 'password', '*.password', 'connectionString']

/**
 * @param {{ service: string, level?: string, destination?: import('pino').DestinationStream }} options
 * @returns {import('pino').Logger}
 */
export function createLogger({ service, level = process.env.LOG_LEVEL || 'info', destination }) {
  const settings = {
    level: level in pino.levels.values || level === 'silent' ? level : 'info',
    base: { service },
    redact: { paths: SECRETS, censor: '[hidden]' },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (/** @type {string} */ label) => ({ level: label }) },
  }
  // Written synchronously: the last lines before an exit are the ones that matter, in their order.
  return pino(settings, destination ?? pino.destination({ dest: 1, sync: true }))
}
