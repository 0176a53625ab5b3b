import { join } from 'node:path'
import { expect } from 'chai'
import { sql } from 'kysely'
import { decodeFunctionData, type Hex, parseEventLogs, recoverTypedDataAddress, stringToHex } from 'viem'
import { auditAnchorAbi } from '../../protocol/abi/auditAnchor.ts'
import { budgetTokenAbi } from '../../protocol/abi/budgetToken.ts'
import { merchantRegistryAbi } from '../../protocol/abi/merchantRegistry.ts'
import { vouchersAbi } from '../../protocol/abi/vouchers.ts'
import { spendTypedData } from '../../protocol/spend.ts'
import { itemsOf } from '../../scripts/linkage/decode.ts'
import { readChain, type SeenTransaction } from '../../scripts/linkage/reader.ts'
import { grantAll, joinPhones } from '../../scripts/walkthrough/granting.ts'
import { readGrants } from '../../scripts/walkthrough/grants.ts'
import { joinTills } from '../../scripts/walkthrough/opening.ts'
import { postUntilFinal, readPost } from '../../scripts/walkthrough/posting.ts'
import { settle } from '../../scripts/walkthrough/settling.ts'
import { goShopping } from '../../scripts/walkthrough/shopping.ts'
import { loseSome, refundSome, revokeSome } from '../../scripts/walkthrough/troubles.ts'
import { redemptionsOf } from '../../server/chain/told.ts'
import { type SampleTown, sampleTown } from '../support/sampleTown.ts'

const grantsFile = join(import.meta.dirname, '../../scripts/sample/grants.csv')
const abi = [...vouchersAbi, ...merchantRegistryAbi, ...budgetTokenAbi, ...auditAnchorAbi]

/** What may be called and told once the contracts stand; contracts/README.md says what each tells. */
const calls = [
  'anchor approve cutSheet closeSheet confirm fund mint openProgramme reclaim redeem refund register release returned revoke settle',
  'follow grantRole setVouchers',
]
const tellings = [
  'Anchored Approval Burned Followed Funded MerchantRegistered Minted ProgrammeOpened Reclaimed Redeemed Refunded Released ReturnMinted',
  'Revoked RoleGranted SettlementConfirmed SettlementReturned SettlementStarted SheetClosed SheetCut Skipped Transfer',
  'VouchersSet',
]
const wordsOf = (lines: string[]) => new Set(lines.flatMap((line) => line.split(' ')))

