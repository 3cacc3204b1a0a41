// PORT, DATABASE_URL and DATABASE_WAIT_SECONDS in; the workspace API on a migrated database, listening, out.
import { createLogger, integer, readConfig, readManifest, serve, text } from '@tradingsystem/node-common'
import { createApp } from './app.js'
import { connect } from './database.js'
import { migrate, readMigrations } from './migrate.js'
import { PostgresStore } from './postgres-store.js'

const { name: service, version } = readManifest(import.meta.url)

await serve(service, async () => {
  const { port, url, waitSeconds } = readConfig({
    port: integer('PORT', { fallback: 3002, min: 1, max: 65535 }),
    url: text('DATABASE_URL', {
      pattern: /^postgres(ql)?:\/\//,
      meaning: 'an address like postgres://user:password@host:5432/database',
    }),
    waitSeconds: integer('DATABASE_WAIT_SECONDS', { fallback: 30, max: 3600 }),
  })
  const logger = createLogger({ service })
  const pool = await connect(url, waitSeconds, logger)
  const ran = await migrate(pool, await readMigrations())
  logger.info({ ran }, 'database is up to date')
  const app = createApp({
    service,
    version,
    logger,
    store: new PostgresStore(pool),
    checkDatabase: () => pool.query('SELECT 1'),
  })
  app.addHook('onClose', () => pool.end())
  return { app, port }
})
