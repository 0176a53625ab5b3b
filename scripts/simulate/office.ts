import { randomBytes, randomUUID } from 'node:crypto'
import type { Cents } from '../../protocol/money.ts'
import { inTransaction } from '../../server/db/transaction.ts'
import { approve, draft, listSettlements, paymentFile, type Settlement } from '../../server/settlements/settlements.ts'
import { readBankStatement } from '../../server/settlements/statements.ts'
import { extendVoucher, issue, replaceNotes, revokeVoucher } from '../../server/vouchers/vouchers.ts'
import { day } from '../../test/support/money.ts'
import { entry, statement } from '../../test/support/statement.ts'
import { addYouth, type Youth } from '../../test/support/youth.ts'
import type { Crowd } from './crowd.ts'
import type { Programme, Townspeople } from './town.ts'
import type { World } from './world.ts'

/** The people behind desks: they grant, take back, settle, and read the bank's statements; they ask again as anybody does. */
export class Office {
  readonly #world: World
  readonly #crowd: Crowd
  readonly #people: Townspeople
  #entries = 0

  constructor(world: World, crowd: Crowd, people: Townspeople) {
    this.#world = world
    this.#crowd = crowd
    this.#people = people
  }

  get #db() {
    return this.#people.town.deps.db
  }

  /** A grant whose answer got lost is looked for, by its proof, before it is made again. */
  async grant(youth: Youth, programme: Programme, cents: Cents, validMilliseconds: number): Promise<void> {
    const decisionProof = randomBytes(32)
    const validUntil = new Date(Date.now() + validMilliseconds)
    const { mailboxId } = youth
    const asked = { mailboxId, programmeId: programme.id, amountCents: cents, validUntil, decisionProof }
    const refusal = await this.#crowd.patiently(async (deps) => {
      if (await this.#isGranted(decisionProof)) return null
      await inTransaction(deps.db, (tx) => issue(tx, deps, asked))
      return null
    })
    const isGranted = await this.#isGranted(decisionProof)
    this.#world.note(`grant of ${cents} in ${programme.id}: ${refusal ?? 'given'}`)
    if (isGranted) this.#crowd.told.granted(programme.id, cents)
  }

  async #isGranted(proof: Buffer): Promise<boolean> {
    const found = this.#db.selectFrom('vouchers').select('id').where('decision_proof', '=', proof)
    return (await found.executeTakeFirst()) !== undefined
  }

  async #anyVoucher(youth: Youth): Promise<string | null> {
    const vouchers = await this.#db
      .selectFrom('vouchers')
      .select('id')
      .where('mailbox_id', '=', youth.mailboxId)
      .where('left_cents', '>', 0n)
      .orderBy('id')
      .execute()
    return vouchers.length === 0 ? null : this.#world.chance.oneOf(vouchers).id
  }

  async revoke(youth: Youth): Promise<void> {
    const id = await this.#anyVoucher(youth)
    if (id === null) return
    const answer = await this.#crowd.patiently((deps) => inTransaction(deps.db, (tx) => revokeVoucher(tx, deps, id)))
    this.#world.note(`revoked ${id}: ${answer ?? 'done'}`)
  }

  async extend(youth: Youth): Promise<void> {
    const voucherId = await this.#anyVoucher(youth)
    if (voucherId === null) return
    const validUntil = new Date(Date.now() + this.#world.chance.between(20, 60) * day)
    const asked = { voucherId, validUntil }
    const answer = await this.#crowd.patiently((deps) => inTransaction(deps.db, (tx) => extendVoucher(tx, deps, asked)))
    this.#world.note(`extended ${voucherId}: ${answer ?? 'done'}`)
  }

  /** A new phone, whose keys the old one does not have. Answers it. */
  async newPhone(youth: Youth): Promise<Youth> {
    const phone = await addYouth(this.#people.town, 30, youth.mailboxId)
    await this.#crowd.patiently((deps) => inTransaction(deps.db, (tx) => replaceNotes(tx, deps, youth.mailboxId)))
    this.#world.note(`a new phone for ${youth.mailboxId}`)
    return phone
  }

  /** Pays the shops what is owed, as far as it comes: two people, the bank's file, its statement, and lines that come back. */
  async settle(): Promise<void> {
    const [one, other] = this.#people.finance
    const id = randomUUID()
    const executionDate = new Date(Date.now() + day).toISOString().slice(0, 10)
    const drafted = await this.#crowd.patiently((deps) => draft(deps, one, { id, executionDate }))
    if (typeof drafted === 'string') return this.#world.note(`settlement: ${drafted}`)
    this.#world.note(`settlement of ${drafted.totalCents} drafted`)
    await this.#crowd.patiently((deps) => approve(deps, one, id, drafted.totalCents))
    await this.#crowd.patiently((deps) => approve(deps, other, id, drafted.totalCents))
    const ready = await this.#until(id, (settlement) => settlement.state === 'ready')
    if (ready === null) return
    await this.#crowd.patiently((deps) => paymentFile(deps, one, id))
    for (const line of ready.lines) {
      const what = this.#world.chance.oneOf(['paid', 'paid, at once returned', 'paid, later returned'] as const)
      this.#world.note(`the bank has ${what} ${line.cents} to ${line.merchant}`)
      await this.#read(line, 'DBIT')
      if (what === 'paid, later returned') {
        await this.#until(id, ({ lines }) =>
          lines.some((now) => now.merchant === line.merchant && now.state === 'paid'),
        )
      }
      if (what !== 'paid') await this.#read(line, 'CRDT')
    }
  }

  /** Each statement twice: a bank sends copies. */
  async #read(line: Settlement['lines'][number], direction: 'DBIT' | 'CRDT'): Promise<void> {
    const cents = String(line.cents).padStart(3, '0')
    const amount = `${cents.slice(0, -2)}.${cents.slice(-2)}`
    const reference = `B${++this.#entries}`
    const xml = statement({ entries: [entry({ reference, amount, direction, endToEndId: line.endToEndId })] })
    for (let copies = 0; copies < 2; copies++) {
      await this.#crowd.patiently((deps) => readBankStatement(deps, this.#people.finance[0], xml))
    }
  }

  async #until(id: string, isSo: (settlement: Settlement) => boolean): Promise<Settlement | null> {
    for (let looks = 0; looks < 60; looks++) {
      const all = await this.#crowd.patiently((deps) => listSettlements(deps, this.#people.finance[0]))
      const own = typeof all === 'string' ? undefined : all.find((settlement) => settlement.id === id)
      if (own !== undefined && isSo(own)) return own
      await this.#world.clock.wait(this.#world.chance.between(10_000, 120_000))
    }
    this.#world.note(`settlement ${id} did not get on`)
    return null
  }
}
