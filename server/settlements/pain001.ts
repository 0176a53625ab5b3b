import { create } from 'xmlbuilder2'
import { type Cents, decimal } from '../../protocol/money.ts'

/** One payment to a merchant, as the bank gets it. */
export interface Transfer {
  endToEndId: string
  cents: Cents
  creditorName: string
  iban: string
  /** ISO 11649 (`RF…`) or a Finnish reference number; both go as a structured creditor reference. */
  bankReference: string
}

export interface PaymentOrder {
  /** At most 35 characters; the bank refuses the same one twice. */
  messageId: string
  createdAt: Date
  /** `2026-11-30` */
  executionDate: string
  debtor: { name: string; iban: string; bic: string }
  transfers: readonly Transfer[]
}

const namespace = 'urn:iso:std:iso:20022:tech:xsd:pain.001.001.09'

/**
 * The bank's file: ISO 20022 pain.001.001.09 in the European Payments Council's subset (EPC132-08, 2023). Amounts go from
 * whole cents to text, never through a fraction. The same order gives the same bytes.
 *
 * Postal addresses are left out: the subset allows that, and an address could only be wrong.
 */
export function writePain001(order: PaymentOrder): string {
  const { messageId, executionDate, debtor, transfers } = order
  if (transfers.length === 0) throw new RangeError('A payment order without payments')
  const sums = {
    NbOfTxs: transfers.length.toString(),
    CtrlSum: decimal(transfers.reduce((sum, transfer) => sum + transfer.cents, 0n)),
  }
  const document = {
    Document: {
      '@xmlns': namespace,
      CstmrCdtTrfInitn: {
        GrpHdr: {
          MsgId: messageId,
          CreDtTm: order.createdAt.toISOString().replace(/\.\d+Z$/, 'Z'),
          ...sums,
          InitgPty: { Nm: debtor.name },
        },
        PmtInf: {
          PmtInfId: messageId,
          PmtMtd: 'TRF',
          // Each payment is an entry of its own in the statement, so that each can be confirmed and returned alone.
          BtchBookg: 'false',
          ...sums,
          PmtTpInf: { SvcLvl: { Cd: 'SEPA' } },
          ReqdExctnDt: { Dt: executionDate },
          Dbtr: { Nm: debtor.name },
          DbtrAcct: { Id: { IBAN: debtor.iban } },
          DbtrAgt: { FinInstnId: { BICFI: debtor.bic } },
          ChrgBr: 'SLEV',
          CdtTrfTxInf: transfers.map(transferElement),
        },
      },
    },
  }
  return `${create({ version: '1.0', encoding: 'UTF-8' }, document).end({ prettyPrint: true })}\n`
}

function transferElement({ endToEndId, cents, creditorName, iban, bankReference }: Transfer): object {
  if (cents <= 0n) throw new RangeError(`A payment of ${cents} cents`)
  const issuer = bankReference.startsWith('RF') ? { Issr: 'ISO' } : {}
  return {
    PmtId: { EndToEndId: endToEndId },
    Amt: { InstdAmt: { '@Ccy': 'EUR', '#': decimal(cents) } },
    Cdtr: { Nm: creditorName },
    CdtrAcct: { Id: { IBAN: iban } },
    RmtInf: { Strd: { CdtrRefInf: { Tp: { CdOrPrtry: { Cd: 'SCOR' }, ...issuer }, Ref: bankReference } } },
  }
}
