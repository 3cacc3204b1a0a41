import { act, cleanup, fireEvent, render, screen, within } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { App } from '../src/App'
import { HealthPanel } from '../src/panels/HealthPanel'
import { QuotesPanel } from '../src/panels/QuotesPanel'
import { SearchPanel } from '../src/panels/SearchPanel'
import { answer } from './answers'

const SURVEY = '/api/launcher/health/all'
const LATEST = '/api/market/quotes/latest'
const time = '2026-01-02T13:00:00Z'
const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms))

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  cleanup()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('each service shows its state, an absent optional one is no alarm', async () => {
  const services = [
    { name: 'workspace-api', kind: 'api', status: 'failing', latencyMs: 9, reason: 'database: refused' },
    { name: 'documentation-api', kind: 'api', status: 'ok', latencyMs: 4, version: '1.0.0' },
    { name: 'grafana', kind: 'infrastructure', status: 'unreachable', optional: true, latencyMs: 2 },
  ]
  answer({ [SURVEY]: { body: { status: 'degraded', services } } })
  render(<HealthPanel />)
  await pass(0)
  expect(screen.getByText('degraded').className).toBe('badge degraded')
  const rows = screen.getAllByRole('listitem')
  expect(rows.map((row) => row.className)).toEqual(['failing', 'ok', 'absent'])
  expect(rows.map((row) => row.lastElementChild?.textContent)).toEqual([
    'failing: database: refused',
    '1.0.0 · 4 ms',
    'not started (optional)',
  ])
})

test('a rising and a falling price are told apart at the next poll', async () => {
  const quotes = (a: number, b: number) => ({
    [LATEST]: { body: { quotes: [{ ticker: 'PETR4', price: a, time }, { ticker: 'VALE3', price: b, time }] } },
  })
  answer(quotes(38, 61))
  render(<QuotesPanel />)
  await pass(0)
  expect(screen.queryByLabelText(/price went/)).toBeNull()
  answer(quotes(38.1, 60.5))
  await pass(2000)
  const [, petr4, vale3] = screen.getAllByRole('row')
  expect(within(petr4 as HTMLElement).getByLabelText('price went up')).toBeTruthy()
  expect(within(vale3 as HTMLElement).getByLabelText('price went down')).toBeTruthy()
  expect(petr4?.textContent).toMatch(/R\$\s38,10/)
})

test('when the server goes away the last quotes stay, with the reason above them', async () => {
  answer({ [LATEST]: { body: { quotes: [{ ticker: 'PETR4', price: 38, time }] } } })
  render(<QuotesPanel />)
  await pass(0)
  answer({ [LATEST]: 'unreachable' })
  await pass(2000)
  expect(screen.getByRole('alert').textContent).toBe('The server cannot be reached')
  expect(screen.getByText('PETR4')).toBeTruthy()
  answer({ [LATEST]: { body: { quotes: [] } } })
  await pass(2000)
  expect(screen.queryByRole('alert')).toBeNull()
  expect(screen.getByText(/No quotes yet/)).toBeTruthy()
})

test('a search waits for the end of typing and shows what was found', async () => {
  const asked: string[] = []
  vi.stubGlobal('fetch', async (path: string) => {
    asked.push(path)
    return Response.json({ results: [{ id: 'guides/health-checks', title: 'Health checks', excerpt: 'Every service' }] })
  })
  render(<SearchPanel />)
  const box = screen.getByRole('searchbox')
  fireEvent.change(box, { target: { value: 'hea' } })
  await pass(100)
  fireEvent.change(box, { target: { value: 'health' } })
  await pass(200)
  expect(asked).toEqual(['/api/docs/search?limit=5&q=health'])
  expect(screen.getByRole('link', { name: 'Health checks' }).getAttribute('href')).toBe('/api/docs/docs/guides/health-checks')
  fireEvent.change(box, { target: { value: ' ' } })
  await pass(200)
  expect(screen.queryByRole('link')).toBeNull()
})

test('the page stands while every API is down', async () => {
  answer({ [SURVEY]: 'unreachable', [LATEST]: 'unreachable' })
  render(<App />)
  await pass(0)
  expect(screen.getAllByRole('alert')).toHaveLength(2)
  expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('Trading system')
})