describe('What the chain tells', function () {
  this.timeout(180_000)
  let town: SampleTown
  let seen: SeenTransaction[]
  let secrets: Map<string, string>

  before(async () => {
    const settings = { POST_INTERVAL_SECONDS: '1' }
    town = await sampleTown({ undoSeconds: 3, mode: 'reference', settings })
    const { story } = town
    const nothing = await readPost(story.staff)
    await joinTills(story)
    const pseudonyms = new Set<string>()
    const lines = readGrants(grantsFile).filter(({ pseudonym }) => pseudonyms.add(pseudonym).size <= 16)
    await grantAll(story, lines)
    await joinPhones(story)
    await postUntilFinal(story.staff, nothing, 60)
    await goShopping(story)
    await postUntilFinal(story.staff, nothing, 60)
    await refundSome(story, story.purchases)
    await revokeSome(story)
    await loseSome(story)
    await postUntilFinal(story.staff, nothing, 60)
    await settle(story)
    secrets = await secretsOf(town)
    await town.close()
    seen = await readChain(join(town.folder, 'chain'), { withWrites: true })
  })
  after(() => town?.end())

  it('is called and tells only in the ways that are written down', () => {
    const called = seen.flatMap(({ to, input }) =>
      to === null ? [] : [decodeFunctionData({ abi, data: input }).functionName],
    )
    const events = seen.flatMap(({ logs }) => parseEventLogs({ abi, logs: logs as never }))
    const told = events.map(({ eventName }) => eventName)
    const redeemed = events.flatMap((event) => (event.eventName === 'Redeemed' ? redemptionsOf(event.args) : []))
    expect(
      called.filter((name) => !wordsOf(calls).has(name)),
      'calls',
    ).to.deep.equal([])
    expect(
      told.filter((name) => !wordsOf(tellings).has(name)),
      'events',
    ).to.deep.equal([])
    expect(redeemed.length).to.be.greaterThan(16)
    expect(told.length).to.equal(seen.reduce((sum, { logs }) => sum + logs.length, 0))
  })

  it('holds no id, name, number or address of a person, in calldata, events or storage', () => {
    expect(secrets.size).to.be.greaterThan(100)
    const everything = seen.map(({ input, logs, writes }) =>
      [
        input,
        ...logs.flatMap(({ topics, data }) => [...topics, data]),
        ...writes.flatMap(({ slot, value }) => [slot, value]),
      ].join(' '),
    )
    const text = everything.join(' ').toLowerCase()
    // What does stand there is found: storage too was read.
    expect(text).to.include(`${sheetsOf(seen)[0]?.slice(2)}`)
    expect(seen.flatMap(({ writes }) => writes).length).to.be.greaterThan(seen.length)
    const found = [...secrets].filter(([bytes]) => text.includes(bytes)).map(([, what]) => what)
    expect(found).to.deep.equal([])
  })

  it('shares nothing between two notes: holder, note, commitment and signature come once', async () => {
    const { facts } = town.story
    const items = seen.flatMap(({ to, input }) => {
      if (to?.toLowerCase() !== facts.vouchers.toLowerCase()) return []
      return itemsOf(input)
    })
    const holders = await Promise.all(
      items.map(({ spend, signature }) =>
        recoverTypedDataAddress({ ...spendTypedData(facts.chainId, facts.vouchers, spend), signature }),
      ),
    )
    const once = (values: Hex[]) => expect(new Set(values).size).to.equal(values.length)
    once(holders)
    once(items.map(({ spend }) => spend.noteId))
    once(items.map(({ spend }) => spend.commitment))
    once(items.map(({ signature }) => signature.slice(0, 66) as Hex))
    for (const { spend } of items) expect(new Date(Number(spend.deadline + 1n) * 1000).getUTCDate()).to.equal(1)
  })
})

function sheetsOf(transactions: SeenTransaction[]): Hex[] {
  const told = transactions.flatMap(({ logs }) => parseEventLogs({ abi: vouchersAbi, logs: logs as never }))
  return told.flatMap((event) => (event.eventName === 'SheetCut' ? [event.args.sheet] : []))
}

/** Everything in the database that names a person, a case, a voucher or a purchase, as hex without 0x. */
async function secretsOf({ deps }: SampleTown): Promise<Map<string, string>> {
  const secrets = new Map<string, string>()
  const columns: [table: string, column: string][] = [
    ['mailboxes', 'id'],
    ['vouchers', 'id'],
    ['vouchers', 'decision_proof'],
    ['cases', 'id'],
    ['cases', 'pseudonym'],
    ['needs', 'id'],
    ['decisions', 'id'],
    ['wallets', 'id'],
    ['wallets', 'address'],
    ['tills', 'address'],
    ['staff', 'id'],
    ['staff', 'name'],
    ['payments', 'id'],
    ['charges', 'nonce'],
    ['merchants', 'name'],
    ['merchants', 'iban'],
  ]
  for (const [table, column] of columns) {
    const { rows } = await sql<{ value: unknown }>`select ${sql.ref(column)} as value from ${sql.table(table)}`.execute(
      deps.db,
    )
    for (const { value } of rows) secrets.set(hexOf(value), `${table}.${column} ${String(value)}`)
  }
  return secrets
}

function hexOf(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  const text = String(value)
  return /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(text) ? text.replaceAll('-', '') : stringToHex(text).slice(2)
}
