// Documents in; a ranked full-text search with excerpts out.
import MiniSearch from 'minisearch'

const EXCERPT_LENGTH = 180

/**
 * Case and accents carry no meaning for a searcher: "Execução" and "execucao" are one word.
 * @param {string} word
 */
export function fold(word) {
  return word.normalize('NFD').replace(/\p{Mark}/gu, '').toLowerCase()
}

/**
 * @param {import('./documents.js').Document[]} documents
 * @returns {(query: string, limit?: number) => { total: number, results: SearchResult[] }}
 *
 * @typedef {{ id: string, title: string, score: number, matched: string[], excerpt: string }} SearchResult
 */
export function createSearch(documents) {
  const byId = new Map(documents.map((document) => [document.id, document]))
  const index = new MiniSearch({ fields: ['title', 'headings', 'text'], processTerm: fold })
  index.addAll(documents.map(({ id, title, headings, text }) => ({ id, title, headings: headings.join('\n'), text })))
  const options = {
    boost: { title: 4, headings: 2 },
    combineWith: 'AND',
    prefix: (term) => term.length >= 3,
    fuzzy: (term) => (term.length >= 4 ? 0.2 : false),
  }
  return (query, limit = 10) => {
    const hits = index.search(query, options)
    const results = hits.slice(0, limit).map(({ id, score, terms }) => {
      const { title, text } = byId.get(id)
      return { id, title, score: Number(score.toFixed(3)), matched: terms, excerpt: excerpt(text, terms) }
    })
    return { total: hits.length, results }
  }
}

/**
 * A piece of the text around the first match, cut at spaces.
 * @param {string} text
 * @param {string[]} terms folded words
 */
export function excerpt(text, terms) {
  const flat = text.replace(/\s+/g, ' ')
  const words = [...flat.matchAll(/[\p{Letter}\p{Number}]+/gu)]
  const hit = words.find(([word]) => terms.includes(fold(word)))?.index ?? 0
  let from = Math.max(0, hit - EXCERPT_LENGTH / 3)
  let to = Math.min(flat.length, from + EXCERPT_LENGTH)
  if (from > 0) from = flat.indexOf(' ', from) + 1
  if (to < flat.length) to = Math.max(flat.lastIndexOf(' ', to), from)
  return `${from > 0 ? '… ' : ''}${flat.slice(from, to)}${to < flat.length ? ' …' : ''}`
}
