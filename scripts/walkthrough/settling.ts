import { randomUUID } from 'node:crypto'
import * as network from '../../protocol/api/network.ts'
import * as settlements from '../../protocol/api/settlements.ts'
import { dayOf } from '../../server/days.ts'
import { type Booking, type PaymentFile, readPaymentFile, writeStatement } from './bank.ts'
import { waitFor } from './parallel.ts'
import { type Answered, refusalOf } from './partner.ts'
import { euros, expect, type Story } from './story.ts'

type Settlement = Answered<typeof settlements.draftSettlement>

/** Pays the shops what their tills say they have earned; the bank returns one line, which is paid again. */
export async function settle(story: Story): Promise<string> {
  const first = await draft(story)
  expectEarned(story, first)
  const file = await pay(story, first)
  const back = file.orders[0]!
  const paid = file.orders.map((order): Booking => ({ order, kind: 'paid' }))
  const read = await readStatement(story, file, [...paid, { order: back, kind: 'returned' }])
  expect(read.paid === paid.length && read.returned === 1, `A statement was read as ${JSON.stringify(read)}`)
  await linesAre(story, first.id, ({ endToEndId }) => (endToEndId === back.endToEndId ? 'returned' : 'paid'))
  for (const { merchant, cents, endToEndId } of first.lines) {
    if (endToEndId !== back.endToEndId) story.books.settled(merchant, cents)
  }

  const second = await draft(story)
  expectEarned(story, second)
  const secondFile = await pay(story, second)
  await readStatement(
    story,
    secondFile,
    secondFile.orders.map((order): Booking => ({ order, kind: 'paid' })),
  )
  await linesAre(story, second.id, () => 'paid')
  for (const { merchant, cents } of second.lines) story.books.settled(merchant, cents)
  return `${first.lines.length} shops paid ${euros(first.totalCents)} by pain.001, two people approving; ${euros(second.totalCents)} came back and were paid again`
}

async function draft({ staff }: Story): Promise<Settlement> {
  const body = { id: randomUUID(), executionDate: today() }
  return await staff.finance[0].call(settlements.draftSettlement, { body })
}

/** Each shop is to be paid what its own tills add up to, and nobody else anything. */
function expectEarned({ books }: Story, { lines }: Settlement): void {
  const earned = [...books.owed].filter(([, cents]) => cents > 0n)
  for (const [merchant, cents] of earned) {
    const line = lines.find((one) => one.merchant === merchant)
    expect(line?.cents === cents, `Shop ${merchant} would be paid ${line?.cents ?? 0n} cents; its tills say ${cents}`)
  }
  expect(lines.length === earned.length, `${lines.length} shops would be paid; ${earned.length} have earned something`)
}

/** Two people approve, typing the total; the file is there when the chain says settling, finally. */
async function pay(story: Story, { id, totalCents }: Settlement): Promise<PaymentFile> {
  const [one, two] = story.staff.finance
  const params = { settlement: id }
  const approve = (who: typeof one, cents: bigint) =>
    who.call(settlements.approveSettlement, { params, body: { totalCents: cents } })
  expect((await refusalOf(approve(one, totalCents + 1n))) === 'bad_request', 'A wrong total was approved')
  await approve(one, totalCents)
  expect((await refusalOf(approve(one, totalCents))) === 'same_person', 'One person approved twice')
  expect(
    (await refusalOf(one.call(settlements.getPaymentFile, { params }))) === 'wrong_state',
    'A file came before the second approval',
  )
  await approve(two, totalCents)

  const xml = await waitFor('the payment file', 30, async () => {
    try {
      return await one.call(settlements.getPaymentFile, { params })
    } catch (error) {
      if ((await refusalOf(Promise.reject(error))) === 'wrong_state') return null
      throw error
    }
  })
  const file = readPaymentFile(xml)
  await expectApproved(story, file, totalCents)
  return file
}

/** The accounts and references in the file are those that the register of merchants knows. */
async function expectApproved({ staff }: Story, { orders }: PaymentFile, totalCents: bigint): Promise<void> {
  const { merchants } = await staff.auditor.call(network.listMerchants)
  const compact = (text: string) => text.replaceAll(' ', '')
  for (const { iban, reference, endToEndId } of orders) {
    const known = merchants.some(
      (one) => compact(one.iban) === compact(iban) && compact(one.bankReference) === compact(reference),
    )
    expect(known, `${endToEndId} would go to an account that nobody approved`)
  }
  const sum = orders.reduce((total, { cents }) => total + cents, 0n)
  expect(sum === totalCents, `The file pays ${sum} cents, approved were ${totalCents}`)
}

/** The bank's statement, read twice: the second time changes nothing. */
async function readStatement({ staff }: Story, { debtorIban }: PaymentFile, bookings: Booking[]) {
  const xml = writeStatement(`TILIOTE-${randomUUID().slice(0, 8)}`, debtorIban, today(), bookings)
  const read = await staff.finance[1].call(settlements.readStatement, { body: { xml } })
  expect(read.unmatched === 0, `${read.unmatched} lines of a statement match no payment`)
  const again = await staff.finance[1].call(settlements.readStatement, { body: { xml } })
  expect(again.alreadyRead === bookings.length && again.paid + again.returned === 0, 'A statement counted twice')
  return read
}

type Line = Settlement['lines'][number]

async function linesAre({ staff }: Story, id: string, wanted: (line: Line) => Line['state']): Promise<void> {
  await waitFor('the statement to be final on chain', 30, async () => {
    const { settlements: all } = await staff.finance[0].call(settlements.listSettlements)
    const lines = all.find((one) => one.id === id)?.lines ?? []
    return lines.length > 0 && lines.every((line) => line.state === wanted(line)) ? true : null
  })
}

function today(): string {
  return dayOf(new Date())
}
