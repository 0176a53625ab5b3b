import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { XmlDocument, XsdValidator } from 'libxml2-wasm'
import { type PaymentOrder, writePain001 } from '../../../server/settlements/pain001.ts'

const order: PaymentOrder = {
  messageId: '0f2c1e0b7a3d4b8fa1c2d3e4f5061728',
  createdAt: new Date('2026-11-22T12:00:00.123Z'),
  executionDate: '2026-11-23',
  debtor: { name: 'Esimerkin hyvinvointialue', iban: 'FI2112345600000785', bic: 'NDEAFIHH' },
  transfers: [
    {
      endToEndId: 'K7a3d4b8fa1c2d3e4f50617280f2c1e0b',
      cents: 1_234n,
      creditorName: 'Ruoka & Koti "Åström" <Oy>',
      iban: 'FI4250001510000023',
      bankReference: 'RF18539007547034',
    },
    {
      endToEndId: 'K00000000000000000000000000000002',
      cents: 100n,
      creditorName: 'Lippukauppa',
      iban: 'FI2112345600000785',
      bankReference: '12344',
    },
  ],
}

/** The path of every element, in the order of the file: a schema kept by hand, for where the XSD is absent. */
const structure = [
  'GrpHdr/MsgId GrpHdr/CreDtTm GrpHdr/NbOfTxs GrpHdr/CtrlSum GrpHdr/InitgPty/Nm',
  'PmtInf/PmtInfId PmtInf/PmtMtd PmtInf/BtchBookg PmtInf/NbOfTxs PmtInf/CtrlSum PmtInf/PmtTpInf/SvcLvl/Cd',
  'PmtInf/ReqdExctnDt/Dt PmtInf/Dbtr/Nm PmtInf/DbtrAcct/Id/IBAN PmtInf/DbtrAgt/FinInstnId/BICFI PmtInf/ChrgBr',
]
const transferStructure = (issuer: boolean) => [
  'PmtInf/CdtTrfTxInf/PmtId/EndToEndId PmtInf/CdtTrfTxInf/Amt/InstdAmt PmtInf/CdtTrfTxInf/Cdtr/Nm',
  'PmtInf/CdtTrfTxInf/CdtrAcct/Id/IBAN PmtInf/CdtTrfTxInf/RmtInf/Strd/CdtrRefInf/Tp/CdOrPrtry/Cd',
  ...(issuer ? ['PmtInf/CdtTrfTxInf/RmtInf/Strd/CdtrRefInf/Tp/Issr'] : []),
  'PmtInf/CdtTrfTxInf/RmtInf/Strd/CdtrRefInf/Ref',
]

describe('The bank’s file', () => {
  const leaves = (xml: string) => {
    const found: [string, string][] = []
    const document = XmlDocument.fromString(xml)
    const walk = (node: typeof document.root, path: string[]) => {
      const children = node.find('*') as (typeof node)[]
      if (children.length === 0) found.push([path.slice(2).join('/'), node.content])
      for (const child of children) walk(child, [...path, child.name])
    }
    walk(document.root, [document.root.name])
    document.dispose()
    return found
  }

  it('refuses an order of nothing, and a payment of nothing', () => {
    expect(() => writePain001({ ...order, transfers: [] })).to.throw(RangeError)
    const [first] = order.transfers
    expect(() => writePain001({ ...order, transfers: first === undefined ? [] : [{ ...first, cents: 0n }] })).to.throw(
      RangeError,
    )
  })

  it('has exactly these elements in this order', () => {
    const words = (lines: string[]) => lines.flatMap((line) => line.split(' '))
    expect(leaves(writePain001(order)).map(([path]) => path)).to.deep.equal([
      ...words(structure),
      ...words(transferStructure(true)),
      ...words(transferStructure(false)),
    ])
  })

  it('says the same money as the order, in decimals made of whole cents', () => {
    const found = leaves(writePain001(order))
    const of = (path: string) => found.filter(([at]) => at === path).map(([, text]) => text)
    expect(of('GrpHdr/CtrlSum')).to.deep.equal(['13.34'])
    expect(of('PmtInf/CtrlSum')).to.deep.equal(['13.34'])
    expect(of('GrpHdr/NbOfTxs')).to.deep.equal(['2'])
    expect(of('PmtInf/CdtTrfTxInf/Amt/InstdAmt')).to.deep.equal(['12.34', '1.00'])
    expect(of('PmtInf/CdtTrfTxInf/Cdtr/Nm')).to.deep.equal(['Ruoka & Koti "Åström" <Oy>', 'Lippukauppa'])
    expect(of('GrpHdr/CreDtTm')).to.deep.equal(['2026-11-22T12:00:00Z'])
  })

  it('is the same bytes for the same order', () => {
    expect(writePain001(order)).to.equal(writePain001({ ...order }))
  })

  describe('against the European Payments Council’s schema', () => {
    const data = [process.env.KIPINA_DATA, '../shared/data'].filter((folder) => folder !== undefined && folder !== '')
    const path = data
      .map((folder) => join(resolve(folder ?? ''), 'iso20022/pain.001.001.09-epc132-08-c2psp.xsd'))
      .find(existsSync)
    if (path === undefined) return
    let validator: XsdValidator

    before(() => {
      const schema = XmlDocument.fromBuffer(readFileSync(path))
      validator = XsdValidator.fromDoc(schema)
      schema.dispose()
    })
    after(() => validator.dispose())

    const validate = (xml: string) => {
      const document = XmlDocument.fromString(xml)
      try {
        validator.validate(document)
      } finally {
        document.dispose()
      }
    }

    it('is valid', () => validate(writePain001(order)))

    it('would be found invalid if it were', () => {
      expect(() => validate(writePain001(order).replace('<Cd>SCOR</Cd>', '<Cd>XXXX</Cd>'))).to.throw()
      expect(() => validate(writePain001(order).replace(/<Ref>.*<\/Ref>/, ''))).to.throw()
    })

    it('is valid for any names and amounts', () => {
      const transfer = fc.record({
        endToEndId: fc.stringMatching(/^[A-Z0-9]{1,35}$/),
        cents: fc.bigInt(1n, 99_999_999_999n),
        creditorName: fc.stringMatching(/^[A-Za-z0-9&<>"' ÅÄÖåäö.-]{1,68}[A-Za-z]$/),
        iban: fc.constant('FI4250001510000023'),
        bankReference: fc.constantFrom('RF18539007547034', '12344'),
      })
      fc.assert(
        fc.property(fc.array(transfer, { minLength: 1, maxLength: 20 }), (transfers) =>
          validate(writePain001({ ...order, transfers })),
        ),
        { numRuns: 100 },
      )
    })
  })
})
