import { useEffect, useState } from 'react'
import { type Found, searchDocuments } from '../api'
import { Panel } from './Panel'

const TYPING_PAUSE_MS = 200

export function SearchPanel() {
  const [query, setQuery] = useState('')
  const [found, setFound] = useState<Found[]>()
  const [error, setError] = useState<string>()
  useEffect(() => {
    if (!query.trim()) {
      setFound(undefined)
      setError(undefined)
      return
    }
    const superseded = new AbortController()
    const timer = setTimeout(() => {
      searchDocuments(query, superseded.signal).then(
        (results) => {
          setFound(results)
          setError(undefined)
        },
        (reason: Error) => superseded.signal.aborted || setError(reason.message),
      )
    }, TYPING_PAUSE_MS)
    return () => {
      clearTimeout(timer)
      superseded.abort()
    }
  }, [query])
  return (
    <Panel title="Documents" className="search" error={error}>
      <input
        type="search"
        maxLength={200}
        placeholder="Search, e.g. health check"
        aria-label="Search the documents"
        value={query}
        onChange={(event) => setQuery(event.target.value)}
      />
      {found?.length === 0 && <p className="quiet">Nothing found.</p>}
      <ol>
        {found?.map(({ id, title, excerpt }) => (
          <li key={id}>
            <a href={`/api/docs/docs/${id}`}>{title}</a>
            <p>{excerpt}</p>
          </li>
        ))}
      </ol>
    </Panel>
  )
}
