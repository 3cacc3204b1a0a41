// A build directory in; beside each file worth it, the same file as .gz and .br out.
// Compressed once here as well as it can be, so that nginx only has to send it.
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const TEXT = /\.(html|js|css|svg|json|txt)$/
/** Below this an answer fits into one packet anyway (bytes). */
const SMALLEST = 512

const ENCODINGS = {
  '.gz': (content) => gzipSync(content, { level: constants.Z_BEST_COMPRESSION }),
  '.br': (content) =>
    brotliCompressSync(content, {
      params: {
        [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
      },
    }),
}

const [directory] = process.argv.slice(2)
if (!directory) {
  console.error('usage: node scripts/precompress.js DIRECTORY')
  process.exit(2)
}

for (const name of readdirSync(directory, { recursive: true }).sort()) {
  const path = join(directory, name)
  if (!TEXT.test(name) || statSync(path).size < SMALLEST) continue
  const content = readFileSync(path)
  const sizes = Object.entries(ENCODINGS).map(([suffix, compress]) => {
    const compressed = compress(content)
    if (compressed.length < content.length) writeFileSync(path + suffix, compressed)
    return `${suffix} ${compressed.length}`
  })
  console.log(`${name}: ${content.length} bytes, ${sizes.join(', ')}`)
}
