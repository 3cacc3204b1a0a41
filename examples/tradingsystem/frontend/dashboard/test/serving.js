// How the running image serves the page: DASHBOARD_URL=http://localhost:8080 npm run test:serving
// Plain HTTP requests (fetch would decode and hide what is tested here).
import assert from 'node:assert/strict'
import { request } from 'node:http'
import { before, test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'

const base = process.env.DASHBOARD_URL
if (!base) {
  console.error('DASHBOARD_URL is not set; set it to the address of a running dashboard, e.g. http://localhost:8080')
  process.exit(2)
}

function get(path, headers = {}, method = 'GET') {
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, base), { headers, method }, (response) => {
      const chunks = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }))
    })
    sent.on('error', reject).end()
  })
}
const accepting = (path, encoding) => get(path, encoding === undefined ? {} : { 'accept-encoding': encoding })

let script
let style
before(async () => {
  const page = (await get('/')).body.toString()
  script = /src="(\/assets\/[^"]+\.js)"/.exec(page)[1]
  style = /href="(\/assets\/[^"]+\.css)"/.exec(page)[1]
})

test('one content in three encodings, each named and of the right type', async () => {
  for (const [path, type] of [[script, 'application/javascript'], [style, 'text/css'], ['/', 'text/html']]) {
    const [plain, gzip, brotli] = await Promise.all([accepting(path), accepting(path, 'gzip'), accepting(path, 'gzip, deflate, br, zstd')])
    for (const { status, headers } of [plain, gzip, brotli]) {
      assert.equal(status, 200)
      assert.equal(headers['content-type'], `${type}; charset=utf-8`)
      assert.equal(headers.vary, 'Accept-Encoding')
    }
    assert.deepEqual([plain, gzip, brotli].map(({ headers }) => headers['content-encoding']), [undefined, 'gzip', 'br'])
    assert.ok(gunzipSync(gzip.body).equals(plain.body))
    assert.ok(brotliDecompressSync(brotli.body).equals(plain.body))
    assert.ok(brotli.body.length < gzip.body.length && gzip.body.length < plain.body.length)
  }
})

test('the encoding is the one the client can read', async () => {
  const answers = { 'br;q=0, gzip': 'gzip', 'br;q=0.000': undefined, 'br;q=0.5': 'br', brown: undefined, identity: undefined, 'gzip,BR': 'br' }
  for (const [accepted, expected] of Object.entries(answers)) {
    assert.equal((await accepting(script, accepted)).headers['content-encoding'], expected, accepted)
  }
})

test('hashed assets stay in the cache for good, the page is asked for again', async () => {
  for (const encoding of [undefined, 'gzip', 'br']) {
    assert.equal((await accepting(script, encoding)).headers['cache-control'], 'public, max-age=31536000, immutable')
    const page = await accepting('/', encoding)
    assert.equal(page.headers['cache-control'], 'no-cache')
    const again = await get('/', { 'if-none-match': page.headers.etag, ...(encoding && { 'accept-encoding': encoding }) })
    assert.equal(again.status, 304)
  }
})

test('what is not there is 404 and is not kept; compressed files have no address of their own', async () => {
  for (const path of ['/assets/gone.js', '/nothing', `${script}.br`, `${script}.gz`, '/../nginx.conf', '/api/secret/']) {
    const { status, headers } = await get(path)
    assert.equal(status, 404, path)
    assert.doesNotMatch(headers['cache-control'] ?? '', /immutable/)
  }
})

test('health is a small JSON object and never cached', async () => {
  const { status, headers, body } = await get('/health')
  assert.equal(status, 200)
  assert.equal(headers['content-type'], 'application/json')
  assert.equal(headers['cache-control'], 'no-store')
  const { status: state, service, version } = JSON.parse(body)
  assert.deepEqual([state, service], ['ok', 'dashboard'])
  assert.match(version, /^\d+\.\d+\.\d+$/)
})

test('headers that protect the reader are on the page', async () => {
  const { headers } = await accepting('/', 'br')
  assert.match(headers['content-security-policy'], /default-src 'self'/)
  assert.equal(headers['x-content-type-options'], 'nosniff')
  assert.doesNotMatch(headers.server ?? '', /\d/)
})

test('an API is passed on, or said to be away, as JSON', async () => {
  for (const path of ['/api/docs/search?q=a%20b', '/api/workspace/health', '/api/launcher/services', '/api/market/health']) {
    const { status, headers, body } = await get(path)
    assert.ok(status === 200 || status === 502, `${path}: ${status}`)
    assert.match(headers['content-type'], /^application\/json/)
    if (status === 502) assert.equal(JSON.parse(body).error, 'UPSTREAM_UNREACHABLE')
    else if (path.includes('search')) assert.equal(JSON.parse(body).query, 'a b')
  }
})
