import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createLogger } from '@tradingsystem/node-common'
import { createApp } from '../src/app.js'
import { readDocuments } from '../src/documents.js'
import { excerpt } from '../src/search.js'

let app
before(async () => {
  const documents = await readDocuments(fileURLToPath(new URL('../content', import.meta.url)))
  const logger = createLogger({ service: 'documentation-api', level: 'silent' })
  app = createApp({ documents, service: 'documentation-api', version: '1.0.0', logger })
})

const search = async (query) => (await app.inject({ url: '/search', query })).json()
const ids = ({ results }) => results.map(({ id }) => id)

test('a word in a heading ranks before a word in running text', async () => {
  const found = await search({ q: 'health' })
  assert.equal(found.results[0].id, 'guides/health-checks')
  assert.ok(found.total >= 2)
  assert.ok(found.results[0].score > found.results[1].score)
})

test('accents, case, a missing end and a slip of the finger do not matter', async () => {
  for (const q of ['padrão', 'PADRAO', 'padr', 'padraxo']) {
    assert.deepEqual(ids(await search({ q })).slice(0, 1), ['guides/order-types'], q)
  }
})

test('all words must be there', async () => {
  assert.deepEqual(ids(await search({ q: 'stop trigger' })), ['guides/order-types'])
  assert.deepEqual(await search({ q: 'stop zeppelin' }), { query: 'stop zeppelin', total: 0, results: [] })
})

test('limit cuts the results, not the total', async () => {
  const found = await search({ q: 'service', limit: '1' })
  assert.equal(found.results.length, 1)
  assert.ok(found.total > 1)
})

for (const query of [{}, { q: '' }, { q: '  ' }, { q: 'x'.repeat(201) }, { q: 'a', limit: '0' }, { q: 'a', limit: 'many' }]) {
  test(`the query ${JSON.stringify(query).slice(0, 40)} is refused with 400`, async () => {
    const answer = await app.inject({ url: '/search', query })
    assert.equal(answer.statusCode, 400)
    assert.equal(answer.json().error, 'FST_ERR_VALIDATION')
  })
}

test('a document comes with its HTML, by its id or its file name', async () => {
  for (const url of ['/docs/guides/order-types', '/docs/guides/order-types.md']) {
    const { title, html } = (await app.inject(url)).json()
    assert.equal(title, 'Order types')
    assert.match(html, /<h2>Stop order<\/h2>/)
  }
  assert.equal((await app.inject('/docs/index')).json().title, 'Trading system')
})

test('a browser gets a page, a program gets JSON', async () => {
  const url = '/docs/guides/order-types'
  const page = await app.inject({ url, headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } })
  assert.equal(page.headers['content-type'], 'text/html; charset=utf-8')
  assert.equal(page.headers.vary, 'accept')
  assert.match(page.body, /<title>Order types<\/title>/)
  assert.match((await app.inject({ url, headers: { accept: '*/*' } })).headers['content-type'], /^application\/json/)
})

test('an unknown document, and a path out of the directory, are 404', async () => {
  for (const url of ['/docs/nothing', '/docs/../package', '/docs/..%2Fpackage']) {
    assert.equal((await app.inject(url)).statusCode, 404, url)
  }
})

test('the list names every document', async () => {
  const { documents } = (await app.inject('/docs')).json()
  assert.ok(documents.some(({ id, headings }) => id === 'guides/order-types' && headings.includes('Limit order')))
})

test('an excerpt shows the match within its words', () => {
  const text = `${'before '.repeat(60)}needle ${'after '.repeat(60)}`
  const piece = excerpt(text, ['needle'])
  assert.match(piece, /^… before .*needle after.* …$/)
  assert.ok(piece.length <= 190)
  assert.equal(excerpt('short text', ['absent']), 'short text')
})
