import { expect } from 'chai'
import fc from 'fast-check'
import { capOf } from '../../../protocol/money.ts'
import type { Refusal } from '../../../protocol/refusals.ts'
import { deadlineAfter } from '../../../protocol/spend.ts'
import {
  checkAskedAt,
  checkDeadline,
  checkNotes,
  checkOffer,
  checkSignedAt,
  drawn,
} from '../../../server/acceptances/checks.ts'
import { Refused } from '../../../server/http/refused.ts'
import { isCanonical } from '../../../server/signing/secp256k1.ts'
import type { NoteFacts } from '../../../server/vouchers/vouchers.ts'

function wordOf(check: () => unknown): Refusal | null {
  try {
    check()
    return null
  } catch (error) {
    if (error instanceof Refused) return error.refusal
    throw error
  }
}

const now = new Date('2026-11-10T10:00:00Z')
const seconds = now.getTime() / 1000
const grace = 35 * 86_400

describe('Offer', () => {
  const nonce = '0x0000000000000001'
  const note = (byte: string) => ({
    noteId: `0x${byte.repeat(16)}` as const,
    mostCents: 1n,
    signature: '0x' as const,
  })
  const offer = {
    merchant: 7,
    deadline: 0n,
    opening: { nonce, signedAt: 0, salt: nonce, agreedCents: 890n },
    notes: [note('0a'), note('0b')],
  } as const
  const table: [
    what: string,
    charge: { merchant: number; nonce: string; priceCents: bigint },
    notes: ReturnType<typeof note>[],
    word: Refusal | null,
  ][] = [
    ['for another shop', { merchant: 8, nonce, priceCents: 890n }, [...offer.notes], 'not_here'],
    [
      'for another charge',
      { merchant: 7, nonce: '0x0000000000000002', priceCents: 890n },
      [...offer.notes],
      'bad_request',
    ],
    ['with a note twice', { merchant: 7, nonce, priceCents: 890n }, [note('0a'), note('0a')], 'bad_request'],
    ['for more than agreed', { merchant: 7, nonce, priceCents: 891n }, [...offer.notes], 'not_enough'],
    ['for this charge', { merchant: 7, nonce, priceCents: 890n }, [...offer.notes], null],
  ]
  for (const [what, charge, notes, word] of table) {
    it(`${what} is ${word ?? 'taken'}`, () => {
      expect(wordOf(() => checkOffer(charge, { ...offer, notes }))).to.equal(word)
    })
  }
})

describe('Deadline', () => {
  const usual = deadlineAfter(now.getTime(), grace)
  const table: [what: string, deadline: bigint, at: Date, word: Refusal | null][] = [
    ['that every phone signs today', usual, now, null],
    ['of the month before', BigInt(Date.UTC(2026, 10, 1) / 1000 - 1), now, 'too_late'],
    ['of this month, too near to be posted', BigInt(Date.UTC(2026, 11, 1) / 1000 - 1), now, 'too_late'],
    ['of a month that is nobody else’s', BigInt(Date.UTC(2027, 5, 1) / 1000 - 1), now, 'bad_request'],
    ['that is no month’s end', usual - 1n, now, 'bad_request'],
    [
      'from a phone an hour behind at the turn',
      deadlineAfter(Date.UTC(2026, 10, 26, 23), grace),
      new Date('2026-11-27T00:00:00Z'),
      null,
    ],
    [
      'from a phone an hour ahead at the turn',
      deadlineAfter(Date.UTC(2026, 10, 27), grace),
      new Date('2026-11-26T23:00:00Z'),
      null,
    ],
  ]
  for (const [what, deadline, at, word] of table) {
    it(`${what} is ${word ?? 'taken'}`, () => expect(wordOf(() => checkDeadline(deadline, at, grace))).to.equal(word))
  }
})

describe('Age', () => {
  for (const [askedAt, word] of [
    [seconds, null],
    [seconds - 420, null],
    [seconds - 421, 'too_old'],
    [seconds + 120, null],
    [seconds + 121, 'too_old'],
  ] as const) {
    it(`of an unheard charge, ${seconds - askedAt} seconds, is ${word ?? 'taken'}`, () => {
      expect(wordOf(() => checkAskedAt(askedAt, now))).to.equal(word)
    })
  }
  for (const [minutes, word] of [
    [0, null],
    [15, null],
    [15.1, 'too_old'],
    [-15, null],
    [-15.1, 'too_old'],
  ] as const) {
    it(`of a scanned signature, ${minutes} minutes, is ${word ?? 'taken'}`, () => {
      expect(wordOf(() => checkSignedAt(now.getTime() - minutes * 60_000, now))).to.equal(word)
    })
  }
})

