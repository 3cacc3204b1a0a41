// A service in; what its health check says right now out. Never rejects: being unreachable is an answer too.
import { connect } from 'node:net'

/**
 * @typedef {object} Health
 * @property {string} name
 * @property {'ok' | 'failing' | 'unreachable'} status "failing": it answers, and says that it is not well
 * @property {number} latencyMs
 * @property {string} [version]
 * @property {string} [reason]
 */

/**
 * @param {import('./catalogue.js').Service} service
 * @param {number} timeoutMs
 * @returns {Promise<Health>}
 */
export async function probe(service, timeoutMs) {
  const started = performance.now()
  const ask = service.check.startsWith('tcp:') ? askPort : askHttp
  const outcome = await ask(service.check, timeoutMs).catch((error) => ({ status: 'unreachable', reason: explain(error, timeoutMs) }))
  return { name: service.name, latencyMs: Math.round(performance.now() - started), ...outcome }
}

/**
 * @param {string} address
 * @param {number} timeoutMs
 */
async function askHttp(address, timeoutMs) {
  const response = await fetch(address, { signal: AbortSignal.timeout(timeoutMs), redirect: 'manual' })
  const report = readReport(await response.text())
  const version = typeof report.version === 'string' ? { version: report.version } : {}
  if (response.ok) return { status: 'ok', ...version }
  return { status: 'failing', ...version, reason: failures(report) || `answered with status ${response.status}` }
}

/**
 * The Node services tell `checks: { database: "ok" | reason }`, the Python services
 * `details: { database: { ok: true } | { ok: false, error: reason } }`.
 * @param {Record<string, any>} report
 */
function failures({ checks, details }) {
  const reasons = Object.entries(checks ?? {}).filter(([, outcome]) => outcome !== 'ok')
  const errors = Object.entries(details ?? {}).filter(([, outcome]) => outcome?.ok === false)
  return [...reasons, ...errors.map(([name, { error }]) => [name, error])].map((failure) => failure.join(': ')).join('; ')
}

/**
 * Services of others (Prometheus, say) answer with text: that is fine, it only tells no version.
 * @param {string} body
 */
function readReport(body) {
  try {
    return Object(JSON.parse(body))
  } catch {
    return {}
  }
}

/**
 * @param {string} address
 * @param {number} timeoutMs
 */
function askPort(address, timeoutMs) {
  const { hostname: host, port } = new URL(address)
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(port), signal: AbortSignal.timeout(timeoutMs) })
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.destroy()
      resolve({ status: 'ok' })
    })
  })
}

/**
 * @param {Error & { code?: string, cause?: Error & { code?: string } }} error
 * @param {number} timeoutMs
 */
function explain(error, timeoutMs) {
  const cause = error.cause ?? error
  if ([error.name, cause.name].includes('TimeoutError')) return `no answer within ${timeoutMs} ms`
  return cause.code === 'ENOTFOUND' ? 'its host name is unknown' : cause.message || cause.code || error.message
}
