// A catalogue in; a function that asks all of its services and sums up out.
import pLimit from 'p-limit'
import { probe } from './probe.js'

/**
 * @typedef {object} Survey
 * @property {'ok' | 'degraded' | 'down'} status of the system: optional services do not count
 * @property {string} checkedAt ISO time
 * @property {(import('./probe.js').Health & { kind: string, optional: boolean })[]} services
 */

/**
 * All services are asked in parallel (up to `parallel` at once), each with its own timeout. Answers are kept for
 * `maxAgeMs`, so that many open dashboards ask no more often than one.
 * @param {readonly import('./catalogue.js').Service[]} catalogue
 * @param {{ timeoutMs: number, maxAgeMs?: number, parallel?: number }} options
 * @returns {() => Promise<Survey>}
 */
export function createSurvey(catalogue, { timeoutMs, maxAgeMs = 1000, parallel = 32 }) {
  const limit = pLimit(parallel)
  /** @type {{ at: number, survey: Promise<Survey> } | undefined} */
  let latest
  const conduct = async () => {
    const checkedAt = new Date().toISOString()
    const answers = await Promise.all(catalogue.map((service) => limit(() => probe(service, timeoutMs))))
    const services = answers.map((health, i) => ({ ...health, kind: catalogue[i].kind, optional: catalogue[i].optional }))
    return { status: sumUp(services), checkedAt, services }
  }
  return () => {
    const now = performance.now()
    if (!latest || now - latest.at > maxAgeMs) latest = { at: now, survey: conduct() }
    return latest.survey
  }
}

/**
 * @param {{ status: string, optional: boolean }[]} services
 * @returns {Survey['status']}
 */
export function sumUp(services) {
  const required = services.filter((service) => !service.optional)
  const well = required.filter((service) => service.status === 'ok')
  if (well.length === required.length) return 'ok'
  return well.length === 0 ? 'down' : 'degraded'
}
