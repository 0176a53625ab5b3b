/** Writes protocol/openapi.json from the endpoints; `--check` only says whether the file is what would be written. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { openApiDocument } from '../server/openapi.ts'

const file = resolve(import.meta.dirname, '../protocol/openapi.json')
const wanted = `${JSON.stringify(openApiDocument(), null, 2)}\n`

if (!process.argv.includes('--check')) writeFileSync(file, wanted)
else if (!existsSync(file) || readFileSync(file, 'utf8') !== wanted) {
  console.error('protocol/openapi.json is not what the endpoints say: run `npm run openapi`')
  process.exit(1)
}
