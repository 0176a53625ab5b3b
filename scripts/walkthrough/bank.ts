import { convert, create } from 'xmlbuilder2'
import { type Cents, decimal } from '../../protocol/money.ts'

/** One payment order as the bank reads it in the file. */
export interface Order {
  endToEndId: string
  cents: Cents
  creditor: string
  iban: string
  reference: string
}

export interface PaymentFile {
  message: string
  debtorIban: string
  orders: Order[]
}

/** One booked line of a statement. */
export interface Booking {
  order: Order
  kind: 'paid' | 'returned'
}

type Node = { [name: string]: Node | Node[] | string } | string | undefined

/**
 * Reads pain.001 as a bank does: the number of payments and their sum, in the head and in each group, must be those of
 * the lines. Throws an Error that says what is off.
 */
export function readPaymentFile(xml: string): PaymentFile {
  const root = convert(xml, { format: 'object' }) as unknown as Node
  const initiation = at(root, 'Document', 'CstmrCdtTrfInitn')
  if (!xml.includes('urn:iso:std:iso:20022:tech:xsd:pain.001.001.09')) throw new Error('The file is no pain.001.001.09')
  const groups = many(at(initiation, 'PmtInf'))
  const orders = groups.flatMap((group) => {
    const lines = many(at(group, 'CdtTrfTxInf')).map(readOrder)
    checkSums('A group', group, lines)
    return lines
  })
  checkSums('The head', at(initiation, 'GrpHdr'), orders)
  if (new Set(orders.map(({ endToEndId }) => endToEndId)).size !== orders.length)
    throw new Error('An EndToEndId comes twice')
  return {
    message: text(at(initiation, 'GrpHdr', 'MsgId')),
    debtorIban: text(at(groups[0], 'DbtrAcct', 'Id', 'IBAN')),
    orders,
  }
}

function readOrder(line: Node): Order {
  const remittance = at(line, 'RmtInf')
  const structured = at(remittance, 'Strd', 'CdtrRefInf', 'Ref')
  return {
    endToEndId: text(at(line, 'PmtId', 'EndToEndId')),
    cents: centsOf(text(at(line, 'Amt', 'InstdAmt'))),
    creditor: text(at(line, 'Cdtr', 'Nm')),
    iban: text(at(line, 'CdtrAcct', 'Id', 'IBAN')),
    reference: structured === undefined ? text(at(remittance, 'Ustrd')) : text(structured),
  }
}

function checkSums(where: string, head: Node, orders: Order[]): void {
  const sum = orders.reduce((total, { cents }) => total + cents, 0n)
  const [count, said] = [text(at(head, 'NbOfTxs')), centsOf(text(at(head, 'CtrlSum')))]
  if (Number(count) !== orders.length) throw new Error(`${where} says ${count} payments, there are ${orders.length}`)
  if (said !== sum) throw new Error(`${where} says ${decimal(said)}, the payments are ${decimal(sum)}`)
}

/** Writes camt.053 as a bank does: a debit for each payment it made, a credit for each that came back. */
export function writeStatement(name: string, iban: string, day: string, bookings: Booking[]): string {
  const entries = bookings.map(({ order, kind }, place) => entry(`${name}-${place + 1}`, day, order, kind))
  return create(
    { version: '1.0', encoding: 'UTF-8' },
    {
      Document: {
        '@xmlns': 'urn:iso:std:iso:20022:tech:xsd:camt.053.001.08',
        BkToCstmrStmt: {
          GrpHdr: { MsgId: name, CreDtTm: `${day}T18:00:00+02:00` },
          Stmt: { Id: name, CreDtTm: `${day}T18:00:00+02:00`, Acct: { Id: { IBAN: iban }, Ccy: 'EUR' }, Ntry: entries },
        },
      },
    },
  ).end({ prettyPrint: true })
}

function entry(reference: string, day: string, order: Order, kind: Booking['kind']): object {
  const isReturn = kind === 'returned'
  const amount = { '@Ccy': 'EUR', '#': decimal(order.cents) }
  return {
    NtryRef: reference,
    Amt: amount,
    CdtDbtInd: isReturn ? 'CRDT' : 'DBIT',
    Sts: { Cd: 'BOOK' },
    BookgDt: { Dt: day },
    ValDt: { Dt: day },
    AcctSvcrRef: reference,
    BkTxCd: {
      Domn: { Cd: 'PMNT', Fmly: isReturn ? { Cd: 'ICDT', SubFmlyCd: 'RRTN' } : { Cd: 'ICDT', SubFmlyCd: 'ESCT' } },
    },
    NtryDtls: {
      TxDtls: {
        Refs: { AcctSvcrRef: reference, EndToEndId: order.endToEndId },
        Amt: amount,
        CdtDbtInd: isReturn ? 'CRDT' : 'DBIT',
        RltdPties: { Cdtr: { Pty: { Nm: order.creditor } }, CdtrAcct: { Id: { IBAN: order.iban } } },
        // AC04: the creditor's account is closed.
        ...(isReturn ? { RtrInf: { Rsn: { Cd: 'AC04' } } } : {}),
      },
    },
  }
}

function at(node: Node, ...path: string[]): Node {
  return path.reduce<Node>((inner, name) => {
    if (typeof inner !== 'object') return undefined
    const next = inner[name]
    return Array.isArray(next) && path.at(-1) !== name ? next[0] : (next as Node)
  }, node)
}

function many(node: Node): Node[] {
  if (node === undefined) return []
  return Array.isArray(node) ? (node as Node[]) : [node]
}

function text(node: Node): string {
  if (typeof node === 'string') return node
  const inner = at(node, '#')
  if (typeof inner === 'string') return inner
  throw new Error('The file lacks a text that a bank needs')
}

function centsOf(amount: string): Cents {
  const match = /^(\d+)\.(\d{2})$/.exec(amount)
  if (match === null) throw new Error(`${amount} is no amount in euros and cents`)
  return BigInt(`${match[1]}${match[2]}`)
}
