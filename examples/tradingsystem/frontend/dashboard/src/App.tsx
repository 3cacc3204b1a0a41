import { HealthPanel } from './panels/HealthPanel'
import { QuotesPanel } from './panels/QuotesPanel'
import { SearchPanel } from './panels/SearchPanel'

export function App() {
  return (
    <>
      <header>
        <h1>Trading system</h1>
        <p>Quotes of B3, the services behind them, and their documents</p>
      </header>
      <main>
        <QuotesPanel />
        <HealthPanel />
        <SearchPanel />
      </main>
    </>
  )
}
