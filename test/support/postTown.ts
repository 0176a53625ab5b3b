import { randomBytes, randomUUID } from 'node:crypto'
import { type Hex, toHex } from 'viem'
import { vouchersAbi } from '../../protocol/abi/vouchers.ts'
import type { Cents } from '../../protocol/money.ts'
import { pay as accept } from '../../server/acceptances/acceptances.ts'
import { reconcile } from '../../server/audit/audit.ts'
import { enqueue } from '../../server/chain/outbox.ts'
import type { Config } from '../../server/config.ts'
import { fromHex } from '../../server/db/bytes.ts'
import { inTransaction } from '../../server/db/transaction.ts'
import type { StaffWho } from '../../server/http/who.ts'
import { approveMerchant, proposeMerchant } from '../../server/network/merchants.ts'
import { fundProgramme, openProgramme } from '../../server/network/network.ts'
import { runEveningPost, type Sheets } from '../../server/post/post.ts'
import { addTill, type Shop, type Town } from './money.ts'
import { day, type TestServer, testServer } from './server.ts'
import { addYouth, type HeldNote, type Youth } from './youth.ts'

/** A town whose money is really on its chain: programmes opened and funded, shops registered, all of it final. */
export interface PostTown {
  server: TestServer
  town: Town
  officer: StaffWho
  finance: StaffWho
  programme(more?: Partial<NewProgramme>): Promise<number>
  shop(purposes?: ('food' | 'clothes')[]): Promise<Shop>
  youth(): Promise<Youth>
  /** Pays with these notes, at the till; answers the payment's id. */
  pay(youth: Youth, shop: Shop, priceCents: Cents, notes: readonly HeldNote[]): Promise<Hex>
  /** Runs the evening post until it is done. */
  post(sheets?: Sheets): Promise<void>
  advance(milliseconds: number): void
  /** The differences of the whole town: what a good day leaves empty. */
  differences(): ReturnType<typeof differencesOf>
  close(): Promise<void>
}

export interface NewProgramme {
  kind: 'value' | 'service'
  budgetCents: Cents
  floatCents: Cents
  guaranteeCents: Cents
  dailyLimitCents: Cents
  undoSeconds: number | null
}

const words = (text: string) => ({ fi: text, sv: text, en: text })
const differencesOf = async (town: Town) => (await reconcile(town.deps, 'town')).differences

export async function postTown(settings: Partial<Config> = {}): Promise<PostTown> {
  const server = await testServer(settings)
  const { deps } = server
  const clock = {
    get now() {
      return deps.now()
    },
    advance: server.clock.advance,
  }
  const town = { deps, clock, isPostgres: server.database.engine === 'postgres', close: server.close } as Town
  const { who: officer } = await server.as(['officer'])
  const { who: finance } = await server.as(['finance'])
  let programmes = 0
  let shops = 0

  return {
    server,
    town,
    officer,
    finance,
    async programme(more = {}) {
      const id = ++programmes
      const asked = { kind: 'value', undoSeconds: 0, dailyLimitCents: 1_000_000n, ...more } as const
      await openProgramme(deps, officer, {
        id,
        name: words('Autumn'),
        label: words('Food'),
        mode: 'full',
        isUniversal: false,
        purposes: ['food'],
        ruleSet: null,
        templates: [],
        mostPerGrantCents: asked.kind === 'service' ? 5_000n : 100_000n,
        kind: asked.kind,
        undoSeconds: asked.undoSeconds,
        dailyLimitCents: asked.dailyLimitCents,
      })
      await fundProgramme(deps, finance, id, {
        id: randomUUID(),
        bankReference: `bank entry ${id}`,
        budgetCents: more.budgetCents ?? 500_000n,
        floatCents: more.floatCents ?? 100_000n,
        guaranteeCents: more.guaranteeCents ?? 50_000n,
      })
      await deps.chain.advance()
      return id
    },
    async shop(purposes = ['food']) {
      const id = ++shops
      const iban = 'FI2112345600000785'
      await proposeMerchant(deps, officer, {
        id,
        name: `Shop ${id}`,
        businessId: '0737546-2',
        iban,
        purposes,
        municipality: '091',
        street: 'Street 1',
        postalCode: '00100',
        latitude: null,
        longitude: null,
      })
      await approveMerchant(deps, finance, id, iban)
      await deps.chain.advance()
      return await addTill(town, id)
    },
    youth: () => addYouth(town),
    async pay(youth, shop, priceCents, notes) {
      const charge = await shop.charge(priceCents)
      const offer = await youth.sign(shop.merchantId, charge.nonce, notes)
      return (await accept(deps, shop.who, { charge, offer })).receipt.payment
    },
    async post(sheets = 'now') {
      if (!(await runEveningPost(deps, { sheets }))) throw new Error('The evening post did not come to its end')
    },
    advance: server.clock.advance,
    differences: () => differencesOf(town),
    close: server.close,
  }
}

/** What a guardian of the registry could do at any time, at once. */
export async function suspendNow({ town }: PostTown, merchant: number): Promise<void> {
  await inTransaction(town.deps.db, (tx) =>
    enqueue(tx, {
      subject: `suspend-now:${toHex(randomBytes(4))}`,
      kind: 'suspend',
      lane: 'registrar',
      target: 'merchantRegistry',
      functionName: 'suspend',
      args: [merchant, Math.floor(town.deps.now().getTime() / 1000) + 1],
    }),
  )
  await town.deps.chain.advance()
}

export async function acceptancesOf({ town }: PostTown, payment: Hex) {
  return await town.deps.db
    .selectFrom('acceptances')
    .selectAll()
    .where('payment_id', '=', fromHex(payment))
    .orderBy('post_after')
    .orderBy('note_id')
    .execute()
}

export async function potsOnChain({ town }: PostTown, programme: number) {
  const { client, vouchers } = town.deps.chain
  return await client.readContract({
    address: vouchers,
    abi: vouchersAbi,
    functionName: 'programmeOf',
    args: [programme],
  })
}

export async function programmeRowOf({ town }: PostTown, id: number) {
  return await town.deps.db.selectFrom('programmes').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
}

/** A programme, a shop and a youth who was granted so much in it. */
export async function settingIn(town: PostTown, granted: Cents, more: Partial<NewProgramme>) {
  const programme = await town.programme(more)
  const shop = await town.shop()
  const youth = await town.youth()
  await youth.grant(programme, granted)
  return { programme, shop, youth }
}

export { day }
