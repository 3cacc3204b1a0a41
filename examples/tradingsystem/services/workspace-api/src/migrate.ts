// A directory of numbered SQL files and a database in; a database on which each ran exactly once out.
import { createHash } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Pool, PoolClient } from 'pg'

const DIRECTORY = fileURLToPath(new URL('../migrations', import.meta.url))
/** Any fixed number: whoever holds this lock of the database migrates, other replicas wait. */
const LOCK = 7_301_002

export interface Migration {
  name: string
  sql: string
  digest: string
}

/** @throws Error when a file's name is not NNN_name.sql or two share a number */
export async function readMigrations(directory = DIRECTORY): Promise<Migration[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort()
  const numbers = new Set<string>()
  for (const name of names) {
    const number = /^(\d{3})_\w+\.sql$/.exec(name)?.[1]
    if (!number) throw new Error(`${name}: a migration is named like 001_what_it_does.sql`)
    if (numbers.has(number)) throw new Error(`${name}: another migration has the number ${number}`)
    numbers.add(number)
  }
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(`${directory}/${name}`, 'utf8')
      return { name, sql, digest: createHash('sha256').update(sql).digest('hex') }
    }),
  )
}

/**
 * Run what has not run yet, each migration in a transaction of its own.
 * @returns the names of those that ran now
 * @throws Error when one fails, or when one that ran was edited since
 */
export async function migrate(pool: Pool, migrations: Migration[]): Promise<string[]> {
  const client = await pool.connect()
  try {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK])
    const done = await readDone(client)
    const ran: string[] = []
    for (const migration of migrations) {
      const before = done.get(migration.name)
      if (before === undefined) {
        await run(client, migration)
        ran.push(migration.name)
      } else if (before !== migration.digest) {
        throw new Error(`${migration.name} was edited after it had run; write a new migration instead`)
      }
    }
    return ran
  } finally {
    // Destroyed, not reused: the end of its session is what surely releases the lock.
    client.release(true)
  }
}

async function readDone(client: PoolClient): Promise<Map<string, string>> {
  await client.query('CREATE SCHEMA IF NOT EXISTS workspace')
  await client.query(`CREATE TABLE IF NOT EXISTS workspace.migrations (
    name text PRIMARY KEY, digest text NOT NULL, ran_at timestamptz NOT NULL DEFAULT now())`)
  const { rows } = await client.query<{ name: string; digest: string }>('SELECT name, digest FROM workspace.migrations')
  return new Map(rows.map(({ name, digest }) => [name, digest]))
}

async function run(client: PoolClient, { name, sql, digest }: Migration): Promise<void> {
  await client.query('BEGIN')
  try {
    await client.query(sql)
    await client.query('INSERT INTO workspace.migrations (name, digest) VALUES ($1, $2)', [name, digest])
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK')
    throw new Error(`${name}: ${(error as Error).message}`, { cause: error })
  }
}
