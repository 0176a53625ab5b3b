import { expect } from 'chai'
import { type Budget, type BudgetPart, stretchesOf, sumOfBudgets } from '../../wallet-app/src/office/budget.ts'
import { equationsOf, totalEquations } from '../../wallet-app/src/office/equations.ts'
import { readDegrees } from '../../wallet-app/src/office/newMerchant.ts'
import { emptyProgramme, readProgramme, type TypedProgramme } from '../../wallet-app/src/office/newProgramme.ts'

const none: Record<BudgetPart, bigint> = { spent: 0n, left: 0n, expired: 0n, revoked: 0n, free: 0n }
const budget = (parts: Partial<Record<BudgetPart, bigint>>): Budget => ({
  parts: { ...none, ...parts },
  budgetCents: 0n,
  grantedCents: 0n,
})

describe('The bar of a budget', () => {
  it('is empty while there is no money', () => expect(stretchesOf(budget({}), 600)).to.deep.equal([]))

  it('fills its length without gaps, in the order of a voucher’s life', () => {
    const stretches = stretchesOf(budget({ spent: 30n, left: 20n, expired: 10n, revoked: 5n, free: 35n }), 600)
    expect(stretches.map(({ part }) => part)).to.deep.equal(['spent', 'left', 'expired', 'revoked', 'free'])
    let from = 0
    for (const stretch of stretches) {
      expect(stretch.from).to.be.closeTo(from, 1e-9)
      from += stretch.width
    }
    expect(from).to.be.closeTo(600, 1e-9)
  })

  it('shows a cent in a million', () => {
    const [first] = stretchesOf(budget({ spent: 1n, free: 100_000_000n }), 600)
    expect(first?.part).to.equal('spent')
    expect(first?.width).to.be.greaterThan(5)
  })

  it('adds up over programmes', () => {
    const sum = sumOfBudgets([budget({ spent: 1n, free: 2n }), budget({ spent: 10n, revoked: 5n })])
    expect(sum.parts).to.deep.equal({ ...none, spent: 11n, free: 2n, revoked: 5n })
  })
})

const books = {
  programme: 2,
  name: 'Ruokaa heti',
  grantedCents: '5000',
  spentCents: '1390',
  leftCents: '3610',
  expiredCents: '0',
  revokedCents: '0',
  chain: { lockedCents: '8610' },
  database: {
    openOnSheetsCents: '3610',
    unpostedOnSheetsCents: '0',
    unreleasedCents: '0',
    paddingCents: '5000',
    redeemedCents: '1390',
    guaranteedCents: '0',
    refundedCents: '0',
    refundsQueuedCents: '0',
    unpostedCents: '0',
  },
  bank: { fundedCents: '2200000' },
}

describe('The books side by side', () => {
  it('agree when each side counts the same', () => {
    const { granted, locked, spent } = equationsOf(books)
    expect([granted.agrees, locked.agrees, spent.agrees]).to.deep.equal([true, true, true])
    expect(locked).to.include({ chain: 8610n, database: 8610n, bank: null })
  })

  it('differ by a single cent', () => {
    expect(equationsOf({ ...books, leftCents: '3609' }).granted.agrees).to.equal(false)
    expect(equationsOf({ ...books, chain: { lockedCents: '8611' } }).locked.agrees).to.equal(false)
    expect(equationsOf({ ...books, spentCents: '1391' }).spent.agrees).to.equal(false)
  })

  it('count a refund under way as still spent on chain', () => {
    const database = { ...books.database, refundsQueuedCents: '390' }
    const spent = { ...books, spentCents: '1000', leftCents: '4000', database }
    expect(equationsOf(spent).spent.agrees).to.equal(true)
  })

  it('hold the chain against its pots and against the bank', () => {
    const total = { availableCents: '10', owedCents: '5', heldCents: '15', supplyCents: '15', bankCents: '16' }
    const [held, supply] = totalEquations({ ...total, underWayCents: '-1' })
    expect(held).to.include({ is: 'held', chain: 15n, database: 15n, agrees: true })
    expect(supply).to.include({ is: 'supply', chain: 15n, bank: 15n, agrees: true })
  })
})

describe('A new programme', () => {
  const words = { fi: 'Ruoka', sv: 'Mat', en: ' Food ' }
  const whole: TypedProgramme = {
    ...emptyProgramme(7),
    ...{ name: words, label: words, purposes: ['food'], most: '50', daily: '1 000', ruleSet: '2026-1-food' },
    templates: [{ id: 't', name: words, amount: '25', days: '30' }],
  }
  const faults: [string, Partial<TypedProgramme>][] = [
    ['number', { number: '0' }],
    ['names', { label: { ...words, sv: ' ' } }],
    ['purposes', { purposes: [] }],
    ['sums', { most: '0' }],
    ['sums', { daily: '' }],
    ['service_most', { kind: 'service', most: '50,01' }],
    ['templates', { templates: [{ id: 't', name: words, amount: '25', days: '367' }] }],
    ['template_most', { templates: [{ id: 't', name: words, amount: '50,01', days: '30' }] }],
  ]
  for (const [fault, part] of faults) {
    it(`is refused for ${fault} with ${JSON.stringify(part)}`, () => {
      expect(readProgramme({ ...whole, ...part })).to.deep.equal({ fault })
    })
  }

  it('is sent in cents, with trimmed names', () => {
    const read = readProgramme(whole)
    if ('fault' in read) throw new Error(read.fault)
    expect(read.body).to.include({ id: 7, mostPerGrantCents: '5000', dailyLimitCents: '100000', undoSeconds: null })
    expect(read.body.name.en).to.equal('Food')
    expect(read.body.templates[0]).to.include({ amountCents: '2500', validDays: 30 })
  })

  it('has no rules where decisions are made in the case system', () => {
    const read = readProgramme({ ...whole, mode: 'reference' })
    expect('body' in read && read.body.ruleSet).to.equal(null)
  })
})

describe('A place on the map', () => {
  it('is read with a comma or a dot, and may be left out', () => {
    expect(readDegrees('65,7362', 90)).to.equal(65.7362)
    expect(readDegrees('-24.5', 180)).to.equal(-24.5)
    expect(readDegrees(' ', 90)).to.equal(null)
  })

  for (const text of ['91', 'x', '1,2,3']) {
    it(`is not read from ${text}`, () => expect(readDegrees(text, 90)).to.equal(undefined))
  }
})
