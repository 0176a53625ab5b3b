import { keccak256, stringToHex } from 'viem'
import type { z } from 'zod'
import type { readStatement } from '../../protocol/api/settlements.ts'
import { enqueue } from '../chain/outbox.ts'
import { toHex } from '../db/bytes.ts'
import { inTransaction, type Tx } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { Refused } from '../http/refused.ts'
import type { StaffWho } from '../http/who.ts'
import { logAccess } from '../people/people.ts'
import { NotReadable, readCamt053, type Statement, type StatementEntry } from './camt053.ts'
import type { LineRow } from './settlements.store.ts'

type Read = z.output<typeof readStatement.answer>
type Outcome = 'paid' | 'returned' | 'unmatched' | 'alreadyRead'

/**
 * Reads what the bank did: a booked payment is confirmed on chain, one that came back is owed again. Each entry counts once,
 * under the bank's own name for it; one that nothing was known of is tried again when it is read again.
 * Refuses `statement_not_readable`, and then nothing of it was read.
 */
export async function readBankStatement(deps: Deps, who: StaffWho, xml: string): Promise<Read> {
  const statements = parse(xml)
  const own = deps.config.debtor.iban.replaceAll(' ', '')
  for (const { iban } of statements) {
    if (iban !== own) throw new Refused('statement_not_readable', { because: `It is the statement of ${iban}` })
  }
  return await inTransaction(deps.db, async (tx) => {
    const counted = { paid: 0, returned: 0, unmatched: 0, alreadyRead: 0 }
    for (const statement of statements) {
      for (const entry of statement.entries) counted[await readEntry(tx, statement, entry)]++
    }
    const statement = statements.map(({ id }) => id).join(', ')
    await logAccess(tx, who, 'read statement', statement.slice(0, 200))
    return { statement, ...counted }
  })
}

function parse(xml: string): Statement[] {
  try {
    return readCamt053(xml)
  } catch (error) {
    if (error instanceof NotReadable) throw new Refused('statement_not_readable', { because: error.message })
    throw error
  }
}

async function readEntry(tx: Tx, statement: Statement, entry: StatementEntry): Promise<Outcome> {
  const known = await tx
    .selectFrom('statement_entries')
    .select('kind')
    .where('entry_reference', '=', entry.reference)
    .forUpdate()
    .executeTakeFirst()
  if (known !== undefined && known.kind !== 'unmatched') return 'alreadyRead'

  const line = await lineOf(tx, entry)
  const kind = line === undefined ? 'unmatched' : await match(tx, line, entry)
  if (known !== undefined && kind === 'unmatched') return 'alreadyRead'
  const row = {
    entry_reference: entry.reference,
    line_id: kind === 'unmatched' ? null : (line?.id ?? null),
    kind,
    cents: entry.cents,
    end_to_end_id: entry.endToEndId,
    booked_on: entry.bookedOn,
    statement_id: statement.id,
  }
  await tx
    .insertInto('statement_entries')
    .values(row)
    .onConflict((conflict) => conflict.column('entry_reference').doUpdateSet(row))
    .execute()
  return kind
}

async function lineOf(tx: Tx, { endToEndId }: StatementEntry): Promise<LineRow | undefined> {
  if (endToEndId === null) return undefined
  return await tx
    .selectFrom('settlement_lines')
    .selectAll()
    .where('end_to_end_id', '=', endToEndId)
    .forUpdate()
    .executeTakeFirst()
}

/** Orders what the entry means on chain; what does not fit to the cent is for a person to look at. */
async function match(tx: Tx, line: LineRow, entry: StatementEntry): Promise<'paid' | 'returned' | 'unmatched'> {
  if (line.cents !== entry.cents) return 'unmatched'
  const before = await tx.selectFrom('statement_entries').select('kind').where('line_id', '=', line.id).execute()
  const was = (kind: 'paid' | 'returned') => before.some((other) => other.kind === kind)
  const order = { lane: 'finance', target: 'vouchers' } as const
  const ref = toHex(line.chain_ref)
  if (entry.direction === 'debit' && line.state === 'ready' && !was('paid') && !was('returned')) {
    await enqueue(tx, {
      ...order,
      subject: `confirm:${line.id}`,
      kind: 'confirm',
      functionName: 'confirm',
      args: [[ref]],
    })
    return 'paid'
  }
  if (entry.direction === 'credit' && (line.state === 'ready' || line.state === 'paid') && !was('returned')) {
    const statementEntry = keccak256(stringToHex(entry.reference))
    const args = [ref, statementEntry] as const
    await enqueue(tx, { ...order, subject: `returned:${line.id}`, kind: 'returned', functionName: 'returned', args })
    return 'returned'
  }
  return 'unmatched'
}
