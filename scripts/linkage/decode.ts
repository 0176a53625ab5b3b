import { type Address, decodeFunctionData, type Hex, parseEventLogs } from 'viem'
import { vouchersAbi } from '../../protocol/abi/vouchers.ts'
import { redemptionsOf } from '../../server/chain/told.ts'
import { unpack } from '../../server/post/packed.ts'
import type { SeenTransaction } from './reader.ts'
import type { Seen, SeenNote, SeenRefund } from './seen.ts'

interface SeenSheet {
  programme: number
  cutEvening: number
  validUntil: number
}

/** What the transactions of a chain say of each posted note: from calldata and events alone, nothing else is asked. */
export function decode(transactions: SeenTransaction[], vouchers: Address): Seen {
  const first = transactions[0]?.at ?? 0
  const sheets = new Map<Hex, SeenSheet>()
  const notes: SeenNote[] = []
  const refunds: SeenRefund[] = []
  for (const transaction of transactions) {
    if (transaction.to?.toLowerCase() !== vouchers.toLowerCase()) continue
    const evening = Math.floor((transaction.at - first) / 86_400)
    for (const event of eventsOf(transaction)) {
      if (event.eventName !== 'SheetCut') continue
      const { sheet, programme, cut } = event.args
      sheets.set(sheet, { programme, cutEvening: evening, validUntil: cut.validUntil })
    }
    const call = decodeFunctionData({ abi: vouchersAbi, data: transaction.input })
    const posted = new Set(
      eventsOf(transaction).flatMap((event) =>
        event.eventName === 'Redeemed'
          ? redemptionsOf(event.args).map(({ index }) => `${event.args.sheet} ${index}`)
          : [],
      ),
    )
    for (const { sheet, index, capCents, amountCents, spend } of itemsOf(transaction.input)) {
      const cut = sheets.get(sheet)
      if (cut === undefined || !posted.has(`${sheet} ${index}`)) continue
      notes.push({
        noteId: spend.noteId,
        sheet,
        programme: cut.programme,
        merchant: spend.merchant,
        index,
        capCents: Number(capCents),
        amountCents: Number(amountCents),
        mostCents: Number(spend.mostCents),
        deadline: Number(spend.deadline),
        evening,
        order: notes.length,
        cutEvening: cut.cutEvening,
        validUntil: cut.validUntil,
      })
    }
    if (call.functionName === 'refund') {
      for (const { receipt, cents } of call.args[0]) {
        refunds.push({ noteId: receipt.noteId, cents: Number(cents), evening, call: transaction.hash })
      }
    }
  }
  return { notes, refunds }
}

/** The acceptances that a call posts, each with its sheet and merchant. */
export function itemsOf(input: Hex) {
  const call = decodeFunctionData({ abi: vouchersAbi, data: input })
  if (call.functionName === 'redeemOne') {
    const [sheet, merchant, item] = call.args
    return [{ sheet, ...unpack(item, [merchant]) }]
  }
  if (call.functionName !== 'redeem') return []
  const [, groups] = call.args
  return groups.flatMap(({ sheet, merchants, items }) => items.map((item) => ({ sheet, ...unpack(item, merchants) })))
}

function eventsOf({ logs }: SeenTransaction) {
  return parseEventLogs({ abi: vouchersAbi, logs: logs.map(asLog) })
}

/** viem asks for a whole log; only topics and data are read. */
function asLog({ address, topics, data }: SeenTransaction['logs'][number]) {
  const place = { blockHash: null, blockNumber: null, transactionHash: null, transactionIndex: null, logIndex: null }
  return { address, topics: topics as [Hex, ...Hex[]], data, ...place, removed: false }
}
