// A directory with dashboards/*.json and provisioning/ in; exit 1 and one line for each mistake out.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const root = process.argv[2]
const mistakes = []
const sources = new Set()
for (const name of readdirSync(join(root, 'provisioning/datasources'))) {
  const text = readFileSync(join(root, 'provisioning/datasources', name), 'utf8')
  for (const [, uid] of text.matchAll(/^\s+uid:\s*(\S+)\s*$/gm)) sources.add(uid)
}

const uids = new Map()
const names = readdirSync(join(root, 'dashboards')).filter((name) => name.endsWith('.json'))
for (const name of names) {
  try {
    check(name, JSON.parse(readFileSync(join(root, 'dashboards', name), 'utf8')))
  } catch (error) {
    mistakes.push(`${name}: ${error.message}`)
  }
}
if (names.length === 0) mistakes.push('there is no dashboard')
for (const line of mistakes) console.error(line)
process.exit(mistakes.length > 0 ? 1 : 0)

function check(name, board) {
  for (const field of ['uid', 'title', 'schemaVersion']) if (!board[field]) mistakes.push(`${name}: no ${field}`)
  if (uids.has(board.uid)) mistakes.push(`${name}: ${uids.get(board.uid)} has the same uid`)
  uids.set(board.uid, name)
  const ids = new Set()
  for (const panel of board.panels ?? []) {
    const where = `${name}: panel ${panel.id} (${panel.title})`
    if (ids.has(panel.id)) mistakes.push(`${where}: the id is used twice`)
    ids.add(panel.id)
    if (!sources.has(panel.datasource?.uid)) mistakes.push(`${where}: no data source ${panel.datasource?.uid}`)
    const { x, w } = panel.gridPos ?? {}
    if (!(x + w <= 24)) mistakes.push(`${where}: is wider than the grid`)
    if (!panel.targets?.length) mistakes.push(`${where}: asks nothing`)
    for (const target of panel.targets ?? []) {
      if (!target.expr && !target.rawSql) mistakes.push(`${where}: query ${target.refId} is empty`)
    }
  }
}
