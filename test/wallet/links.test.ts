import { expect } from 'chai'
import { decodeCharge, encodeCharge } from '../../protocol/charge.ts'
import { decodeReceipt, encodeReceipt } from '../../protocol/receipt.ts'
import { decodeSpend, encodeSpend } from '../../protocol/spend.ts'
import { enrolLink, joinLink, readLink } from '../../wallet-app/src/api/links.ts'

const origin = 'https://lompakko.example'
const signature = `0x${'1b'.repeat(65)}` as const
const charge = {
  merchant: 12,
  till: 3,
  priceCents: 890n,
  nonce: '0x0102030405060708',
  askedAt: 1_795_000_000,
  signature,
} as const
const offer = {
  merchant: 12,
  deadline: 1_796_083_199n,
  opening: { nonce: '0x0102030405060708', signedAt: 1_795_000_000_000, salt: '0x1112131415161718', agreedCents: 890n },
  notes: [{ noteId: `0x${'ab'.repeat(16)}`, mostCents: 890n, signature }],
} as const
const receipt = {
  payment: `0x${'cd'.repeat(16)}`,
  merchant: 12,
  till: 3,
  priceCents: 890n,
  nonce: '0x0102030405060708',
  receiptNumber: 4821,
  acceptedAt: 1_795_000_001,
  signature,
} as const

describe('A scanned code', () => {
  it('is known by its kind and read by the reader of that kind', () => {
    const asked = readLink(encodeCharge(origin, charge))
    expect(asked?.is).to.equal('charge')
    expect(decodeCharge(asked!.text)).to.deep.equal(charge)

    const spent = readLink(encodeSpend(origin, { ...offer, notes: [...offer.notes] }))
    expect(spent?.is).to.equal('spend')
    expect(decodeSpend(spent!.text)).to.deep.equal(offer)

    const paid = readLink(encodeReceipt(origin, receipt))
    expect(paid?.is).to.equal('receipt')
    expect(decodeReceipt(paid!.text)).to.deep.equal(receipt)
  })

  it('may be a code to join with', () => {
    expect(readLink(enrolLink(origin, 'ABCD-EFGH'))).to.include({ is: 'enrol', content: 'ABCD-EFGH' })
    expect(readLink(joinLink(origin, 'ABCD-EFGH'))).to.include({ is: 'join', content: 'ABCD-EFGH' })
  })

  for (const text of [
    '',
    'https://lompakko.example',
    'https://lompakko.example/p',
    'https://lompakko.example/p#',
    'https://lompakko.example/p#x.AAAA',
    'https://lompakko.example/p#c.',
    'https://lompakko.example/p?c.AAAA',
    'https://lompakko.example/p#c.AA AA',
    'javascript:alert(1)//p#c.AAAA',
    `${encodeCharge(origin, charge)}/x`,
  ]) {
    it(`is not ${JSON.stringify(text)}`, () => {
      expect(readLink(text)).to.equal(null)
    })
  }
})
