import type { Shop } from '../../test/support/money.ts'
import type { Youth } from '../../test/support/youth.ts'
import type { Green } from '../chaos/acknowledged.ts'
import type { Crowd, Outcome, Purchase, Way } from './crowd.ts'
import type { Office } from './office.ts'
import type { Programme, Townspeople } from './town.ts'
import type { World } from './world.ts'

const minute = 60_000
const ways: readonly Way[] = ['shown', 'typed', 'ahead']

/** What people do on a day, each at a time that chance gives, all of them in each other's way. */
export class Day {
  readonly counts = new Map<string, number>()
  readonly #world: World
  readonly #crowd: Crowd
  readonly #office: Office
  readonly #people: Townspeople
  /** Phones in use: a lost one is replaced. */
  readonly #youths: Youth[]

  constructor(world: World, crowd: Crowd, office: Office, people: Townspeople) {
    this.#world = world
    this.#crowd = crowd
    this.#office = office
    this.#people = people
    this.#youths = [...people.youths]
  }

  /** So many acts within so many minutes; resolves when every one of them has its answer. */
  async live(acts: number, minutes: number): Promise<void> {
    const { chance, clock } = this.#world
    await this.#openingGrants()
    const all = Array.from({ length: acts }, async () => {
      const kind = this.#anyKind()
      await clock.wait(chance.between(0, minutes * minute))
      this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1)
      await this.#act(kind)
    })
    await Promise.all(all)
  }

  #anyKind(): Kind {
    const drawn = this.#world.chance.between(
      1,
      kinds.reduce((sum, [, weight]) => sum + weight, 0),
    )
    let sum = 0
    for (const [kind, weight] of kinds) {
      sum += weight
      if (drawn <= sum) return kind
    }
    return 'buy'
  }

  async #openingGrants(): Promise<void> {
    for (const youth of this.#youths) {
      for (const programme of this.#people.programmes) {
        if (this.#world.chance.next() < 0.6) await this.#grant(youth, programme)
      }
    }
  }

  /** Some end while the day goes on. */
  async #grant(youth: Youth, programme: Programme): Promise<void> {
    const { chance } = this.#world
    const cents = BigInt(chance.between(1, programme.mostCents))
    const milliseconds = chance.next() < 0.2 ? chance.between(minute, 300 * minute) : 30 * 86_400_000
    await this.#office.grant(youth, programme, cents, milliseconds)
  }

  async #act(kind: Kind): Promise<void> {
    const { chance } = this.#world
    const place = chance.between(0, this.#youths.length - 1)
    const youth = this.#youths[place] as Youth
    if (kind === 'grant') return await this.#grant(youth, chance.oneOf(this.#people.programmes))
    if (kind === 'revoke') return await this.#office.revoke(youth)
    if (kind === 'extend') return await this.#office.extend(youth)
    if (kind === 'settle') return await this.#office.settle()
    if (kind === 'new phone') {
      this.#youths[place] = await this.#office.newPhone(youth)
      return
    }
    const way = kind === 'give up' ? 'typed' : kind === 'cancel' ? 'shown' : chance.oneOf(ways)
    const purchase = await this.#sign(youth, way)
    if (purchase === null) return
    if (kind === 'cancel') return await this.#crowd.cancelled(purchase)
    if (kind === 'give up') return await this.#crowd.givenUp(purchase)
    if (kind === 'overspend') return await this.#overspend(youth, purchase)
    const outcome = await this.#crowd.buy(purchase, kind === 'buy often' ? chance.between(2, 6) : 1)
    await this.#after(way, outcome)
  }

  #shopFor(way: Way): Shop {
    const { chance } = this.#world
    return chance.oneOf(way === 'ahead' ? this.#people.shops.slice(2) : this.#people.shops)
  }

  /** Mostly one note: each further one waits for evenings of its own. */
  async #sign(youth: Youth, way: Way): Promise<Purchase | null> {
    const { chance } = this.#world
    const most = chance.next() < 0.85 ? 1 : 3
    const cents = BigInt(chance.between(1, most === 1 ? 700 : 2500))
    return await this.#crowd.sign(way, youth, this.#shopFor(way), cents, most)
  }

  /** What is signed for one till is signed for another too, and both send. */
  async #overspend(youth: Youth, purchase: Purchase): Promise<void> {
    const { chance } = this.#world
    const notes = purchase.offer.notes.map(({ noteId, mostCents }) => ({ id: noteId, cents: mostCents }))
    const shop = chance.oneOf(this.#people.shops)
    const charge = await shop.charge(purchase.charge.priceCents)
    const holders = await this.#crowd.holdersOf(youth, notes)
    if (holders === null) return
    const offer = await youth.sign(shop.merchantId, charge.nonce, holders, { agreedCents: charge.priceCents })
    const other: Purchase = { way: 'typed', shop, youth, charge, offer }
    await Promise.all([this.#crowd.buy(purchase), this.#crowd.buy(other)])
  }

  async #after(way: Way, outcome: Outcome): Promise<void> {
    if (typeof outcome === 'string') return
    const { chance, clock } = this.#world
    const green: Green<Shop> = outcome
    await clock.wait(chance.between(0, 15 * minute))
    if (way === 'ahead' && chance.next() < 0.7) {
      return await this.#crowd.report(green, chance.next() < 0.5 ? 'used' : 'unused')
    }
    const next = chance.next()
    if (next < 0.25) await this.#crowd.undo(green)
    else if (next < 0.5) await this.#crowd.refund(green, BigInt(chance.between(1, Number(green.receipt.priceCents))))
  }
}

type Kind = (typeof kinds)[number][0]

/** With how often each comes, among all. */
const kinds = [
  ['buy', 40],
  ['buy often', 10],
  ['overspend', 10],
  ['cancel', 8],
  ['give up', 8],
  ['grant', 12],
  ['revoke', 4],
  ['extend', 3],
  ['settle', 4],
  ['new phone', 1],
] as const
