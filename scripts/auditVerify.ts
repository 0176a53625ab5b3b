/**
 * `npm run audit:verify [-- --json] [--url URL] [--lost HEAD …]`: reads the whole audit log against its own hashes and the
 * anchors on chain, and names the first row that was changed, deleted, inserted, rewritten or cut off. Exits 1 when there
 * is one, or when nobody chains or anchors the log any more, and 2 when it could not look. Writes no row and no block.
 *
 * With DATABASE_URL and RPC_URL it needs nothing else: no key, no server. Else it asks the running system; when none runs,
 * it opens its data folder. `--lost`: the head of an anchor whose rows went in a restore, once for each.
 */
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Hex, PublicClient } from 'viem'
import { z } from 'zod'
import { auditVerification, verifyAuditLog as verifyEndpoint } from '../protocol/api/audit.ts'
import { type AuditVerification, verifyAuditLog } from '../server/audit/auditLog.ts'
import { silenceOf } from '../server/audit/silence.ts'
import { clientOn } from '../server/chain/client.ts'
import { readDeployment } from '../server/chain/deployment.ts'
import { lanes } from '../server/chain/outbox.ts'
import { type Db, openDatabase } from '../server/db/database.ts'
import { openKeys } from '../server/keys.ts'
import { lockFolder } from '../server/lock.ts'
import { sampleConfig } from './sample/install.ts'
import { signInAs } from './walkthrough/staff.ts'

const { values: asked } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    url: { type: 'string' },
    lost: { type: 'string', multiple: true, default: [] },
  },
})

const headText = z.string().regex(/^0x[0-9a-f]{64}$/, '--lost takes a head: 0x and 64 hexadecimal digits')
const now = () => new Date()

/** What was found, and whether there should have been an anchor in the last two days; null where nobody is at work. */
interface Seen {
  found: AuditVerification
  isAnchoredDaily: boolean | null
}

async function read(db: Db, client: PublicClient, lost: ReadonlySet<Hex>): Promise<AuditVerification> {
  const known = await readDeployment(db)
  const [chainId, genesis] = await Promise.all([client.getChainId(), client.getBlock({ blockNumber: 0n })])
  if (known === null || known.chainId !== BigInt(chainId) || known.genesis !== genesis.hash) {
    throw new Error('This database belongs to another chain: set RPC_URL to the one that it is on')
  }
  const { auditAnchor } = known.contracts
  if (auditAnchor === null) throw new Error('This log was never anchored: run `npm run deploy` with this version once')
  return await verifyAuditLog({ db, client, auditAnchor, now }, lost)
}

/** An installation's own database and network, read where they are. */
async function readInstalled(databaseUrl: string, rpcUrl: string, lost: ReadonlySet<Hex>): Promise<AuditVerification> {
  const database = await openDatabase({ databaseUrl, dataFolder: null }, () => {})
  return await read(database.db, clientOn({ rpcUrl }), lost).finally(() => database.close())
}

/** As the sample's auditor. */
async function ask(origin: string): Promise<AuditVerification> {
  return await (await signInAs(origin, 'eeva.lind')).call(verifyEndpoint)
}

async function isRunning(origin: string): Promise<boolean> {
  return await fetch(new URL('/health/ready', origin)).then(
    (answer) => answer.ok,
    () => false,
  )
}

/** Without a server: nothing is migrated, deployed or sent, and a chain adds a block when it is opened only to its copy. */
async function readFolder(lost: ReadonlySet<Hex>): Promise<AuditVerification> {
  const config = sampleConfig(process.env)
  const folder = config.dataFolder ?? ''
  if (!existsSync(join(folder, 'keys.json'))) {
    throw new Error(`There is no installation in ${folder}: set DATA, or DATABASE_URL and RPC_URL`)
  }
  const unlock = lockFolder(folder)
  const copy = mkdtempSync(join(tmpdir(), 'kipina-chain-'))
  const database = await openDatabase(config, () => {})
  try {
    const keys = openKeys(config)
    const senders = lanes.map((lane) => keys[lane].address)
    cpSync(join(folder, 'chain'), copy, { recursive: true })
    const { openEmbeddedChain } = await import('../server/chain/embedded.ts')
    const embedded = await openEmbeddedChain({ folder: copy, chainId: config.chainId, senders, now })
    return await read(database.db, clientOn({ embedded }), lost).finally(() => embedded.close())
  } finally {
    await database.close()
    rmSync(copy, { recursive: true, force: true })
    unlock()
  }
}

async function verify(): Promise<Seen> {
  const lost = new Set(asked.lost.map((text) => headText.parse(text) as Hex))
  const { DATABASE_URL: databaseUrl, RPC_URL: rpcUrl } = process.env
  if (asked.url === undefined && databaseUrl && rpcUrl) {
    return { found: await readInstalled(databaseUrl, rpcUrl, lost), isAnchoredDaily: true }
  }
  const origin = new URL(asked.url ?? sampleConfig(process.env).origin).origin
  if (asked.url === undefined && !(await isRunning(origin))) {
    return { found: await readFolder(lost), isAnchoredDaily: null }
  }
  if (lost.size > 0) throw new Error('--lost reads the database itself: end the server first')
  return { found: await ask(origin), isAnchoredDaily: false }
}

function linesOf({
  rows,
  waiting,
  oldestWaitingAt,
  contract,
  anchors,
  anchoredRow,
  lastAnchorAt,
  broken,
}: AuditVerification) {
  const since = lastAnchorAt === null ? '' : `, the last at ${lastAnchorAt.toISOString()} up to row ${anchoredRow}`
  return [
    `${rows} rows are as they were written`,
    `${anchors} anchors in ${contract}${since}`,
    ...(oldestWaitingAt === null
      ? []
      : [`${waiting} rows are not chained yet, the oldest of ${oldestWaitingAt.toISOString()}`]),
    broken === null
      ? 'the audit log is whole'
      : `BROKEN: row ${broken.row}${broken.until === null ? '' : ` to ${broken.until}`} ${broken.what}. ${broken.because}`,
  ]
}

try {
  const { found, isAnchoredDaily } = await verify()
  const stopped = isAnchoredDaily === null ? [] : silenceOf(found, isAnchoredDaily)
  console.log(asked.json ? JSON.stringify(z.encode(auditVerification, found), null, 2) : linesOf(found).join('\n'))
  for (const sentence of stopped) console.error(`STOPPED: ${sentence}`)
  process.exit(found.intact && stopped.length === 0 ? 0 : 1)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(2)
}