describe('Note', () => {
  const fine: NoteFacts = {
    ...{ id: '0x', holder: '0x', faceCents: 1000n, capCents: 1000n, state: 'open', isNewValue: true, sheetId: null },
    ...{ sheetState: null, voucherId: '', mailboxId: '', validUntil: now, programmeId: 1, programmeState: 'open' },
    ...{ organisation: 'town', kind: 'value', purposes: 0b011, undoSeconds: null, isWalletActive: true },
  } as NoteFacts
  const table: [what: string, change: Partial<NoteFacts>, word: Refusal | null][] = [
    ['in its last moment', {}, null],
    ['a moment later', { validUntil: new Date(now.getTime() - 1) }, 'ended'],
    ['of a closed programme', { programmeState: 'closed' }, 'ended'],
    ['of a phone that is no longer in use', { isWalletActive: false }, 'ended'],
    ['on a sheet that is closing', { sheetState: 'closing' }, 'ended'],
    ['on a closed sheet', { sheetState: 'closed' }, 'ended'],
    ['on a queued sheet', { sheetState: 'queued' }, null],
    ['on a final sheet', { sheetState: 'final' }, null],
    ['of another organisation', { organisation: 'other' }, 'not_here'],
    ['for other things', { purposes: 0b100 }, 'not_for_this'],
    ['for some of these things', { purposes: 0b110 }, null],
    ...(['accepted', 'posted', 'final', 'guaranteed', 'retired', 'undone'] as const).map(
      (state): [string, Partial<NoteFacts>, Refusal] => [`that is ${state}`, { state }, 'already_used'],
    ),
  ]
  for (const [what, change, word] of table) {
    it(`${what} is ${word ?? 'taken'}`, () => {
      const shop = { organisation: 'town', purposes: 0b010 }
      expect(wordOf(() => checkNotes([fine, { ...fine, ...change }], shop, 'town', now))).to.equal(word)
    })
  }
  it('of a mailbox of another organisation is not_here', () => {
    expect(wordOf(() => checkNotes([fine], { organisation: 'town', purposes: 2 }, 'other', now))).to.equal('not_here')
  })
})

describe('Drawing', () => {
  type Row = [what: string, price: bigint, notes: [face: bigint, most: bigint][], amounts: bigint[] | Refusal]
  const table: Row[] = [
    ['one note pays its part', 890n, [[2000n, 2000n]], [890n]],
    ['one note pays all of itself', 2000n, [[2000n, 2000n]], [2000n]],
    [
      'notes are drawn in their order',
      1200n,
      [
        [500n, 500n],
        [1000n, 1000n],
      ],
      [500n, 700n],
    ],
    [
      'no more than was signed',
      1000n,
      [
        [2000n, 600n],
        [1000n, 1000n],
      ],
      [600n, 400n],
    ],
    [
      'no more than a note is worth, though more was signed',
      500n,
      [
        [320n, 500n],
        [1000n, 1000n],
      ],
      [320n, 180n],
    ],
    [
      'too little',
      2001n,
      [
        [1000n, 1000n],
        [1000n, 1000n],
      ],
      'not_enough',
    ],
    ['too little signed', 890n, [[2000n, 889n]], 'not_enough'],
    [
      'nothing of a note that is not needed',
      500n,
      [
        [500n, 500n],
        [500n, 500n],
      ],
      [500n, 0n],
    ],
    ['signed above what the chain takes', 500n, [[500n, 501n]], 'bad_request'],
  ]
  for (const [what, price, notes, expected] of table) {
    it(what, () => {
      const parts = notes.map(([faceCents, mostCents]) => ({ faceCents, capCents: capOf(faceCents), mostCents }))
      if (typeof expected === 'string') expect(wordOf(() => drawn(price, parts))).to.equal(expected)
      else expect(drawn(price, parts)).to.deep.equal(expected)
    })
  }

  it('pays exactly the price or nothing, within every face and signature', () => {
    const part = fc
      .record({ faceCents: fc.bigInt(1n, 5000n), most: fc.bigInt(1n, 5000n) })
      .map(({ faceCents, most }) => ({ faceCents, capCents: capOf(faceCents), mostCents: most }))
    fc.assert(
      fc.property(fc.bigInt(1n, 12_000n), fc.array(part, { minLength: 1, maxLength: 3 }), (price, parts) => {
        let amounts: bigint[]
        try {
          amounts = drawn(price, parts)
        } catch (error) {
          return error instanceof Refused
        }
        const isWithin = amounts.every((amount, place) => {
          const { faceCents, mostCents, capCents } = parts[place]!
          return amount >= 0n && amount <= faceCents && amount <= mostCents && mostCents <= capCents
        })
        return isWithin && amounts.reduce((sum, amount) => sum + amount, 0n) === price
      }),
    )
  })
})

describe('Signature', () => {
  const half = '7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0'
  const over = '7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a1'
  const r = '11'.repeat(32)
  const table: [what: string, signature: `0x${string}`, isTaken: boolean][] = [
    ['in the lower half', `0x${r}${half}1b`, true],
    ['with v of 28', `0x${r}${half}1c`, true],
    ['in the upper half', `0x${r}${over}1b`, false],
    ['with v of 0', `0x${r}${half}00`, false],
    ['of 64 bytes', `0x${r}${half}`, false],
    ['of 66 bytes', `0x${r}${half}1b00`, false],
  ]
  for (const [what, signature, isTaken] of table) {
    it(`${what} is ${isTaken ? 'taken' : 'refused, as the contract would'}`, () => {
      expect(isCanonical(signature)).to.equal(isTaken)
    })
  }
})
