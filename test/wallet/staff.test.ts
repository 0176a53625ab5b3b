import { expect } from 'chai'
import { decimal } from '../../protocol/money.ts'
import { daysAfter, endOfDay } from '../../wallet-app/src/staff/days.ts'
import { readSum, typedSum } from '../../wallet-app/src/staff/readSum.ts'
import { municipalities, municipalityName, municipalityOf } from '../../wallet-app/src/text/municipalities.ts'
import { language } from '../../wallet-app/src/text/text.ts'

describe('A typed sum', () => {
  for (const text of ['', ' ', 'x', '-5', '1,500', '1.5.0', '5,', ',5', '1e3', '1234567890123'])
    it(`is not read from ${JSON.stringify(text)}`, () => expect(readSum(text)).to.equal(null))

  const table: [string, bigint][] = [
    ['0', 0n],
    ['8', 800n],
    ['8,9', 890n],
    ['8.90 €', 890n],
    ['1 500 000', 150_000_000n],
    ['1\u00a0500,05', 150_005n],
    ['999999999999,99', 99_999_999_999_999n],
  ]
  for (const [text, cents] of table)
    it(`is read from ${JSON.stringify(text)}`, () => expect(readSum(text)).to.equal(cents))

  it('comes back as it was written', () => {
    for (const cents of [0n, 5n, 90n, 12_345n, 5_000_000n]) expect(readSum(typedSum(cents))).to.equal(cents)
    expect(typedSum(5005n)).to.equal(decimal(5005n).replace('.', ','))
  })
})

describe('The end of a day', () => {
  const table = [
    ['2026-11-30', '2026-11-30T21:59:59.000Z'],
    ['2026-07-01', '2026-07-01T20:59:59.000Z'],
    // The clocks change in the night before these evenings.
    ['2026-03-29', '2026-03-29T20:59:59.000Z'],
    ['2026-10-25', '2026-10-25T21:59:59.000Z'],
  ] as const
  for (const [day, instant] of table)
    it(`of ${day} is its last second in Finland`, () => expect(endOfDay(day)).to.equal(instant))

  for (const day of ['', '2026-13-01', '2026-02-30', '30.11.2026'])
    it(`is not read from ${JSON.stringify(day)}`, () => expect(endOfDay(day)).to.equal(null))

  it('is counted by the calendar', () => {
    expect(daysAfter('2026-02-28', 1)).to.equal('2026-03-01')
    expect(daysAfter('2026-12-31', 1)).to.equal('2027-01-01')
    expect(daysAfter('2026-03-28', 2)).to.equal('2026-03-30')
  })
})

describe('Municipalities', () => {
  after(() => {
    language.value = 'fi'
  })

  it('are found by their names in both languages, however they are typed', () => {
    expect(municipalityOf('Kemi')).to.equal('240')
    expect(municipalityOf(' espoo ')).to.equal('049')
    expect(municipalityOf('ESBO')).to.equal('049')
  })

  it('are not found by a part of a name', () => {
    for (const typed of ['', 'Kem', 'Tukholma']) expect(municipalityOf(typed)).to.equal(null)
  })

  it('are called as the screen speaks', () => {
    language.value = 'sv'
    expect(municipalityName('049')).to.equal('Esbo')
    expect(municipalityName('240')).to.equal('Kemi')
    language.value = 'en'
    expect(municipalityName('049')).to.equal('Espoo')
  })

  it('are 309, each code of three digits, each name leading back to its code', () => {
    language.value = 'fi'
    const all = municipalities()
    expect(all).to.have.length(309)
    for (const { code, name } of all) {
      expect(code).to.match(/^\d{3}$/)
      expect(municipalityOf(name), name).to.equal(code)
    }
  })
})
