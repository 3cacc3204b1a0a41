import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createLogger, createServer } from '../src/index.js'
import { registerHealth } from '../src/health.js'

const identity = { service: 'sample', version: '1.2.3' }
const logger = createLogger({ service: 'sample', level: 'silent' })
const probe = fileURLToPath(new URL('../src/healthcheck.js', import.meta.url))

test('a service without checks is well while it answers', async () => {
  const app = createServer({ ...identity, logger })
  const answer = await app.inject('/health')
  assert.equal(answer.statusCode, 200)
  assert.equal(answer.headers['cache-control'], 'no-store')
  assert.deepEqual(answer.json(), { status: 'ok', ...identity })
})

test('one failed check makes the service fail, with the reason', async () => {
  const checks = { cache: async () => 'fine', database: async () => Promise.reject(new Error('refused')) }
  const answer = await createServer({ ...identity, logger, checks }).inject('/health')
  assert.equal(answer.statusCode, 503)
  assert.deepEqual(answer.json(), { status: 'failing', ...identity, checks: { cache: 'ok', database: 'refused' } })
})

test('a check that never answers is cut off', async () => {
  const { default: fastify } = await import('fastify')
  const app = fastify()
  registerHealth(app, { ...identity, checks: { database: () => new Promise(() => {}) }, timeoutMs: 20 })
  const answer = await app.inject('/health')
  assert.equal(answer.statusCode, 503)
  assert.equal(answer.json().checks.database, 'no answer within 20 ms')
})

test('the probe of the image exits 0 for a healthy service and 1 otherwise', async () => {
  const run = (port) => promisify(execFile)(process.execPath, [probe], { env: { PORT: String(port) } })
  const app = createServer({ ...identity, logger })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address()
  const { stdout } = await run(port)
  assert.match(stdout, /^200\n.*"status":"ok"/)
  await app.close()
  await assert.rejects(run(port), (error) => error.code === 1 && /ECONNREFUSED/.test(error.stderr))
})
