import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { createLogger, createServer, readManifest } from '../src/index.js'

function recordingLogger() {
  const lines = []
  const destination = new Writable({
    write: (chunk, _encoding, done) => (lines.push(JSON.parse(chunk)), done()),
  })
  return { lines, logger: createLogger({ service: 'sample', level: 'info', destination }) }
}

test('an unexpected error is told in the log, not to the client', async () => {
  const { lines, logger } = recordingLogger()
  const app = createServer({ service: 'sample', version: '1.0.0', logger })
  app.get('/broken', async () => {
    throw new Error('the table is gone')
  })
  const answer = await app.inject('/broken')
  assert.equal(answer.statusCode, 500)
  assert.deepEqual(answer.json(), { error: 'HTTP_500', message: 'The service could not answer; its log says why.' })
  const logged = lines.find((line) => line.level === 'error')
  assert.equal(logged.err.message, 'the table is gone')
  assert.equal(logged.service, 'sample')
})

test('an unknown route and a refused body keep one shape of error', async () => {
  const app = createServer({ service: 'sample', version: '1.0.0', logger: createLogger({ service: 's', level: 'silent' }) })
  app.post('/echo', async (request) => request.body)
  const unknown = await app.inject('/nowhere')
  assert.equal(unknown.statusCode, 404)
  assert.deepEqual(unknown.json(), { error: 'NOT_FOUND', message: 'No route GET /nowhere' })
  const headers = { 'content-type': 'application/json' }
  const broken = await app.inject({ method: 'POST', url: '/echo', headers, payload: '{' })
  assert.equal(broken.statusCode, 400)
  assert.equal(broken.json().error, 'FST_ERR_CTP_INVALID_JSON_BODY')
})

test('passwords do not reach the log', () => {
  const { lines, logger } = recordingLogger()
  logger.info({ database: { user: 'app', password: 'hunter2' } }, 'connecting')
  assert.deepEqual(lines[0].database, { user: 'app', password: '[hidden]' })
})

test('name and version come from the package.json above the module', () => {
  assert.deepEqual(readManifest(import.meta.url), { name: 'node-common', version: '1.0.0' })
  assert.throws(() => readManifest('file:///nowhere/at/all/main.js'), /no package\.json above/)
})
