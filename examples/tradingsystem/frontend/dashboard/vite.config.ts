// How the page is built, served while it is written, and tested.
import { readFileSync } from 'node:fs'
import react from '@vitejs/plugin-react'
import type { Connect, Plugin, ProxyOptions } from 'vite'
import { defineConfig } from 'vitest/config'

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as { version: string }
const health = JSON.stringify({ status: 'ok', service: 'dashboard', version })

/** `GET /health`: a file in the build (nginx serves it), an answer of the servers for dev and preview. */
function healthPlugin(): Plugin {
  const answer: Connect.NextHandleFunction = (_request, response) => {
    response.setHeader('content-type', 'application/json').end(health)
  }
  return {
    name: 'health',
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'health.json', source: health })
    },
    configureServer: ({ middlewares }) => void middlewares.use('/health', answer),
    configurePreviewServer: ({ middlewares }) => void middlewares.use('/health', answer),
  }
}

/** The same ways to the APIs that nginx offers in production (nginx/nginx.conf). */
function api(name: string, variable: string, fallback: string): [string, ProxyOptions] {
  const prefix = `/api/${name}/`
  const target = `http://${process.env[variable] ?? fallback}`
  return [prefix, { target, rewrite: (path) => path.slice(prefix.length - 1) }]
}

const proxy = Object.fromEntries([
  api('docs', 'DOCUMENTATION_API', 'localhost:3001'),
  api('workspace', 'WORKSPACE_API', 'localhost:3002'),
  api('launcher', 'SERVICE_LAUNCHER', 'localhost:3003'),
  api('market', 'MARKET_DATA', 'localhost:8101'),
])
// The name under which other containers ask for /health.
const allowedHosts = ['dashboard']

export default defineConfig({
  plugins: [react(), healthPlugin()],
  cacheDir: process.env.VITE_CACHE_DIR ?? 'node_modules/.vite',
  build: { sourcemap: false, target: 'es2022' },
  server: { port: 8080, strictPort: true, allowedHosts, proxy },
  preview: { port: 8080, strictPort: true, allowedHosts, proxy },
  test: { environment: 'happy-dom', include: ['test/*.test.{ts,tsx}'], restoreMocks: true },
})
