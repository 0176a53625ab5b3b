import { expect } from 'chai'
import { NotReadable, readCamt053 } from '../../../server/settlements/camt053.ts'
import { entry, statement } from '../../support/statement.ts'

describe('A bank’s statement', () => {
  const refused: Record<string, string> = {
    'no XML': 'hello, this is no statement at all',
    'half of it': statement({ entries: [entry({})] }).slice(0, 400),
    'crossed elements': statement({ entries: [entry({})] }).replace('</NtryDtls></Ntry>', '</Ntry></NtryDtls>'),
    'two of it': statement({ entries: [] }) + statement({ entries: [] }),
    'another message': '<Document><BkToCstmrDbtCdtNtfctn/></Document>',
    'no statement in it': '<Document><BkToCstmrStmt><GrpHdr/></BkToCstmrStmt></Document>',
    'a document type': `<!DOCTYPE x [<!ENTITY a "b">]>${statement({ entries: [] })}`,
    'no account': statement({ entries: [] }).replace(/<IBAN>.*<\/IBAN>/, ''),
    dollars: statement({ entries: [entry({}).replace('Ccy="EUR"', 'Ccy="USD"')] }),
    'a third of a cent': statement({ entries: [entry({ amount: '12.345' })] }),
    'a negative amount': statement({ entries: [entry({ amount: '-12.34' })] }),
    nothing: statement({ entries: [entry({ amount: '0.00' })] }),
    'no direction': statement({ entries: [entry({}).replace('DBIT', 'BOTH')] }),
    'no reference': statement({ entries: [entry({}).replace(/<AcctSvcrRef>.*?<\/AcctSvcrRef>/, '')] }),
    'no booking day': statement({ entries: [entry({}).replace(/<BookgDt>.*?<\/BookgDt>/, '')] }),
  }
  for (const [what, xml] of Object.entries(refused)) {
    it(`is not read with ${what}`, () => {
      expect(() => readCamt053(xml)).to.throw(NotReadable)
    })
  }

  it('is read to the cent', () => {
    const xml = statement({
      entries: [
        entry({ reference: 'A1', amount: '12.34', endToEndId: 'K1' }),
        entry({ reference: 'A2', amount: '0.01', direction: 'CRDT', endToEndId: 'NOTPROVIDED' }),
        entry({ reference: 'A3', amount: '1000', status: '<Cd>BOOK</Cd>' }),
        entry({ reference: 'A4', status: 'PDNG' }),
      ],
    })
    expect(readCamt053(xml)).to.deep.equal([
      {
        id: 'STMT-1',
        iban: 'FI2112345600000785',
        entries: [
          { reference: 'A1', direction: 'debit', cents: 1234n, endToEndId: 'K1', bookedOn: '2026-11-23' },
          { reference: 'A2', direction: 'credit', cents: 1n, endToEndId: null, bookedOn: '2026-11-23' },
          { reference: 'A3', direction: 'debit', cents: 100_000n, endToEndId: null, bookedOn: '2026-11-23' },
        ],
      },
    ])
  })

  it('is read under any namespace prefix', () => {
    const xml = statement({ entries: [entry({ endToEndId: 'K1' })] })
      .replace(/<(\/?)(?=[A-Za-z])/g, '<$1b:')
      .replace('xmlns=', 'xmlns:b=')
    expect(readCamt053(xml)[0]?.entries[0]).to.include({ endToEndId: 'K1', cents: 1234n })
  })

  const batch = (amounts: string[], total: string) =>
    statement({
      entries: [
        entry({ amount: total }).replace(
          /<NtryDtls>.*<\/NtryDtls>/s,
          `<NtryDtls>${amounts
            .map(
              (amount, i) =>
                `<TxDtls><Refs><EndToEndId>K${i}</EndToEndId></Refs><Amt Ccy="EUR">${amount}</Amt></TxDtls>`,
            )
            .join('')}</NtryDtls>`,
        ),
      ],
    })

  it('is read payment by payment where the bank booked several at once', () => {
    expect(readCamt053(batch(['10.00', '2.50'], '12.50'))[0]?.entries).to.deep.equal([
      { reference: 'REF-1/1', direction: 'debit', cents: 1000n, endToEndId: 'K0', bookedOn: '2026-11-23' },
      { reference: 'REF-1/2', direction: 'debit', cents: 250n, endToEndId: 'K1', bookedOn: '2026-11-23' },
    ])
  })

  it('is not read where such payments are not the sum of their entry', () => {
    expect(() => readCamt053(batch(['10.00', '2.50'], '12.51'))).to.throw(NotReadable, '1250')
  })
})
