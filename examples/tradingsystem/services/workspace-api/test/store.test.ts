// One set of expectations for both stores; the one on PostgreSQL runs where DATABASE_URL is set.
// It leaves the database as it was, apart from the schema and lines of activity.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { createLogger } from '@tradingsystem/node-common'
import type pg from 'pg'
import { connect } from '../src/database.js'
import { migrate, readMigrations } from '../src/migrate.js'
import { PostgresStore } from '../src/postgres-store.js'
import { NameTaken, type WorkspaceStore } from '../src/store.js'
import { MemoryStore } from './memory-store.js'

const page = { limit: 50, offset: 0 }
const unknown = '00000000-0000-4000-8000-000000000000'

function expectations(open: () => Promise<WorkspaceStore>): void {
  let store: WorkspaceStore
  const made: string[] = []
  const make = async (name = `test ${randomUUID()}`) => {
    const workspace = await store.create({ name })
    made.push(workspace.id)
    return workspace
  }
  before(async () => {
    store = await open()
  })
  after(async () => {
    for (const id of made) await store.remove(id)
  })

  test('a workspace is created, found, changed and removed', async () => {
    const created = await make()
    assert.deepEqual(await store.find(created.id), created)
    assert.equal(created.description, '')
    const changed = await store.change(created.id, { description: 'for swing trades' })
    assert.equal(changed?.name, created.name)
    assert.equal(changed?.description, 'for swing trades')
    assert.ok(changed && changed.updatedAt >= created.updatedAt)
    assert.equal(await store.remove(created.id), true)
    assert.equal(await store.find(created.id), undefined)
    assert.equal(await store.remove(created.id), false)
  })

  test('names are unique without regard to case, also when changed', async () => {
    const one = await make()
    const two = await make()
    await assert.rejects(store.create({ name: one.name.toUpperCase() }), NameTaken)
    await assert.rejects(store.change(two.id, { name: one.name }), NameTaken)
    assert.equal((await store.change(one.id, { name: one.name.toUpperCase() }))?.id, one.id)
  })

  test('items stand in the order of their positions, new ones last', async () => {
    const { id } = await make()
    const first = await store.createItem(id, { kind: 'note', title: 'first' })
    const second = await store.createItem(id, { kind: 'watchlist', title: 'second', body: { symbols: ['PETR4'] } })
    assert.ok(first && second)
    assert.deepEqual((await store.listItems(id)).map(({ title, position }) => [title, position]), [['first', 1], ['second', 2]])
    await store.changeItem(id, first.id, { position: 9 })
    assert.deepEqual((await store.listItems(id)).map(({ title }) => title), ['second', 'first'])
    const third = await store.createItem(id, { kind: 'link', title: 'third' })
    assert.equal(third?.position, 10)
    assert.deepEqual((await store.listItems(id))[0]?.body, { symbols: ['PETR4'] })
  })

  test('an item belongs to its workspace alone', async () => {
    const mine = await make()
    const other = await make()
    const item = await store.createItem(mine.id, { kind: 'note', title: 'mine' })
    assert.ok(item)
    assert.equal(await store.changeItem(other.id, item.id, { title: 'stolen' }), undefined)
    assert.equal(await store.removeItem(other.id, item.id), false)
    assert.equal(await store.removeItem(mine.id, item.id), true)
    assert.equal(await store.createItem(unknown, { kind: 'note', title: 'nowhere' }), undefined)
  })

  test('a removed workspace takes its items along and keeps its activity', async () => {
    const workspace = await make()
    await store.createItem(workspace.id, { kind: 'note', title: 'n' })
    await store.remove(workspace.id)
    assert.deepEqual(await store.listItems(workspace.id), [])
    const activity = await store.listActivity(workspace.id, page)
    assert.deepEqual(
      activity.map(({ action, subject }) => `${subject} ${action}`),
      ['workspace deleted', 'item created', 'workspace created'],
    )
    assert.ok(activity.every(({ at }) => at instanceof Date))
  })
}

describe('in memory', () => expectations(async () => new MemoryStore()))

const url = process.env.DATABASE_URL
describe('on PostgreSQL', { skip: url ? false : 'DATABASE_URL is not set' }, () => {
  let pool: pg.Pool
  expectations(async () => {
    pool = await connect(url ?? '', 10, createLogger({ service: 'test', level: 'silent' }))
    await migrate(pool, await readMigrations())
    return new PostgresStore(pool)
  })
  after(() => pool.end())

  test('migrations run once, however many replicas start together', async () => {
    const migrations = await readMigrations()
    const ran = await Promise.all([migrate(pool, migrations), migrate(pool, migrations)])
    assert.deepEqual(ran, [[], []])
  })

  test('an edited migration is refused, a failing one leaves nothing behind', async () => {
    const [first, ...rest] = await readMigrations()
    assert.ok(first)
    await assert.rejects(migrate(pool, [{ ...first, digest: 'other' }, ...rest]), /001_workspaces\.sql was edited after/)
    const failing = { name: '999_failing.sql', sql: 'CREATE TABLE workspace.half (); SELECT 1 / 0', digest: 'x' }
    await assert.rejects(migrate(pool, [failing]), /999_failing\.sql: division by zero/)
    const { rows } = await pool.query(`SELECT to_regclass('workspace.half') AS half`)
    assert.equal(rows[0].half, null)
  })
})
