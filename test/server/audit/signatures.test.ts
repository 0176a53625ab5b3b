import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { toHex } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { receiptTypedData } from '../../../protocol/receipt.ts'
import { spendTypedData } from '../../../protocol/spend.ts'
import { type SignedAcceptance, unsignedAmong } from '../../../server/audit/recovering.ts'
import { startThreads } from '../../../server/audit/signatures.ts'

const vouchers = `0x${'11'.repeat(20)}` as const
const [holder, acceptor] = [privateKeyToAccount(generatePrivateKey()), privateKeyToAccount(generatePrivateKey())]
const signing = { chainId: 1, vouchers, acceptorAddress: acceptor.address.toLowerCase() as `0x${string}` }

async function signed(): Promise<SignedAcceptance> {
  const [noteId, commitment, details] = [toHex(randomBytes(16)), toHex(randomBytes(16)), toHex(randomBytes(32))]
  const spend = { merchant: 1, mostCents: 500n, deadline: 1_798_761_599n, commitment }
  const receipt = { noteId, merchant: 1, amountCents: 400n, commitment, details }
  return {
    noteId,
    holder: holder.address.toLowerCase() as `0x${string}`,
    programme: 1,
    spend,
    signature: await holder.signTypedData(spendTypedData(1, vouchers, { noteId, ...spend })),
    amountCents: 400n,
    details,
    receiptSignature: await acceptor.signTypedData(receiptTypedData(1, vouchers, receipt)),
  }
}

describe('What holder and acceptor signed', () => {
  it('is not what a changed row says, and the row is told by its place', async () => {
    const good = await signed()
    const rows: SignedAcceptance[] = [
      good,
      { ...good, spend: { ...good.spend, mostCents: 501n } },
      { ...good, amountCents: 401n },
      { ...good, holder: null },
      { ...good, spend: { ...good.spend, merchant: 2 } },
      { ...good, details: toHex(randomBytes(32)) },
      { ...good, signature: good.receiptSignature },
      { ...good, amountCents: -1n },
    ]
    expect(await unsignedAmong(signing, rows)).to.deep.equal([
      { place: 1, by: 'holder' },
      { place: 2, by: 'acceptor' },
      { place: 3, by: 'holder' },
      { place: 4, by: 'holder' },
      { place: 4, by: 'acceptor' },
      { place: 5, by: 'acceptor' },
      { place: 6, by: 'holder' },
      { place: 7, by: 'acceptor' },
    ])
  })

  it('is found by threads as it is without', async () => {
    const good = await signed()
    const rows = [good, { ...good, amountCents: 1n }, good]
    const threads = startThreads(signing)
    try {
      for (const thread of threads) expect(await thread.check(rows)).to.deep.equal(await unsignedAmong(signing, rows))
      expect(await threads[0]?.check([good])).to.deep.equal([])
      await threads[0]?.end()
      expect(await threads[0]?.check([good]).catch((error: Error) => error.message)).to.match(/ended by itself/)
    } finally {
      await Promise.all(threads.map((thread) => thread.end()))
    }
  })
})
