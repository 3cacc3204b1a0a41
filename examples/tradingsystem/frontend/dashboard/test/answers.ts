// What the APIs answer in the tests of the page: a table of paths in, a `fetch` that answers from it out.
import { vi } from 'vitest'

type Answer = { status?: number; body: unknown } | 'unreachable'

/** Paths are compared without their query. An unknown path fails the test that asks for it. */
export function answer(answers: Record<string, Answer>): void {
  vi.stubGlobal('fetch', async (path: string) => {
    const known = answers[path.split('?')[0] ?? '']
    if (known === undefined) throw new Error(`no answer is prepared for ${path}`)
    if (known === 'unreachable') throw new TypeError('fetch failed')
    const { status = 200, body } = known
    return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status })
  })
}
