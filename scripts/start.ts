/**
 * `npm start`: the whole of Kipinä in one process, with a sample town to try it in. Everything stays in ./data (or
 * KIPINA_DATA_DIR); a second start finds it as it was. Never with real children: anybody may sign in as anybody.
 */
import { relative } from 'node:path'
import { startServer } from '../server/main.ts'
import { installStaff, sampleConfig } from './sample/install.ts'
import { staff } from './sample/town.ts'
import { type Codes, seedTown } from './seed.ts'
import { buildWhatIsStale } from './stale.ts'

const began = Date.now()

try {
  buildWhatIsStale(say)
  const config = sampleConfig(process.env)
  say('opening the database and the chain')
  const running = await startServer(config, (deps) => installStaff(deps))
  endOnSignals(running.close)
  const codes = await seedTown(running.url, say)
  console.log(welcome(running.url, config.dataFolder ?? '', codes))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}

function say(line: string): void {
  console.log(`${((Date.now() - began) / 1000).toFixed(1).padStart(5)} s  ${line}`)
}

/** The first Ctrl-C ends cleanly, a second one at once: whatever was promised is in the database either way. */
function endOnSignals(close: () => Promise<void>): void {
  let isEnding = false
  const end = () => {
    if (isEnding) process.exit(130)
    isEnding = true
    console.log('\nending …')
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error)
        process.exit(1)
      },
    )
  }
  process.on('SIGINT', end).on('SIGTERM', end)
}

function welcome(url: string, folder: string, { youths, tills }: Codes): string {
  const lines = (rows: [string, string, string][]) =>
    rows.map(([who, where, how]) => `  ${who.padEnd(22)}${where.padEnd(34)}${how}`)
  const youthLines = youths.map(({ pseudonym, code }): [string, string, string] => [
    `youth “${pseudonym}”`,
    `${url}/`,
    code === null ? 'has a phone already; the worker’s desk gives a new code' : `code ${code}`,
  ])
  const tillLines = tills.map(({ shop, code }): [string, string, string] => [shop, `${url}/till`, `code ${code}`])
  const staffLines = staff.map(({ name, roles, title }): [string, string, string] => {
    const isAtDesk = roles.includes('worker') || roles.includes('approver')
    return [name, `${url}/${isAtDesk ? 'desk' : 'office'}`, title]
  })
  return [
    '',
    `Kipinä is open at ${url}`,
    '',
    'Phones and tills: open the address, type the code (youths’ codes last an hour, tills’ a day).',
    ...lines([...youthLines, ...tillLines]),
    '',
    'Staff: open the address, press Sign in, and choose the person. No password in the sample town.',
    ...lines(staffLines),
    '',
    `The evening post runs every minute. All data is in ${shortPath(folder)}. Ctrl-C ends; the next start goes on from there.`,
  ].join('\n')
}

function shortPath(folder: string): string {
  const path = relative('.', folder)
  return path.startsWith('..') ? folder : path
}
