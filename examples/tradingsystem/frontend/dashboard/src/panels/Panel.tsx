import type { ReactNode } from 'react'

interface Props {
  title: string
  className: string
  /** Shown beside the title, e.g. the verdict. */
  aside?: ReactNode
  error?: string
  children: ReactNode
}

/** A titled part of the page; an error is shown above what was known before it. */
export function Panel({ title, className, aside, error, children }: Props) {
  return (
    <section className={`panel ${className}`} aria-label={title}>
      <div className="panel-head">
        <h2>{title}</h2>
        {aside}
      </div>
      {error && (
        <p className="error" role="alert">
          {error}
        </p>
      )}
      {children}
    </section>
  )
}
