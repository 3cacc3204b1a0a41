import { fetchSurvey, type ServiceHealth, type Survey } from '../api'
import { usePolling } from '../usePolling'
import { Panel } from './Panel'

const VERDICTS: Record<Survey['status'], string> = { ok: 'all well', degraded: 'degraded', down: 'down' }

export function HealthPanel() {
  const { data, error } = usePolling(fetchSurvey, 5000)
  const verdict = data && <span className={`badge ${data.status}`}>{VERDICTS[data.status]}</span>
  return (
    <Panel title="Services" className="health" aside={verdict} error={error}>
      {!data && !error && <p className="quiet">Asking the services …</p>}
      {data && (
        <ul className="services">
          {data.services.map((service) => (
            <Row key={service.name} {...service} />
          ))}
        </ul>
      )}
    </Panel>
  )
}

function Row({ name, kind, status, optional, latencyMs, version, reason }: ServiceHealth) {
  const absent = optional && status === 'unreachable'
  const well = version ? `${version} · ${latencyMs} ms` : `${latencyMs} ms`
  const ill = absent ? 'not started (optional)' : `${status}: ${reason ?? 'no reason given'}`
  return (
    <li className={absent ? 'absent' : status}>
      <span className="dot" aria-hidden="true" />
      <span className="name">{name}</span>
      <span className="kind">{kind}</span>
      <span className="detail">{status === 'ok' ? well : ill}</span>
    </li>
  )
}
