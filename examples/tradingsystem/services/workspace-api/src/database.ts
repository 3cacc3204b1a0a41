// A DATABASE_URL in; a pool of connections to a database that answers out.
import { setTimeout as sleep } from 'node:timers/promises'
import type { createLogger } from '@tradingsystem/node-common'
import pg from 'pg'

type Logger = ReturnType<typeof createLogger>

const RETRY_MS = 500
/** Codes of PostgreSQL for "come back later": starting up, shutting down, too many clients. */
const COME_BACK_LATER = new Set(['57P03', '57P01', '53300'])
const NOT_REACHED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'ECONNRESET', 'EHOSTUNREACH'])

/**
 * @param url like postgres://user:password@host:5432/database
 * @param waitSeconds how long a database that cannot be reached yet is waited for
 * @throws the last error, when the time is over or waiting would not help (a wrong password, say)
 */
export async function connect(url: string, waitSeconds: number, logger: Logger): Promise<pg.Pool> {
  const pool = new pg.Pool({ connectionString: url, max: 10, connectionTimeoutMillis: 3000, application_name: 'workspace-api' })
  // Without a listener, a connection that breaks while idle would end the process.
  pool.on('error', (error) => logger.warn({ err: error }, 'an idle connection broke'))
  const deadline = Date.now() + waitSeconds * 1000
  for (;;) {
    try {
      await pool.query('SELECT 1')
      return pool
    } catch (error) {
      if (!isPassing(error) || Date.now() + RETRY_MS > deadline) {
        await pool.end()
        throw error
      }
      logger.info(`waiting for the database: ${describe(error)}`)
      await sleep(RETRY_MS)
    }
  }
}

function isPassing(error: unknown): boolean {
  const code = (error as { code?: string }).code ?? ''
  return COME_BACK_LATER.has(code) || NOT_REACHED.has(code) || /timeout/i.test(describe(error))
}

/** An AggregateError (one failure for each address of a host) has no message of its own. */
function describe(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string }
  return message || code || String(error)
}
