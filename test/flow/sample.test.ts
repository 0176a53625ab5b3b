import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { FinnishBusinessIds } from 'finnish-business-ids'
import * as ibantools from 'ibantools'
import { grantsCsv } from '../../scripts/sample/makeGrants.ts'
import { businessIdOf, ibanOf } from '../../scripts/sample/numbers.ts'
import { readPaymentFile } from '../../scripts/walkthrough/bank.ts'
import { readGrants } from '../../scripts/walkthrough/grants.ts'

const sample = join(import.meta.dirname, '../../scripts/sample/grants.csv')

describe('Numbers of the sample', () => {
  const orders = Array.from({ length: 100 }, (_, order) => order)

  it('are business ids and accounts that pass every check', () => {
    for (const order of orders) {
      expect(FinnishBusinessIds.isValidBusinessId(businessIdOf(order)), businessIdOf(order)).to.equal(true)
      expect(ibantools.validateIBAN(ibanOf(order)).valid, ibanOf(order)).to.equal(true)
    }
  })

  it('are each another', () => {
    expect(new Set(orders.map(businessIdOf)).size).to.equal(orders.length)
    expect(new Set(orders.map(ibanOf)).size).to.equal(orders.length)
  })
})

describe('A list of grants', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kipina-grants-'))
  const head = 'pseudonym,age_band,municipality,programme,decision_number,amount,valid_until'
  after(() => rmSync(folder, { recursive: true, force: true }))

  const read = (text: string) => {
    writeFileSync(join(folder, 'grants.csv'), text)
    return readGrants(join(folder, 'grants.csv'))
  }
  const faults: [string, RegExp][] = [
    ['', /other columns/],
    [`${head}\nA,15_17,240,food,D-1,10.00`, /Line 2: has 6 cells/],
    [`${head}\nA,15_17,240,food,D-1,10.00,in 30 days\nB,15,240,food,D-2,10.00,in 30 days`, /Line 3: 15 is no age band/],
    [`${head}\nA,15_17,24,food,D-1,10.00,in 30 days`, /24 is no municipality/],
    [`${head}\nA,15_17,240,food,D-1,10.001,in 30 days`, /10\.001 is no amount/],
    [`${head}\nA,15_17,240,food,D-1,-1,in 30 days`, /-1 is no amount/],
    [`${head}\nA,15_17,240,food,D-1,10.00,soon`, /soon says no end/],
    [`${head}\n,15_17,240,food,D-1,10.00,in 30 days`, /needs a pseudonym/],
  ]
  for (const [text, fault] of faults) {
    it(`is not read with a fault: ${fault.source}`, () => expect(() => read(text)).to.throw(fault))
  }

  it('says until when in three ways', () => {
    const ends = ['2026-12-24', 'in 30 days', 'end of month', 'end of month + 2']
    const lines = read(`${head}\n${ends.map((end, at) => `A,15_17,240,food,D-${at},10.00,${end}`).join('\n')}\n`)
    const now = new Date('2026-11-22T15:00:00Z')
    expect(lines.map(({ validUntil }) => validUntil(now).toISOString().slice(0, 19))).to.deep.equal([
      '2026-12-24T23:59:59',
      '2026-12-22T23:59:59',
      '2026-11-30T23:59:59',
      '2027-01-31T23:59:59',
    ])
  })

  it('is committed as its script writes it, and whole', () => {
    expect(readFileSync(sample, 'utf8')).to.equal(grantsCsv())
    expect(readGrants(sample)).to.have.lengthOf(500)
  })
})

describe('The bank of the walkthrough', () => {
  const order = (id: string, amount: string) =>
    `<CdtTrfTxInf><PmtId><EndToEndId>${id}</EndToEndId></PmtId><Amt><InstdAmt Ccy="EUR">${amount}</InstdAmt></Amt>` +
    `<Cdtr><Nm>Kino Majakka</Nm></Cdtr><CdtrAcct><Id><IBAN>${ibanOf(0)}</IBAN></Id></CdtrAcct>` +
    '<RmtInf><Ustrd>1</Ustrd></RmtInf></CdtTrfTxInf>'
  const file = (count: number, sum: string, lines: string) =>
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn>' +
    `<GrpHdr><MsgId>M</MsgId><NbOfTxs>${count}</NbOfTxs><CtrlSum>${sum}</CtrlSum></GrpHdr>` +
    `<PmtInf><NbOfTxs>${count}</NbOfTxs><CtrlSum>${sum}</CtrlSum><DbtrAcct><Id><IBAN>${ibanOf(1)}</IBAN></Id></DbtrAcct>` +
    `${lines}</PmtInf></CstmrCdtTrfInitn></Document>`

  it('reads what it is asked to pay', () => {
    const { orders, debtorIban } = readPaymentFile(file(2, '9.40', order('A', '8.90') + order('B', '0.50')))
    expect(orders.map(({ endToEndId, cents }) => [endToEndId, cents])).to.deep.equal([
      ['A', 890n],
      ['B', 50n],
    ])
    expect(debtorIban).to.equal(ibanOf(1))
  })
  const faults: [string, string, RegExp][] = [
    [
      'a sum that is not that of its payments',
      file(1, '8.91', order('A', '8.90')),
      /says 8\.91, the payments are 8\.90/,
    ],
    ['a count that is not theirs', file(2, '8.90', order('A', '8.90')), /says 2 payments, there are 1/],
    ['an end-to-end id that comes twice', file(2, '1.00', order('A', '0.50') + order('A', '0.50')), /comes twice/],
    ['an amount with a comma', file(1, '8.90', order('A', '8,90')), /8,90 is no amount/],
  ]
  for (const [what, xml, fault] of faults) {
    it(`refuses ${what}`, () => expect(() => readPaymentFile(xml)).to.throw(fault))
  }
})
