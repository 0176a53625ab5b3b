import { expect } from 'chai'
import type { Act, Spend } from '../../scripts/bench/gas/acts.ts'
import { planMonth } from '../../scripts/bench/gas/month/month.ts'
import { type Month, townsMonth } from '../../scripts/bench/gas/month/plan.ts'
import { mostItems } from '../../server/post/batches.ts'
import { mostNotesOnASheet } from '../../server/post/choosing.ts'
import { mostRefunds } from '../../server/post/lists.ts'

// A small town has small rests: in the town's own steps none of them would ever be returned.
const cadence = { ...townsMonth.cadence, releaseStepCents: 1000n }
const plan = { ...townsMonth, cadence, youths: 150, undoneOneIn: 10, refundedOneIn: 10, lostOneIn: 20 }

function acts<K extends Act['kind']>(month: Month, kind: K): Extract<Act, { kind: K }>[] {
  const all = month.evenings.flatMap((evening) => evening.acts)
  return all.filter((act): act is Extract<Act, { kind: K }> => act.kind === kind)
}

describe("The bench's month", () => {
  const month = planMonth(plan)
  const spends = acts(month, 'redeem').flatMap((batch) => batch.spends)
  const refunds = acts(month, 'refund').flatMap((list) => list.refunds)
  const cuts = acts(month, 'cut').map(({ sheet }) => sheet)

  it('is the same for the same seed, and another for another', () => {
    expect(planMonth(plan)).to.deep.equal(month)
    expect(planMonth({ ...plan, seed: 1 }).payments).not.to.equal(month.payments)
  })

  it('pays each shop what the others pay it', () => {
    const ours = sums(spends.map(({ merchant, amountCents }) => [merchant, amountCents]))
    for (const { spend, cents } of refunds) ours.set(spend.merchant, ours.get(spend.merchant)! - cents)
    expect(ours).to.deep.equal(month.earnedCents)
    const carried = month.evenings.flatMap((evening) => evening.carried)
    const isBack = (holder: string) => holder.startsWith('shop')
    expect(carried.filter(({ holder }) => !isBack(holder))).to.have.length(month.payments)
    const others = sums(
      carried.map(({ holder, to, cents }) => {
        return isBack(holder) ? [numberOf(holder), -cents] : [numberOf(to), cents]
      }),
    )
    expect(others).to.deep.equal(month.earnedCents)
  })

  it('posts each note once, from the place where it was put, for at most what was signed and its cap', () => {
    expect(new Set(spends.map(({ note }) => note)).size).to.equal(spends.length)
    const leaves = new Map(cuts.flatMap(({ number, leaves: own }) => own.map((leaf) => [leaf.note, { number, leaf }])))
    for (const { note, place, sheet, capCents, mostCents, amountCents } of spends) {
      const { number, leaf } = leaves.get(note)!
      expect([sheet, place, capCents]).to.deep.equal([number, leaf.place, leaf.capCents])
      expect(amountCents <= mostCents && mostCents <= capCents).to.equal(true)
    }
  })

  it('takes from no sheet more than it committed', () => {
    const releases = acts(month, 'release').flatMap((list) => list.releases)
    const taken = sums([
      ...spends.map(({ sheet, amountCents }: Spend): [number, bigint] => [sheet, amountCents]),
      ...releases.map(({ sheet, cents }): [number, bigint] => [sheet, cents]),
    ])
    for (const { number, committedCents } of cuts) {
      expect(Number(taken.get(number) ?? 0n)).to.be.at.most(Number(committedCents))
    }
  })

  it('keeps the cadence: as many items in a batch as the server posts, no sheet above its most, each closed in the end', () => {
    for (const { spends: batch } of acts(month, 'redeem')) {
      expect(batch.length).to.be.within(1, mostItems)
      const sheets = batch.map(({ sheet }) => sheet)
      expect(sheets.filter((sheet, order) => sheet !== sheets[order - 1])).to.have.length(new Set(sheets).size)
    }
    for (const { leaves } of cuts) expect(leaves.length).to.be.within(1, mostNotesOnASheet)
    const closed = acts(month, 'close').map(({ sheet }) => sheet)
    expect(closed.sort((one, other) => one - other)).to.deep.equal(cuts.map(({ number }) => number))
  })

  it('sends what it takes back in an evening at once, each sheet, programme and note once', () => {
    for (const { acts: sent } of month.evenings) {
      for (const kind of ['revoke', 'refund', 'release', 'reclaim']) {
        expect(sent.filter((act) => act.kind === kind).length, kind).to.be.at.most(1)
      }
    }
    const named = [
      ...acts(month, 'revoke').map(({ revocations }) => revocations.map(({ sheet }) => sheet)),
      ...acts(month, 'release').map(({ releases }) => releases.map(({ sheet }) => sheet)),
      ...acts(month, 'reclaim').map(({ reclaims }) => reclaims.map(({ programme }) => programme)),
    ]
    for (const names of named) expect(new Set(names).size).to.equal(names.length).and.above(0)
    expect(new Set(refunds.map(({ spend }) => spend.note)).size).to.equal(refunds.length)
    expect(named.filter((names) => names.length > 1)).not.to.have.length(0)
  })

  it('shares out refunds that are too many for one call, in their order', () => {
    const regretful = planMonth({ ...plan, youths: 600, refundedOneIn: 1 })
    const lists = acts(regretful, 'refund').map((list) => list.refunds)
    for (const list of lists) expect(list.length).to.be.within(1, mostRefunds)
    expect(lists.filter((list) => list.length === mostRefunds)).not.to.have.length(0)
    const numbers = lists.flat().map(({ number }) => number)
    expect(numbers).to.deep.equal(numbers.map((_, place) => place + 1))
  })

  it('cuts a sheet as soon as the least notes wait, or one has waited long enough', () => {
    const often = planMonth({ ...plan, cadence: { ...plan.cadence, sheetLeastNotes: 64 } })
    const sheets = acts(often, 'cut')
    expect(sheets.length).to.be.above(cuts.length)
    expect(sheets.filter(({ sheet }) => sheet.leaves.length >= 64)).not.to.have.length(0)
    // What waits for a sheet longer is what the guarantee must stand for longer.
    expect(month.guaranteeCents > often.guaranteeCents).to.equal(true)
  })

  it('meets everything that a town does', () => {
    for (const kind of ['cut', 'redeem', 'revoke', 'refund', 'release', 'close', 'reclaim'] as const) {
      expect(acts(month, kind), kind).not.to.have.length(0)
    }
    expect(month.evenings.flatMap(({ takenBack }) => takenBack)).not.to.have.length(0)
  })
})

function sums(entries: [number, bigint][]): Map<number, bigint> {
  const found = new Map<number, bigint>()
  for (const [key, cents] of entries) found.set(key, (found.get(key) ?? 0n) + cents)
  return found
}

function numberOf(words: string): number {
  return Number(words.split(' ')[1])
}
