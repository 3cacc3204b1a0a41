import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { ConfigurationError } from '@tradingsystem/node-common'
import { parseDocument, readDocuments } from '../src/documents.js'

const content = fileURLToPath(new URL('../content', import.meta.url))

test('title, headings and text are what a reader sees', () => {
  const document = parseDocument('a', '# The *title*\n\nSee [the book](http://x/y) & `code`.\n\n## Part **one**\n\n- first\n- second\n')
  assert.equal(document.title, 'The title')
  assert.deepEqual(document.headings, ['Part one'])
  assert.match(document.text, /^See the book & code\.\n+first\nsecond$/)
})

test('a table keeps its words, HTML tags are left out', () => {
  const { text } = parseDocument('t', '| a | b |\n|---|---|\n| one | two |\n\n<div>\n\ntext\n')
  assert.match(text, /^a · b\none · two\n+text$/)
})

test('a document without a heading is called by its id', () => {
  assert.equal(parseDocument('notes/today', 'plain').title, 'notes/today')
})

test('the service ships its own documents, and their links lead somewhere', async () => {
  const documents = await readDocuments(content)
  const ids = new Set(documents.map(({ id }) => id))
  assert.ok(ids.has('guides/order-types'))
  for (const { id, markdown } of documents) {
    for (const [, target] of markdown.matchAll(/\]\(([^):#]+)\.md\)/g)) {
      const resolved = new URL(target, `file:///${id}`).pathname.slice(1)
      assert.ok(ids.has(resolved), `${id} links to ${resolved}`)
    }
  }
})

test('a directory that is missing or empty is named', async () => {
  await assert.rejects(readDocuments('/nowhere'), (error) => {
    return error instanceof ConfigurationError && /\/nowhere cannot be read \(ENOENT\)/.test(error.message)
  })
  const empty = await mkdtemp(join(tmpdir(), 'documents-'))
  await assert.rejects(readDocuments(empty), /holds no \.md file/)
  await rm(empty, { recursive: true })
})
