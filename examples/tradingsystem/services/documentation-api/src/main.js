// PORT and CONTENT_DIR in; the documentation API, listening, out.
import { fileURLToPath } from 'node:url'
import { integer, readConfig, readManifest, serve, text } from '@tradingsystem/node-common'
import { createApp } from './app.js'
import { readDocuments } from './documents.js'

const ownContent = fileURLToPath(new URL('../content', import.meta.url))
const { name: service, version } = readManifest(import.meta.url)

await serve(service, async () => {
  const { port, directory } = readConfig({
    port: integer('PORT', { fallback: 3001, min: 1, max: 65535 }),
    directory: text('CONTENT_DIR', { fallback: ownContent }),
  })
  return { app: createApp({ documents: await readDocuments(directory), service, version }), port }
})
