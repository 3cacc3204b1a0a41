// The services asked here are real servers on this machine: well, ill, slow, gone.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { after, before, test } from 'node:test'
import { createLogger } from '@tradingsystem/node-common'
import { createApp } from '../src/app.js'
import { sumUp } from '../src/survey.js'

const opened = []
const listen = (server) =>
  new Promise((resolve) => {
    opened.push(server)
    server.listen(0, '127.0.0.1', () => resolve(server.address().port))
  })
const answering = (status, body) =>
  createServer((request, response) => {
    calls.push(request.url)
    response.writeHead(status).end(body)
  })
const calls = []
const addresses = {}

before(async () => {
  const well = await listen(answering(200, '{"status":"ok","version":"1.2.3"}'))
  const ill = await listen(answering(503, '{"status":"failing","checks":{"database":"refused","disk":"ok"}}'))
  const python = await listen(answering(503, '{"details":{"db":{"ok":false,"error":"away"},"feed":{"ok":true}}}'))
  const plain = await listen(answering(200, 'Healthy.'))
  const broken = await listen(answering(500, 'null'))
  const slow = await listen(createServer(() => {}))
  const port = await listen(createTcpServer())
  const gone = createTcpServer()
  const goneport = await listen(gone)
  await new Promise((resolve) => gone.close(resolve))
  const http = { well, ill, python, plain, broken, slow, gone: goneport }
  for (const [name, at] of Object.entries(http)) addresses[name] = `http://127.0.0.1:${at}/health`
  Object.assign(addresses, { port: `tcp://127.0.0.1:${port}`, closed: `tcp://127.0.0.1:${goneport}` })
})
after(() => opened.forEach((server) => (server.closeAllConnections?.(), server.close())))

function launcher(...names) {
  const catalogue = names.map((name) => ({ name, kind: 'api', description: '', optional: false, check: addresses[name] }))
  const logger = createLogger({ service: 'test', level: 'silent' })
  return createApp({ catalogue, timeoutMs: 200, service: 'service-launcher', version: '1.0.0', logger })
}
const ask = async (app, url) => (await app.inject(url)).json()

test('each kind of answer gets its status and reason', async () => {
  const names = ['well', 'ill', 'python', 'plain', 'broken', 'slow', 'gone', 'port', 'closed']
  const { status, services } = await ask(launcher(...names), '/health/all')
  assert.equal(status, 'degraded')
  const told = Object.fromEntries(services.map(({ name, status, version, reason }) => [name, [status, version ?? reason]]))
  const { gone, closed, ...others } = told
  assert.deepEqual(others, {
    well: ['ok', '1.2.3'],
    ill: ['failing', 'database: refused'],
    python: ['failing', 'db: away'],
    plain: ['ok', undefined],
    broken: ['failing', 'answered with status 500'],
    slow: ['unreachable', 'no answer within 200 ms'],
    port: ['ok', undefined],
  })
  for (const [state, reason] of [gone, closed]) {
    assert.equal(state, 'unreachable')
    assert.match(reason, /ECONNREFUSED/)
  }
})

test('slow services wait side by side, not one after the other', async () => {
  const started = performance.now()
  const { status, services } = await ask(launcher('slow', 'slow', 'slow', 'slow', 'slow'), '/health/all')
  assert.equal(status, 'down')
  assert.equal(services.length, 5)
  assert.ok(performance.now() - started < 3 * 200)
})

test('questions that come together are answered by one survey', async () => {
  const app = launcher('well')
  calls.length = 0
  const [one, two] = await Promise.all([ask(app, '/health/all'), ask(app, '/health/all')])
  assert.deepEqual(one, two)
  assert.equal(calls.length, 1)
})

test('one service can be asked alone, an unknown one is 404', async () => {
  const app = launcher('well', 'slow')
  const health = await ask(app, '/services/well/health')
  assert.equal(health.status, 'ok')
  assert.ok(Number.isInteger(health.latencyMs))
  assert.match((await ask(app, '/services/nothing/health')).message, /No service "nothing"/)
})

test('the list is the catalogue; the own health does not depend on others', async () => {
  const app = launcher('gone')
  assert.deepEqual((await ask(app, '/services')).services.map(({ name }) => name), ['gone'])
  assert.deepEqual(await ask(app, '/health'), { status: 'ok', service: 'service-launcher', version: '1.0.0' })
})

test('optional services do not change the verdict', () => {
  const service = (status, optional = false) => ({ status, optional })
  assert.equal(sumUp([service('ok'), service('unreachable', true)]), 'ok')
  assert.equal(sumUp([service('ok'), service('failing')]), 'degraded')
  assert.equal(sumUp([service('ok', true), service('failing')]), 'down')
  assert.equal(sumUp([]), 'ok')
})
