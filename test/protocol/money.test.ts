import { expect } from 'chai'
import fc from 'fast-check'
import { capOf, capSteps, decimal, formatCents, mostNoteCents, readPrice } from '../../protocol/money.ts'
import { maskOf, purposes, purposesOf } from '../../protocol/purposes.ts'

describe('A typed price', () => {
  for (const typed of [
    '',
    ' ',
    '0',
    '0,00',
    '-1',
    '+1',
    '1.234',
    '1,2,3',
    '1.',
    ',5',
    '1e3',
    '123456',
    'kymmenen',
    '٣',
  ]) {
    it(`is not read from ${JSON.stringify(typed)}`, () => expect(readPrice(typed)).to.equal(null))
  }
  for (const [typed, cents] of [
    ['8', 800n],
    ['8,9', 890n],
    ['8.90', 890n],
    [' 8,90 € ', 890n],
    ['0,01', 1n],
    ['99999,99', 9_999_999n],
    ['1\u00a0000', 100_000n],
  ] as const) {
    it(`is ${cents} cents from ${JSON.stringify(typed)}`, () => expect(readPrice(typed)).to.equal(cents))
  }
  it('is what it was written as', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 9_999_999n), (cents) => {
        expect(readPrice(decimal(cents))).to.equal(cents)
      }),
    )
  })
})

describe('Cents as a decimal', () => {
  for (const [cents, text] of [
    [0n, '0.00'],
    [1n, '0.01'],
    [-1n, '-0.01'],
    [890n, '8.90'],
    [-123_456n, '-1234.56'],
    [9_007_199_254_740_993n, '90071992547409.93'],
  ] as const) {
    it(`are ${text} for ${cents}`, () => expect(decimal(cents)).to.equal(text))
  }
})

describe('Cents for a person', () => {
  for (const [language, text] of [
    ['fi', '8,90 €'],
    ['sv', '8,90 €'],
    ['en', '€8.90'],
  ] as const) {
    it(`are ${text} in ${language}`, () => {
      expect(formatCents(890n, language).replace(/\s/g, ' ')).to.equal(text)
    })
  }
})

describe('A note’s cap', () => {
  for (const face of [0n, -1n, mostNoteCents + 1n]) {
    it(`is not there for ${face} cents`, () => expect(() => capOf(face)).to.throw(RangeError))
  }
  it('is the smallest step that holds its face', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, mostNoteCents), (face) => {
        const cap = capOf(face)
        expect(capSteps).to.include(cap)
        expect(cap >= face && capSteps.every((step) => step >= cap || step < face)).to.equal(true)
      }),
    )
  })
})

describe('Purposes', () => {
  it('are at most eight, each with a bit of its own', () => {
    expect(purposes.length).to.be.at.most(8)
    expect(new Set(purposes).size).to.equal(purposes.length)
  })
  it('come back from their mask', () => {
    fc.assert(
      fc.property(fc.subarray([...purposes]), (chosen) => {
        expect(purposesOf(maskOf(chosen))).to.deep.equal(chosen)
      }),
    )
  })
  it('keep their bits for ever', () => {
    expect(purposes.slice(0, 8)).to.deep.equal([
      'food',
      'clothes',
      'travel',
      'hobby',
      'culture',
      'health',
      'study',
      'home',
    ])
  })
})
