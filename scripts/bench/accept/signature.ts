import { createRequire } from 'node:module'
import { type Hex, hexToBytes } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { spendTypedData } from '../../../protocol/spend.ts'
import { signerOf } from '../../../server/signing/secp256k1.ts'
import { digestOf } from '../../../server/signing/typedData.ts'
import { median, ownMicros } from './cpu.ts'

const vouchers: Hex = `0x${'11'.repeat(20)}`
const times = 2000

/** What it costs to learn who signed a spend, of what the bare library takes for a digest that it is handed. */
export async function signatureRatio(): Promise<number> {
  const { ecdsaRecover } = createRequire(import.meta.url)('secp256k1/bindings.js') as {
    ecdsaRecover(signature: Uint8Array, recovery: number, digest: Uint8Array, isCompressed: boolean): Uint8Array
  }
  const signer = privateKeyToAccount(generatePrivateKey())
  const spends = await Promise.all(
    Array.from({ length: 50 }, async (_, place) => {
      const noteId: Hex = `0x${place.toString(16).padStart(32, '0')}`
      const spend = { noteId, merchant: 1, mostCents: 500n, deadline: 1_798_761_599n, commitment: noteId }
      const typedData = spendTypedData(31_337, vouchers, spend)
      const signature = await signer.signTypedData(typedData)
      return { typedData, signature, bytes: hexToBytes(signature), digest: digestOf(typedData) }
    }),
  )
  const ratios: number[] = []
  for (let round = 0; round < 6; round++) {
    const bare = await ownMicros(() => {
      for (let time = 0; time < times; time++) {
        const { bytes, digest } = spends[time % spends.length]!
        ecdsaRecover(bytes.subarray(0, 64), bytes[64]! - 27, digest, false)
      }
    })
    const whole = await ownMicros(async () => {
      for (let time = 0; time < times; time++) {
        const { typedData, signature } = spends[time % spends.length]!
        await signerOf(digestOf(typedData), signature)
      }
    })
    if (round > 0) ratios.push(whole.cpu / bare.cpu)
  }
  return median(ratios)
}
