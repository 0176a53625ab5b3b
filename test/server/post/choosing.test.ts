import { expect } from 'chai'
import fc from 'fast-check'
import { type Candidate, choose, timesOf } from '../../../server/post/choosing.ts'

const note = (more: Partial<Candidate>): Candidate => ({
  id: Buffer.alloc(16),
  holder: Buffer.alloc(20),
  capCents: 2000n,
  lockedCents: 1500n,
  isNewValue: true,
  isAccepted: false,
  validUntil: new Date('2027-01-10T00:00:00Z'),
  ...more,
})
const plenty = { availableCents: 1_000_000n, grantableTodayCents: 1_000_000n, uncoveredCents: 1_000_000n }

describe('What goes on a sheet', () => {
  it('is everything where there is room, committed in steps of a hundred euro', () => {
    const chosen = choose([note({}), note({ isNewValue: false })], plenty)
    expect(chosen).to.deep.include({ grantedCents: 1500n, committedCents: 10_000n })
    expect(chosen.notes).to.have.length(2)
  })

  it('is padded only as far as the float allows', () => {
    expect(choose([note({})], { ...plenty, uncoveredCents: 300n }).committedCents).to.equal(1800n)
  })

  it('takes what was accepted first', () => {
    const accepted = note({ isAccepted: true, isNewValue: false })
    const { notes } = choose([note({ isNewValue: false }), accepted], { ...plenty, uncoveredCents: 1500n })
    expect(notes).to.deep.equal([accepted])
  })

  for (const [what, room] of [
    ['the budget', { ...plenty, availableCents: 1499n }],
    ['the day’s limit', { ...plenty, grantableTodayCents: 1499n }],
  ] as const) {
    it(`leaves new value for later where ${what} does not hold it`, () => {
      expect(choose([note({})], room).notes).to.have.length(0)
    })
  }

  it('is never more than the contract would allow', () => {
    const candidate = fc.record({
      lockedCents: fc.bigInt(1n, 5000n),
      isNewValue: fc.boolean(),
      isAccepted: fc.boolean(),
    })
    const room = fc.record({
      availableCents: fc.bigInt(0n, 30_000n),
      grantableTodayCents: fc.bigInt(0n, 30_000n),
      uncoveredCents: fc.bigInt(0n, 30_000n),
    })
    fc.assert(
      fc.property(fc.array(candidate, { maxLength: 40 }), room, (candidates, room) => {
        const { notes, grantedCents, committedCents } = choose(
          candidates.map((one) => note(one)),
          room,
        )
        const sum = (some: Candidate[]) => some.reduce((cents, one) => cents + one.lockedCents, 0n)
        expect(grantedCents).to.equal(sum(notes.filter((one) => one.isNewValue)))
        expect(grantedCents <= room.availableCents && grantedCents <= room.grantableTodayCents).to.equal(true)
        expect(committedCents >= sum(notes)).to.equal(true)
        expect(committedCents <= room.uncoveredCents + grantedCents).to.equal(true)
      }),
    )
  })
})

describe('The times of a sheet', () => {
  const now = new Date('2026-11-22T10:00:00Z')
  const seconds = (text: string) => Date.parse(text) / 1000

  it('stand at month’s ends', () => {
    const times = timesOf(new Date('2027-01-10T20:00:00Z'), now, 35 * 86_400)
    expect(times.validUntil).to.equal(seconds('2027-01-31T23:59:59Z'))
    expect(times.closesAt).to.equal(seconds('2027-03-31T23:59:59Z'))
  })

  it('are not out of date for what was accepted on its last day', () => {
    const { validUntil } = timesOf(new Date('2026-10-01T00:00:00Z'), now, 35 * 86_400)
    expect(validUntil).to.equal(seconds('2026-11-30T23:59:59Z'))
  })

  it('stand to the second where a sample town has a short grace', () => {
    expect(timesOf(new Date('2027-01-10T20:00:00Z'), now, 60)).to.deep.equal({
      validUntil: seconds('2027-01-10T20:00:00Z'),
      closesAt: seconds('2027-01-10T20:01:00Z'),
    })
  })
})
