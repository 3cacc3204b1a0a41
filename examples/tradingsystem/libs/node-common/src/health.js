// A server and the service's own checks in; GET /health on that server out.

/** @typedef {Record<string, () => Promise<unknown>>} HealthChecks each resolves when well, rejects when not */

/**
 * Answer GET /health: 200 with status "ok", or 503 with status "failing" and the failed checks' reasons.
 * @param {import('fastify').FastifyInstance} app
 * @param {{ service: string, version: string, checks?: HealthChecks, timeoutMs?: number }} options
 */
export function registerHealth(app, { service, version, checks = {}, timeoutMs = 1500 }) {
  const names = Object.keys(checks)
  // Probes arrive every few seconds; logging each would drown what matters.
  app.get('/health', { logLevel: 'warn' }, async (_request, reply) => {
    const outcomes = await Promise.all(names.map((name) => judge(checks[name], timeoutMs)))
    const failing = outcomes.some((outcome) => outcome !== 'ok')
    reply.code(failing ? 503 : 200).header('cache-control', 'no-store')
    const body = { status: failing ? 'failing' : 'ok', service, version }
    if (names.length === 0) return body
    return { ...body, checks: Object.fromEntries(names.map((name, i) => [name, outcomes[i]])) }
  })
}

/**
 * @param {() => Promise<unknown>} check
 * @param {number} timeoutMs
 * @returns {Promise<string>} "ok" or the reason of failure
 */
async function judge(check, timeoutMs) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer
  const deadline = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
  })
  try {
    await Promise.race([check(), deadline])
    return 'ok'
  } catch (error) {
    return error instanceof Error ? error.message || error.name : String(error)
  } finally {
    clearTimeout(timer)
  }
}
