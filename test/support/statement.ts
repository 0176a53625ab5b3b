/** Statements of a bank, written by hand in the schema of camt.053.001.08. */
export function statement(given: { id?: string; iban?: string; entries: readonly string[] }): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-11-23T20:00:00</CreDtTm></GrpHdr>
<Stmt><Id>${given.id ?? 'STMT-1'}</Id><Acct><Id><IBAN>${given.iban ?? 'FI2112345600000785'}</IBAN></Id></Acct>
${given.entries.join('\n')}
</Stmt></BkToCstmrStmt></Document>`
}

export interface Entry {
  reference?: string
  amount?: string
  direction?: 'DBIT' | 'CRDT'
  status?: string
  endToEndId?: string
  bookedOn?: string
}

export function entry({ reference, amount, direction, status, endToEndId, bookedOn }: Entry): string {
  const end = endToEndId === undefined ? '' : `<EndToEndId>${endToEndId}</EndToEndId>`
  return `<Ntry><Amt Ccy="EUR">${amount ?? '12.34'}</Amt><CdtDbtInd>${direction ?? 'DBIT'}</CdtDbtInd>
<Sts>${status ?? 'BOOK'}</Sts><BookgDt><Dt>${bookedOn ?? '2026-11-23'}</Dt></BookgDt>
<AcctSvcrRef>${reference ?? 'REF-1'}</AcctSvcrRef>
<NtryDtls><TxDtls><Refs>${end}</Refs></TxDtls></NtryDtls></Ntry>`
}
