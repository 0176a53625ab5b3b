import type { ProgrammeKey } from '../../../sample/town.ts'
import type { Chance } from '../../../walkthrough/chance.ts'
import { ways } from '../../../walkthrough/paying.ts'
import { priceOf } from '../../../walkthrough/prices.ts'
import { firstMorning } from '../acts.ts'
import type { Notes, Payment, Voucher } from './notes.ts'
import type { Carried, Evening, MonthPlan } from './plan.ts'
import { type Grant, programmeOf, type Shop } from './traffic.ts'

interface Held extends Voucher {
  grant: Grant
  isEnded: boolean
}

type Bought = Omit<Evening, 'at' | 'acts'>

/** Youths with their vouchers, from day to day. The others see only whole payments between lasting addresses. */
export class Town {
  payments = 0
  readonly earnedCents = new Map<number, bigint>()
  readonly #plan: MonthPlan
  readonly #notes: Notes
  readonly #shops: readonly Shop[]
  readonly #chance: Chance
  readonly #vouchers: Held[]
  readonly #phones = new Map<number, number>()
  /** Whose first voucher is revoked, and whose phone is lost, on which day. */
  readonly #revoked: Map<number, number>
  readonly #lost: Map<number, number>
  #yesterday: { voucher: Held; payment: Payment; holder: string }[] = []

  constructor(plan: MonthPlan, notes: Notes, shops: readonly Shop[], grants: readonly Grant[], chance: Chance) {
    this.#plan = plan
    this.#notes = notes
    this.#shops = shops
    this.#chance = chance
    this.#vouchers = grants.map((grant, number) => {
      const { id: programme, kind } = programmeOf.get(grant.key)!
      return { number, youth: grant.youth, programme, kind, validUntil: grant.validUntil, grant, isEnded: false }
    })
    this.#revoked = this.#drawDays(plan.revokedOneIn)
    this.#lost = this.#drawDays(plan.lostOneIn)
  }

  /** A day until the evening post. What is bought today can be undone until the night, so the others post it tomorrow. */
  live(day: number): Bought {
    const carried = this.#yesterday.map(({ payment, holder }): Carried => {
      const { voucher, merchant, cents } = payment
      return { holder, to: shopWords(merchant), programme: voucher.programme, cents }
    })
    const evening: Bought = { issued: [], takenBack: [], carried }
    this.#decide(day, evening)
    this.#giveBack(day, evening)
    this.#yesterday = day < this.#plan.days ? this.#shop(day) : []
    return evening
  }

  #decide(day: number, { issued, takenBack }: Bought): void {
    const end = (voucher: Held) => {
      voucher.isEnded = true
      const cents = this.#notes.end(voucher)
      if (cents > 0n) takenBack.push({ holder: this.#wordsOf(voucher), programme: voucher.programme, cents })
    }
    for (const voucher of this.#vouchers) {
      if (voucher.isEnded || voucher.grant.day > day) continue
      const { youth, programme, grant } = voucher
      if (grant.day === day) {
        this.#notes.grant(voucher, grant.cents, day)
        issued.push({ holder: this.#wordsOf(voucher), programme, cents: grant.cents })
      }
      if (voucher.validUntil.getTime() < at(day).getTime()) end(voucher)
      if (this.#revoked.get(youth) === day) {
        this.#revoked.delete(youth)
        end(voucher)
      }
    }
    for (const [youth, when] of this.#lost) if (when === day) this.#replacePhone(youth, day, issued, takenBack)
  }

  #replacePhone(youth: number, day: number, issued: Bought['issued'], takenBack: Bought['takenBack']): void {
    const own = this.#vouchers.filter((voucher) => voucher.youth === youth && !voucher.isEnded)
    const moved = own.flatMap((voucher) => {
      const left = this.#notes.openOf(voucher).reduce((sum, { faceCents }) => sum + faceCents, 0n)
      this.#notes.renew(voucher, day)
      return left === 0n ? [] : [{ programme: voucher.programme, cents: left }]
    })
    takenBack.push(...moved.map((value) => ({ ...value, holder: youthWords(youth, this.#phones) })))
    this.#phones.set(youth, (this.#phones.get(youth) ?? 0) + 1)
    issued.push(...moved.map((value) => ({ ...value, holder: youthWords(youth, this.#phones) })))
  }

  #giveBack(day: number, { carried }: Bought): void {
    for (const { voucher, payment } of this.#yesterday) {
      if (voucher.kind === 'service' || !this.#isOneIn(this.#plan.refundedOneIn) || voucher.isEnded) continue
      const cents = this.#chance.next() < 0.5 ? payment.cents : (payment.cents + 1n) / 2n
      this.#notes.refund(payment, cents, day)
      this.#earn(payment.merchant, -cents)
      const back = { holder: shopWords(payment.merchant), to: this.#wordsOf(voucher) }
      carried.push({ ...back, programme: voucher.programme, cents })
    }
  }

  #shop(day: number): { voucher: Held; payment: Payment; holder: string }[] {
    const open = this.#vouchers.filter(({ grant, isEnded }) => grant.day <= day && !isEnded)
    return this.#chance.shuffled(open).flatMap((voucher) => {
      if (this.#chance.next() >= this.#plan.share) return []
      const { key } = voucher.grant
      const way = this.#chance.oneOf(ways)
      const how = { isOffline: way.startsWith('phone offline'), isOneScan: way.endsWith('one scan') }
      const merchant = this.#chance.oneOf(this.#shopsFor(key)).id
      const bought = { voucher, merchant, priceCents: priceOf(this.#chance, key), day, at: at(day) }
      const payment = this.#notes.pay({ ...bought, ...how })
      if (payment === null) return []
      if (this.#isOneIn(this.#plan.undoneOneIn)) {
        this.#notes.undo(payment, day)
        return []
      }
      this.payments++
      this.#earn(merchant, payment.cents)
      return [{ voucher, payment, holder: this.#wordsOf(voucher) }]
    })
  }

  #shopsFor(key: ProgrammeKey): Shop[] {
    const purposes = programmeOf.get(key)?.purposes ?? 0
    return this.#shops.filter((shop) => (shop.purposes & purposes) !== 0)
  }

  #earn(merchant: number, cents: bigint): void {
    this.earnedCents.set(merchant, (this.earnedCents.get(merchant) ?? 0n) + cents)
  }

  #isOneIn(many: number): boolean {
    return this.#chance.next() < 1 / many
  }

  /** A day for one youth in so many, in the weeks after the grants. */
  #drawDays(oneIn: number): Map<number, number> {
    const youths = [...new Set(this.#vouchers.map(({ youth }) => youth))]
    const chosen = this.#chance.shuffled(youths).slice(0, Math.ceil(youths.length / oneIn))
    return new Map(chosen.map((youth) => [youth, this.#chance.between(14, Math.max(14, this.#plan.days - 1))]))
  }

  #wordsOf({ youth }: Voucher): string {
    return youthWords(youth, this.#phones)
  }
}

/** Eleven in the morning, UTC. */
function at(day: number): Date {
  return new Date((firstMorning + day * 86_400 + 5 * 3600) * 1000)
}

function youthWords(youth: number, phones: ReadonlyMap<number, number>): string {
  return `youth ${youth} phone ${phones.get(youth) ?? 0}`
}

export function shopWords(merchant: number): string {
  return `shop ${merchant}`
}
