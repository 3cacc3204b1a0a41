import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { createLogger } from '@tradingsystem/node-common'
import { createApp } from '../src/app.js'
import { MemoryStore } from './memory-store.js'

const unknown = '00000000-0000-4000-8000-000000000000'
const identity = { service: 'workspace-api', version: '1.0.0', logger: createLogger({ service: 'test', level: 'silent' }) }
let app: ReturnType<typeof createApp>

beforeEach(() => {
  app = createApp({ ...identity, store: new MemoryStore(), checkDatabase: async () => true })
})

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'
async function call(method: Method, url: string, payload?: object) {
  const answer = await app.inject({ method, url, payload })
  return { status: answer.statusCode, location: answer.headers.location, body: answer.body ? answer.json() : undefined }
}

test('a workspace and its items live through all routes', async () => {
  const { status, location, body } = await call('POST', '/workspaces', { name: 'Swing' })
  assert.equal(status, 201)
  assert.equal(location, `/workspaces/${body.id}`)
  assert.equal((await call('PATCH', `${location}`, { description: 'days to weeks' })).body.description, 'days to weeks')
  const item = await call('POST', `${location}/items`, { kind: 'note', title: 'Read the book' })
  assert.equal(item.status, 201)
  assert.equal((await call('PATCH', `${item.location}`, { position: 5 })).body.position, 5)
  assert.deepEqual((await call('GET', `${location}/items`)).body.items.map((each: { title: string }) => each.title), ['Read the book'])
  assert.equal((await call('DELETE', `${item.location}`)).status, 204)
  assert.equal((await call('DELETE', `${location}`)).status, 204)
  assert.equal((await call('GET', `${location}`)).status, 404)
  assert.equal((await call('GET', `${location}/activity`)).body.activity.length, 6)
})

test('a taken name is a conflict that says what to do', async () => {
  await call('POST', '/workspaces', { name: 'Swing' })
  const { status, body } = await call('POST', '/workspaces', { name: 'swing' })
  assert.equal(status, 409)
  assert.deepEqual(body, { error: 'NAME_TAKEN', message: 'A workspace named "swing" exists already; choose another name' })
})

test('the list has pages', async () => {
  for (const name of ['c', 'a', 'b']) await call('POST', '/workspaces', { name })
  const { body } = await call('GET', '/workspaces?limit=2&offset=1')
  assert.deepEqual(body.workspaces.map((each: { name: string }) => each.name), ['b', 'c'])
})

const refusedBodies: [Method, string, object, RegExp][] = [
  ['POST', '/workspaces', {}, /required property 'name'/],
  ['POST', '/workspaces', { name: '' }, /body\/name/],
  ['POST', '/workspaces', { name: ' padded' }, /body\/name must match pattern/],
  ['POST', '/workspaces', { name: 'x'.repeat(101) }, /body\/name must NOT have more than 100/],
  ['POST', '/workspaces', { name: 'a', colour: 'red' }, /must NOT have additional properties/],
  ['PATCH', `/workspaces/${unknown}`, {}, /must NOT have fewer than 1/],
  ['POST', `/workspaces/${unknown}/items`, { kind: 'poem', title: 'a' }, /body\/kind/],
  ['POST', `/workspaces/${unknown}/items`, { kind: 'note', title: 'a', body: 'text' }, /body\/body must be object/],
  ['PATCH', `/workspaces/${unknown}/items/${unknown}`, { position: 0 }, /body\/position must be >= 1/],
]
for (const [method, url, payload, message] of refusedBodies) {
  test(`${method} ${url} with ${JSON.stringify(payload).slice(0, 50)} is refused`, async () => {
    const { status, body } = await call(method, url, payload)
    assert.equal(status, 400)
    assert.match(body.message, message)
  })
}

for (const url of ['/workspaces/1', "/workspaces/x'--/items", '/workspaces?limit=0', '/workspaces?offset=-1']) {
  test(`GET ${url} is refused before it reaches the store`, async () => {
    assert.equal((await call('GET', url)).status, 400)
  })
}

const missing: [Method, string, object?][] = [
  ['GET', `/workspaces/${unknown}`],
  ['PATCH', `/workspaces/${unknown}`, { name: 'a' }],
  ['DELETE', `/workspaces/${unknown}`],
  ['GET', `/workspaces/${unknown}/items`],
  ['GET', `/workspaces/${unknown}/activity`],
  ['POST', `/workspaces/${unknown}/items`, { kind: 'note', title: 'a' }],
  ['PATCH', `/workspaces/${unknown}/items/${unknown}`, { title: 'a' }],
  ['DELETE', `/workspaces/${unknown}/items/${unknown}`],
]
for (const [method, url, payload] of missing) {
  test(`${method} ${url} is 404 when it is not there`, async () => {
    const { status, body } = await call(method, url, payload)
    assert.equal(status, 404)
    assert.equal(body.error, 'NOT_FOUND')
  })
}

test('health follows the database', async () => {
  assert.deepEqual((await call('GET', '/health')).body, {
    status: 'ok',
    service: 'workspace-api',
    version: '1.0.0',
    checks: { database: 'ok' },
  })
  const checkDatabase = () => Promise.reject(new Error('connection refused'))
  app = createApp({ ...identity, store: new MemoryStore(), checkDatabase })
  const { status, body } = await call('GET', '/health')
  assert.equal(status, 503)
  assert.equal(body.checks.database, 'connection refused')
})
