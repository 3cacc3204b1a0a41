import { fetchQuotes, type Quote } from '../api'
import { usePolling } from '../usePolling'
import { Panel } from './Panel'

const PRICE = new Intl.NumberFormat('pt-BR', { style: 'currency', currency: 'BRL' })
const VOLUME = new Intl.NumberFormat('pt-BR', { notation: 'compact' })
const TIME = new Intl.DateTimeFormat('pt-BR', { timeStyle: 'medium' })

export function QuotesPanel() {
  const { data, previous, error } = usePolling(fetchQuotes, 2000)
  const before = new Map(previous?.map(({ ticker, price }) => [ticker, price]))
  return (
    <Panel title="Latest quotes" className="quotes" error={error}>
      {!data && !error && <p className="quiet">Waiting for the first quotes …</p>}
      {data?.length === 0 && <p className="quiet">No quotes yet; the feed has just started.</p>}
      {data && data.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">Ticker</th>
              <th scope="col">Price</th>
              <th scope="col">Volume</th>
              <th scope="col">Time</th>
            </tr>
          </thead>
          <tbody>
            {data.map((quote) => (
              <Row key={quote.ticker} {...quote} before={before.get(quote.ticker)} />
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  )
}

function Row({ ticker, price, time, volume, before = price }: Quote & { before?: number }) {
  const direction = price > before ? 'up' : price < before ? 'down' : 'same'
  const arrow = { up: '▲', down: '▼', same: '' }[direction]
  return (
    <tr>
      <th scope="row">{ticker}</th>
      <td className={direction}>
        <span aria-label={direction === 'same' ? undefined : `price went ${direction}`}>{arrow}</span> {PRICE.format(price)}
      </td>
      <td>{volume === undefined ? '–' : VOLUME.format(volume)}</td>
      <td>
        <time dateTime={time}>{TIME.format(new Date(time))}</time>
      </td>
    </tr>
  )
}
