// PORT in the environment in; exit code 0 when GET /health on this host answers 200, else 1, out.
// Images have no curl: `HEALTHCHECK CMD ["node", ".../healthcheck.js"]` needs nothing but Node.
// node:http and not fetch: loading fetch costs more than twice the processor time of the whole probe.
import { get } from 'node:http'

const TIMEOUT_MS = 5000
const url = `http://127.0.0.1:${process.env.PORT}/health`

const probe = get(url, { signal: AbortSignal.timeout(TIMEOUT_MS) }, (response) => {
  process.exitCode = response.statusCode === 200 ? 0 : 1
  console.log(response.statusCode)
  response.pipe(process.stdout)
})
probe.on('error', (error) => {
  process.exitCode = 1
  console.error(`${url}: ${error.message}`)
})
