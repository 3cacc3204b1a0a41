// A question and a pause in; its latest answer out, kept fresh while the page is looked at.
import { useEffect, useState } from 'react'

export interface Polled<T> {
  /** The latest good answer: it stays when a later question fails. */
  data?: T
  /** The good answer before it. */
  previous?: T
  /** Why the latest question failed, if it did. */
  error?: string
}

/**
 * @param ask must be the same function on every call (define it outside the component)
 * @param pauseMs from one answer to the next question
 */
export function usePolling<T>(ask: (signal: AbortSignal) => Promise<T>, pauseMs: number): Polled<T> {
  const [polled, setPolled] = useState<Polled<T>>({})
  useEffect(() => {
    const gone = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const poll = async () => {
      timer = undefined
      if (!document.hidden) {
        try {
          const data = await ask(gone.signal)
          if (!gone.signal.aborted) setPolled((before) => ({ data, previous: before.data }))
        } catch (error) {
          if (!gone.signal.aborted) setPolled((before) => ({ ...before, error: (error as Error).message }))
        }
      }
      if (!gone.signal.aborted) timer = setTimeout(poll, pauseMs)
    }
    const lookAgain = () => {
      if (document.hidden || timer === undefined) return
      clearTimeout(timer)
      void poll()
    }
    document.addEventListener('visibilitychange', lookAgain)
    void poll()
    return () => {
      document.removeEventListener('visibilitychange', lookAgain)
      gone.abort()
      clearTimeout(timer)
    }
  }, [ask, pauseMs])
  return polled
}
