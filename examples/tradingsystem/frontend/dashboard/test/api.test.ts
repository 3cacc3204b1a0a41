import { afterEach, expect, test, vi } from 'vitest'
import { fetchQuotes, fetchSurvey, searchDocuments } from '../src/api'
import { answer } from './answers'

const { signal } = new AbortController()
const LATEST = '/api/market/quotes/latest'
afterEach(() => vi.unstubAllGlobals())

test('quotes are ordered by ticker; unusable ones are left out', async () => {
  const time = '2026-01-02T13:00:00Z'
  const quotes = [
    { ticker: 'VALE3', price: '61.20', time, volume: 300 },
    { ticker: 'PETR4', price: 38.5, time },
    { ticker: 'ITUB4', price: 'none', time },
    { ticker: 'BBAS3', price: 28, time: 'yesterday' },
    { price: 1, time },
    null,
  ]
  answer({ [LATEST]: { body: { quotes } } })
  expect(await fetchQuotes(signal)).toEqual([
    { ticker: 'PETR4', price: 38.5, time, volume: undefined },
    { ticker: 'VALE3', price: 61.2, time, volume: 300 },
  ])
})

test.each([
  ['unreachable', 'The server cannot be reached'],
  [{ status: 502, body: { message: 'market is not running' } }, 'market is not running'],
  [{ status: 503, body: { detail: 'the database does not answer' } }, 'the database does not answer'],
  [{ status: 504, body: '<html>' }, 'The server answered with status 504'],
  [{ body: '<html>' }, 'The server did not answer with JSON'],
  [{ body: {} }, 'The answer has no quotes'],
] as const)('the answer %j becomes the message "%s"', async (given, message) => {
  answer({ [LATEST]: given })
  await expect(fetchQuotes(signal)).rejects.toThrow(message)
})

test('a survey with a service of unknown status counts it as unreachable', async () => {
  const services = [{ name: 'a', kind: 'api', status: 'sleeping', latencyMs: 3 }]
  answer({ '/api/launcher/health/all': { body: { status: 'degraded', services } } })
  expect((await fetchSurvey(signal)).services).toMatchObject([{ name: 'a', status: 'unreachable', optional: false }])
})

test('the words searched for are encoded', async () => {
  const asked: string[] = []
  vi.stubGlobal('fetch', async (path: string) => {
    asked.push(path)
    return Response.json({ results: [{ id: 'a', title: 'A' }] })
  })
  expect(await searchDocuments('a&b #ç', signal)).toEqual([{ id: 'a', title: 'A', excerpt: '' }])
  expect(asked).toEqual(['/api/docs/search?limit=5&q=a%26b%20%23%C3%A7'])
})
