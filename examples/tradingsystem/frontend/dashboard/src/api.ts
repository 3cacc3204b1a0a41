// Paths of the APIs in; checked objects out. What an API sends is not trusted to have the right shape.

export type Status = 'ok' | 'failing' | 'unreachable'

export interface ServiceHealth {
  name: string
  kind: string
  status: Status
  optional: boolean
  latencyMs: number
  version?: string
  reason?: string
}

export interface Survey {
  status: 'ok' | 'degraded' | 'down'
  services: ServiceHealth[]
}

export interface Quote {
  ticker: string
  price: number
  /** When the trade was, ISO 8601. */
  time: string
  volume?: number
}

export interface Found {
  id: string
  title: string
  excerpt: string
}

/** An answer that cannot be used; the message is fit to be shown. */
export class ApiError extends Error {}

type Json = Record<string, unknown>

async function getJson(path: string, signal: AbortSignal): Promise<Json> {
  let response: Response
  try {
    response = await fetch(path, { signal, headers: { accept: 'application/json' } })
  } catch (error) {
    if (signal.aborted) throw error
    throw new ApiError('The server cannot be reached')
  }
  const body = (await response.json().catch(() => undefined)) as Json | undefined
  if (!response.ok) {
    // The Node services say why in `message`, the Python services in `detail`.
    throw new ApiError(text(body?.message) ?? text(body?.detail) ?? `The server answered with status ${response.status}`)
  }
  if (body === null || typeof body !== 'object') throw new ApiError('The server did not answer with JSON')
  return body
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
const number = (value: unknown): number | undefined => {
  const parsed = typeof value === 'string' && value.trim() ? Number(value) : value
  return typeof parsed === 'number' && Number.isFinite(parsed) ? parsed : undefined
}
const list = (value: unknown, what: string): Json[] => {
  if (!Array.isArray(value)) throw new ApiError(`The answer has no ${what}`)
  return value.filter((entry) => entry !== null && typeof entry === 'object')
}

export async function fetchSurvey(signal: AbortSignal): Promise<Survey> {
  const { status, services } = await getJson('/api/launcher/health/all', signal)
  if (status !== 'ok' && status !== 'degraded' && status !== 'down') throw new ApiError('The answer has no status')
  return { status, services: list(services, 'services').flatMap(parseHealth) }
}

function parseHealth(entry: Json): ServiceHealth[] {
  const name = text(entry.name)
  if (!name) return []
  const status = entry.status === 'ok' || entry.status === 'failing' ? entry.status : 'unreachable'
  return [
    {
      name,
      status,
      kind: text(entry.kind) ?? '',
      optional: entry.optional === true,
      latencyMs: number(entry.latencyMs) ?? 0,
      version: text(entry.version),
      reason: text(entry.reason),
    },
  ]
}

export async function fetchQuotes(signal: AbortSignal): Promise<Quote[]> {
  const { quotes } = await getJson('/api/market/quotes/latest', signal)
  return list(quotes, 'quotes')
    .flatMap(parseQuote)
    .sort((a, b) => a.ticker.localeCompare(b.ticker))
}

function parseQuote(entry: Json): Quote[] {
  const [ticker, price, time] = [text(entry.ticker), number(entry.price), text(entry.time)]
  if (!ticker || price === undefined || !time || Number.isNaN(Date.parse(time))) return []
  return [{ ticker, price, time, volume: number(entry.volume) }]
}

export async function searchDocuments(query: string, signal: AbortSignal): Promise<Found[]> {
  const { results } = await getJson(`/api/docs/search?limit=5&q=${encodeURIComponent(query)}`, signal)
  return list(results, 'results').flatMap((entry) => {
    const [id, title] = [text(entry.id), text(entry.title)]
    return id && title ? [{ id, title, excerpt: text(entry.excerpt) ?? '' }] : []
  })
}
