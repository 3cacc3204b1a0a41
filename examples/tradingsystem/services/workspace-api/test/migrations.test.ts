import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readMigrations } from '../src/migrate.js'

async function withFiles(names: string[], check: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'migrations-'))
  try {
    for (const name of names) await writeFile(join(directory, name), 'SELECT 1')
    await check(directory)
  } finally {
    await rm(directory, { recursive: true })
  }
}

test('the service finds its own migrations, in order', async () => {
  const names = (await readMigrations()).map(({ name }) => name)
  assert.deepEqual(names, [...names].sort())
  assert.equal(names[0], '001_workspaces.sql')
})

test('a file whose name has no number, or a number twice, is refused by name', async () => {
  await withFiles(['001_a.sql', 'fix.sql'], (directory) => assert.rejects(readMigrations(directory), /fix\.sql: a migration is named like/))
  await withFiles(['001_a.sql', '001_b.sql'], (directory) => assert.rejects(readMigrations(directory), /001_b\.sql: another migration has the number 001/))
})

test('other files in the directory are left alone', async () => {
  await withFiles(['001_a.sql', 'README.md'], async (directory) => {
    assert.deepEqual((await readMigrations(directory)).map(({ name }) => name), ['001_a.sql'])
  })
})
