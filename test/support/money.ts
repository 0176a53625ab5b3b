import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Insertable } from 'kysely'
import { type Address, toHex } from 'viem'
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { type Charge, chargeTypedData, type SignedCharge } from '../../protocol/charge.ts'
import type { Cents } from '../../protocol/money.ts'
import { readConfig } from '../../server/config.ts'
import { fromHex } from '../../server/db/bytes.ts'
import { openNews } from '../../server/db/news.ts'
import type { Programmes } from '../../server/db/tables.ts'
import type { Deps } from '../../server/deps.ts'
import type { StaffRole, StaffWho } from '../../server/http/who.ts'
import { openKeys } from '../../server/keys.ts'
import { openVault } from '../../server/people/vault.ts'
import { createMetrics } from '../../server/watch/metrics.ts'
import { emptyDatabase, quiet } from './chain.ts'

const words = (text: string) => JSON.stringify({ fi: text, sv: text, en: text })

export interface Town {
  deps: Deps
  clock: { now: Date; advance(milliseconds: number): void }
  isPostgres: boolean
  close(): Promise<void>
}

export const minute = 60_000
export const hour = 60 * minute
export const day = 24 * hour

/** A database of its own on either engine, the server's real keys and vault, and a clock that stands still. */
export async function openTown(): Promise<Town> {
  const database = await emptyDatabase()
  const folder = mkdtempSync(join(tmpdir(), 'town-'))
  const clock = {
    now: new Date('2026-11-10T10:00:00.000Z'),
    advance: (milliseconds: number) => {
      clock.now = new Date(clock.now.getTime() + milliseconds)
    },
  }
  const config = readConfig({ SAMPLE: 'true' })
  const keys = openKeys({ keysFile: null, dataFolder: null })
  const news = await openNews(database, quiet)
  const deps: Deps = {
    config,
    db: database.db,
    now: () => clock.now,
    keys,
    // Real facts without a network: nothing that is tested here reads the chain.
    chain: {
      chainId: config.chainId,
      vouchers: '0x5fbdb2315678afecb367f032d93f642f64180aa3',
      merchantRegistry: '0xe7f1725e7734ce288f8367e1bb143e90bb3f0512',
      budgetToken: '0x9fe46736679d2d9a65f0992f2272de9f3c7fa6e0',
      auditAnchor: '0xcf7ed3acca5a467e9e704c703e8d87f634fb0fc9',
      acceptorAddress: keys.acceptor.address.toLowerCase() as Address,
      graceSeconds: config.graceSeconds,
      escapeAfterSeconds: config.escapeAfterSeconds,
      genesis: toHex(randomBytes(32)),
    } as unknown as Deps['chain'],
    vault: openVault(folder, keys.secrets.vault),
    news,
    metrics: createMetrics(),
    log: quiet,
  }
  await database.db
    .insertInto('organisations')
    .values({ id: 'town', kind: 'municipality', name: words('Town'), municipality: '091', phone: '+358 9 1' })
    .execute()
  return {
    deps,
    clock,
    isPostgres: database.engine === 'postgres',
    async close() {
      await news.close()
      await database.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

let programmes = 0

export async function addProgramme(town: Town, more: Partial<Insertable<Programmes>> = {}) {
  const id = ++programmes
  await town.deps.db
    .insertInto('programmes')
    .values({
      organisation_id: 'town',
      name: words('Meals in autumn'),
      label: words('Food'),
      kind: 'value',
      mode: 'full',
      purposes: 1,
      most_per_grant_cents: 100_000n,
      daily_limit_cents: 10_000_000n,
      undo_seconds: null,
      budget_cents: 1_000_000n,
      guarantee_cents: 1_000_000n,
      state: 'open',
      ...more,
      id,
    })
    .execute()
  return id
}

let people = 0

export async function addStaff(town: Town, roles: StaffRole[], limitCents: Cents = 30_000n): Promise<StaffWho> {
  const staffId = randomUUID()
  const name = `Person ${++people}`
  await town.deps.db
    .insertInto('staff')
    .values({ id: staffId, organisation_id: 'town', subject: staffId, name, roles, decision_limit_cents: limitCents })
    .execute()
  return { actor: 'staff', staffId, name, roles, organisation: 'town', limitCents }
}

export interface Shop {
  merchantId: number
  tillId: number
  account: PrivateKeyAccount
  who: { actor: 'till'; tillId: number; merchantId: number; organisation: string }
  /** What the till asks, signed by its device. */
  charge(priceCents: Cents, more?: Partial<Charge>): Promise<SignedCharge>
}

let shops = 0

export async function addShop(town: Town, more: { purposes?: number; acceptsAhead?: boolean } = {}): Promise<Shop> {
  const { db } = town.deps
  const merchantId = ++shops
  const { staffId } = await addStaff(town, ['officer'])
  await db
    .insertInto('merchants')
    .values({
      id: merchantId,
      organisation_id: 'town',
      name: `Shop ${merchantId}`,
      business_id: '0737546-2',
      iban: 'FI2112345600000785',
      bank_reference: `RF${merchantId}`,
      purposes: more.purposes ?? 1,
      municipality: '091',
      street: 'Street 1',
      postal_code: '00100',
      state: 'approved',
      proposed_by: staffId,
    })
    .execute()
  return await addTill(town, merchantId, more.acceptsAhead ?? false)
}

export async function addTill(town: Town, merchantId: number, acceptsAhead = false): Promise<Shop> {
  const account = privateKeyToAccount(generatePrivateKey())
  const { id: tillId } = await town.deps.db
    .insertInto('tills')
    .values({
      merchant_id: merchantId,
      name: 'Till',
      address: fromHex(account.address),
      accepts_ahead: acceptsAhead,
      state: 'active',
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const { chainId, vouchers } = town.deps.chain
  return {
    merchantId,
    tillId,
    account,
    who: { actor: 'till', tillId, merchantId, organisation: 'town' },
    async charge(priceCents, more = {}) {
      const askedAt = Math.floor(town.clock.now.getTime() / 1000)
      const nonce = toHex(randomBytes(8))
      const charge = { merchant: merchantId, till: tillId, priceCents, nonce, askedAt, ...more }
      return { ...charge, signature: await account.signTypedData(chargeTypedData(chainId, vouchers, charge)) }
    },
  }
}
