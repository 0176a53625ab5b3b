import { type Address, decodeFunctionData, type Hex, parseEventLogs } from 'viem'
import { vouchersAbi } from '../../protocol/abi/vouchers.ts'
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
      const { sheet, programme, terms } = event.args
      sheets.set(sheet, { programme, cutEvening: evening, validUntil: terms.validUntil })
    }
    const call = decodeFunctionData({ abi: vouchersAbi, data: transaction.input })
    if (call.functionName === 'redeem') {
      const posted = new Set(
        eventsOf(transaction).flatMap((event) =>
          event.eventName === 'Redeemed' ? [`${event.args.sheet} ${event.args.index}`] : [],
        ),
      )
      for (const { sheet, merchant, items } of call.args[0]) {
        const cut = sheets.get(sheet)
        for (const { index, capCents, amountCents, spend } of items) {
          if (cut === undefined || !posted.has(`${sheet} ${index}`)) continue
          notes.push({
            noteId: spend.noteId,
            sheet,
            programme: cut.programme,
            merchant,
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
      }
    }
    if (call.functionName === 'refund') {
      const [, , receipt, , cents] = call.args
      refunds.push({ noteId: receipt.noteId, cents: Number(cents), evening })
    }
  }
  return { notes, refunds }
}

function eventsOf({ logs }: SeenTransaction) {
  return parseEventLogs({ abi: vouchersAbi, logs: logs.map(asLog) })
}

/** viem asks for a whole log; only topics and data are read. */
function asLog({ address, topics, data }: SeenTransaction['logs'][number]) {
  const place = { blockHash: null, blockNumber: null, transactionHash: null, transactionIndex: null, logIndex: null }
  return { address, topics: topics as [Hex, ...Hex[]], data, ...place, removed: false }
}
