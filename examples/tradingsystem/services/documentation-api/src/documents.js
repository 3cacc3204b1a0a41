// A directory of Markdown files in; documents with title, headings and plain text out.
import { readFile, readdir } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { ConfigurationError } from '@tradingsystem/node-common'
import { marked } from 'marked'

/**
 * @typedef {object} Document
 * @property {string} id path below the content directory, without ".md", with "/" between parts
 * @property {string} title first heading, or the id
 * @property {string[]} headings all further headings
 * @property {string} text running text without Markdown
 * @property {string} markdown the file as it is
 */

/**
 * @param {string} directory
 * @returns {Promise<Document[]>} ordered by id
 * @throws {ConfigurationError} when the directory cannot be read or holds no Markdown
 */
export async function readDocuments(directory) {
  const names = await listMarkdown(directory)
  if (names.length === 0) throw new ConfigurationError([`CONTENT_DIR ${directory} holds no .md file`])
  return Promise.all(
    names.sort().map(async (name) => {
      const id = name.slice(0, -'.md'.length).split(sep).join('/')
      return parseDocument(id, await readFile(join(directory, name), 'utf8'))
    }),
  )
}

/** @param {string} directory */
async function listMarkdown(directory) {
  try {
    const names = await readdir(directory, { recursive: true })
    return names.filter((name) => name.endsWith('.md'))
  } catch (error) {
    throw new ConfigurationError([`CONTENT_DIR ${directory} cannot be read (${error.code}); mount or set another`])
  }
}

/**
 * @param {string} id
 * @param {string} markdown
 * @returns {Document}
 */
export function parseDocument(id, markdown) {
  const tokens = marked.lexer(markdown)
  const headings = tokens.filter((token) => token.type === 'heading').map(plainText)
  const body = tokens.filter((token) => token.type !== 'heading').map(plainText)
  const [title = id, ...rest] = headings
  return { id, title, headings: rest, text: body.join('\n').replace(/[^\S\n]+/g, ' ').trim(), markdown }
}

/**
 * The words a reader sees: markers, addresses and HTML tags are left out.
 * @param {import('marked').Token} token
 * @returns {string}
 */
function plainText(token) {
  switch (token.type) {
    case 'space':
    case 'hr':
    case 'html':
    case 'def':
      return ''
    case 'br':
      return '\n'
    case 'list':
      return token.items.map(plainText).join('\n')
    case 'table':
      return [token.header, ...token.rows].map((row) => row.map(cellText).join(' · ')).join('\n')
    default:
      if (!token.tokens) return unescapeHtml(token.text ?? '')
      return token.tokens.map(plainText).join('')
  }
}

/** @param {import('marked').Tokens.TableCell} cell */
const cellText = (cell) => cell.tokens.map(plainText).join('')

const ENTITIES = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" }

/** @param {string} text */
const unescapeHtml = (text) => text.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity])
