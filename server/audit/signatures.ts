import { setImmediate as breathe } from 'node:timers/promises'
import { receiptTypedData } from '../../protocol/receipt.ts'
import { spendTypedData } from '../../protocol/spend.ts'
import { toHex } from '../db/bytes.ts'
import type { Tx } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { signerOf } from '../signing/secp256k1.ts'
import { digestOf } from '../signing/typedData.ts'
import type { Findings } from './findings.ts'

export interface SignedAcceptance {
  noteId: `0x${string}`
  holder: `0x${string}` | null
  programme: number
  spend: { merchant: number; mostCents: bigint; deadline: bigint; commitment: `0x${string}` }
  signature: `0x${string}`
  amountCents: bigint
  details: `0x${string}`
  receiptSignature: `0x${string}`
}

export async function readSigned(tx: Tx): Promise<SignedAcceptance[]> {
  const rows = await tx
    .selectFrom('acceptances')
    .innerJoin('notes', 'notes.id', 'acceptances.note_id')
    .selectAll('acceptances')
    .select('notes.holder')
    .orderBy('acceptances.note_id')
    .execute()
  return rows.map((row) => ({
    noteId: toHex(row.note_id),
    holder: row.holder === null ? null : toHex(row.holder),
    programme: row.programme_id,
    spend: {
      merchant: row.merchant_id,
      mostCents: row.most_cents,
      deadline: BigInt(Math.floor(row.deadline.getTime() / 1000)),
      commitment: toHex(row.commitment),
    },
    signature: toHex(row.signature),
    amountCents: row.amount_cents,
    details: toHex(row.receipt_details),
    receiptSignature: toHex(row.receipt_signature),
  }))
}

/**
 * INVARIANT 3 on paper: each acceptance says exactly what its holder and the acceptor signed. About two milliseconds of
 * computing each, so others are let in between.
 */
export async function compareSignatures(deps: Deps, signed: readonly SignedAcceptance[], findings: Findings) {
  const { chainId, vouchers, acceptorAddress } = deps.chain
  for (const acceptance of signed) {
    await breathe()
    const { noteId, spend, amountCents, programme } = acceptance
    const at = { invariant: 3, programme, note: noteId }
    const holder = await signer(spendTypedData(chainId, vouchers, { noteId, ...spend }), acceptance.signature)
    const isHolders = holder !== null && holder === acceptance.holder?.toLowerCase()
    const what = 'the most that a holder signed against its signature'
    findings.compare({ ...at, what }, isHolders ? spend.mostCents : 0n, spend.mostCents)

    const { merchant, commitment } = spend
    const receipt = { noteId, merchant, amountCents, commitment, details: acceptance.details }
    const acceptor = await signer(receiptTypedData(chainId, vouchers, receipt), acceptance.receiptSignature)
    const isAcceptors = acceptor === acceptorAddress.toLowerCase()
    findings.compare(
      { ...at, what: 'the amount of a receipt against its signature' },
      isAcceptors ? amountCents : 0n,
      amountCents,
    )
  }
}

async function signer(
  typedData: ReturnType<typeof spendTypedData> | ReturnType<typeof receiptTypedData>,
  signature: `0x${string}`,
): Promise<string | null> {
  try {
    return await signerOf(digestOf(typedData), signature)
  } catch {
    return null
  }
}
