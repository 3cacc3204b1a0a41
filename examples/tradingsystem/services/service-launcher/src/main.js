// PORT, SERVICES_JSON or SERVICES_FILE, and CHECK_TIMEOUT_MS in; the service launcher, listening, out.
import { fileURLToPath } from 'node:url'
import { integer, readConfig, readManifest, serve, text } from '@tradingsystem/node-common'
import { createApp } from './app.js'
import { parseCatalogue, readCatalogue } from './catalogue.js'

const ownCatalogue = fileURLToPath(new URL('../config/services.json', import.meta.url))
const { name: service, version } = readManifest(import.meta.url)

await serve(service, async () => {
  const { port, timeoutMs, file, json } = readConfig({
    port: integer('PORT', { fallback: 3003, min: 1, max: 65535 }),
    // Longer than the services give their own checks (2 s): their reason should arrive before our patience ends.
    timeoutMs: integer('CHECK_TIMEOUT_MS', { fallback: 3000, min: 50, max: 30_000 }),
    file: text('SERVICES_FILE', { fallback: ownCatalogue }),
    json: text('SERVICES_JSON', { fallback: '' }),
  })
  const catalogue = json ? parseCatalogue(json, 'SERVICES_JSON') : await readCatalogue(file)
  return { app: createApp({ catalogue, timeoutMs, service, version }), port }
})
