import type { Address, Hex } from 'viem'
import { sign } from 'viem/accounts'
import { commitmentOf, deadlineAfter, type Opening, type SpendOffer, spendDigest } from '../../../protocol/spend.ts'
import type { Keys } from './derive.ts'

export interface Facts {
  chainId: number
  vouchers: Address
  graceSeconds: number
}

/** A part of a note that shall pay: which key, and at most how much. */
export interface Part {
  noteId: Hex
  place: number
  mostCents: bigint
}

/** Signs what pays one purchase at one merchant, in the order given. Nothing leaves the phone by this alone. */
export async function signOffer(
  keys: Keys,
  facts: Facts,
  merchant: number,
  parts: readonly Part[],
  opening: Opening,
): Promise<SpendOffer> {
  const deadline = deadlineAfter(opening.signedAt, facts.graceSeconds)
  const notes = parts.map(async ({ noteId, place, mostCents }) => {
    const spend = { noteId, merchant, mostCents, deadline, commitment: commitmentOf(opening, noteId) }
    const hash = spendDigest(facts.chainId, facts.vouchers, spend)
    return { noteId, mostCents, signature: await sign({ hash, privateKey: keys.note(place), to: 'hex' }) }
  })
  return { merchant, deadline, opening, notes: await Promise.all(notes) }
}
